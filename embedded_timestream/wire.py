"""Values as the service writes them: types, scalars as text, Java's doubles, nested values.

https://docs.aws.amazon.com/timestream/latest/developerguide/API_query_Datum.html
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from embedded_timestream.sqltypes import TIMESTAMP, Type, field_name, holds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Datum = dict[str, Any]

_DAY = 86_400_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NULL: Datum = {"NullValue": True}


def java_double(value: float) -> str:
    """Write a double as Java's Double.toString: `1.0E10`, `0.001`, `Infinity`."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:  # noqa: PLR2004 - Java's limits
        return repr(value)
    digits, _, exponent = f"{value!r}".partition("e")
    sign = "-" if value < 0 else ""
    whole, _, fraction = digits.lstrip("-").partition(".")
    power = int(exponent or 0) + len(whole) - 1
    significant = (whole + fraction).rstrip("0")
    stripped = significant.lstrip("0")
    power -= len(significant) - len(stripped)
    return f"{sign}{stripped[0]}.{stripped[1:] or '0'}E{power}"


@lru_cache(maxsize=4096)
def _day_text(day: int) -> str:
    return f"{_EPOCH + timedelta(days=day):%Y-%m-%d}".rjust(10, "0")


def clock_text(nanoseconds: int) -> str:
    """Write a time of day in nanoseconds: `17:02:07.496000000`."""
    seconds, fraction = divmod(nanoseconds, 1_000_000_000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{fraction:09}"


def timestamp_text(nanoseconds: int) -> str:
    """Write a time since 1970 in nanoseconds: `2022-07-07 17:44:43.771000000`."""
    day, rest = divmod(nanoseconds, _DAY)
    return f"{_day_text(day)} {clock_text(rest)}"


def day_to_second_text(nanoseconds: int) -> str:
    """Write an interval in nanoseconds: `5 20:00:00.000000000`."""
    day, rest = divmod(abs(nanoseconds), _DAY)
    return f"{'-' if nanoseconds < 0 else ''}{day} {clock_text(rest)}"


def year_to_month_text(months: int) -> str:
    """Write an interval in months: `4-2`."""
    return f"{'-' if months < 0 else ''}{abs(months) // 12}-{abs(months) % 12}"


_SCALAR_TEXT: dict[str, Callable[[Any], str]] = {
    "boolean": lambda value: "true" if value else "false",
    "integer": str,
    "bigint": str,
    "double": java_double,
    "varchar": str,
    "varbinary": lambda value: value.hex(" "),
    "timestamp": timestamp_text,
    "date": str,
    "time": clock_text,
    "interval day to second": day_to_second_text,
    "interval year to month": year_to_month_text,
    "unknown": str,
}
_SCALAR_NAMES = {
    "interval day to second": "INTERVAL_DAY_TO_SECOND",
    "interval year to month": "INTERVAL_YEAR_TO_MONTH",
    "varbinary": "VARCHAR",
}


def readable(sql: str, type_: Type, depth: int = 0) -> str:
    """Return SQL for a value as Python can read it exactly: a time as its nanoseconds."""
    if not any(holds(type_, name) for name in ("timestamp", "timeseries", "map")):
        return sql
    element = f"w{depth}"
    match type_.name:
        case "timestamp":
            return f"epoch_ns({sql})"
        case "array":
            inner = readable(element, type_.parts[0], depth + 1)
            return f"list_transform({sql}, lambda {element}: {inner})"
        case "timeseries":
            time = readable(f"{element}.{field_name(0)}", TIMESTAMP, depth + 1)
            value = readable(f"{element}.{field_name(1)}", type_.parts[0], depth + 1)
            return (
                f"list_transform({sql}, lambda {element}: "
                f"struct_pack({field_name(0)} := {time}, {field_name(1)} := {value}))"
            )
        case "row":
            fields = ", ".join(
                f"{field_name(i)} := {readable(f'({sql}).{field_name(i)}', part, depth)}"
                for i, part in enumerate(type_.parts)
            )
            return f"(CASE WHEN {sql} IS NULL THEN NULL ELSE struct_pack({fields}) END)"
    pairs = ", ".join(
        f"{field_name(i)} := {readable(f'{element}.{side}', part, depth + 1)}"
        for i, (side, part) in enumerate(zip(("key", "value"), type_.parts, strict=True))
    )
    return f"list_transform(map_entries({sql}), lambda {element}: struct_pack({pairs}))"


def column_info(name: str | None, type_: Type) -> dict[str, Any]:
    """Return a ColumnInfo."""
    info: dict[str, Any] = {"Type": type_info(type_)}
    return info if name is None else {"Name": name, **info}


def type_info(type_: Type) -> dict[str, Any]:
    """Return a type as the API names it."""
    match type_.name:
        case "array":
            return {"ArrayColumnInfo": column_info(None, type_.parts[0])}
        case "timeseries":
            return {"TimeSeriesMeasureValueColumnInfo": column_info(None, type_.parts[0])}
        case "row":
            fields = zip(type_.labels, type_.parts, strict=True)
            return {"RowColumnInfo": [column_info(label, part) for label, part in fields]}
        case "map":
            # The API knows no maps: an array of its entries says the same.
            entry = Type("row", type_.parts, ("key", "value"))
            return {"ArrayColumnInfo": column_info(None, entry)}
    return {"ScalarType": _SCALAR_NAMES.get(type_.name, type_.name.upper())}


def scalar_text(type_: Type, value: Any) -> str:  # noqa: ANN401 - what DuckDB fetched
    """Write a value of a scalar type that is not NULL."""
    return _SCALAR_TEXT[type_.name](value)


def datum(type_: Type) -> Callable[[Any], Datum]:
    """Return what turns a fetched value of a type into a Datum."""
    if type_.name in _SCALAR_TEXT:
        text = _SCALAR_TEXT[type_.name]
        return lambda value: NULL if value is None else {"ScalarValue": text(value)}
    parts = [datum(part) for part in type_.parts]
    if type_.name == "array":
        return lambda value: (
            NULL if value is None else {"ArrayValue": [parts[0](element) for element in value]}
        )
    if type_.name == "timeseries":
        return lambda value: (
            NULL if value is None else {"TimeSeriesValue": [_point(p, parts[0]) for p in value]}
        )
    if type_.name == "map":
        return lambda value: (
            NULL if value is None else {"ArrayValue": [_row(entry, parts) for entry in value]}
        )
    return lambda value: NULL if value is None else _row(value, parts)


def datum_size(value: Datum) -> int:
    """Count the bytes of a Datum, for the limit of a page."""
    if (text := value.get("ScalarValue")) is not None:
        return len(text)
    content = next(iter(value.values()))
    if isinstance(content, dict):  # of a row
        return sum(map(datum_size, content["Data"]))
    if isinstance(content, list):
        return sum(
            len(part["Time"]) + datum_size(part["Value"]) if "Time" in part else datum_size(part)
            for part in content
        )
    return 1


def column_data(type_: Type) -> Callable[[Sequence[Any]], tuple[list[Datum], list[int]]]:
    """Return what turns the fetched values of a column into Data, and tells their sizes."""
    if type_.name not in _SCALAR_TEXT:
        of_one = datum(type_)

        def nested(values: Sequence[Any]) -> tuple[list[Datum], list[int]]:
            data = [of_one(value) for value in values]
            return data, [datum_size(one) for one in data]

        return nested
    texts_of = _COLUMN_TEXTS.get(type_.name)
    if texts_of is None:
        text = _SCALAR_TEXT[type_.name]

        def texts_of(values: Iterable[Any]) -> Iterable[str]:
            return map(text, values)

    def scalars(values: Sequence[Any]) -> tuple[list[Datum], list[int]]:
        if None not in values:
            texts = list(texts_of(values))
            return [{"ScalarValue": text} for text in texts], list(map(len, texts))
        told = iter(texts_of([value for value in values if value is not None]))
        data = [NULL if value is None else {"ScalarValue": next(told)} for value in values]
        return data, [datum_size(one) for one in data]

    return scalars


def _double_texts(values: Iterable[float]) -> Iterable[str]:
    # Most are in the range in which Java writes as Python does.
    return [repr(v) if 1e-3 <= v < 1e7 else java_double(v) for v in values]  # noqa: PLR2004


def _timestamp_texts(values: Iterable[int]) -> Iterable[str]:
    texts = []
    for nanoseconds in values:
        seconds, fraction = divmod(nanoseconds, 1_000_000_000)
        texts.append(f"{_second_text(seconds)}.{fraction:09}")
    return texts


@lru_cache(maxsize=65_536)
def _second_text(seconds: int) -> str:
    return timestamp_text(seconds * 1_000_000_000)[:-10]


_COLUMN_TEXTS: dict[str, Callable[[Iterable[Any]], Iterable[str]]] = {
    "double": _double_texts,
    "timestamp": _timestamp_texts,
    "varchar": lambda values: values,
}


def _row(fields: dict[str, Any], parts: list[Callable[[Any], Datum]]) -> Datum:
    data = [part(value) for part, value in zip(parts, fields.values(), strict=True)]
    return {"RowValue": {"Data": data}}


def _point(fields: dict[str, Any], value: Callable[[Any], Datum]) -> Datum:
    return {
        "Time": timestamp_text(fields[field_name(0)]),
        "Value": value(fields[field_name(1)]),
    }
