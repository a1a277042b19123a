"""DynamoDB's own counting, by the figures of AWS's page and of those who measured it."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from bridgewatch.cost.dynamodb import item_bytes, read_units, value_bytes, write_units


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": ""}, 0),
        ({"S": "G\u00f6ta"}, 5),
        ({"N": "0"}, 1),
        ({"N": "27"}, 2),
        ({"N": "-27"}, 3),
        ({"N": "461"}, 3),
        ({"N": "1638370000000"}, 4),  # zeros at either end are not significant
        ({"N": "1638370123456"}, 8),
        ({"N": "0.001"}, 2),
        ({"BOOL": True}, 1),
        ({"NULL": True}, 1),
        ({"B": "AAAA"}, 3),
        ({"M": {"city": {"S": "Gothenburg"}}}, 18),
        ({"L": [{"S": "ab"}, {"N": "1"}]}, 9),
        ({"SS": ["a", "bc"]}, 3),
        ({"NS": ["1", "22"]}, 4),
    ],
    ids=str,
)
def test_a_value_takes_the_bytes_that_it_takes(value: dict[str, Any], size: int) -> None:
    assert value_bytes(value) == size


def test_an_item_takes_its_names_and_values() -> None:
    assert item_bytes({"bridge": {"S": "b"}, "time": {"N": "1"}}) == 7 + 6


@pytest.mark.parametrize(
    ("size", "before", "units"), [(0, 0, 1), (1, 0, 1), (1024, 0, 1), (1025, 0, 2), (1, 3000, 3)]
)
def test_a_write_counts_the_larger_of_what_is_there_and_what_was(
    size: int, before: int, units: int
) -> None:
    assert write_units(size, before=before) == units


@pytest.mark.parametrize(
    ("size", "units"), [(0, "0.5"), (4096, "0.5"), (4097, "1"), (50_000, "6.5")]
)
def test_a_read_counts_half_unless_it_is_consistent(size: int, units: str) -> None:
    assert read_units(size, consistent=False) == Fraction(units)
    assert read_units(size, consistent=True) == 2 * Fraction(units)
