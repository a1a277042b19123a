"""docs/prices.md describes the file that there is."""

from __future__ import annotations

import csv
import re

from bridgewatch.cost.prices import GRADES, PRICES, WEAK_GRADES
from bridgewatch.settings import CDK_JSON

TEXT = (CDK_JSON.parent / "docs" / "prices.md").read_text(encoding="utf-8")


def rows() -> list[dict[str, str]]:
    with PRICES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_column_is_described_in_the_file_s_order() -> None:
    columns, _, grades = TEXT.partition("| grade |")
    assert re.findall(r"(?m)^\| `(\w+)` \|", columns) == list(rows()[0])
    assert grades


def test_every_grade_is_described_and_the_weak_ones_are_said_to_be() -> None:
    _, _, grades = TEXT.partition("| grade |")
    described = dict(re.findall(r"(?m)^\| `(\w+)` \| .* \| ?(weak)? ?\|$", grades))
    assert list(described) == list(GRADES)
    assert {grade for grade, shown in described.items() if shown} == WEAK_GRADES


def test_every_list_and_term_in_the_file_is_described() -> None:
    for column in ("list", "free_term", "grade"):
        for value in {row[column] for row in rows()} - {""}:
            assert f"`{value}`" in TEXT


def test_every_price_has_an_address_where_it_can_be_checked() -> None:
    assert all(row["source"].startswith("https://") for row in rows())
