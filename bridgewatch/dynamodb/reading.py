"""Reading items in bulk: pages as they come over the wire, and the units that that costs."""

from __future__ import annotations

import json
from fractions import Fraction
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from botocore.config import Config

from bridgewatch.cost.dynamodb import item_bytes, number_bytes, read_units
from bridgewatch.raw_requests import PATIENT, receive_bodies
from lambdas.dynamodb import explained
from lambdas.dynamodb_items import LOWEST_ABOUT, dimensions_of
from lambdas.store import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from lambdas.aws import Connection

    Json = dict[str, Any]

CONCURRENCY = 16
"""So many bridges are read at a time: Python parses one page, and waits for the others."""

# No time of an item is as late, so a scan that goes on from there goes on with the next bridge.
_BEYOND = str(10**18)


class Page:
    """Items as DynamoDB sent them.

    :ivar body: the answer's JSON, whose `Items` they are.
    :ivar items: how many.
    """

    def __init__(self, body: str, answer: Json) -> None:
        self.body = body
        self.answer = answer
        self.items = len(answer["Items"])


class Reader:
    """Reads one table; many threads can share it.

    :param known: the bridges of the settings: all that there are to whoever may not scan the table.
    :ivar known: these.
    :ivar items: how many items were read so far.
    :ivar units: the read units that these are billed as.
    """

    def __init__(self, table: str, connection: Connection, known: Sequence[str] = ()) -> None:
        self.known = known
        self._knows_all = True
        config = PATIENT.merge(Config(max_pool_connections=CONCURRENCY, parameter_validation=False))
        self._client: Any  # its stubs know nothing of `body`
        with explained():
            self._client = connection.session().client(
                "dynamodb", config=config, endpoint_url=connection.endpoint_url
            )
            receive_bodies(self._client, "dynamodb.Query")
        self.table = table
        self._lock = Lock()
        self.items = 0
        self.units = Fraction(0)

    def pages(
        self, bridge: str, first: int, last: int, *, consistent: bool = False
    ) -> Iterator[Page]:
        """Give the items of a bridge with `first` <= `time` <= `last`, a megabyte at a time.

        :param consistent: whether what was just written is surely among them, for twice the price.
        :raises StoreError: if DynamoDB failed.
        """
        request: Json = {**_query(self.table, bridge, first, last), "ConsistentRead": consistent}
        while True:
            with explained():
                page = self._page(request)
            yield page
            if "LastEvaluatedKey" not in page.answer:
                return
            request["ExclusiveStartKey"] = page.answer["LastEvaluatedKey"]

    def _page(self, request: Json) -> Page:
        body = self._client.query(**request)["body"]
        answer = json.loads(body)
        size = _bytes(answer["Items"])
        with self._lock:
            self.items += len(answer["Items"])
            self.units += read_units(size, consistent=request["ConsistentRead"])
        return Page(body, answer)

    def said(self, bridge: str) -> dict[int, dict[str, str]]:
        """Give all that was ever said about a bridge, by its number.

        :raises StoreError: if DynamoDB failed.
        """
        pages = self.pages(bridge, LOWEST_ABOUT, -1, consistent=True)
        return dict(dimensions_of(item) for page in pages for item in page.answer["Items"])

    def bill(self, price: Callable[[Fraction], str]) -> str:
        """Say what was read so far, and what that costs.

        :param price: writes what read units cost, in US dollars.
        """
        items = "1 item" if self.items == 1 else f"{self.items:,} items"
        said = f"read {items}, {float(self.units):,.1f} units; {price(self.units)} USD."
        if self._knows_all:
            return said
        return (
            f"{said} Only of the settings' bridges: this identity may not look for others "
            "(dynamodb:Scan)."
        )

    def count(self, bridge: str, first: int, last: int) -> int:
        """Count the items of a bridge: billed as if they were read.

        :raises StoreError: if DynamoDB failed.
        """
        return sum(page.items for page in self.pages(bridge, first, last))

    def bridges(self) -> Iterator[str]:
        """Give the names of all bridges that there are for this identity.

        To who may only query, those of the settings are all; `bill` then says so.

        :raises StoreError: if DynamoDB failed.
        """
        try:
            yield from self.every_bridge()
        except StoreError as error:
            if error.code != "AccessDeniedException":
                raise
            self._knows_all = False
            yield from self.known

    def every_bridge(self) -> Iterator[str]:
        """Give the names of all bridges that the table has anything of, one request for each.

        A scan of one item that goes on beyond all items of its bridge finds the next bridge's.

        :raises StoreError: if DynamoDB failed, or this identity may not scan.
        """
        request: Json = {
            "TableName": self.table,
            "Limit": 1,
            "ProjectionExpression": "bridge, #time",
            "ExpressionAttributeNames": {"#time": "time"},
        }
        while True:
            with explained():
                items = self._client.scan(**request)["Items"]
            with self._lock:
                self.units += read_units(0, consistent=False)
            if not items:
                return
            bridge = items[0]["bridge"]
            # Names of bridges have no control characters: what begins with one is no bridge's.
            if bridge["S"] >= " ":
                yield bridge["S"]
            request["ExclusiveStartKey"] = {"bridge": bridge, "time": {"N": _BEYOND}}

    def size(self) -> tuple[int, int]:
        """Ask how many items and bytes the table has, by DynamoDB's count of the last six hours.

        :raises StoreError: if there is no such table, or DynamoDB failed.
        """
        with explained():
            table = self._client.describe_table(TableName=self.table)["Table"]
        return table["ItemCount"], table["TableSizeBytes"]


def _query(table: str, bridge: str, first: int, last: int) -> Json:
    return {
        "TableName": table,
        "KeyConditionExpression": "bridge = :bridge AND #time BETWEEN :first AND :last",
        "ExpressionAttributeNames": {"#time": "time"},
        "ExpressionAttributeValues": {
            ":bridge": {"S": bridge},
            ":first": {"N": str(first)},
            ":last": {"N": str(last)},
        },
    }


def _bytes(items: Sequence[Json]) -> int:
    """Count the bytes of items: those of one bridge differ in their numbers only."""
    total = 0
    for item in items:
        if "status" not in item:
            total += item_bytes(item)
            continue
        fixed = _fixed_bytes(item["bridge"]["S"], item["status"]["S"], len(item))
        total += fixed + sum(number_bytes(one["N"]) for one in item.values() if "N" in one)
    return total


@lru_cache(maxsize=10_000)
def _fixed_bytes(bridge: str, status: str, attributes: int) -> int:
    names = ("bridge", "time", "status", "version", "about", "expires")[:attributes]
    return sum(map(len, names)) + len(bridge.encode()) + len(status.encode())
