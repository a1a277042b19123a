"""Statements: what a query string is once it is bound, ready to run again at any time."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from embedded_timestream.dialect.bound import NOW, table_mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from embedded_timestream.dialect.bound import Scan
    from embedded_timestream.dialect.scope import Catalog, Field
    from embedded_timestream.schema import Column


# ago(15m), as functions/datetime.py writes it.
_AGO = re.compile(re.escape(f"make_timestamp_ns({NOW} - CAST(@ AS BIGINT))").replace("@", r"(\d+)"))


@dataclass(frozen=True)
class Select:
    """A bound query.

    :param sql: DuckDB SQL in which the time and the tables' rows are still open.
    :param tables: the tables that it reads, with the columns that they had when it was bound.
    :param scans: each place where it reads one of them.
    """

    sql: str
    fields: tuple[Field, ...]
    tables: dict[tuple[str, str], tuple[Column, ...]] = field(default_factory=dict)
    scans: tuple[Scan, ...] = ()

    def names(self) -> list[str]:
        """Name the columns of the answer; one without a name is called after its place."""
        return [f.name if f.name is not None else f"_col{i}" for i, f in enumerate(self.fields)]

    def fits(self, catalog: Catalog) -> bool:
        """Whether the tables still have the columns that it was bound to."""
        for (database, name), columns in self.tables.items():
            table = catalog.table(database, name)
            if table is None or tuple(table.columns()) != columns:
                return False
        return True

    def at(self, now: int, relations: dict[tuple[str, str], str]) -> str:
        """Return the SQL to run: at a time, in nanoseconds, over these tables' rows."""
        return _at(self.sql, now, relations)

    def scans_at(
        self, now: int, relations: dict[tuple[str, str], str]
    ) -> Iterator[tuple[tuple[str, str], str]]:
        """Give each table that it reads with FROM and WHERE of the rows that have to be read."""
        for scan in self.scans:
            source = f"FROM {table_mark(*scan.table)} AS {scan.relation}"
            where = f" WHERE {' AND '.join(scan.conditions)}" if scan.conditions else ""
            yield scan.table, _at(source + where, now, relations)


def bound_at(sql: str, now: int) -> int | str:
    """Return the time of a bound, in nanoseconds, if that is plain, or else SQL that tells it."""
    if (found := _AGO.fullmatch(sql)) is not None:
        return now - int(found[1])
    return _at(sql, now, {})


def _at(sql: str, now: int, relations: dict[tuple[str, str], str]) -> str:
    sql = sql.replace(NOW, f"CAST({now} AS BIGINT)")
    for (database, name), relation in relations.items():
        sql = sql.replace(table_mark(database, name), relation)
    return sql


@dataclass(frozen=True)
class Listing:
    """SHOW or DESCRIBE.

    :param kind: DATABASES, TABLES, MEASURES or COLUMNS.
    :param like: a LIKE pattern for the name that is listed first.
    """

    kind: str
    database: str | None = None
    table: str | None = None
    like: str | None = None


@dataclass(frozen=True)
class Export:
    """UNLOAD: a query, the S3 address that its rows go to, and the options as they are written."""

    select: Select
    target: str
    options: dict[str, str | list[str]]


Statement = Select | Listing | Export
