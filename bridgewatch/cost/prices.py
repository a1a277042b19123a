"""What one unit of each thing costs: prices.csv, and how it is read.

docs/prices.md describes the file to those who correct it.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from bridgewatch.cost.usage import Dimension

if TYPE_CHECKING:
    from collections.abc import Iterable

PRICES = Path(__file__).with_name("prices.csv")

CURRENT = "current"
"""The list of today's prices."""

ARTICLE = "article"
"""The list of the prices that the article of 2021 was written under."""

REGION = "us-east-1"
"""Whose prices stand in for those of a region that has none of its own."""

GLOBAL = "global"
"""The region of what costs the same everywhere."""

ALWAYS = "always"
"""The term of an allowance that never ends; others end with an account's first year."""

GRADES = {
    "AWS": "AWS's own words",
    "PL": "the AWS Price List, as a third party read it",
    "2nd": "a third party's words",
    "INF": "inferred",
}
WEAK_GRADES = frozenset({"2nd", "INF"})

MAXIMUM_AGE = timedelta(days=365)


class PriceError(Exception):
    """There is no such price: one sentence says which, and what to do."""


@dataclass(frozen=True)
class Price:
    """One row of prices.csv.

    :param service: who bills it.
    :param dimension: what is billed.
    :param unit: what its count is a count of, in the plural.
    :param usd: what `per` units cost, in US dollars; None where AWS doesn't sell it.
    :param per: as above.
    :param region: where; `GLOBAL` for everywhere.
    :param free: how many units a month cost nothing.
    :param free_term: for how long that is so.
    :param source: the address where the price can be checked.
    :param read: when it was read.
    :param grade: how far it can be trusted: a key of `GRADES`.
    """

    service: str
    dimension: Dimension
    unit: str
    usd: Fraction | None
    per: int
    region: str
    free: Fraction
    free_term: str
    source: str
    read: date
    grade: str

    @property
    def always_free(self) -> Fraction:
        """How many units a month cost nothing, in any year."""
        return self.free if self.free_term == ALWAYS else Fraction(0)

    def of(self, count: Fraction) -> Fraction:
        """Tell what that many units cost, in US dollars.

        :raises PriceError: if AWS doesn't sell it there.
        """
        if self.usd is None:
            raise PriceError(
                f"AWS does not sell {self.unit} in {self.region}: choose another region "
                f"({self.source})."
            )
        return count * self.usd / self.per


class PriceList:
    """The prices of one time, by dimension and region.

    :param name: how prices.csv calls the list.
    :param prices: its rows.
    """

    def __init__(self, name: str, prices: Iterable[Price]) -> None:
        self.name = name
        self._prices = {(price.dimension, price.region): price for price in prices}

    def price(self, dimension: Dimension, region: str) -> Price:
        """Find the price of a dimension in a region, or what stands in for it (`is_weak`).

        :raises PriceError: if there is none.
        """
        for place in (region, GLOBAL, REGION):
            if price := self._prices.get((dimension, place)):
                return price
        raise PriceError(
            f"The price list {self.name!r} has no price of {dimension.name.lower()}: "
            f"add one to {PRICES.name}."
        )

    def read(self) -> date:
        """Tell when the oldest of the prices was read."""
        return min(price.read for price in self._prices.values())

    def warning(self, today: date) -> str | None:
        """Say so if the prices are too old to be trusted."""
        if today - self.read() <= MAXIMUM_AGE:
            return None
        return (
            f"The oldest of the prices was read on {self.read()}, over a year ago: check it, and "
            f"correct {PRICES.name} (docs/prices.md)."
        )


def is_weak(price: Price, region: str) -> bool:
    """Tell whether a price is badly attested, or another region's."""
    return price.grade in WEAK_GRADES or price.region not in {region, GLOBAL}


def load_prices(name: str = CURRENT, path: Path = PRICES) -> PriceList:
    """Read a price list.

    :param name: which of those in the file.
    :param path: the file.
    :raises PriceError: if the file has no such list, or a row that makes no sense.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        prices = [_price(row, rows.line_num, path) for row in rows if row["list"] == name]
    if not prices:
        raise PriceError(f"{path} has no price list {name!r}.")
    if len({(price.dimension, price.region) for price in prices}) < len(prices):
        raise PriceError(f"{path} has two prices of one dimension in one region.")
    return PriceList(name, prices)


def _price(row: dict[str, str], line: int, path: Path) -> Price:
    try:
        price = Price(
            service=row["service"],
            dimension=Dimension[row["dimension"].upper()],
            unit=row["unit"],
            usd=Fraction(row["usd"]) if row["usd"] else None,
            per=int(row["per"]),
            region=row["region"],
            free=Fraction(row["free"]),
            free_term=row["free_term"],
            source=row["source"],
            read=date.fromisoformat(row["read"]),
            grade=row["grade"],
        )
    except (KeyError, ValueError) as error:
        raise PriceError(f"{path}, line {line}: {error}.") from error
    if price.grade not in GRADES:
        raise PriceError(
            f"{path}, line {line}: the grade is {price.grade!r}, not one of {', '.join(GRADES)}."
        )
    return price
