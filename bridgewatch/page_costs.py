"""docs/page.md's table of what visits cost, made from the prediction so that the two agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridgewatch.cost.bill import QueryPricing, bill, dollars
from bridgewatch.cost.prediction import Deployment, predict
from bridgewatch.cost.prices import REGION, load_prices
from bridgewatch.deployment import deployment
from bridgewatch.settings import Page, load_settings

if TYPE_CHECKING:
    from fractions import Fraction

VISITS = (0, 10_000, 100_000, 1_000_000, 10_000_000)


def visits_table() -> str:
    """Write what a page of one bridge adds to the default deployment's bill, in Markdown."""
    settings = load_settings()
    without = deployment(settings)
    rows = ["| visits a month | with the always-free allowances | without |", "|--:|--:|--:|"]
    for visits in VISITS:
        paged = settings.model_copy(update={"page": Page(monthly_visits=visits)})
        with_page = deployment(paged)
        added = (
            dollars(_usd(with_page, allowances=allowed) - _usd(without, allowances=allowed), 2)
            for allowed in (True, False)
        )
        rows.append(f"| {visits:,} | {' | '.join(added)} |")
    return "\n".join(rows) + "\n"


def _usd(one: Deployment, *, allowances: bool) -> Fraction:
    return bill(
        predict(one),
        load_prices(),
        region=REGION,
        query_pricing=QueryPricing.TCU,
        allowances=allowances,
    ).usd
