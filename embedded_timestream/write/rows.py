"""The rows of one table, as DuckDB keeps them.

A row holds its dimensions, so that a query joins nothing, and two columns that no Timestream column
can be called: `ts_series`, the number of its series, and `ts_version`.
"""

# ruff: noqa: S608 - only quoted names and numbers of our own are put into the SQL here

from __future__ import annotations

from typing import TYPE_CHECKING

from embedded_timestream.schema import DUCKDB_TYPES, Column, Role
from embedded_timestream.write.series import Series, Times

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from duckdb import DuckDBPyConnection

    from embedded_timestream.write.records import Measures

Key = tuple[int, int]  # series, time in nanoseconds
KEPT = "kept"  # the DuckDB database of everything that is stored
_KEYS = "SELECT unnest(?::INTEGER[]) AS ts_series, make_timestamp_ns(unnest(?::BIGINT[])) AS time"


def quoted(name: str) -> str:
    """Quote an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


class Rows:
    """The rows of one table, and the series that they belong to.

    :param number: of the table, within its store.
    """

    def __init__(self, connection: DuckDBPyConnection, number: int) -> None:
        self._connection = connection
        self._rows = f"{KEPT}.t{number}"
        self._series = f"{KEPT}.t{number}_series"
        self.columns: dict[str, Column] = {}
        self._uncommitted: list[str] = []  # columns

    def create(self) -> None:
        """Make the empty table, unless it is there."""
        self._connection.execute(
            f"CREATE TABLE IF NOT EXISTS {self._rows} (ts_series INTEGER, ts_version BIGINT,"
            " measure_name VARCHAR, time TIMESTAMP_NS)"
        )
        self._connection.execute(
            f"CREATE TABLE IF NOT EXISTS {self._series} (ts_series INTEGER, measure_name VARCHAR)"
        )

    def drop(self) -> None:
        """Remove the table."""
        self._connection.execute(f"DROP TABLE IF EXISTS {self._rows}")
        self._connection.execute(f"DROP TABLE IF EXISTS {self._series}")

    def add_columns(self, columns: Iterable[Column]) -> None:
        """Make room for columns that are not there yet."""
        for column in columns:
            if column.name in self.columns:
                continue
            self.columns[column.name] = column
            self._uncommitted.append(column.name)
            if column.role in {Role.MEASURE_NAME, Role.TIME}:
                continue
            tables = [self._rows]
            if column.role is Role.DIMENSION:
                tables.append(self._series)
            for table in tables:
                self._connection.execute(
                    f"ALTER TABLE {table} ADD COLUMN"
                    f" {quoted(column.stored)} {DUCKDB_TYPES[column.type]}"
                )

    def committed(self) -> None:
        """Take note that columns that were added stay."""
        self._uncommitted.clear()

    def rolled_back(self) -> None:
        """Take note that columns that were added are gone again."""
        for name in self._uncommitted:
            del self.columns[name]
        self._uncommitted.clear()

    def add_series(self, series: Sequence[Series]) -> None:
        """Take in series, whose dimensions are columns already."""
        if not series:
            return
        names = sorted({name for one in series for name, _ in one.dimensions})
        values = [dict(one.dimensions) for one in series]
        self._connection.execute(
            f"INSERT INTO {self._series} (ts_series, measure_name{self._list(names)})"
            f" SELECT unnest(?::INTEGER[]), unnest(?::VARCHAR[])"
            + ", unnest(?::VARCHAR[])"
            * len(names),
            [
                [one.id for one in series],
                [one.measure_name for one in series],
                *([value.get(name) for value in values] for name in names),
            ],
        )

    def remove(self, keys: Sequence[Key]) -> None:
        """Remove the rows with these keys."""
        if keys:
            self._connection.execute(
                f"DELETE FROM {self._rows} AS old USING ({_KEYS}) AS new"
                " WHERE old.ts_series = new.ts_series AND old.time = new.time",
                _transposed(keys),
            )

    def remove_before(self, time: int) -> None:
        """Remove the rows older than this time in nanoseconds."""
        self._connection.execute(f"DELETE FROM {self._rows} WHERE time < make_timestamp_ns({time})")

    def insert(self, rows: dict[Key, tuple[int, Measures]]) -> None:
        """Add rows (version and measures by key), whose series and columns are there already."""
        names = sorted({name for _, measures in rows.values() for name in measures})
        dimensions = [c.name for c in self.columns.values() if c.role is Role.DIMENSION]
        types = [self.columns[name].type for name in names]
        # A time travels as its nanoseconds: DuckDB rounds anything else to microseconds.
        values = ", ".join(
            f"unnest(?::{'BIGINT' if kind == 'timestamp' else DUCKDB_TYPES[kind]}[]) AS m{at}"
            for at, kind in enumerate(types)
        )
        read = ", ".join(
            f"make_timestamp_ns(new.m{at})" if kind == "timestamp" else f"new.m{at}"
            for at, kind in enumerate(types)
        )
        self._connection.execute(
            f"INSERT INTO {self._rows}"
            f" (ts_series, ts_version, time, measure_name{self._list([*dimensions, *names])})"
            " SELECT new.ts_series, new.ts_version, new.time, series.measure_name"
            + self._list(dimensions, of="series.")
            + f", {read} FROM ({_KEYS}, unnest(?::BIGINT[]) AS ts_version, {values}) AS new"
            f" JOIN {self._series} AS series ON series.ts_series = new.ts_series",
            [
                *_transposed(list(rows)),
                [version for version, _ in rows.values()],
                *([measures.get(name) for _, measures in rows.values()] for name in names),
            ],
        )

    def find(self, keys: Sequence[Key]) -> dict[Key, tuple[int, Measures]]:
        """Give version and measures of the rows with these keys, as far as they are there."""
        measures = [c for c in self.columns.values() if c.role is Role.MEASURE]
        read = "".join(
            f", epoch_ns({quoted(c.stored)})" if c.type == "timestamp" else f", {quoted(c.stored)}"
            for c in measures
        )
        found = self._connection.execute(
            f"SELECT ts_series, epoch_ns(time), ts_version{read} FROM {self._rows}"
            f" SEMI JOIN ({_KEYS}) USING (ts_series, time)",
            _transposed(keys),
        ).fetchall()
        return {
            (series, time): (
                version,
                {
                    column.name: value
                    for column, value in zip(measures, values, strict=True)
                    if value is not None
                },
            )
            for series, time, version, *values in found
        }

    def relation(self, since: int | None) -> str:
        """Give SQL for the rows in the order of `SELECT *`.

        :param since: leaves out what is older.
        """
        names = ", ".join(quoted(column.stored) for column in ordered(self.columns.values()))
        kept = "" if since is None else f" WHERE time >= make_timestamp_ns({since})"
        return f"(SELECT {names or 'time'} FROM {self._rows}{kept})"

    def load(self, columns: Iterable[Column]) -> list[Series]:
        """Read the series of a table that an earlier process left, in order of their numbers."""
        self.columns = {column.name: column for column in columns}
        dimensions = sorted(c.name for c in self.columns.values() if c.role is Role.DIMENSION)
        found = self._connection.execute(
            "SELECT ts_series, any_value(s.measure_name),"
            " list(epoch_ns(time) ORDER BY time) FILTER (time IS NOT NULL)"
            + "".join(f", any_value(s.{quoted(self.columns[n].stored)})" for n in dimensions)
            + f" FROM {self._series} AS s LEFT JOIN {self._rows} AS r USING (ts_series)"
            " GROUP BY ts_series ORDER BY ts_series"
        ).fetchall()
        loaded = []
        for number, measure_name, times, *values in found:
            pairs = zip(dimensions, values, strict=True)
            series = Series(tuple(p for p in pairs if p[1] is not None), measure_name)
            series.id = number
            series.times = Times(times)
            loaded.append(series)
        return loaded

    def _list(self, names: Iterable[str], of: str = "") -> str:
        return "".join(f", {of}{quoted(self.columns[name].stored)}" for name in names)


def ordered(columns: Iterable[Column]) -> list[Column]:
    """Sort columns as `SELECT *` does: dimensions, measure_name, time, measures."""
    return sorted(columns, key=lambda column: list(Role).index(column.role))


def _transposed(keys: Sequence[Key]) -> list[list[int]]:
    return [[series for series, _ in keys], [time for _, time in keys]]
