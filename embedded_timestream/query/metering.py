"""What a query costs: bytes scanned and metered, and the insights that go with them.

The service counts what it reads, which is not told exactly. Here it is at most that: the rows that
the query's conditions on time leave, times the mean size of a row by the rule. (To count by measure
name too would take longer than most queries.)
https://docs.aws.amazon.com/timestream/latest/developerguide/metering-and-pricing.queries.html
"""

# ruff: noqa: S608 - the SQL is put together from what was bound

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from embedded_timestream import limits
from embedded_timestream.query.statements import bound_at
from embedded_timestream.schema import Role
from embedded_timestream.write.rows import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from duckdb import DuckDBPyConnection

    from embedded_timestream.dialect.bound import Scan
    from embedded_timestream.query.statements import Select
    from embedded_timestream.schema import Column

    Json = dict[str, Any]
    Relations = dict[tuple[str, str], str]

METERED_MEGABYTES = 10  # the least that a query is charged for
_MEGABYTE = 1_000_000
_SAMPLED_ROWS = 1000
_REMEMBERED = 1000


def status(scanned: int | None) -> Json:
    """Return a QueryStatus: what is metered is whole megabytes, ten at least.

    https://aws.amazon.com/timestream/pricing/

    :param scanned: in bytes; None of SHOW and DESCRIBE, which are not metered.
    """
    megabytes = 0 if scanned is None else max(METERED_MEGABYTES, -(-scanned // _MEGABYTE))
    return {
        "ProgressPercentage": 100.0,
        "CumulativeBytesScanned": scanned or 0,
        "CumulativeBytesMetered": megabytes * _MEGABYTE,
    }


class Meter:
    """Measures queries; remembers how large the rows of each table are."""

    def __init__(self) -> None:
        self._sizes: dict[tuple[tuple[str, str], tuple[Column, ...]], float] = {}
        self._lock = threading.Lock()
        self._times: OrderedDict[str, int | None] = OrderedDict()  # by the SQL that tells them

    def scanned(
        self,
        cursor: DuckDBPyConnection,
        select: Select,
        now: int,
        relations: Relations,
        count: Callable[[tuple[str, str], int, int], int | None],
    ) -> int:
        """Count the bytes that a query has to read.

        :param count: tells how many rows a table has from one time to another, both included; None
            if that is for DuckDB to tell.
        """
        total = 0.0
        for scan, (table, source) in zip(
            select.scans, select.scans_at(now, relations), strict=True
        ):
            key = table, select.tables[table]
            if key not in self._sizes:
                self._sizes[key] = _row_size(cursor, relations[table], select.tables[table])
            rows = count(table, *self._range(cursor, scan, now)) if scan.is_bounded else None
            if rows is None:
                found = cursor.execute(f"SELECT count(*) {source}").fetchone()
                rows = found[0] if found else 0
            total += self._sizes[key] * rows
        return round(total)

    def _range(self, cursor: DuckDBPyConnection, scan: Scan, now: int) -> tuple[int, int]:
        """Give the first and the last time that a scan's bounds leave."""
        first, last = 0, limits.LAST_NANOSECOND
        for operator, value in scan.bounds:
            plain = bound_at(value, now)
            time = plain if isinstance(plain, int) else self._evaluated(cursor, plain)
            if time is None:  # nothing is before or after NULL
                return 1, 0
            if operator in {">", ">=", "="}:
                first = max(first, time + (operator == ">"))
            if operator in {"<", "<=", "="}:
                last = min(last, time - (operator == "<"))
        return first, last

    def _evaluated(self, cursor: DuckDBPyConnection, sql: str) -> int | None:
        with self._lock:
            if sql in self._times:
                return self._times[sql]
        ((time,),) = cursor.execute(f"SELECT epoch_ns({sql})").fetchall()
        with self._lock:
            self._times[sql] = time
            while len(self._times) > _REMEMBERED:
                self._times.popitem(last=False)
        return None if time is None else int(time)


def _row_size(cursor: DuckDBPyConnection, relation: str, columns: Iterable[Column]) -> float:
    """Return the mean bytes of a row: names count for dimensions only, a time is eight bytes.

    https://docs.aws.amazon.com/timestream/latest/developerguide/metering-and-pricing.writes.html
    """
    sizes = [_size(column) for column in columns]
    found = cursor.execute(
        f"SELECT avg({' + '.join(sizes) or '0'}) FROM (FROM {relation} LIMIT {_SAMPLED_ROWS})"
    ).fetchone()
    return float((found and found[0]) or 0)


def _size(column: Column) -> str:
    name = quoted(column.stored)
    value = {"varchar": f"strlen({name})", "boolean": "1"}.get(column.type, "8")
    own_name = len(column.name.encode()) if column.role is Role.DIMENSION else 0
    return f"(CASE WHEN {name} IS NULL THEN 0 ELSE {own_name} + {value} END)"


def insights(
    cursor: DuckDBPyConnection, select: Select, now: int, relations: Relations, arns: Relations
) -> Json:
    """Return what QueryInsights says of the tables: the widest range of time, the widest spread.

    https://docs.aws.amazon.com/timestream/latest/developerguide/API_query_QueryInsightsResponse.html
    """
    ranges: list[tuple[int, str]] = []
    spreads: list[tuple[float, str]] = []
    for table, source in select.scans_at(now, relations):
        if not select.tables[table]:
            continue
        name = arns[table]
        span, names = cursor.execute(
            "SELECT epoch_ns(max(time)) - epoch_ns(min(time)), count(DISTINCT measure_name)"
            f" {source}"
        ).fetchall()[0]
        every = cursor.execute(
            f"SELECT count(DISTINCT measure_name) FROM {relations[table]}"
        ).fetchall()[0][0]
        ranges.append((span or 0, name))
        spreads.append((names / every if every else 0.0, name))
    answer: Json = {"QueryTableCount": len(select.tables)}
    if ranges:
        value, name = max(ranges)
        answer["QueryTemporalRange"] = {"Max": {"Value": value, "TableArn": name}}
        share, name = max(spreads)
        answer["QuerySpatialCoverage"] = {
            "Max": {"Value": share, "TableArn": name, "PartitionKey": ["measure_name"]}
        }
    return answer
