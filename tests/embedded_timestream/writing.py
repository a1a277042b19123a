"""What the tests of the writing half share: a store, records, and what came of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from embedded_timestream.errors import RejectedRecordsException
from embedded_timestream.write.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from embedded_timestream.write.late import Surroundings

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
NOON_NS = int(NOON.timestamp()) * 10**9
SECOND = 10**9
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WHERE = {"DatabaseName": "bridges", "TableName": "status"}
STATION = "station"
"""The dimension of records that a test gives none, as each must have one."""


class StoppedClock:
    """A time that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = NOON_NS

    def now_ns(self) -> int:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += round(seconds * SECOND)


class Given:
    """A store at noon with one table, and short words for what tests do to it."""

    def __init__(
        self,
        data: Path | None = None,
        *,
        fsync: bool = False,
        surroundings: Surroundings | None = None,
        **table: object,
    ) -> None:
        self.clock = StoppedClock()
        self.store = Store(self.clock, data, fsync=fsync, surroundings=surroundings)
        self.store.call("CreateDatabase", {"DatabaseName": "bridges"})
        self.store.call("CreateTable", {**WHERE, **table})

    def write(self, *records: dict[str, Any], **common: object) -> dict[str, int]:
        """Write records that are all taken: how many into which store."""
        request = {**WHERE, "Records": list(records), "CommonAttributes": common}
        ingested: dict[str, int] = self.store.call("WriteRecords", request)["RecordsIngested"]
        return ingested

    def rejected(self, *records: dict[str, Any], **common: object) -> list[dict[str, Any]]:
        """Write records of which some are rejected: those, as the service lists them."""
        try:
            self.write(*records, **common)
        except RejectedRecordsException as error:
            rejected: list[dict[str, Any]] = error.extra["RejectedRecords"]
            return rejected
        return []

    def rows(self) -> list[tuple[Any, ...]]:
        """Read every row as `SELECT *` gives it, but without `STATION`: a time as nanoseconds."""
        table = self.store.table("bridges", "status")
        assert table is not None
        columns = ", ".join(
            f'epoch_ns("{c.stored}")' if c.type == "timestamp" else f'"{c.stored}"'
            for c in table.columns()
            if c.name != STATION
        )
        cursor = self.store.cursor()
        return cursor.execute(
            f"SELECT {columns or 0} FROM {table.relation()} ORDER BY ALL"  # noqa: S608 - ours
        ).fetchall()

    def columns(self) -> list[str]:
        """Name the columns with their types, all but `STATION`."""
        table = self.store.table("bridges", "status")
        assert table is not None
        return [f"{c.name} {c.type}" for c in table.columns() if c.name != STATION]


def record(
    value: str | list[dict[str, str]] = "Open",
    kind: str = "VARCHAR",
    *,
    name: str = "Hisingsbron",
    at: int = NOON_NS,
    **more: object,
) -> dict[str, Any]:
    """Give a record as the API takes it.

    :param value: of the measure, or the values of a MULTI.
    :param at: its time in nanoseconds since 1970.
    :param more: what else it says, or says otherwise, in the API's words.
    """
    return {
        "Dimensions": dimensions(**{STATION: "1"}),
        "MeasureName": name,
        "MeasureValues" if isinstance(value, list) else "MeasureValue": value,
        "MeasureValueType": kind,
        "Time": str(at),
        "TimeUnit": "NANOSECONDS",
        **more,
    }


def multi(**values: tuple[str, str]) -> list[dict[str, str]]:
    """Give the values of a MULTI from its type and text by name."""
    return [{"Name": n, "Type": kind, "Value": text} for n, (kind, text) in values.items()]


def dimensions(**values: str) -> list[dict[str, str]]:
    """Give dimensions as the API takes them."""
    return [{"Name": name, "Value": value} for name, value in values.items()]
