"""Timestream's SQL on a table of DynamoDB's: fetch what the query can need, then run it here.

The embedded Timestream tells which times and which bridges a query can need, and answers it. The
rows are in DuckDB, a few bytes each, and nowhere else: a page of items is gone once it is in there.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count, repeat
from threading import Lock
from typing import TYPE_CHECKING, Any, cast

import duckdb

from bridgewatch.cli.failures import WRONG_USAGE, CommandError
from bridgewatch.cost.dynamodb import read_units
from bridgewatch.dynamodb.reading import CONCURRENCY, Reader
from bridgewatch.timestream.query import Query
from embedded_timestream.elsewhere import Elsewhere, StoppedClock
from embedded_timestream.errors import TimestreamError
from embedded_timestream.schema import MEASURE_NAME, TIME, Column, Role
from lambdas.observation import check_name
from lambdas.store import StoreError
from lambdas.timestream import not_there

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from fractions import Fraction

    from mypy_boto3_timestream_query import TimestreamQueryClient

    from embedded_timestream.dialect.bounds import Needed
    from lambdas.dynamodb import DynamoDbStore

    Span = tuple[int, int]
    """Milliseconds since 1970: the first and the last."""

_MILLISECOND = 1_000_000  # in nanoseconds
_NEVER = 10**15  # milliseconds
_BRIDGE_UNITS = 2
"""What a bridge's items cost more than by their size: to find it, what is said about it, and what
its last page is rounded up by."""
_STATUS = Column("measure_value::varchar", "varchar", Role.MEASURE, stored_as="status")
NO_UNLOAD = "Only Timestream has UNLOAD: `export` writes files, also Parquet, from either store."
_ROWS = "CREATE TABLE rows (bridge INTEGER, about BIGINT, time TIMESTAMP_NS, open BOOLEAN)"
_SAID = "CREATE OR REPLACE TABLE said (bridge INTEGER, about BIGINT, measure_name VARCHAR{})"
_LOST = "SELECT count(*) FROM rows ANTI JOIN said USING (bridge, about)"
_SHAPE = """{"Items": [{"time": {"N": "BIGINT"}, "about": {"N": "BIGINT"},
"status": {"S": "VARCHAR"}}]}"""
_LOAD = f"""
INSERT INTO rows
SELECT ?, item.about.N, make_timestamp_ns(item.time.N * {_MILLISECOND}),
  CASE item.status.S WHEN 'Open' THEN true WHEN 'Closed' THEN false
  ELSE error('neither Open nor Closed') END
FROM (SELECT unnest(from_json(?::JSON, '{_SHAPE}').Items) AS item)
"""  # noqa: S608 - of constants


class LocalQuery(Query):
    """A query; what it needs is fetched, and then it runs, when its first page is wanted.

    :param store: the table.
    :param reader: what fetches.
    :param name: what SQL calls the table: its database and its name.
    :param dimensions: the names of dimensions that SELECT * gives first; others follow by name.
    :param full: whether it may read from the beginning.
    :param price: writes what read units cost, in US dollars.
    """

    def __init__(  # noqa: PLR0913 - what a query is, and on what
        self,
        sql: str,
        *,
        store: DynamoDbStore,
        reader: Reader,
        name: tuple[str, str],
        dimensions: Sequence[str],
        full: bool,
        price: Callable[[Fraction], str],
    ) -> None:
        self._price = price
        self._store = store
        self._reader = reader
        self._name = name
        self._text = sql
        self._dimensions = dimensions
        self._full = full
        self._rows = Elsewhere(StoppedClock(time.time_ns()), *name)
        self._loading = Lock()
        self._is_ready = False
        super().__init__(cast("TimestreamQueryClient", self), sql)

    # What `Query` asks of a client of Timestream's

    def query(self, **request: str) -> dict[str, Any]:
        """Give a page of the answer.

        :raises StoreError: if the query is wrong, or DynamoDB failed.
        :raises CommandError: if it would read everything and may not.
        """
        try:
            if not self._is_ready:
                self._fetch_all(self._rows.kind(self._text))
                self._is_ready = True
            return self._rows.engine.query(request)
        except TimestreamError as error:
            told = not_there(str(error)) or f"The query is refused: {error}"
            raise StoreError(told, type(error).__name__) from error
        except duckdb.Error as error:
            raise StoreError(
                f"{self._reader.table} holds an item that isn't bridgewatch's: {error}.",
                "UnknownItem",
            ) from error

    def cancel_query(self, **_: str) -> None:
        """End it."""

    def close(self) -> None:
        """End the query, and let go of what was fetched."""
        super().close()
        self._rows.close()

    def bill(self, seconds: int) -> str:  # noqa: ARG002 - time costs nothing
        """Say what was read, and what that costs."""
        return self._reader.bill(self._price)

    # Fetching

    def _fetch_all(self, kind: str) -> None:
        """Fetch what the query can need, and say what it looks like."""
        if kind == "unload":
            raise CommandError(NO_UNLOAD, WRONG_USAGE)
        self._rows.connection.execute(_ROWS)
        is_listing = kind == "list"
        needed = [] if is_listing else self._needed()
        bridges = list(self._bridges(needed, listing=is_listing))
        with ThreadPoolExecutor(CONCURRENCY) as threads:
            list(threads.map(self._fetch_bridge, count(), bridges, repeat(needed)))
            # Afterwards: what an observation refers to is kept before it.
            said = dict(zip(bridges, threads.map(self._reader.said, bridges), strict=True))
            self._define(said, listing=is_listing)
            if needed and not self._rows.fits(self._text):
                # A table has the columns of all its records, whatever a query reads of them.
                others = [one for one in self._reader.bridges() if one not in said]
                said |= zip(others, threads.map(self._reader.said, others), strict=True)
                self._define(said, listing=is_listing)

    def _needed(self) -> list[Needed]:
        needed = [rows for name, rows in self._rows.needed(self._text) if name == self._name]
        endless = [rows.place for rows in needed if rows.time.first is None]
        if endless and not self._full:
            raise CommandError(self._would_read(dict.fromkeys(endless)), WRONG_USAGE)
        return needed

    def _would_read(self, places: Iterable[str]) -> str:
        items, size = self._reader.size()
        units = read_units(size, consistent=False) + _BRIDGE_UNITS * len(self._reader.known)
        return (
            f"This query does not say from when on it needs {' and '.join(places)}, so it reads "
            f"every item of the bridges that it is about, of {items:,} items: up to "
            f"{float(units):,.1f} units, {self._price(units)} USD, by DynamoDB's count of the last "
            "six hours. Add WHERE time > ago(7d), or say --full."
        )

    def _bridges(self, needed: Sequence[Needed], *, listing: bool) -> Iterable[str]:
        """Name the bridges that can be needed; without bounds, all that the table has."""
        if listing or any(rows.names is None for rows in needed):
            return self._reader.bridges()
        named = set().union(*(rows.names or () for rows in needed))
        return sorted(filter(_may_name_a_bridge, named))

    def _fetch_bridge(self, number: int, bridge: str, needed: Sequence[Needed]) -> None:
        """Put the observations that are needed of a bridge into DuckDB."""
        for first, last in _merged(self._spans(bridge, needed)):
            for page in self._reader.pages(bridge, first, last):
                with self._loading:
                    self._rows.connection.execute(_LOAD, [number, page.body])

    def _spans(self, bridge: str, needed: Sequence[Needed]) -> Iterator[Span]:
        for rows in needed:
            if rows.names is None or bridge in rows.names:
                first = (rows.time.first or 0) // _MILLISECOND
                last = _NEVER if rows.time.last is None else rows.time.last // _MILLISECOND
                first, end = self._store.within(first, last + 1)
                if first < end:
                    yield first, end - 1

    def _define(
        self, said: Mapping[str, Mapping[int, Mapping[str, str]]], *, listing: bool
    ) -> None:
        """Say what the table looks like: a row of its own is an observation and what it is about.

        :param said: what was ever said about each bridge, by its number; in the order in which the
            bridges were numbered.
        """
        every = [pairs for of_one in said.values() for pairs in of_one.values()]
        if not every:
            return
        found = set().union(*every)
        names = [one for one in dict.fromkeys([*self._dimensions, *sorted(found)]) if one in found]
        dimensions = [
            Column(name, "varchar", Role.DIMENSION, stored_as=f"d{number}")
            for number, name in enumerate(names)
        ]
        values = [
            (number, about, bridge, *map(pairs.get, names))
            for number, (bridge, of_one) in enumerate(said.items())
            for about, pairs in of_one.items()
        ]
        connection = self._rows.connection
        connection.execute(_SAID.format("".join(f", {one.stored} VARCHAR" for one in dimensions)))
        places = ", ".join("?" * (3 + len(names)))
        connection.executemany(f"INSERT INTO said VALUES ({places})", values)  # noqa: S608 - question marks
        stored = "".join(f", {column.stored}" for column in dimensions)
        columns = [*dimensions, MEASURE_NAME, TIME, _STATUS]
        self._rows.define(columns, _relation(stored, listing=listing))
        self._check()

    def _check(self) -> None:
        ((lost,),) = self._rows.connection.execute(_LOST).fetchall()
        if lost:
            raise StoreError(
                f"{self._reader.table} does not say what {lost:,} items are about: they are not "
                "bridgewatch's.",
                "UnknownItem",
            )


def _may_name_a_bridge(text: str) -> bool:
    """Whether a bridge can have that name: DynamoDB refuses keys that are empty, or too long."""
    try:
        check_name(text)
    except ValueError:
        return False
    return True


def _relation(stored: str, *, listing: bool) -> str:
    """Write the table as SQL; to list what there is, each thing said counts as an observation."""
    if listing:
        return f"(SELECT measure_name{stored}, NULL::TIMESTAMP_NS AS time, '' AS status FROM said)"  # noqa: S608 - of names of ours
    return (
        f"(SELECT measure_name{stored}, time, CASE WHEN open THEN 'Open' ELSE 'Closed' END AS "  # noqa: S608 - likewise
        "status FROM rows JOIN said USING (bridge, about))"
    )


def _merged(spans: Iterable[Span]) -> Iterator[Span]:
    """Join spans that overlap, so that nothing is read twice."""
    ordered = sorted(spans)
    while ordered:
        first, last = ordered.pop(0)
        while ordered and ordered[0][0] <= last + 1:
            last = max(last, ordered.pop(0)[1])
        yield first, last
