"""What an expression is once it is bound: DuckDB SQL, a type, and how both are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from embedded_timestream.sqltypes import Type

NOW = "\0now\0"  # stands in the SQL for the query's time in nanoseconds


@dataclass(frozen=True, slots=True)
class Expression:
    """A bound expression: DuckDB SQL that can stand anywhere, and its column's `name`, if any."""

    sql: str
    type: Type
    name: str | None = None
    origin: tuple[str, str] | None = None


def quote_identifier(name: str) -> str:
    """Write a name for DuckDB."""
    return '"' + name.replace('"', '""') + '"'


def quote_string(text: str) -> str:
    """Write a string for DuckDB."""
    return "'" + text.replace("'", "''") + "'"
