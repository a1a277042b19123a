"""Usage times prices."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

from bridgewatch.cost.prices import is_weak
from bridgewatch.cost.usage import Dimension, Usage

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from bridgewatch.cost.prices import Price, PriceList


class QueryPricing(StrEnum):
    """The two ways in which AWS prices Timestream's queries; an account has one of them.

    Accounts that came to the service after 2024-04-29 pay for compute units, and older ones for
    what they scan, unless they have asked for compute units
    (https://docs.aws.amazon.com/timestream/latest/developerguide/tcu.html).
    """

    BYTES_SCANNED = "bytes_scanned"
    TCU = "tcu"


_QUERY_PRICING = {
    Dimension.QUERY_GB: QueryPricing.BYTES_SCANNED,
    Dimension.QUERY_TCU_HOURS: QueryPricing.TCU,
}


def query_pricing_of(dimension: Dimension) -> QueryPricing | None:
    """Tell under which of the two a dimension is billed; None if under both."""
    return _QUERY_PRICING.get(dimension)


@dataclass(frozen=True)
class Line:
    """What one dimension costs.

    :param price: the row of the price list.
    :param count: how many units were used.
    :param free: how many of them cost nothing.
    :param usd: what the others cost, in US dollars.
    :param weak: whether the price is badly attested, or another region's.
    """

    price: Price
    count: Fraction
    free: Fraction
    usd: Fraction
    weak: bool


@dataclass(frozen=True)
class Bill:
    """What some usage costs, by dimension, in the order of the services."""

    lines: tuple[Line, ...]

    @property
    def usd(self) -> Fraction:
        """The total, in US dollars."""
        return sum((line.usd for line in self.lines), Fraction(0))

    @property
    def by_service(self) -> Mapping[str, Fraction]:
        """The total of each service, in US dollars."""
        totals: dict[str, Fraction] = defaultdict(Fraction)
        for line in self.lines:
            totals[line.price.service] += line.usd
        return totals

    @property
    def largest(self) -> Line:
        """The line that dominates."""
        return max(self.lines, key=lambda line: line.usd)

    def without(self, dimensions: Collection[Dimension]) -> Bill:
        """Leave lines out."""
        return Bill(tuple(line for line in self.lines if line.price.dimension not in dimensions))


def bill(
    usage: Usage,
    prices: PriceList,
    *,
    region: str,
    query_pricing: QueryPricing,
    allowances: bool,
) -> Bill:
    """Price what was used.

    :param usage: of one month, if the free allowances, which are a month's, are to be right.
    :param prices: the price list.
    :param region: whose prices; where it has none of its own, us-east-1's, marked weak.
    :param query_pricing: how the account pays for Timestream's queries.
    :param allowances: whether what AWS always gives for nothing is deducted. It is given once an
        account: other things in the account may have used it already.
    :raises PriceError: if something has no price there.
    """
    lines = []
    for dimension in Dimension:
        if dimension not in usage.counts:
            continue
        if query_pricing_of(dimension) not in {None, query_pricing}:
            continue
        price = prices.price(dimension, region)
        count = usage[dimension]
        free = min(count, price.always_free) if allowances else Fraction(0)
        lines.append(Line(price, count, free, price.of(count - free), is_weak(price, region)))
    return Bill(tuple(lines))


def dollars(usd: Fraction, digits: int | None = None) -> str:
    """Write an amount for people, rounded: the only place where amounts are.

    :param digits: how many stand after the point; by default two, or as many as two significant
        ones need.
    """
    exact = Decimal(usd.numerator) / Decimal(usd.denominator)
    if digits is not None:
        return _rounded(exact, digits)
    text = _rounded(exact, max(2, 1 - exact.adjusted()) if exact else 0)
    # 0.10 is an amount, 0.0010 a figure.
    return text.rstrip("0") if abs(exact) < Decimal("0.095") and exact else text


def _rounded(exact: Decimal, digits: int) -> str:
    return format(exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP), "f")
