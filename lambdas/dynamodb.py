"""The store in Amazon DynamoDB: one table, whose items are those of `lambdas.dynamodb_items`.

A write is a put on condition that nothing is there, or a lower version of the same; a failed
condition is compared with what is there. So what is sent twice is kept once
(https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html).
"""

from __future__ import annotations

import heapq
import time as clock
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from botocore.config import Config

from lambdas import aws
from lambdas.aws import Connection
from lambdas.dynamodb_items import (
    LOWEST_ABOUT,
    VERSION,
    Kept,
    about,
    dimensions_item,
    dimensions_of,
    item_there,
    unlike,
)
from lambdas.observation import Observation, check_name, in_milliseconds
from lambdas.store import WRITE_SECONDS, Refusal, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import PutItemInputTypeDef

    from lambdas.dynamodb_items import Item

AHEAD = timedelta(minutes=15)
"""How far in the future an observation may be, as in Timestream
(https://docs.aws.amazon.com/timestream/latest/developerguide/writes.html)."""

CONCURRENCY = 16
"""So many puts are on their way at a time, if there are as many."""

# Give up early: a poll comes soon after another, and what is not written is queued.
WRITE = Config(
    connect_timeout=1,
    read_timeout=2,
    retries={"mode": "standard", "total_max_attempts": 2},
    max_pool_connections=CONCURRENCY,
)
_RECORDS = 100  # that are written in `lambdas.store.WRITE_SECONDS`
_PUT_SECONDS = 7  # how long one put may take with that

READ = Config(
    connect_timeout=5,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 6},
    max_pool_connections=CONCURRENCY,
)

PAGE_ITEMS = 1000
"""So many observations of each bridge are in memory while they are read in time order."""


class DynamoDbStore:
    """A `lambdas.store.Store` in one DynamoDB table.

    :param table: the table's name.
    :param dimensions: what is said about each bridge, as name and value, by the bridge's name. Only
        `write` needs it.
    :param retention: how long observations are kept: older ones are neither taken nor given.
        Without it, for ever.
    :param connection: where AWS is; by default, where the environment says.
    :param writing: how its writes wait, and try again.
    :param now: tells the time.
    """

    def __init__(  # noqa: PLR0913 - keyword-only
        self,
        *,
        table: str,
        dimensions: Mapping[str, Mapping[str, str]] | None = None,
        retention: timedelta | None = None,
        connection: Connection | None = None,
        writing: Config = WRITE,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.table = table
        self.retention = retention
        self._dimensions = {name: dict(pairs) for name, pairs in (dimensions or {}).items()}
        self._connection = connection or Connection()
        self._writing = writing
        self._now = now
        self._said: set[tuple[str, frozenset[tuple[str, str]]]] = set()

    def carrying(self, dimensions: Mapping[str, Mapping[str, str]]) -> DynamoDbStore:
        """Give the same table, on the same connection, for other things said about the bridges."""
        other = copy(self)
        other._dimensions = {name: dict(pairs) for name, pairs in dimensions.items()}  # noqa: SLF001 - its own kind
        return other

    def connect(self) -> None:
        """Make ready for `write`, which costs time but no request; `write` does it otherwise."""
        _ = self.writer

    @cached_property
    def writer(self) -> DynamoDBClient:
        """boto3's client that writes."""
        return self._client(self._writing)

    @cached_property
    def _reader(self) -> DynamoDBClient:
        return self._client(READ)

    def _client(self, config: Config) -> DynamoDBClient:
        with explained():
            return self._connection.session().client(
                "dynamodb", config=config, endpoint_url=self._connection.endpoint_url
            )

    # Writing

    def write(self, observations: Sequence[Observation]) -> list[Refusal]:
        """Put the observations, many at a time; the first failure ends it.

        An observation that is there already, in this version or a higher one, is no refusal.

        :returns: what cannot be kept here; all others are kept.
        :raises StoreError: if DynamoDB failed; some of the observations may be kept.
        """
        refusals: list[Refusal] = []
        for start in range(0, len(observations), _RECORDS):
            refusals += self._write(observations[start : start + _RECORDS])
        return refusals

    def _write(self, observations: Sequence[Observation]) -> list[Refusal]:
        # An observation that is the first with its dimensions takes two puts.
        last = clock.monotonic() + WRITE_SECONDS - 2 * _PUT_SECONDS
        failed: list[StoreError] = []

        def unless_failed(
            work: Callable[[Observation], str | None],
        ) -> Callable[[Observation], str | None]:
            def do(seen: Observation) -> str | None:
                if failed:
                    return None
                if clock.monotonic() > last:
                    failed.append(StoreError("DynamoDB takes records too slowly.", "OutOfTime"))
                    return None
                try:
                    return work(seen)
                except StoreError as error:
                    failed.append(error)
                    return None

            return do

        _ = self.writer  # by one thread
        one_of_each = {seen.bridge: seen for seen in observations}.values()
        with ThreadPoolExecutor(CONCURRENCY) as threads:
            run = threads.map if len(observations) > 1 else map
            # Before, or several would put what is said about one bridge.
            list(run(unless_failed(self.refusal), one_of_each))
            reasons = list(run(unless_failed(self._put), observations))
        if failed:
            raise failed[0]
        return [
            Refusal(seen, reason)
            for seen, reason in zip(observations, reasons, strict=True)
            if reason
        ]

    def _put(self, seen: Observation) -> str | None:
        """Put one observation; give the reason if it is refused."""
        if reason := self.refusal(seen):
            return reason
        number = about(self._dimensions[seen.bridge])
        found = self.put(Kept(seen, VERSION, number))
        return None if found is None else unlike(found, number)

    def refusal(self, seen: Observation) -> str | None:
        """Say why an observation can't be kept, if it can't; what is said about its bridge then is.

        :raises StoreError: if DynamoDB failed.
        """
        if reason := self._unfit(seen):
            return reason
        dimensions = self._dimensions[seen.bridge]
        said = seen.bridge, frozenset(dimensions.items())
        if said in self._said:
            return None
        there = self._put_unless_there(
            {
                "TableName": self.table,
                "Item": dimensions_item(seen.bridge, dimensions),
                "ConditionExpression": "attribute_not_exists(bridge)",
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        )
        if there is not None and dimensions_of(there)[1] != dimensions:
            number = about(dimensions)
            return f"Other dimensions of {seen.bridge} have the number {number} already."
        self._said.add(said)
        return None

    def put(self, kept: Kept) -> Kept | None:
        """Put an observation in its version, when `refusal` has none.

        :returns: None if it is kept; else what is there instead, which stays: of the same or a
            higher version, or with other dimensions.
        :raises StoreError: if DynamoDB failed.
        """
        there = self._put_unless_there(self.request(kept))
        return None if there is None else Kept.of(there)

    def request(self, kept: Kept) -> PutItemInputTypeDef:
        """Make the request that puts an observation unless this or a higher version is there."""
        item = kept.item(self.retention)
        return {
            "TableName": self.table,
            "Item": item,
            "ConditionExpression": "attribute_not_exists(bridge) OR (version < :version AND "
            "about = :about)",
            "ExpressionAttributeValues": {":version": item["version"], ":about": item["about"]},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }

    def _put_unless_there(self, request: PutItemInputTypeDef) -> Item | None:
        """Put an item; give the one that is there instead if the request's condition fails."""
        writer = self.writer
        with explained():
            try:
                writer.put_item(**request)
            except writer.exceptions.ConditionalCheckFailedException as error:
                return item_there(error)
        return None

    def _unfit(self, seen: Observation) -> str | None:
        """Say why an observation is not to be kept, if it isn't: as Timestream would."""
        try:
            check_name(seen.bridge)
        except ValueError as error:
            return str(error)
        now = self._now()
        if self.retention is not None and seen.time <= now - self.retention:
            return (
                f"The time is outside the time range that the table keeps: {self.retention.days} "
                "days."
            )
        if seen.time > now + AHEAD:
            return (
                "The time is outside the time range that the table takes: more than "
                f"{AHEAD // timedelta(minutes=1)} minutes ahead."
            )
        return None

    # Reading

    def read(
        self, bridges: Collection[str], since: datetime, until: datetime
    ) -> Iterator[Observation]:
        """Give the observations of these bridges with `since` <= time < `until`, in time order.

        One query a bridge, whose pages are fetched as they are consumed.

        :raises StoreError: if DynamoDB failed, or the table holds what isn't bridgewatch's.
        :raises ValueError: if a name cannot be a bridge's, or a time is naive.
        """
        for bridge in bridges:
            check_name(bridge)
        first, end = self.within(in_milliseconds(since), in_milliseconds(until))
        return self._merged(sorted(set(bridges)), first, end)

    def _merged(self, bridges: Sequence[str], first: int, end: int) -> Iterator[Observation]:
        of_each = [self.pages(bridge, first, end, PAGE_ITEMS) for bridge in bridges]
        _ = self._reader  # by one thread
        with ThreadPoolExecutor(CONCURRENCY) as threads:
            first_pages = list(threads.map(lambda pages: next(pages, ()), of_each))
        streams = (
            (Kept.of(item).observation for page in chain([page], pages) for item in page)
            for page, pages in zip(first_pages, of_each, strict=True)
        )
        yield from heapq.merge(*streams, key=attrgetter("time"))

    def last(self, bridges: Collection[str]) -> dict[str, Observation]:
        """Give the latest observation of each of these bridges that has one, however old it is.

        One query a bridge, of one item.

        :raises StoreError: if DynamoDB failed, or the table holds what isn't bridgewatch's.
        :raises ValueError: if a name cannot be a bridge's.
        """
        for bridge in bridges:
            check_name(bridge)
        first, end = self.within(0, in_milliseconds(self._now() + AHEAD))
        _ = self._reader  # by one thread
        with ThreadPoolExecutor(CONCURRENCY) as threads:
            pages = threads.map(lambda bridge: self._latest(bridge, first, end), set(bridges))
        found = (Kept.of(item).observation for page in pages for item in page)
        return {observation.bridge: observation for observation in found}

    def _latest(self, bridge: str, first: int, end: int) -> Sequence[Item]:
        with explained():
            return self._reader.query(
                **self._range(bridge, first, end), ScanIndexForward=False, Limit=1
            )["Items"]

    def within(self, first: int, end: int) -> tuple[int, int]:
        """Cut a range of time, in milliseconds, to what the table keeps.

        DynamoDB deletes what has expired within days, not at once
        (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html).
        """
        kept_since = 0
        if self.retention is not None:
            kept_since = in_milliseconds(self._now() - self.retention) + 1
        return max(first, kept_since, 0), end

    def pages(
        self,
        bridge: str,
        first: int,
        end: int,
        items: int | None = None,
        *,
        consistent: bool = False,
    ) -> Iterator[Sequence[Item]]:
        """Give the items of a bridge with `first` <= time < `end`, in milliseconds, page by page.

        :param items: how many to a page; by default, a megabyte of them.
        :param consistent: whether what was just written is surely among them, for twice the price.
        :raises StoreError: if DynamoDB failed.
        """
        if first >= end:
            return
        reader = self._reader
        with explained():
            pages = reader.get_paginator("query").paginate(
                **self._range(bridge, first, end),
                ConsistentRead=consistent,
                PaginationConfig={"PageSize": items} if items else {},
            )
            for page in pages:
                yield page["Items"]

    def _range(self, bridge: str, first: int, end: int) -> dict[str, Any]:
        """Say which items of a bridge: with `first` <= time < `end`, in milliseconds."""
        return {
            "TableName": self.table,
            # `time` is a reserved word.
            "KeyConditionExpression": "bridge = :bridge AND #time BETWEEN :first AND :last",
            "ExpressionAttributeNames": {"#time": "time"},
            "ExpressionAttributeValues": {
                ":bridge": {"S": bridge},
                ":first": {"N": str(first)},
                ":last": {"N": str(end - 1)},
            },
        }

    def dimensions(self, bridge: str) -> dict[int, dict[str, str]]:
        """Give all that was ever said about a bridge, by its number: also what was just said.

        :raises StoreError: if DynamoDB failed.
        """
        pages = self.pages(bridge, LOWEST_ABOUT, 0, consistent=True)
        return dict(dimensions_of(item) for page in pages for item in page)


def explained() -> AbstractContextManager[None]:
    """Turn the SDK's errors into a StoreError that says what to do."""
    return aws.explained("DynamoDB")
