"""What settings cost a month: in review, a change that makes them dearer is seen here."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from bridgewatch.cost.bill import Bill, QueryPricing, bill, dollars
from bridgewatch.cost.prediction import TimestreamTable, predict
from bridgewatch.cost.prices import load_prices
from bridgewatch.cost.usage import Dimension
from bridgewatch.deployment import deployment, monthly_budget
from bridgewatch.settings import CDK_JSON, Settings, load_settings, parse_settings

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

EXAMPLES = sorted((CDK_JSON.parent / "examples").glob("*.json"))
APART = {Dimension.ALARMS, Dimension.METRICS}
"""Alarms and custom metrics have lines of their own."""


def price(
    settings: Settings, query_pricing: QueryPricing, queries_a_day: int = 0, *, allowances: bool
) -> Bill:
    return bill(
        predict(replace(deployment(settings), queries_a_day=queries_a_day)),
        load_prices(),
        region="us-east-1",
        query_pricing=query_pricing,
        allowances=allowances,
    )


def told(
    settings: Settings,
    query_pricing: QueryPricing,
    queries_a_day: int = 0,
    *,
    allowances: bool = False,
) -> str:
    return dollars(price(settings, query_pricing, queries_a_day, allowances=allowances).usd, 4)


@pytest.mark.parametrize(
    "path", [None, *EXAMPLES], ids=lambda path: path.stem if path else "default"
)
def test_the_monthly_price_is_the_one_that_was_reviewed(
    path: Path | None, snapshot: SnapshotAssertion
) -> None:
    # given
    settings = load_settings(path)
    # when
    prices = {
        query_pricing.value: {
            "total": told(settings, query_pricing, allowances=True),
            "total without allowances": told(settings, query_pricing),
            "total queried 15 times a day": told(settings, query_pricing, 15, allowances=True),
            **{
                f"{line.price.service}: {line.price.unit}": dollars(line.usd, 4)
                for line in price(settings, query_pricing, allowances=False).lines
            },
        }
        for query_pricing in QueryPricing
    }
    # then
    assert prices == snapshot


@pytest.mark.parametrize("query_pricing", QueryPricing)
def test_the_default_deployment_costs_a_cent_at_most_with_the_free_allowances(
    query_pricing: QueryPricing,
) -> None:
    priced = price(load_settings(), query_pricing, allowances=True)
    assert priced.usd <= Fraction("0.01")


@pytest.mark.parametrize("query_pricing", QueryPricing)
def test_the_default_deployment_costs_under_fifteen_cents_without_them(
    query_pricing: QueryPricing,
) -> None:
    priced = price(load_settings(), query_pricing, allowances=False)
    assert priced.without(APART).usd < Fraction("0.15")


def in_dynamodb() -> Settings:
    document = load_settings().model_dump(mode="json", by_alias=True)
    return parse_settings({**document, "storage": {"type": "dynamodb"}})


@pytest.mark.parametrize("queries_a_day", [0, 15])
def test_the_default_deployment_in_dynamodb_costs_two_cents_at_most_however_accounts_pay(
    queries_a_day: int,
) -> None:
    by_bytes, by_tcu = (
        price(in_dynamodb(), query_pricing, queries_a_day, allowances=True)
        for query_pricing in QueryPricing
    )

    assert 0 < by_bytes.usd == by_tcu.usd <= Fraction("0.02")
    assert {line.price.service for line in by_bytes.lines} >= {"DynamoDB"}
    assert "Timestream" not in by_bytes.by_service


def test_a_record_in_dynamodb_takes_a_write_unit_and_its_bytes_with_100_more() -> None:
    usage = predict(replace(deployment(in_dynamodb()), queries_a_day=1, rows_a_query=1000))

    records = (24 + 2 * Fraction("4.7") + 12) * Fraction(730, 24)
    # A container says once what its bridge is, which nearly always is there.
    assert usage[Dimension.DYNAMODB_WRITES] == records + 12 * Fraction(730, 24)
    # 1,000 records of some 80 bytes are 20 units of 4 KB, halved.
    assert usage[Dimension.DYNAMODB_READS] == 10 * Fraction(730, 24)
    size = deployment(in_dynamodb()).record_bytes
    assert 70 < size < 90
    kept = (24 + 2 * Fraction("4.7") + 12) * 3650 * (size + 100)
    assert usage[Dimension.DYNAMODB_GB_MONTHS] == kept / 10**9
    assert usage[Dimension.DYNAMODB_BACKUP_GB_MONTHS] == usage[Dimension.DYNAMODB_GB_MONTHS]


def settings_of(bridges: list[dict[str, Any]], sources: dict[str, Any]) -> Settings:
    return parse_settings({"bridges": bridges, "sources": sources})


JSON = {
    "type": "json",
    "url": "https://example.com/status",
    "pointer": "/status",
    "statuses": {"up": "Open", "down": "Closed"},
}


def test_a_record_has_the_bytes_of_the_bridge_s_words() -> None:
    # given
    settings = settings_of(
        [
            {"name": "Ön", "source": "api", "dimensions": {"city": "Umeå"}},
            {"name": "Tower Bridge", "source": "api"},
        ],
        {"api": JSON},
    )
    # then: time, name, status, source, dimension; the mean, rounded up
    first = 8 + 3 + 6 + (6 + 3) + (4 + 5)
    second = 8 + 12 + 6 + (6 + 3)
    assert (first, second) == (35, 35)
    assert deployment(settings).record_bytes == 35


def test_sources_that_are_asked_once_take_their_time_once() -> None:
    # given
    settings = settings_of(
        [
            {"name": "A", "source": "api"},
            {"name": "B", "source": "api"},
            {"name": "C", "source": "ndw", "code": "NLAMS002122253000074"},
        ],
        {"api": JSON, "ndw": {"type": "ndw"}, "idle": JSON},
    )
    # then
    assert deployment(settings).seconds_a_poll == Fraction("1.25")
    assert deployment(settings).seconds_a_bridge == 0


def test_sources_that_are_asked_for_each_bridge_take_it_for_each() -> None:
    # given
    settings = settings_of(
        [{"name": name, "source": "api", "code": name} for name in "ABCD"]
        + [{"name": "E", "source": "one"}],
        {"api": {**JSON, "url": "https://example.com/{code}", "concurrency": 1}, "one": JSON},
    )
    # then
    assert deployment(settings).seconds_a_poll == Fraction("0.25")
    assert deployment(settings).seconds_a_bridge * 5 == 1


@pytest.mark.parametrize(
    ("pace", "seconds"),
    [
        ({}, Fraction("0.75")),  # nine requests, four at a time
        ({"concurrency": 3}, Fraction("0.75")),
        ({"concurrency": 32}, Fraction("0.25")),
        ({"concurrency": 32, "requests_per_second": 2}, Fraction("4.5")),
        ({"concurrency": 1, "requests_per_second": 100}, Fraction("2.25")),
    ],
)
def test_requests_share_their_time_as_far_as_the_source_allows(
    pace: dict[str, float], seconds: Fraction
) -> None:
    # given
    settings = settings_of(
        [{"name": name, "source": "api", "code": name} for name in "ABCDEFGHI"],
        {"api": {**JSON, "url": "https://example.com/{code}", **pace}},
    )
    # then
    assert deployment(settings).seconds_a_bridge * 9 == seconds


def test_retention_heartbeat_and_keys_are_the_settings() -> None:
    # given
    document = json.loads(CDK_JSON.read_text())["context"]["bridgewatch"]
    document |= {
        "heartbeat_minutes": 15,
        "storage": {"memory_hours": 6, "magnetic_days": 90},
        "log_retention_days": 7,
    }
    # when
    made = deployment(parse_settings(document))
    # then
    assert made.heartbeat_seconds == 900
    assert made.store == TimestreamTable(memory_store_hours=6, magnetic_store_days=90)
    assert made.log_retention_days == 7
    assert made.api_keys == 1


def test_the_budget_is_a_dollar_for_what_costs_next_to_nothing() -> None:
    assert monthly_budget(load_settings()) == 1


def test_the_budget_is_twice_the_prediction_for_what_costs_more() -> None:
    # given
    settings = settings_of(
        [{"name": f"Bridge {number}", "source": "api"} for number in range(500)], {"api": JSON}
    ).model_copy(update={"heartbeat_minutes": 1})
    # when
    priced = price(settings, QueryPricing.TCU, allowances=True)
    # then
    assert 2 * priced.usd <= monthly_budget(settings) < 2 * priced.usd + 1
    assert monthly_budget(settings) > 1


def test_a_budget_that_is_set_is_kept() -> None:
    settings = load_settings()
    budget = settings.budget.model_copy(update={"monthly_usd": 0.5})
    assert monthly_budget(settings.model_copy(update={"budget": budget})) == 0.5
