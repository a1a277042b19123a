from __future__ import annotations

from fractions import Fraction

import pytest

from bridgewatch.cost.bill import QueryPricing, bill
from bridgewatch.cost.prediction import predict
from bridgewatch.cost.prices import load_prices
from bridgewatch.cost.usage import Dimension
from bridgewatch.deployment import deployment
from bridgewatch.settings import Page, Settings, load_settings


def settings(page: Page | None, bridges: int = 1) -> Settings:
    default = load_settings()
    more = tuple(
        default.bridges[0].model_copy(update={"name": f"Bro {n}"}) for n in range(bridges - 1)
    )
    return default.model_copy(update={"page": page, "bridges": default.bridges + more})


def usd(page: Page | None) -> Fraction:
    return bill(
        predict(deployment(settings(page))),
        load_prices(),
        region="us-east-1",
        query_pricing=QueryPricing.TCU,
        allowances=True,
    ).usd


@pytest.mark.parametrize(("visits", "most"), [(0, "0.03"), (10_000, "0.05"), (1_000_000, "3.5")])
def test_what_a_page_of_one_bridge_costs_with_the_always_free_allowances(
    visits: int, most: str
) -> None:
    assert usd(Page(monthly_visits=visits)) - usd(None) <= Fraction(most)


def test_its_beat_is_a_unit_for_some_bridges_together() -> None:
    def writes(bridges: int) -> Fraction:
        page = predict(deployment(settings(Page(monthly_visits=0), bridges)))
        without = predict(deployment(settings(None, bridges)))
        records = without[Dimension.WRITE_UNITS] / 30
        return page[Dimension.DYNAMODB_WRITES] - without[Dimension.DYNAMODB_WRITES] - records

    assert writes(23) / writes(1) < 2
    assert writes(24) / writes(1) > 1.5


def test_its_alarm_is_counted() -> None:
    with_page, without = deployment(settings(Page())), deployment(settings(None))

    assert with_page.alarm_metrics == without.alarm_metrics + 1
