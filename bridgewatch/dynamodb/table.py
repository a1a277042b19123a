"""A table of DynamoDB's, as the commands know it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bridgewatch.cost.bill import dollars
from bridgewatch.cost.prices import REGION, load_prices
from bridgewatch.cost.usage import Dimension
from bridgewatch.dynamodb.reading import Reader
from bridgewatch.dynamodb.writer import Writer
from bridgewatch.observation_table import Record
from bridgewatch.raw_requests import PATIENT
from bridgewatch.timestream.types import Column
from lambdas.dynamodb import DynamoDbStore
from lambdas.dynamodb_items import Kept, about, unlike
from lambdas.observation import Observation, check_name, from_milliseconds, in_milliseconds
from lambdas.store import StoreError
from lambdas.timestream import table_literal

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence
    from datetime import datetime
    from fractions import Fraction

    from bridgewatch.dynamodb.sql import LocalQuery
    from bridgewatch.settings import DynamoDbStorage
    from lambdas.aws import Connection
    from lambdas.observation import Status

# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
_NAME_CHARACTERS = 255
_COLUMNS = [
    Column(name, {"ScalarType": kind})
    for name, kind in (("time", "TIMESTAMP"), ("bridge", "VARCHAR"), ("status", "VARCHAR"))
]
_NEVER = 10**15  # milliseconds


class Fetched:
    """What was observed of some bridges, by bridge and time, as it arrives."""

    columns = _COLUMNS

    def __init__(self, table: DynamoDbTable, bridges: Sequence[str], first: int, end: int) -> None:
        self._table = table
        self._reader = table.reader()
        self._rows = self._fetch(bridges, first, end)

    def _fetch(
        self, bridges: Sequence[str], first: int, end: int
    ) -> Iterator[tuple[datetime, str, str]]:
        first, end = self._table.store.within(first, end)
        for bridge in bridges if first < end else ():
            for page in self._reader.pages(bridge, first, end - 1):
                for item in page.answer["Items"]:
                    seen = Kept.of(item).observation
                    yield seen.time, seen.bridge, seen.status

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        """Give the rows."""
        return self._rows

    def close(self) -> None:
        """Leave the rest."""

    def bill(self, seconds: int) -> str:  # noqa: ARG002 - time costs nothing
        """Say what was read so far, and what that costs."""
        return self._reader.bill(self._table.price)


class DynamoDbTable:
    """A `bridgewatch.observation_table.ObservationTable`.

    :param storage: what the settings say of it.
    :param dimensions: what the settings say about their bridges, as name and value, by name.
    :param database: what its name begins with, and SQL calls its database.
    :param table: what its name ends with, and SQL calls it.
    :param cap: how many write units a second it takes; None: as many as come.
    :raises ValueError: if a table cannot have that name.
    """

    def __init__(  # noqa: PLR0913 - where a table is, and what is said of it
        self,
        storage: DynamoDbStorage,
        *,
        database: str,
        table: str,
        connection: Connection,
        dimensions: Mapping[str, Mapping[str, str]] | None = None,
        cap: int | None = None,
    ) -> None:
        self._dimensions = dimensions or {}
        name = f"{database}-{table}"
        self.sql_name = table_literal(database, table)
        if len(name) > _NAME_CHARACTERS:
            raise ValueError(f"{name!r} cannot name a DynamoDB table: at most 255 characters.")
        self.store = DynamoDbStore(
            table=name,
            retention=timedelta(days=storage.retention_days),
            connection=connection,
            writing=PATIENT,
        )
        self._sql = database, table
        self._cap = cap
        self._connection = connection

    def reader(self) -> Reader:
        """Make what reads it, and counts that."""
        return Reader(self.store.table, self._connection, list(self._dimensions))

    def price(self, units: Fraction) -> str:
        """Write what read units cost, in US dollars."""
        region = self._connection.session().region_name or REGION
        return dollars(load_prices().price(Dimension.DYNAMODB_READS, region).of(units))

    def query(self, sql: str, *, full: bool = False) -> LocalQuery:
        """Prepare any SQL of Timestream's; what it can need is fetched, and it runs here."""
        from bridgewatch.dynamodb.sql import LocalQuery  # noqa: PLC0415 - DuckDB loads when a query comes

        return LocalQuery(
            sql,
            store=self.store,
            reader=self.reader(),
            name=self._sql,
            dimensions=[name for one in self._dimensions.values() for name in sorted(one)],
            full=full,
            price=self.price,
        )

    def warning(self, sql: str) -> None:
        """Say nothing: a query that would be needlessly dear is not run."""

    def observations(self, bridges: Sequence[str], first: int, end: int) -> Fetched:
        """Prepare reading what was observed."""
        return Fetched(self, bridges, first, end)

    def writer(self, dimensions: Mapping[str, Mapping[str, str]], concurrency: int) -> Writer:
        """Make a writer."""
        return Writer(
            self.store,
            dimensions,
            connection=self._connection,
            concurrency=concurrency,
            cap=self._cap,
        )

    def find(self, bridge: str, time: int) -> list[Record]:
        """Find the record of a bridge at a time, as it is now."""
        check_name(bridge)
        pages = self.store.pages(bridge, *self.store.within(time, time + 1), consistent=True)
        found = [Kept.of(item) for page in pages for item in page]
        said = self.store.dimensions(bridge) if found else {}
        return [_record(kept, said) for kept in found]

    def records(self, bridge: str, first: int) -> Generator[Record, None, None]:
        """Give the records of a bridge from a time on."""
        reader = self.reader()
        said = reader.said(bridge)
        first, end = self.store.within(first, _NEVER)
        for page in reader.pages(bridge, first, end - 1):
            for item in page.answer["Items"]:
                kept = Kept.of(item)
                if kept.about not in said:  # new since
                    said = reader.said(bridge)
                yield _record(kept, said)

    def counts(self) -> dict[str, int]:
        """Count all records of each bridge, which is billed as if they were read."""
        reader = self.reader()
        first, end = self.store.within(0, _NEVER)
        counted = (
            (bridge, reader.count(bridge, first, end - 1)) for bridge in reader.every_bridge()
        )
        return {bridge: number for bridge, number in counted if number}

    def correct(self, record: Record, status: Status, version: int) -> None:
        """Write a higher version of a record."""
        store = self.store.carrying({record.bridge: record.dimensions})
        seen = Observation(record.bridge, status, from_milliseconds(record.time))
        reason = store.refusal(seen)
        if reason is None:
            kept = Kept(seen, version, about(record.dimensions))
            there = store.put(kept)
            if there is not None:
                reason = unlike(there, kept.about) or "it was corrected meanwhile."
        if reason:
            raise StoreError(f"DynamoDB refused it: {reason}", "Refused")


def _record(kept: Kept, said: Mapping[int, Mapping[str, str]]) -> Record:
    if kept.about not in said:
        raise StoreError(
            f"The table does not say what {kept.observation} is about: it isn't bridgewatch's.",
            "UnknownItem",
        )
    seen = kept.observation
    return Record(
        bridge=seen.bridge,
        time=in_milliseconds(seen.time),
        status=seen.status,
        dimensions=said[kept.about],
        version=kept.version,
    )
