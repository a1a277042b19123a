"""The columns of a Timestream table, as SQL sees them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

ColumnType = Literal["varchar", "bigint", "double", "boolean", "timestamp"]


class Role(Enum):
    """What a column is to its table; DESCRIBE and SHOW MEASURES say it."""

    DIMENSION = "DIMENSION"
    MEASURE_NAME = "MEASURE_NAME"
    TIME = "TIMESTAMP"
    MEASURE = "MEASURE_VALUE"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `name` as it was written, its Timestream `type` and its `role`.

    A single measure's column is called `measure_value::TYPE`; a multi-measure's has its own name.

    :param stored_as: what DuckDB calls it, if not by its name: to DuckDB, names that differ in case
        alone are the same.
    """

    name: str
    type: ColumnType
    role: Role
    stored_as: str | None = field(default=None, compare=False)

    @property
    def stored(self) -> str:
        """What DuckDB calls it."""
        return self.stored_as or self.name


MEASURE_NAME = Column("measure_name", "varchar", Role.MEASURE_NAME)
TIME = Column("time", "timestamp", Role.TIME)

DUCKDB_TYPES: dict[ColumnType, str] = {
    "varchar": "VARCHAR",
    "bigint": "BIGINT",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "timestamp": "TIMESTAMP_NS",
}
