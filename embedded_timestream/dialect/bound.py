"""What is bound: expressions, the tables that are read, and what stays open until it is run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from embedded_timestream.sqltypes import Type

NOW = "\0now\0"  # stands in the SQL for the query's time in nanoseconds
TableName = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Expression:
    """A bound expression: DuckDB SQL that can stand anywhere, and its column's `name`, if any."""

    sql: str
    type: Type
    name: str | None = None
    origin: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Scan:
    """One table in one FROM, and the conditions on time that spare the service reading all of it.

    :param relation: what the conditions' SQL calls it.
    :param bounds: those conditions that compare time with something that no row changes: the
        operator and the SQL of that something.
    """

    table: TableName
    relation: str
    conditions: list[str]
    bounds: list[tuple[str, str]]

    @property
    def is_bounded(self) -> bool:
        """Whether the bounds are all that the conditions say."""
        return len(self.bounds) == len(self.conditions)


def table_mark(database: str, name: str) -> str:
    """Return what stands in the SQL for a table's rows."""
    return f"\0{database}\0{name}\0"


def quote_identifier(name: str) -> str:
    """Write a name for DuckDB."""
    return '"' + name.replace('"', '""') + '"'


def quote_string(text: str) -> str:
    """Write a string for DuckDB."""
    return "'" + text.replace("'", "''") + "'"
