"""The types of Timestream SQL: how they are written, coerced, and held by DuckDB.

https://docs.aws.amazon.com/timestream/latest/developerguide/supported-data-types.html

Timestream is statically typed; DuckDB only holds the values. An interval, for one, is a BIGINT to
DuckDB (nanoseconds or months) and has its meaning here alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Type:
    """A type: its name and, of a nested one, the types of its parts.

    :param labels: the field names of a row, in order; None where a field has none.
    """

    name: str
    parts: tuple[Type, ...] = ()
    labels: tuple[str | None, ...] = ()

    def __str__(self) -> str:
        """Write the type as typeof() and the error messages do."""
        if self.name == "function":
            *arguments, result = self.parts
            return f"function({','.join(map(str, arguments))},{result})"
        if self.name == "row":
            fields = (
                f'"{label}" {part}' if label else str(part)
                for label, part in zip(self.labels, self.parts, strict=True)
            )
            return f"row({', '.join(fields)})"
        if self.parts:
            return f"{self.name}({', '.join(map(str, self.parts))})"
        return self.name


BOOLEAN = Type("boolean")
INTEGER = Type("integer")
BIGINT = Type("bigint")
DOUBLE = Type("double")
VARCHAR = Type("varchar")
VARBINARY = Type("varbinary")
TIMESTAMP = Type("timestamp")
DATE = Type("date")
TIME = Type("time")
DAY_TO_SECOND = Type("interval day to second")
YEAR_TO_MONTH = Type("interval year to month")
UNKNOWN = Type("unknown")  # of NULL alone


_PHYSICAL = {
    "boolean": "BOOLEAN",
    "integer": "INTEGER",
    "bigint": "BIGINT",
    "double": "DOUBLE",
    "varchar": "VARCHAR",
    "varbinary": "BLOB",
    "timestamp": "TIMESTAMP_NS",
    "date": "DATE",
    "time": "BIGINT",  # nanoseconds since midnight
    "interval day to second": "BIGINT",  # nanoseconds
    "interval year to month": "BIGINT",  # months
    "unknown": "INTEGER",  # only ever NULL
}
_SCALARS = {
    type_.name: type_
    for type_ in (
        BOOLEAN, INTEGER, BIGINT, DOUBLE, VARCHAR, VARBINARY, TIMESTAMP, DATE, TIME,
        DAY_TO_SECOND, YEAR_TO_MONTH, UNKNOWN,
    )
} | {"int": INTEGER}  # fmt: skip


def array(element: Type) -> Type:
    """Return the type of an array of `element`."""
    return Type("array", (element,))


def row(*fields: Type, labels: tuple[str | None, ...] | None = None) -> Type:
    """Return the type of a row of `fields`, without names unless `labels` has them."""
    return Type("row", fields, labels or (None,) * len(fields))


def map_of(key: Type, value: Type) -> Type:
    """Return the type of a map from `key` to `value`."""
    return Type("map", (key, value))


def timeseries(value: Type) -> Type:
    """Return the type of a time series of `value`."""
    return Type("timeseries", (value,))


def point(value: Type) -> Type:
    """Return the type of one point of a time series of `value`."""
    return row(TIMESTAMP, value, labels=("time", "value"))


def field_name(index: int) -> str:
    """Name the field `index` (from 0) of a row in DuckDB, where every field needs its own name."""
    return f"f{index + 1}"


def physical(type_: Type) -> str:
    """Return the DuckDB type that holds values of a type."""
    match type_.name:
        case "array":
            return f"{physical(type_.parts[0])}[]"
        case "timeseries":  # its points in time order
            return physical(array(point(type_.parts[0])))
        case "map":
            return f"MAP({physical(type_.parts[0])}, {physical(type_.parts[1])})"
        case "row":
            fields = (f"{field_name(i)} {physical(part)}" for i, part in enumerate(type_.parts))
            return f"STRUCT({', '.join(fields)})"
    return _PHYSICAL[type_.name]


def holds(type_: Type, name: str) -> bool:
    """Whether a type is, or has somewhere inside, the type `name`."""
    return type_.name == name or any(holds(part, name) for part in type_.parts)


_WIDENING = {  # what a type becomes where another is expected, and at what cost
    ("integer", "bigint"): 1,
    ("integer", "double"): 3,
    ("bigint", "double"): 2,
    ("date", "timestamp"): 1,
    # As in AWS's own examples: day('2019-10-12 23:10:34.000000000').
    ("varchar", "timestamp"): 4,
}


def coercion_cost(from_: Type, to: Type) -> int | None:
    """Return how far a type is from one that it becomes by itself: 0 is the same, None never."""
    if from_ == to:
        return 0
    if from_ == UNKNOWN:
        return 1
    if from_.name == to.name and from_.parts and len(from_.parts) == len(to.parts):
        costs = [coercion_cost(a, b) for a, b in zip(from_.parts, to.parts, strict=True)]
        return None if None in costs else sum(cost or 0 for cost in costs)
    if from_.name == "timeseries" and to.name == "array":
        # A series is an array of rows wherever an array function takes one.
        cost = coercion_cost(point(from_.parts[0]), to.parts[0])
        return None if cost is None else cost + 1
    return _WIDENING.get((from_.name, to.name))


def common_type(left: Type, right: Type) -> Type | None:
    """Return the type that both become where they meet (CASE, UNION, IN, =), if there is one."""
    rows = left.name == right.name == "row"  # whose field names may differ
    if coercion_cost(left, right) is not None and not rows:
        return right
    if coercion_cost(right, left) is not None and not rows:
        return left
    if left.name == right.name and len(left.parts) == len(right.parts) and left.parts:
        parts = [common_type(a, b) for a, b in zip(left.parts, right.parts, strict=True)]
        if None in parts:
            return None
        labels = tuple(
            a if a == b else None for a, b in zip(left.labels, right.labels, strict=True)
        )
        return Type(left.name, tuple(p for p in parts if p is not None), labels)
    return None


_TOKEN = re.compile(r'\s*(?:("(?:[^"]|"")*"|[A-Za-z_][A-Za-z_0-9]*)|(.))')
_INTERVALS = ("day to second", "year to month")
_NESTED = {"array": 1, "timeseries": 1, "map": 2, "row": None, "function": None}  # None: any number


def parse_type(text: str, variables: frozenset[str] = frozenset()) -> Type:
    """Read a type as `str` writes it: `row(a bigint, array(double))`, `interval day to second`.

    :param variables: names that stand for any type (`T`), in a function's signature.
    :raises ValueError: if there is no such type.
    """
    words = [m[1] or m[2] for m in _TOKEN.finditer(text.strip())]
    type_, rest = _read_type(words, variables)
    if rest:
        raise ValueError(text)
    return type_


def _read_type(words: list[str], variables: frozenset[str]) -> tuple[Type, list[str]]:
    """Read one type off a list of words; return it and the words after it."""
    if not words:
        raise ValueError("no type")
    head, rest = words[0], words[1:]
    if head in variables:
        return Type(head), rest
    name = head.lower()
    if name == "interval" and " ".join(rest[:3]).lower() in _INTERVALS:
        return _SCALARS[f"interval {' '.join(rest[:3]).lower()}"], rest[3:]
    if not rest or rest[0] != "(":
        return _SCALARS[name] if name in _SCALARS else _unknown(name), rest
    if name in {"varchar", "timestamp", "time"}:  # a length or a precision: not a type of its own
        return _SCALARS[name], rest[rest.index(")") + 1 :]
    parts, labels, rest = _read_parts(name, rest[1:], variables)
    if _NESTED.get(name) not in (len(parts), None) or name not in _NESTED:
        _unknown(name)
    return Type(name, tuple(parts), tuple(labels) if name == "row" else ()), rest


def _read_parts(
    name: str, rest: list[str], variables: frozenset[str]
) -> tuple[list[Type], list[str | None], list[str]]:
    """Read the parts of a nested type, up to and with its closing parenthesis."""
    parts: list[Type] = []
    labels: list[str | None] = []
    separator = ","
    while separator != ")":
        label = None
        if name == "row" and len(rest) > 1 and rest[1] not in {"(", ",", ")"}:
            unnamed = rest[0].lower() == "interval" and rest[1].lower() in {"day", "year"}
            if not unnamed:
                label, rest = rest[0].strip('"').replace('""', '"'), rest[1:]
        part, rest = _read_type(rest, variables)
        parts.append(part)
        labels.append(label)
        if not rest or rest[0] not in {",", ")"}:
            raise ValueError(name)
        separator, rest = rest[0], rest[1:]
    return parts, labels, rest


def _unknown(name: str) -> Type:
    raise ValueError(f"Unknown type: {name}")
