"""What a deployment is predicted to use, counted by hand, and what must be true of every one."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridgewatch.cost.bill import Bill, QueryPricing, bill
from bridgewatch.cost.prediction import (
    Deployment,
    DynamoDbTable,
    TimestreamTable,
    default_budget,
    predict,
    what_ifs,
)
from bridgewatch.cost.prices import load_prices
from bridgewatch.cost.report import difference, report
from bridgewatch.cost.usage import Dimension, Usage

CURRENT = load_prices()
DEPLOYMENT = Deployment(
    bridges=1,
    record_bytes=60,
    heartbeat_seconds=3600,
    store=TimestreamTable(memory_store_hours=24, magnetic_store_days=3650),
    function_mb=128,
    seconds_a_poll=Fraction("0.5"),
    openings_a_day=Fraction(5),
    log_bytes_a_poll=500,
    log_messages_a_poll=4,
    log_bytes_a_record=400,
    log_retention_days=73,
    metrics=3,
    alarm_metrics=2,
    api_keys=1,
)


def price(
    deployment: Deployment,
    query_pricing: QueryPricing = QueryPricing.BYTES_SCANNED,
    *,
    allowances: bool = False,
) -> Bill:
    return bill(
        predict(deployment),
        CURRENT,
        region="us-east-1",
        query_pricing=query_pricing,
        allowances=allowances,
    )


def test_a_month_is_counted_as_by_hand() -> None:
    # given: 730 hours; 24 heartbeats, 10 changes and 12 cold starts a day
    days = Fraction(730, 24)
    records = 46 * days
    polls, redrives = 43_800, 8_760
    seconds = polls * Fraction("0.5") + redrives * Fraction("0.1") + 12 * days * Fraction("1.5")
    # then
    assert predict(DEPLOYMENT).counts == {
        Dimension.WRITE_UNITS: records,
        Dimension.MEMORY_GB_HOURS: records * 60 * 24 / 10**9,
        Dimension.MAGNETIC_GB_MONTHS: Fraction(46 * 60 * 3650, 10**9),
        Dimension.QUERY_GB: 0,
        Dimension.QUERY_TCU_HOURS: 0,
        Dimension.LAMBDA_REQUESTS: polls + redrives,
        Dimension.LAMBDA_GB_SECONDS: seconds / 8,
        Dimension.SCHEDULE_INVOCATIONS: polls + redrives,
        Dimension.LOG_GB: (polls * 500 + records * 400 + redrives * 300) / 10**9,
        Dimension.LOG_GB_MONTHS: Fraction(
            (1440 * (500 + 4 * 26) + 46 * (400 + 26) + 288 * (300 + 3 * 26)) * 73, 10**9
        ),
        Dimension.METRICS: 3,
        Dimension.ALARMS: 2,
        Dimension.DASHBOARDS: 0,
        Dimension.QUEUE_REQUESTS: redrives,
        Dimension.NOTIFICATIONS: 10,
        Dimension.OBJECT_GB_MONTHS: Fraction(1, 100),
        Dimension.KMS_KEYS: 0,
        Dimension.BUDGET_ACTION_DAYS: 0,
        Dimension.PARAMETER_READS: 12 * days,
        Dimension.KMS_REQUESTS: 12 * days,
        Dimension.INTERNET_GB: Fraction(polls * 2000, 10**9),
    }


def added(usage: Usage, dimension: Dimension) -> Fraction:
    """Tell what a month has more of than that of DEPLOYMENT."""
    return usage[dimension] - predict(DEPLOYMENT)[dimension]


def test_polling_below_a_minute_waits_inside_the_function() -> None:
    # when
    usage = predict(replace(DEPLOYMENT, poll_seconds=5))
    # then: 55 seconds until the last of twelve polls
    assert added(usage, Dimension.LAMBDA_REQUESTS) == 0
    assert added(usage, Dimension.LAMBDA_GB_SECONDS) == 43_800 * Fraction(55, 8)
    assert added(usage, Dimension.LOG_GB) == Fraction(11 * 43_800 * 500, 10**9)


def test_more_bridges_than_polls_share_requests() -> None:
    # when: 4,600 records a day in 1,440 requests, of 3.2 records and 192 bytes
    usage = predict(replace(DEPLOYMENT, bridges=100))
    # then
    assert usage[Dimension.WRITE_UNITS] == 43_800


def test_requests_of_more_than_a_kibibyte_are_several_writes() -> None:
    # when: 46,000 records a day, 32 and 1,917 bytes a request
    usage = predict(replace(DEPLOYMENT, bridges=1000))
    # then
    assert usage[Dimension.WRITE_UNITS] == 2 * 43_800


def test_each_bridge_may_take_time_of_its_own() -> None:
    # when
    usage = predict(replace(DEPLOYMENT, seconds_a_bridge=Fraction("0.1"), bridges=20))
    # then
    assert added(usage, Dimension.LAMBDA_GB_SECONDS) == 43_800 * Fraction(2, 8)


def test_redriving_more_often_takes_more_of_everything_it_uses() -> None:
    # when
    usage = predict(replace(DEPLOYMENT, redrive_seconds=60))
    # then
    runs = 43_800 - 8_760
    assert added(usage, Dimension.QUEUE_REQUESTS) == runs
    assert added(usage, Dimension.LAMBDA_GB_SECONDS) == runs * Fraction("0.1") / 8


def test_the_article_s_queries_cost_more_than_all_the_rest_together() -> None:
    # given
    as_in_the_article = what_ifs(DEPLOYMENT)["15 queries a day of 1,000 records"]
    # when
    queries = 15 * Fraction(730, 24)
    priced = price(as_in_the_article, QueryPricing.TCU)
    # then
    assert priced.largest.price.dimension is Dimension.QUERY_TCU_HOURS
    assert priced.largest.usd == queries * 120 / 3600 * Fraction("0.518")
    assert priced.largest.usd > priced.usd / 2


@pytest.mark.parametrize(("usd", "budget"), [("0.10", 1), ("0.50", 1), ("0.51", 2), ("7.88", 16)])
def test_the_budget_is_twice_the_dearest_bill_and_a_dollar_at_least(usd: str, budget: int) -> None:
    # given: custom metrics, whose price is 0.30
    cheap = price(replace(DEPLOYMENT, metrics=0, alarm_metrics=0), allowances=True)
    dear = bill(
        Usage({Dimension.METRICS: Fraction(usd) / Fraction("0.3")}),
        CURRENT,
        region="us-east-1",
        query_pricing=QueryPricing.TCU,
        allowances=False,
    )
    # then
    assert default_budget([cheap, dear]) == default_budget([dear, cheap]) == budget


deployments = st.builds(
    Deployment,
    bridges=st.integers(1, 1000),
    record_bytes=st.integers(30, 2048),
    heartbeat_seconds=st.integers(1, 60).map(lambda minutes: minutes * 60),
    store=st.builds(
        TimestreamTable,
        memory_store_hours=st.integers(1, 8766),
        magnetic_store_days=st.integers(1, 73_000),
    )
    | st.builds(
        DynamoDbTable, retention_days=st.integers(1, 73_000), point_in_time_recovery=st.booleans()
    ),
    function_mb=st.sampled_from([128, 256, 1024]),
    seconds_a_poll=st.fractions(0, 5, max_denominator=100),
    seconds_a_bridge=st.fractions(0, Fraction(1, 20), max_denominator=100),
    poll_seconds=st.sampled_from([5, 10, 15, 20, 30, 60]),
    log_bytes_a_poll=st.integers(0, 10_000),
    log_messages_a_poll=st.integers(0, 100),
    log_bytes_a_record=st.integers(0, 10_000),
    log_retention_days=st.integers(1, 3653),
    metrics=st.integers(0, 100),
    alarm_metrics=st.integers(0, 100),
    api_keys=st.integers(0, 10),
    queries_a_day=st.integers(0, 1000),
)
GROWING = [
    "bridges",
    "record_bytes",
    "function_mb",
    "seconds_a_poll",
    "openings_a_day",
    "log_bytes_a_poll",
    "log_bytes_a_record",
    "log_retention_days",
    "metrics",
    "alarm_metrics",
    "dashboards",
    "api_keys",
    "customer_keys",
    "budget_actions",
    "queries_a_day",
    "rows_a_query",
]


@given(
    deployments,
    st.sampled_from(GROWING),
    st.integers(1, 10),
    st.sampled_from(QueryPricing),
    st.sampled_from([False, True]),
)
def test_more_of_anything_is_never_predicted_cheaper(
    deployment: Deployment,
    field: str,
    more: int,
    query_pricing: QueryPricing,
    allowances: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    # given
    larger = replace(deployment, **{field: getattr(deployment, field) + more})
    # then
    before = price(deployment, query_pricing, allowances=allowances)
    assert price(larger, query_pricing, allowances=allowances).usd >= before.usd


@given(deployments, st.sampled_from(QueryPricing))
def test_polling_more_often_is_never_predicted_cheaper(
    deployment: Deployment, query_pricing: QueryPricing
) -> None:
    often = replace(deployment, poll_seconds=5)
    rarely = replace(deployment, poll_seconds=60)
    assert price(often, query_pricing).usd >= price(rarely, query_pricing).usd


def test_a_report_has_both_totals_with_and_without_allowances() -> None:
    # given
    deployment = replace(DEPLOYMENT, queries_a_day=15)
    # when
    document = report(predict(deployment), CURRENT, "us-east-1")
    # then
    for query_pricing in QueryPricing:
        assert document["monthly_usd"][query_pricing] == float(
            price(deployment, query_pricing, allowances=True).usd
        )
        assert document["monthly_usd_without_allowances"][query_pricing] == float(
            price(deployment, query_pricing).usd
        )
    by_tcu = sum(
        line["usd_without_allowances"]
        for line in document["lines"]
        if line["query_pricing"] in {None, "tcu"}
    )
    assert by_tcu == pytest.approx(document["monthly_usd_without_allowances"]["tcu"])


def told(change: Deployment) -> str:
    before, after = (
        report(predict(deployment), CURRENT, "us-east-1") for deployment in (DEPLOYMENT, change)
    )
    return difference(before, after)


def test_a_change_that_moves_both_totals_alike_is_told_once() -> None:
    assert told(replace(DEPLOYMENT, alarm_metrics=20)) == (
        "A month goes from 0.00 to 1.00 USD with the free allowances (from 1.24 to 3.04 without), "
        "mostly for CloudWatch's alarms."
    )


def test_a_change_of_queries_is_told_by_how_they_are_priced() -> None:
    assert told(replace(DEPLOYMENT, queries_a_day=15)) == (
        "A month goes from 0.00 to 0.05 USD with the free allowances (from 1.24 to 1.29 without) "
        "if queries are priced by the bytes they scan, and from 0.00 to 7.88 USD with the free "
        "allowances (from 1.24 to 9.12 without) if by TCU, mostly for Timestream's TCU-hours of "
        "queries."
    )


def test_a_change_of_nothing_is_told_as_such() -> None:
    assert told(replace(DEPLOYMENT)) == "The monthly price stays the same."
