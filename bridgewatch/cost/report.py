"""What a month costs, as JSON values, and what a change does to it, in one sentence."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING, TypedDict

from bridgewatch.cost.bill import QueryPricing, bill, dollars, query_pricing_of

if TYPE_CHECKING:
    from bridgewatch.cost.bill import Bill
    from bridgewatch.cost.prices import PriceList
    from bridgewatch.cost.usage import Usage

# A change that moves a month by less is none.
_VISIBLE_USD = 0.00005


class LineReport(TypedDict):
    """One line of the bill.

    `query_pricing` is the one that the line belongs to, and None if it belongs to both.
    """

    service: str
    dimension: str
    unit: str
    count: float
    usd: float
    usd_without_allowances: float
    query_pricing: str | None
    weak: bool
    rule: str
    rule_source: str
    price_source: str


class Report(TypedDict):
    """What a month costs.

    The totals are US dollars by how the account pays for Timestream's queries (`QueryPricing`); in
    `monthly_usd`, AWS's always-free allowances are deducted.
    """

    region: str
    prices_read: str
    monthly_usd: dict[str, float]
    monthly_usd_without_allowances: dict[str, float]
    lines: list[LineReport]


def report(usage: Usage, prices: PriceList, region: str) -> Report:
    """Price a month's usage in all four ways: either query pricing, with and without allowances.

    :raises PriceError: if something has no price in the region.
    """

    def bills(*, allowances: bool) -> dict[QueryPricing, Bill]:
        return {
            query_pricing: bill(
                usage, prices, region=region, query_pricing=query_pricing, allowances=allowances
            )
            for query_pricing in QueryPricing
        }

    reduced, full = bills(allowances=True), bills(allowances=False)
    lines = {}
    for query_pricing in QueryPricing:
        pairs = zip(reduced[query_pricing].lines, full[query_pricing].lines, strict=True)
        for line, full_line in pairs:
            dimension = line.price.dimension
            lines[dimension] = LineReport(
                service=line.price.service,
                dimension=dimension.name.lower(),
                unit=line.price.unit,
                count=float(line.count),
                usd=float(line.usd),
                usd_without_allowances=float(full_line.usd),
                query_pricing=query_pricing_of(dimension),
                weak=line.weak,
                rule=dimension.rule,
                rule_source=dimension.source,
                price_source=line.price.source,
            )
    return Report(
        region=region,
        prices_read=prices.read().isoformat(),
        monthly_usd=_totals(reduced),
        monthly_usd_without_allowances=_totals(full),
        lines=list(lines.values()),
    )


def _totals(bills: dict[QueryPricing, Bill]) -> dict[str, float]:
    return {query_pricing.value: float(bill.usd) for query_pricing, bill in bills.items()}


def difference(old: Report, new: Report) -> str:
    """Say in one sentence what a change does to the monthly price."""
    changes = _changes(old, new)
    largest = max(changes, key=lambda name: abs(changes[name]), default="")
    if abs(changes.get(largest, 0)) < _VISIBLE_USD:
        return "The monthly price stays the same."
    by_bytes = _movement(old, new, QueryPricing.BYTES_SCANNED)
    by_tcu = _movement(old, new, QueryPricing.TCU)
    if by_bytes == by_tcu:
        return f"A month goes {by_bytes}, mostly for {largest}."
    return (
        f"A month goes {by_bytes} if queries are priced by the bytes they scan, and {by_tcu} if by "
        f"TCU, mostly for {largest}."
    )


def _movement(old: Report, new: Report, query_pricing: QueryPricing) -> str:
    allowed, full = (
        _from_to(Fraction(before[query_pricing]), Fraction(after[query_pricing]))
        for before, after in (
            (old["monthly_usd"], new["monthly_usd"]),
            (old["monthly_usd_without_allowances"], new["monthly_usd_without_allowances"]),
        )
    )
    return f"{allowed} USD with the free allowances ({full} without)"


def _from_to(before: Fraction, after: Fraction) -> str:
    digits = 2 if abs(after - before) >= Fraction(1, 100) else 4
    return f"from {dollars(before, digits)} to {dollars(after, digits)}"


def _changes(old: Report, new: Report) -> dict[str, float]:
    """Give what each line costs more than before, without allowances."""
    changes: dict[str, float] = defaultdict(float)
    for line in old["lines"]:
        changes[_name(line)] -= line["usd_without_allowances"]
    for line in new["lines"]:
        changes[_name(line)] += line["usd_without_allowances"]
    return changes


def _name(line: LineReport) -> str:
    return f"{line['service']}'s {line['unit']}"
