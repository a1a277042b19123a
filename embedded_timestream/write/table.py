"""One table: which records it takes, and what it then holds.

What is written waits in memory and goes to DuckDB in bulk: when somebody reads, or when there is
much of it. Nothing here locks; the store does.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from embedded_timestream import limits
from embedded_timestream.errors import RejectedRecordsException
from embedded_timestream.schema import MEASURE_NAME, TIME, Column, Role
from embedded_timestream.write import records
from embedded_timestream.write.retention import DAY, Retention
from embedded_timestream.write.rows import Rows, ordered
from embedded_timestream.write.series import Series

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from embedded_timestream.schema import ColumnType
    from embedded_timestream.write.records import Dimensions, Measures, Point, Refusal
    from embedded_timestream.write.rows import Key

_WAITING_ROWS = 2000  # each takes ten times as much memory here as in DuckDB
_FEW_SERIES = 1000

_SAME_VERSION = (
    "A record already exists with the same time, dimensions, measure name, and record version. A"
    " higher record version must be specified in order to update the measure value. Specifying"
    " record version is supported by the latest SDKs."
)
_LOWER_VERSION = (
    "The record version {} is lower than the existing version {}. A higher version is required to"
    " update the measure value."
)
_REJECTED = "One or more records have been rejected. See RejectedRecords for details."


class Table:
    """The records of one table.

    :param now: tells the time in nanoseconds since 1970.
    :param reading: a context in which everything is flushed and nobody writes.
    """

    def __init__(
        self,
        rows: Rows,
        retention: Retention,
        now: Callable[[], int],
        reading: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self.retention = retention
        self.required_dimensions: frozenset[str] = frozenset()  # of the partition key
        self._now = now
        self._reading = reading
        self._rows = rows
        self._columns: dict[str, Column] = {}  # in order of appearance
        self._multi: dict[str, ColumnType] = {}  # the types of multi-measures
        self._kinds: dict[str, str] = {}  # a measure's type, by its name
        self._series: dict[tuple[Dimensions, str], Series] = {}  # by any spelling of dimensions
        self._stored_series: list[Series] = []  # by id
        self._flushed_series = 0
        self._waiting: dict[Key, tuple[int, Measures]] = {}
        self._outdated: list[Key] = []  # in DuckDB, and waiting with a new version
        self._purged = 0  # nothing in DuckDB is older
        self._purging = 0  # nor will be, once what is flushed is committed
        self._oldest = limits.LAST_NANOSECOND  # nor in memory

    @property
    def crowded(self) -> bool:
        """Whether so much waits in memory that it should be flushed."""
        return len(self._waiting) >= _WAITING_ROWS

    def columns(self) -> list[Column]:
        """Give the columns that were ever written, in the order of `SELECT *`."""
        return ordered(self._columns.copy().values())  # a writer may be adding some

    def relation(self) -> str:
        """Give SQL for the rows that are there now, one column for each of `columns()`."""
        with self._reading():
            since = self.retention.kept_from(self._now())
            # A condition that all rows fulfil costs a look at each.
            return self._rows.relation(since if since > self._oldest else None)

    def count(self, first: int, last: int) -> int | None:
        """Count the rows from one time to another, both included, without looking at them.

        :returns: None if there are so many series that looking at the rows is faster.
        """
        with self._reading():
            if len(self._stored_series) > _FEW_SERIES:
                return None
            first = max(first, self.retention.kept_from(self._now()))
            return sum(one.times.between(first, last) for one in self._stored_series)

    def write(
        self, request: dict[str, Any], now: int, rejected_later: dict[int, str]
    ) -> dict[str, Any]:
        """Store the records of a WriteRecords request, and answer it.

        :param rejected_later: takes in why late records are rejected once this is answered, by
            their place in the request.
        :raises ValidationException: if the call is malformed; nothing is stored.
        :raises RejectedRecordsException: if records are rejected; the others are stored.
        """
        points = records.read(request, self._series_of)
        since, until = self.retention.writable(now)
        memory_from = self.retention.memory_from(now)
        stored = self._stored(points)
        rejected: list[dict[str, Any]] = []
        memory = magnetic = 0
        for index, point in enumerate(points):
            if isinstance(point, str):
                rejected.append({"RecordIndex": index, "Reason": point})
                continue
            if not since <= point[1] < until:
                reason = self.retention.refusal(now)
                rejected.append({"RecordIndex": index, "Reason": reason})
                continue
            refusal = self._store(point, stored)
            is_late = point[1] < memory_from
            if refusal is not None:
                if not is_late or "ExistingVersion" not in refusal:
                    rejected.append({"RecordIndex": index, **refusal})
                    continue
                rejected_later[index] = refusal["Reason"]
            memory += not is_late
            magnetic += is_late
        if rejected:
            raise RejectedRecordsException(_REJECTED, RejectedRecords=rejected)
        return {
            "RecordsIngested": {
                "Total": memory + magnetic,
                "MemoryStore": memory,
                "MagneticStore": magnetic,
            }
        }

    def flush(self) -> None:
        """Hand what waits to DuckDB; once that is committed, `flushed` is called."""
        self._rows.create()
        if not self._waiting:
            return
        self._rows.add_columns(self._columns.values())
        self._rows.add_series(self._stored_series[self._flushed_series :])
        self._rows.remove(self._outdated)
        self._rows.insert(self._waiting)
        kept_from = self.retention.kept_from(self._now())
        if kept_from > self._purged + DAY:
            self._rows.remove_before(kept_from)
            self._purging = kept_from

    def flushed(self) -> None:
        """Forget what waited: DuckDB has it."""
        self._rows.committed()
        self._flushed_series = len(self._stored_series)
        self._outdated.clear()
        self._waiting.clear()
        self._purged = self._purging
        self._oldest = max(self._oldest, self._purged)

    def unflushed(self) -> None:
        """Keep what waits: DuckDB has nothing of it."""
        self._rows.rolled_back()
        self._purging = self._purged

    def purge(self) -> None:
        """Remove for good what has aged out of a table that is flushed."""
        self._purged = self._purging = self.retention.kept_from(self._now())
        self._oldest = max(self._oldest, self._purged)
        self._rows.remove_before(self._purged)

    def drop(self) -> None:
        """Remove the table from DuckDB."""
        self._rows.drop()

    def save(self) -> dict[str, Any]:
        """Give what the table needs, beside its rows, to be opened again; JSON can carry it."""
        columns = [(c.name, c.type, c.role.name) for c in self._columns.values()]
        return {"kinds": self._kinds, "multi": self._multi, "columns": columns}

    def load(self, saved: dict[str, Any]) -> None:
        """Open again what an earlier process saved and flushed."""
        self._kinds, self._multi = saved["kinds"], saved["multi"]
        for name, kind, role in saved["columns"]:
            self._add_column(Column(name, kind, Role[role]))
        self._stored_series = self._rows.load(self._columns.values())
        self._flushed_series = len(self._stored_series)
        self._series = {(one.dimensions, one.measure_name): one for one in self._stored_series}
        times = (one.times.oldest() for one in self._stored_series)
        self._oldest = min((one for one in times if one is not None), default=self._oldest)

    def _series_of(self, dimensions: Dimensions, measure_name: str) -> Series:
        spelling = dimensions, measure_name
        series = self._series.get(spelling)
        if series is None:
            records.check_dimensions(dimensions)
            in_order = tuple(sorted(dimensions))
            series = self._series.setdefault(
                (in_order, measure_name), Series(in_order, measure_name)
            )
            self._series[spelling] = series
        return series

    def _stored(self, points: list[Point | Refusal]) -> dict[Key, tuple[int, Measures]]:
        """Fetch what DuckDB holds under the keys of these points."""
        keys = {
            key: None
            for point in points
            if not isinstance(point, str)
            and (series := point[0]).id is not None
            and point[1] in series.times
            and (key := (series.id, point[1])) not in self._waiting
        }
        return self._rows.find(list(keys)) if keys else {}

    def _store(
        self, point: Point, stored: dict[Key, tuple[int, Measures]]
    ) -> dict[str, Any] | None:
        """Store one record, or say why not."""
        series, time, version, kind, measures, types = point
        existing = None
        if series.id is not None and time in series.times:
            existing = self._waiting.get((series.id, time)) or stored.get((series.id, time))
        if existing is not None:
            if existing == (version, measures):
                return None
            if version <= existing[0]:
                return _outranked(version, existing[0])
        if self.required_dimensions and (
            missing := self.required_dimensions - dict(series.dimensions).keys()
        ):
            return {"Reason": f"The record lacks the partition key {', '.join(sorted(missing))}."}
        if (
            series.id is None
            or self._kinds.get(series.measure_name) != kind
            or (types is not None and not types.items() <= self._multi.items())
        ):
            if reason := self._unfit(series, kind, types):
                return {"Reason": reason}
            self._admit(series, kind, types)
        key = series.id or 0, time
        if existing is None:
            series.times.add(time)
            self._oldest = min(self._oldest, time)
        elif key not in self._waiting:
            self._outdated.append(key)
        self._waiting[key] = version, measures
        return None

    def _unfit(self, series: Series, kind: str, types: dict[str, ColumnType] | None) -> str | None:
        """Say why a record that brings something new does not fit this table, if it does not."""
        name = series.measure_name
        if (first := self._kinds.get(name, kind)) != kind:
            return f"The measure '{name}' is of type {first}; it cannot be written as {kind}."
        if name not in self._kinds and len(self._kinds) >= limits.MEASURE_NAMES:
            return f"The table has {limits.MEASURE_NAMES} measure names already."
        new = [c for c in _columns(series, kind, types) if self._columns.get(c.name) != c]
        seen: dict[str, Column] = {}
        for column in new:
            other = self._columns.get(column.name) or seen.get(column.name)
            if other is not None:
                return _clash(column, other)
            seen[column.name] = column
        dimensions = [c for c in (*self._columns.values(), *new) if c.role is Role.DIMENSION]
        if len(dimensions) > limits.DIMENSIONS:
            return f"The table would have more than {limits.DIMENSIONS} dimensions."
        if types and len(self._multi.keys() | types.keys()) > limits.MULTI_MEASURES_IN_TABLE:
            return f"The table would have more than {limits.MULTI_MEASURES_IN_TABLE} measures."
        return _unfit_names(series) if series.id is None else None

    def _admit(self, series: Series, kind: str, types: dict[str, ColumnType] | None) -> None:
        if series.id is None:
            series.id = len(self._stored_series)
            self._stored_series.append(series)
        self._kinds[series.measure_name] = kind
        self._multi |= types or {}
        for column in _columns(series, kind, types):
            self._add_column(column)

    def _add_column(self, column: Column) -> None:
        if column.name in self._columns:
            return
        taken = {c.stored.lower() for c in (MEASURE_NAME, TIME, *self._columns.values())}
        if column not in {MEASURE_NAME, TIME} and column.name.lower() in taken:
            column = replace(column, stored_as=f"ts_{len(self._columns)}")
        self._columns[column.name] = column


def _columns(series: Series, kind: str, types: dict[str, ColumnType] | None) -> Iterator[Column]:
    """Give the columns that a record fills."""
    for name, _ in series.dimensions:
        yield Column(name, "varchar", Role.DIMENSION)
    yield MEASURE_NAME
    yield TIME
    if types is None:
        yield Column(records.COLUMNS[kind], records.TYPES[kind], Role.MEASURE)
    else:
        for name, multi in types.items():
            yield Column(name, multi, Role.MEASURE)


def _unfit_names(series: Series) -> str | None:
    if len(series.measure_name.encode()) > limits.MEASURE_NAME_BYTES:
        return f"The measure name is longer than {limits.MEASURE_NAME_BYTES} bytes."
    for name, value in series.dimensions:
        if len(name.encode()) > limits.DIMENSION_NAME_BYTES:
            return (
                f"The dimension name '{name}' is longer than {limits.DIMENSION_NAME_BYTES} bytes."
            )
        if len(name.encode()) + len(value.encode()) > limits.DIMENSION_PAIR_BYTES:
            return (
                f"The dimension '{name}' and its value are longer than"
                f" {limits.DIMENSION_PAIR_BYTES} bytes."
            )
    return None


def _clash(column: Column, other: Column) -> str:
    if column.role is not other.role:
        return f"'{column.name}' cannot be both a dimension and a measure."
    return (
        f"The measure '{column.name}' is of type {other.type.upper()};"
        f" it cannot be written as {column.type.upper()}."
    )


def _outranked(version: int, existing: int) -> dict[str, Any]:
    reason = _SAME_VERSION
    if version < existing:
        reason = _LOWER_VERSION.format(version, existing)
    return {"Reason": reason, "ExistingVersion": existing}
