"""The functions of Timestream SQL: a table for each family, `macros.sql`, and what Python computes.

To add a function, add a row to its family's table (and a macro to macros.sql, if DuckDB has nothing
equal), a row to docs/timestream-sql.md and its cases to tests/embedded_timestream/cases.

https://docs.aws.amazon.com/timestream/latest/developerguide/supported-sql-constructs.html
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from embedded_timestream.functions import (
    aggregates,
    arrays,
    conditional,
    datetime,
    maps,
    mathematics,
    python,
    regular_expressions,
    strings,
    timeseries,
    windows,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from embedded_timestream.functions.signature import Overload

_FAMILIES = (
    # Of two overloads that fit equally well the first is taken: NULL is text before it is an array.
    aggregates, strings, arrays, conditional, datetime, mathematics, maps, regular_expressions,
    timeseries, windows,
)  # fmt: skip

FUNCTIONS: dict[str, list[Overload]] = {}
for _family in _FAMILIES:
    for _overload in _family.FUNCTIONS:
        FUNCTIONS.setdefault(_overload.name, []).append(_overload)


def install(connection: DuckDBPyConnection) -> None:
    """Define in DuckDB what the tables' SQL calls."""
    python.install(connection)
    connection.execute((Path(__file__).parent / "macros.sql").read_text(encoding="utf-8"))
