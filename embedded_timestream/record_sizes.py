"""How large a record is, by the service's own rule: what a write and its storage are billed by.

https://docs.aws.amazon.com/timestream/latest/developerguide/metering-and-pricing.writes.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

KIB = 1024
_TIME_BYTES = 8
_VALUE_BYTES = {
    "BOOLEAN": 1,
    "BIGINT": 8,
    "DOUBLE": 8,
    "TIMESTAMP": 8,  # the page does not name it; it is a 64-bit integer
}


def attribute_bytes(record: Mapping[str, Any], value_type: str = "DOUBLE") -> int:
    """Count the bytes of what a record says itself, in the shape that WriteRecords takes.

    :param record: one of `Records`, or `CommonAttributes`, which may say anything of a record.
    :param value_type: the type of its value if it doesn't say that itself. Timestream's default is
        DOUBLE.
    """
    size = _TIME_BYTES if "Time" in record else 0
    for dimension in record.get("Dimensions", ()):
        size += _text_bytes(dimension["Name"]) + _text_bytes(dimension["Value"])
    size += _text_bytes(record.get("MeasureName", ""))
    for value in record.get("MeasureValues", ()):
        size += _text_bytes(value["Name"]) + _value_bytes(value["Value"], value["Type"])
    if "MeasureValue" in record:
        size += _value_bytes(record["MeasureValue"], record.get("MeasureValueType", value_type))
    return size


def _text_bytes(text: str) -> int:
    return len(text.encode())


def _value_bytes(value: str, value_type: str) -> int:
    return _VALUE_BYTES.get(value_type) or _text_bytes(value)


def request_bytes(common: Mapping[str, Any], records: Iterable[Mapping[str, Any]]) -> int:
    """Count the bytes of a WriteRecords request: what its records have in common counts once.

    :param common: its `CommonAttributes`.
    :param records: its `Records`.
    """
    value_type = common.get("MeasureValueType", "DOUBLE")
    return attribute_bytes(common) + sum(attribute_bytes(record, value_type) for record in records)


def record_bytes(common: Mapping[str, Any], record: Mapping[str, Any]) -> int:
    """Count the bytes that one record takes once it is stored: what is common is stored with each.

    :param common: the `CommonAttributes` of its request.
    :param record: one of its `Records`.
    """
    return request_bytes(common, [record])


def write_units(size: int) -> int:
    """Count the writes that a WriteRecords request of that many bytes is billed as."""
    return max(1, -(-size // KIB))
