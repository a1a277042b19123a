"""What one WriteRecords call says, read and checked as far as that needs no table.

https://docs.aws.amazon.com/timestream/latest/developerguide/API_WriteRecords.html: what is
malformed refuses the whole call (ValidationException); what breaks a limit or does not fit its
type refuses the one record (RejectedRecords).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from embedded_timestream import limits
from embedded_timestream.errors import ValidationException

if TYPE_CHECKING:
    from embedded_timestream.schema import ColumnType
    from embedded_timestream.write.series import Series

Value = str | int | float | bool
Measures = dict[str, Value]  # by the name of the column; a TIMESTAMP is in nanoseconds
Types = dict[str, "ColumnType"]  # of multi-measures, by the name of the column
# series, time in nanoseconds, version, type of the measure, its values, types of a MULTI's values
Point = tuple["Series", int, int, str, Measures, Types | None]
Refusal = str  # the reason
Dimensions = tuple[tuple[str, str], ...]  # name, value
SeriesOf = Callable[[Dimensions, str], "Series"]

NANOSECONDS = {"SECONDS": 10**9, "MILLISECONDS": 10**6, "MICROSECONDS": 10**3, "NANOSECONDS": 1}
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_DOUBLE = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_BOOLEANS = {"true": True, "false": False}
_VERSIONS = range(1, 2**63)
_TIME_BYTES = 8


def _varchar(text: str) -> Value:
    return text


def _bigint(text: str) -> Value:
    if not _INTEGER.fullmatch(text) or not -(2**63) <= (value := int(text)) < 2**63:
        raise ValueError(text)
    return value


def _double(text: str) -> Value:
    # Infinity and NaN can be computed in a query, not written:
    # https://docs.aws.amazon.com/timestream/latest/developerguide/writes.html
    if not _DOUBLE.fullmatch(text) or abs(value := float(text)) == float("inf"):
        raise ValueError(text)
    return value


def _boolean(text: str) -> Value:
    if (value := _BOOLEANS.get(text.lower())) is None:
        raise ValueError(text)
    return value


_READ: dict[str, Callable[[str], Value]] = {
    "VARCHAR": _varchar,
    "BIGINT": _bigint,
    "DOUBLE": _double,
    "BOOLEAN": _boolean,
}
TYPES: dict[str, ColumnType] = {
    "VARCHAR": "varchar",
    "BIGINT": "bigint",
    "DOUBLE": "double",
    "BOOLEAN": "boolean",
    "TIMESTAMP": "timestamp",
}
COLUMNS = {kind: f"measure_value::{TYPES[kind]}" for kind in _READ}  # of single measures


def read(request: dict[str, Any], series_of: SeriesOf) -> list[Point | Refusal]:
    """Read a WriteRecords request: for each record, in order, its point or why it is refused.

    :param series_of: gives the series of dimensions (in the order of the record) and measure name;
        it checks their names.
    :raises ValidationException: if the call as a whole is refused.
    """
    records = request.get("Records")
    if not isinstance(records, list) or not 1 <= len(records) <= limits.RECORDS:
        raise _constraint(
            "records",
            f"Member must have length between 1 and {limits.RECORDS}, inclusive",
        )
    common = request.get("CommonAttributes") or {}
    common_dimensions = _dimensions(common.get("Dimensions"))
    return [
        _point(number, record, common, common_dimensions, series_of)
        for number, record in enumerate(records, 1)
    ]


def _point(
    number: int,
    record: dict[str, Any],
    common: dict[str, Any],
    common_dimensions: Dimensions,
    series_of: SeriesOf,
) -> Point | Refusal:
    # An attribute of the record's own goes before the common one.
    get = ({**common, **record} if common else record).get
    own = record.get("Dimensions")
    dimensions = common_dimensions + _dimensions(own) if own else common_dimensions
    if not (measure_name := get("MeasureName")):
        raise _missing(number, "measureName")
    series = series_of(dimensions, measure_name)
    unit = NANOSECONDS.get(get("TimeUnit", "MILLISECONDS"))
    if unit is None:
        raise _constraint(f"records.{number}.member.timeUnit", _one_of(NANOSECONDS))
    time = _time(get("Time"), unit)
    version = get("Version", 1)
    if version not in _VERSIONS:
        rule = "Member must have value greater than or equal to 1"
        raise _constraint(f"records.{number}.member.version", rule)
    kind = get("MeasureValueType", "DOUBLE")
    types = None
    try:
        if kind == "MULTI":
            if get("MeasureValue") is not None:
                raise ValidationException("MeasureValue is not allowed for type MULTI.")
            values = [*common.get("MeasureValues", ()), *record.get("MeasureValues", ())]
            measures, types, size = _multi(values, number, unit)
        else:
            if get("MeasureValues"):
                raise ValidationException("MeasureValues are only allowed for type MULTI.")
            measures, size = _single(kind, get("MeasureValue"), number)
    except ValueError as error:
        return str(error)
    if series.size + size + _TIME_BYTES > limits.RECORD_BYTES:
        return f"The record is larger than {limits.RECORD_BYTES} bytes."
    return series, time, version, kind, measures, types


def _dimensions(dimensions: list[dict[str, str]] | None) -> Dimensions:
    if not dimensions:
        return ()
    try:
        return tuple([(str(pair["Name"]), str(pair["Value"])) for pair in dimensions])
    except (KeyError, TypeError):
        raise _constraint("dimensions", "Member must have a Name and a Value") from None


def _time(text: str | None, unit: int) -> int:
    if not isinstance(text, str) or not _INTEGER.fullmatch(text):
        raise ValidationException("Invalid time for record.")
    time = int(text) * unit
    if not 0 <= time <= limits.LAST_NANOSECOND:
        raise ValidationException("Invalid time for record.")
    return time


def _single(kind: str, text: str | None, number: int) -> tuple[Measures, int]:
    read_value = _READ.get(kind)
    if read_value is None:
        if kind == "TIMESTAMP":  # only as part of a MULTI
            raise ValidationException("TIMESTAMP is an invalid measure value type.")
        raise _constraint(
            f"records.{number}.member.measureValueType",
            _one_of([*TYPES, "MULTI"]),
        )
    if not text or len(text) > limits.MEASURE_VALUE_CHARACTERS:
        raise _length(number, "measureValue", text)
    try:
        value = read_value(text)
    except ValueError:
        raise ValueError(f"The measure value '{text}' is not a valid {kind}.") from None
    return {COLUMNS[kind]: value}, _size(value)


def _multi(values: list[dict[str, str]], number: int, unit: int) -> tuple[Measures, Types, int]:
    if not values:
        raise _missing(number, "measureValues")
    if len(values) > limits.MULTI_MEASURES:
        raise ValueError(
            f"The record has {len(values)} measures; the maximum is {limits.MULTI_MEASURES}."
        )
    measures: Measures = {}
    types: Types = {}
    size = 0
    for value in values:
        name, text, kind = value.get("Name", ""), value.get("Value"), value.get("Type", "")
        check_name(name, "measure")
        if not text or len(text) > limits.MEASURE_VALUE_CHARACTERS:
            raise _length(number, "measureValues.value", text)
        if name in measures:
            raise ValidationException(f"Duplicate measure name in record: {name}.")
        try:
            if kind == "TIMESTAMP":
                # In the record's unit: the API has no other.
                measures[name] = _time(text, unit)
            elif kind in _READ:
                measures[name] = _READ[kind](text)
            else:
                raise ValidationException(f"{kind} is an invalid measure value type.")
        except ValueError:
            raise ValueError(f"The measure value '{text}' is not a valid {kind}.") from None
        types[name] = TYPES[kind]
        size += len(name) + _size(measures[name])
    return measures, types, size


def _size(value: Value) -> int:
    """Count bytes as the service meters them.

    https://docs.aws.amazon.com/timestream/latest/developerguide/metering-and-pricing.writes.html
    """
    if isinstance(value, str):
        return len(value.encode())
    return 1 if isinstance(value, bool) else 8


def check_dimensions(dimensions: Dimensions) -> None:
    """Refuse dimensions that no record may have.

    :raises ValidationException: if there are none, one is there twice or its name is reserved.
    """
    if not dimensions:
        raise ValidationException("At least one dimension is required for a record.")
    names = set()
    for name, _ in dimensions:
        if name in names:
            raise ValidationException(
                f"Dimensions may not overlap: '{name}' is specified more than once."
            )
        names.add(name)
        check_name(name, "dimension")
        if ":" in name:
            raise ValidationException(f"Invalid dimension name '{name}': it contains a colon.")


@lru_cache(maxsize=4096)
def check_name(name: str, what: str) -> None:
    """Refuse a column's name that is empty or that the service keeps for itself.

    :param what: "dimension" or "measure", for the message.
    :raises ValidationException: if it is.
    """
    if not name:
        raise _constraint(f"{what}.name", "Member must have length greater than or equal to 1")
    if name in limits.RESERVED_NAMES or name.startswith(limits.RESERVED_PREFIXES):
        raise ValidationException(f"The {what} name '{name}' is reserved.")


def _constraint(where: str, rule: str) -> ValidationException:
    return ValidationException(
        f"1 validation error detected: Value at '{where}' failed to satisfy constraint: {rule}"
    )


def _missing(number: int, member: str) -> ValidationException:
    return _constraint(f"records.{number}.member.{member}", "Member must not be null")


def _length(number: int, member: str, text: str | None) -> ValidationException:
    if text is None:
        return _missing(number, member)
    rule = "greater than or equal to 1" if not text else "less than or equal to 2048"
    return _constraint(f"records.{number}.member.{member}", f"Member must have length {rule}")


def _one_of(names: Iterable[str]) -> str:
    return f"Member must satisfy enum value set: [{', '.join(names)}]"
