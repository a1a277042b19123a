"""How many units a request takes, by the rules of `bridgewatch.cost.dynamodb`: of which tables."""

# ruff: noqa: ANN401 - moto's own requests, tables and items

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from moto.dynamodb.exceptions import ConditionalCheckFailed, TransactionCanceledException
from moto.dynamodb.models.dynamo_type import DynamoType

from bridgewatch.cost.dynamodb import read_units, write_units
from local.services.dynamodb.sizes import bytes_of
from local.services.dynamodb.table import extra

if TYPE_CHECKING:
    from collections.abc import Iterator

Body = dict[str, Any]
Units = dict[str, Fraction]

WRITES = frozenset(
    {"put_item", "delete_item", "update_item", "batch_write_item", "transact_write_items"}
)
READS = frozenset({"get_item", "batch_get_item", "transact_get_items", "query", "scan"})

TRANSACTION = 2
"""What is read or written in a transaction counts twice."""


def item_of(table: Any, attributes: Body) -> Any:
    """Give the item of a table that has these keys, if there is one."""
    with suppress(KeyError):
        return table.get_item(*(DynamoType(attributes[name]) for name in table.table_key_attrs))
    return None


@dataclass(frozen=True)
class Touched:
    """An item that a request names, by its keys.

    :param before: the bytes that it had.
    :param consistent: whether it is read strongly consistently.
    """

    table: str
    keys: Body
    before: int
    consistent: bool


class Request:
    """A request, as it is before it is answered.

    :param operation: as moto's method is called.
    """

    def __init__(self, operation: str, body: Body, backend: Any) -> None:
        self._operation = operation
        self._body = body
        self._tables = backend.tables
        self._factor = TRANSACTION if operation.startswith("transact") else 1
        self._touched = [
            Touched(name, keys, self._bytes(name, keys), consistent)
            for name, keys, consistent in _named(body)
            if name in self._tables
        ]

    @property
    def kind(self) -> str:
        """Read or Write."""
        return "Write" if self._operation in WRITES else "Read"

    @property
    def tables(self) -> list[Any]:
        """The tables that it names, of those that there are."""
        names = {one.table for one in self._touched} | {self._body.get("TableName")}
        return [self._tables[name] for name in names if name in self._tables]

    @property
    def touched(self) -> list[tuple[Any, Body]]:
        """The items that it names: of each the table, and attributes with the keys."""
        return [(self._tables[one.table], one.keys) for one in self._touched]

    def _bytes(self, table: str, keys: Body) -> int:
        item = item_of(self._tables[table], keys)
        return 0 if item is None else bytes_of(item)

    def units(self) -> Units:
        """Count what it took, now that it was answered."""
        if self._operation in {"query", "scan"}:
            name = self._body["TableName"]
            size = extra(self._tables[name]).read_bytes
            consistent = self._body.get("ConsistentRead", False)
            return {name: read_units(size, consistent=consistent)}
        counted: Units = defaultdict(Fraction)
        for one in self._touched:
            if self.kind == "Read":
                units = read_units(one.before, consistent=one.consistent or self._factor > 1)
            else:
                after = self._bytes(one.table, one.keys)
                units = Fraction(write_units(after, before=one.before))
            counted[one.table] += units * self._factor
        return counted

    def units_in_vain(self, error: Exception) -> Units:
        """Count what it took although it failed: what was compared with a condition."""
        if not isinstance(error, (ConditionalCheckFailed, TransactionCanceledException)):
            return {}
        counted: Units = defaultdict(Fraction)
        for one in self._touched:
            counted[one.table] += Fraction(write_units(0, before=one.before)) * self._factor
        return counted


def _named(body: Body) -> Iterator[tuple[str, Body, bool]]:
    """List the items that a request names: table, attributes with the keys, consistently read."""
    if keys := body.get("Item") or body.get("Key"):
        yield body["TableName"], keys, body.get("ConsistentRead", False)
    for table, requests in body.get("RequestItems", {}).items():
        if isinstance(requests, dict):
            consistent = requests.get("ConsistentRead", False)
            yield from ((table, keys, consistent) for keys in requests["Keys"])
        else:
            for request in requests:
                (one,) = request.values()
                yield table, one.get("Item") or one.get("Key"), False
    for item in body.get("TransactItems", []):
        (one,) = item.values()
        yield one["TableName"], one.get("Item") or one.get("Key"), False
