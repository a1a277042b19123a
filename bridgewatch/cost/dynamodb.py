"""How DynamoDB counts: the size of an item, and the units that reading and writing it takes.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
Items and values are as the low-level API writes them, such as {"time": {"N": "1638370000000"}}.
"""

from __future__ import annotations

from base64 import b64decode
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

WRITE_UNIT_BYTES = 1024
READ_UNIT_BYTES = 4096

STORAGE_BYTES = 100
"""What an item counts as in storage beyond its size, for its index
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html)."""

NESTED_BYTES = 3
"""What a list or map takes beyond what is in it; and each element takes one more."""


def item_bytes(item: Mapping[str, Mapping[str, Any]]) -> int:
    """Count the bytes of an item: those of its attributes' names and values."""
    return sum(len(name.encode()) + value_bytes(value) for name, value in item.items())


def value_bytes(value: Mapping[str, Any]) -> int:
    """Count the bytes of an attribute's value."""
    ((kind, content),) = value.items()
    match kind:
        case "S":
            size = len(content.encode())
        case "N":
            size = number_bytes(content)
        case "M":
            size = NESTED_BYTES + len(content) + item_bytes(content)
        case "L":
            size = NESTED_BYTES + len(content) + sum(map(value_bytes, content))
        case "BOOL" | "NULL":
            size = 1
        case "B":
            size = len(b64decode(content))
        case _:  # a set: SS, NS or BS
            size = sum(value_bytes({kind[0]: one}) for one in content)
    return size


def number_bytes(number: str) -> int:
    """Count the bytes of a number: one, one for two significant digits, and one for a minus.

    AWS says "approximately", and nothing of the minus.
    """
    digits = number.lstrip("-").split("e")[0].split("E")[0].replace(".", "").strip("0")
    return 1 + ceil(len(digits) / 2) + number.startswith("-")


def write_units(size: int, *, before: int = 0) -> int:
    """Count the units of a write.

    A put counts the larger of the item and of what it replaced; one whose condition failed counts
    the item that was there; each at least one unit.

    :param size: bytes of the item; 0 if nothing was written.
    :param before: bytes of the item that was there.
    """
    return max(1, ceil(Fraction(max(size, before), WRITE_UNIT_BYTES)))


def read_units(size: int, *, consistent: bool) -> Fraction:
    """Count the units of a read: a query is one, whatever the number of its items.

    :param size: bytes of what was read, before any filter.
    :param consistent: whether it was strongly consistent, which costs twice as much.
    """
    units = max(1, ceil(Fraction(size, READ_UNIT_BYTES)))
    return Fraction(units) if consistent else Fraction(units, 2)
