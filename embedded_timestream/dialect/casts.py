"""Conversions: the ones that SQL makes by itself, and CAST.

https://docs.aws.amazon.com/timestream/latest/developerguide/conversion-functions.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from embedded_timestream.sqltypes import (
    UNKNOWN,
    Type,
    array,
    field_name,
    physical,
    point,
)

if TYPE_CHECKING:
    from embedded_timestream.dialect.bound import Expression

_NUMBERS = ("integer", "bigint", "double")

# (from, to): DuckDB SQL of {0}; {safe} is TRUE in TRY_CAST. The macros: functions/macros.sql.
_RULES: dict[tuple[str, str], str] = {
    ("integer", "bigint"): "CAST({0} AS BIGINT)",
    ("integer", "double"): "CAST({0} AS DOUBLE)",
    ("bigint", "double"): "CAST({0} AS DOUBLE)",
    ("bigint", "integer"): "{cast}({0} AS INTEGER)",
    ("double", "integer"): "{cast}(round({0}) AS INTEGER)",
    ("double", "bigint"): "{cast}(round({0}) AS BIGINT)",
    ("varchar", "integer"): "{cast}(integer_text({0}, {safe}) AS INTEGER)",
    ("varchar", "bigint"): "{cast}(integer_text({0}, {safe}) AS BIGINT)",
    ("varchar", "double"): "{cast}(stripped({0}) AS DOUBLE)",
    ("varchar", "boolean"): "boolean_of_text({0}, {safe})",
    ("varchar", "timestamp"): "timestamp_of_text({0}, {safe})",
    ("varchar", "date"): "date_of_text({0}, {safe})",
    ("varchar", "time"): "time_of_text({0}, {safe})",
    ("boolean", "varchar"): "CAST({0} AS VARCHAR)",
    ("boolean", "integer"): "CAST({0} AS INTEGER)",
    ("boolean", "bigint"): "CAST({0} AS BIGINT)",
    ("boolean", "double"): "CAST({0} AS DOUBLE)",
    ("integer", "boolean"): "({0} <> 0)",
    ("bigint", "boolean"): "({0} <> 0)",
    ("double", "boolean"): "({0} <> 0)",
    ("integer", "varchar"): "CAST({0} AS VARCHAR)",
    ("bigint", "varchar"): "CAST({0} AS VARCHAR)",
    ("double", "varchar"): "double_text({0})",
    ("timestamp", "varchar"): "timestamp_text({0})",
    ("timestamp", "date"): "date_of({0})",
    ("timestamp", "time"): "nanoseconds_of_day({0})",
    ("date", "timestamp"): "CAST({0} AS TIMESTAMP_NS)",
    ("date", "varchar"): "CAST({0} AS VARCHAR)",
    ("time", "varchar"): "clock_text({0})",
    ("time", "timestamp"): "make_timestamp_ns({0})",
    ("interval day to second", "varchar"): "day_to_second_text({0})",
    ("interval year to month", "varchar"): "year_to_month_text({0})",
}

E = TypeVar("E", bound="Expression")


def coerce(value: Expression, to: Type) -> str:
    """Return the SQL of a value as a type that it becomes by itself."""
    converted = _convert(value.sql, value.type, to, safe=False, depth=0)
    if converted is None:
        raise AssertionError(f"{value.type} does not become {to}")
    return converted


def cast(value: E, to: Type, *, safe: bool = False) -> E | None:
    """Convert a value as CAST does; None if the types do not allow it.

    :param safe: a value that cannot be converted is NULL, as in TRY_CAST.
    """
    sql = _convert(value.sql, value.type, to, safe=safe, depth=0)
    return None if sql is None else replace(value, sql=sql, type=to, name=None, origin=None)


def _convert(sql: str, from_: Type, to: Type, *, safe: bool, depth: int) -> str | None:
    if from_ == to:
        return sql
    if from_ == UNKNOWN:
        return f"CAST({sql} AS {physical(to)})"
    rule = _RULES.get((from_.name, to.name))
    if rule is not None:
        return rule.format(
            sql, safe="TRUE" if safe else "FALSE", cast="TRY_CAST" if safe else "CAST"
        )
    if from_.name == "timeseries":
        if to.name == "timeseries":
            to = array(point(to.parts[0]))
        return _convert(sql, array(point(from_.parts[0])), to, safe=safe, depth=depth)
    if from_.name != to.name or len(from_.parts) != len(to.parts) or not from_.parts:
        return None
    return _convert_parts(sql, from_, to, safe=safe, depth=depth)


def _convert_parts(sql: str, from_: Type, to: Type, *, safe: bool, depth: int) -> str | None:
    if physical(from_) == physical(to) and str(from_.parts) == str(to.parts):
        return sql  # only the names of a row's fields differ
    if from_.name == "row":
        names = [f"({sql}).{field_name(index)}" for index in range(len(from_.parts))]
    else:
        names = [f"e{depth}" for _ in from_.parts]
        depth += 1
    converted = [
        _convert(name, given, wanted, safe=safe, depth=depth)
        for name, given, wanted in zip(names, from_.parts, to.parts, strict=True)
    ]
    parts = [part for part in converted if part is not None]
    if len(parts) != len(converted):
        return None
    if from_.name == "row":
        packed = ", ".join(f"{field_name(index)} := {part}" for index, part in enumerate(parts))
        return f"(CASE WHEN {sql} IS NULL THEN NULL ELSE struct_pack({packed}) END)"
    if from_.name == "map":
        sides = (f"map_keys({sql})", f"map_values({sql})")
        lists = ", ".join(
            f"list_transform({side}, lambda {name}: {part})"
            for side, name, part in zip(sides, names, parts, strict=True)
        )
        return f"map({lists})"
    return f"list_transform({sql}, lambda {names[0]}: {parts[0]})"
