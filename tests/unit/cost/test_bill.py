"""Prices, allowances, regions; and the worked examples that the prices came with."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridgewatch.cost import metering
from bridgewatch.cost.bill import Bill, QueryPricing, bill, dollars
from bridgewatch.cost.prices import ARTICLE, PRICES, PriceError, load_prices
from bridgewatch.cost.usage import Dimension, Usage
from embedded_timestream import record_sizes

if TYPE_CHECKING:
    from pathlib import Path

CURRENT = load_prices()


def price(
    usage: Usage,
    query_pricing: QueryPricing = QueryPricing.BYTES_SCANNED,
    *,
    allowances: bool = False,
    region: str = "us-east-1",
) -> Bill:
    return bill(usage, CURRENT, region=region, query_pricing=query_pricing, allowances=allowances)


def article_usage(queries: int) -> Usage:
    """A month of the article: 1,000 writes of a record of 50 bytes, a day in the memory store."""
    return Usage(
        {
            Dimension.WRITE_UNITS: Fraction(1000 * record_sizes.write_units(50)),
            Dimension.MEMORY_GB_HOURS: metering.gigabyte_hours(1000 * 50, 24),
            Dimension.MAGNETIC_GB_MONTHS: metering.gigabyte_months(12 * 1000 * 50, 730),
            Dimension.QUERY_GB: queries * metering.query_gigabytes(1000 * 50),
            Dimension.QUERY_TCU_HOURS: queries * metering.query_tcu_hours(1),
        }
    )


def line(priced: Bill, dimension: Dimension) -> Fraction:
    (found,) = (line for line in priced.lines if line.price.dimension is dimension)
    return found.usd


def test_the_article_s_month_is_reproduced_by_bytes_scanned() -> None:
    # when
    priced = price(article_usage(queries=450))
    # then
    assert line(priced, Dimension.WRITE_UNITS) == Fraction("0.0005")
    assert line(priced, Dimension.MEMORY_GB_HOURS) == Fraction("0.0000432")
    assert line(priced, Dimension.MAGNETIC_GB_MONTHS) == Fraction("0.000018")
    assert line(priced, Dimension.QUERY_GB) == Fraction("0.045")
    assert dollars(priced.usd, 3) == "0.046"
    assert dollars(3 * priced.usd) == "0.14"


def test_the_article_s_month_is_reproduced_by_compute_units() -> None:
    # when
    priced = price(article_usage(queries=450), QueryPricing.TCU)
    # then
    assert dollars(line(priced, Dimension.QUERY_TCU_HOURS)) == "7.77"
    assert (
        dollars(line(price(article_usage(1), QueryPricing.TCU), Dimension.QUERY_TCU_HOURS), 5)
        == "0.01727"
    )


def test_one_compute_unit_a_query_would_cost_a_quarter() -> None:
    # given: the assumption changed
    usage = Usage({Dimension.QUERY_TCU_HOURS: 450 * metering.query_tcu_hours(1, tcu=1)})
    # then
    assert dollars(price(usage, QueryPricing.TCU).usd) == "1.94"


def test_the_article_s_own_prices_do_not_give_its_total() -> None:
    # when: three months by the two prices that it names
    priced = bill(
        article_usage(queries=450) * 3,
        load_prices(ARTICLE),
        region="eu-central-1",
        query_pricing=QueryPricing.BYTES_SCANNED,
        allowances=True,
    )
    # then: it says 0.01
    assert dollars(priced.usd) == "0.16"
    assert all(line.weak for line in priced.lines)


@pytest.mark.parametrize(("queries", "usd"), [(720, "12.43"), (720 * 12, "149.18")])
def test_scheduled_queries_cost_what_the_facts_say(queries: int, usd: str) -> None:
    usage = Usage({Dimension.QUERY_TCU_HOURS: queries * metering.query_tcu_hours(1)})
    assert dollars(price(usage, QueryPricing.TCU).usd) == usd


def test_a_poll_a_minute_is_free_with_allowances_and_costs_cents_without() -> None:
    # given: 128 MB for half a second
    usage = Usage(
        {
            Dimension.LAMBDA_REQUESTS: Fraction(43_800),
            Dimension.LAMBDA_GB_SECONDS: metering.lambda_gigabyte_seconds(500, 128, 43_800),
        }
    )
    # then
    assert price(usage, allowances=True).usd == 0
    assert dollars(price(usage).usd, 3) == "0.045"


def test_twelve_polls_a_minute_in_one_run_cost_dollars_without_allowances() -> None:
    # given: 128 MB for 55 seconds
    usage = Usage(
        {Dimension.LAMBDA_GB_SECONDS: metering.lambda_gigabyte_seconds(55_000, 128, 43_800)}
    )
    # then
    assert price(usage, allowances=True).usd == 0
    assert dollars(price(usage).usd) == "4.02"


@pytest.mark.parametrize(
    ("counts", "region", "usd"),
    [
        pytest.param(
            {Dimension.DYNAMODB_WRITES: 1000, Dimension.DYNAMODB_READS: Fraction("5625")},
            "us-east-1",
            "0.0013",
            id="DynamoDB on demand: 1000 writes, 450 queries of 12.5 units",
        ),
        pytest.param(
            {
                Dimension.ATHENA_GB: Fraction("4.5"),
                Dimension.OBJECT_WRITES: 1000,
                Dimension.OBJECT_READS: 450 * 28,
            },
            "us-east-1",
            "0.0325",
            id="S3 and Athena, a file a day",
        ),
        pytest.param(
            {
                Dimension.ATHENA_GB: Fraction("4.5"),
                Dimension.OBJECT_WRITES: 1000,
                Dimension.OBJECT_READS: 450 * 1000,
            },
            "us-east-1",
            "0.2075",
            id="S3 and Athena, a file a record",
        ),
        pytest.param(
            {
                Dimension.ATHENA_GB: Fraction("14.5"),
                Dimension.OBJECT_WRITES: 1000,
                Dimension.TABLE_OBJECTS: 30,
            },
            "us-east-1",
            "0.0783",
            id="S3 Tables and Athena, which inserts",
        ),
        pytest.param(
            {Dimension.INFLUXDB_HOURS: 730, Dimension.INFLUXDB_GB_MONTHS: 20},
            "us-east-1",
            "89.6000",
            id="InfluxDB: db.influx.medium and 20 GB",
        ),
        pytest.param(
            {Dimension.INFLUXDB_HOURS: 730},
            "ap-southeast-1",
            "103.6600",
            id="InfluxDB: db.influx.medium in ap-southeast-1",
        ),
    ],
)
def test_the_same_workload_elsewhere_costs_what_the_facts_say(
    counts: dict[Dimension, int | Fraction], region: str, usd: str
) -> None:
    usage = Usage({dimension: Fraction(count) for dimension, count in counts.items()})
    assert dollars(price(usage, region=region).usd, 4) == usd


def test_only_allowances_that_never_end_are_deducted() -> None:
    # given: within S3's allowance for twelve months, and above Lambda's for ever
    usage = Usage(
        {
            Dimension.OBJECT_WRITES: Fraction(1000),
            Dimension.LAMBDA_REQUESTS: Fraction(1_500_000),
        }
    )
    # when
    priced = price(usage, allowances=True)
    # then
    assert line(priced, Dimension.OBJECT_WRITES) == Fraction("0.005")
    assert line(priced, Dimension.LAMBDA_REQUESTS) == Fraction("0.1")


def test_a_region_without_a_price_has_that_of_us_east_1_marked_weak() -> None:
    # given
    usage = Usage({Dimension.WRITE_UNITS: Fraction(10**6)})
    # when
    (home,) = price(usage).lines
    (away,) = price(usage, region="eu-west-1").lines
    (own,) = price(usage, region="ap-south-1").lines
    # then
    assert (home.usd, home.weak) == (Fraction("0.5"), False)
    assert (away.usd, away.weak) == (Fraction("0.5"), True)
    assert (own.usd, own.weak) == (Fraction("0.569"), False)


def test_a_badly_attested_price_is_weak_everywhere() -> None:
    (priced,) = price(Usage({Dimension.LAMBDA_REQUESTS: Fraction(1)})).lines
    assert priced.weak


@pytest.mark.parametrize("query_pricing", QueryPricing)
def test_a_region_where_queries_are_not_sold_singly_is_refused(query_pricing: QueryPricing) -> None:
    with pytest.raises(PriceError, match=r"not sell .* in ap-south-1: choose another region"):
        price(article_usage(0), query_pricing, region="ap-south-1")


def test_the_largest_line_and_the_services_totals_are_told() -> None:
    # given
    priced = price(article_usage(queries=450), QueryPricing.TCU)
    # then
    assert priced.largest.price.dimension is Dimension.QUERY_TCU_HOURS
    assert priced.by_service == {"Timestream": priced.usd}
    assert priced.without({Dimension.QUERY_TCU_HOURS}).usd < Fraction("0.01")


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "0"),
        ("1234.565", "1234.57"),
        ("0.125", "0.13"),
        ("0.1", "0.10"),
        ("0.0949", "0.095"),
        ("0.00125", "0.0013"),
        ("0.0010", "0.001"),
        ("0.0000005", "0.0000005"),
        ("-0.0125", "-0.013"),
    ],
)
def test_amounts_have_two_digits_after_the_point_or_two_significant_ones(
    amount: str, text: str
) -> None:
    assert dollars(Fraction(amount)) == text


def test_amounts_are_rounded_half_up_when_shown() -> None:
    assert dollars(Fraction("0.005"), 2) == "0.01"
    assert dollars(Fraction(2, 3), 4) == "0.6667"


@pytest.mark.parametrize("dimension", Dimension)
def test_every_dimension_has_a_price(dimension: Dimension) -> None:
    assert CURRENT.price(dimension, "us-east-1").dimension is dimension


def test_prices_older_than_a_year_are_warned_of() -> None:
    # given
    read = CURRENT.read()
    # then
    assert CURRENT.warning(read.replace(year=read.year + 1)) is None
    assert "over a year ago" in str(CURRENT.warning(date(read.year + 2, 1, 1)))


def corrected(path: Path, old: str, new: str) -> Path:
    text = PRICES.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return path


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (",PL\n", ",rumour\n", "line 2: the grade is 'rumour'"),
        ("write_units", "writes", "line 2: 'WRITES'"),
        ("0.50,", "fifty,", "line 2: .*fifty"),
        ("memory_gb_hours,GB", "write_units,GB", "two prices of one dimension in one region"),
    ],
)
def test_a_mistake_in_the_price_file_is_named(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    with pytest.raises(PriceError, match=message):
        load_prices(path=corrected(tmp_path / "prices.csv", old, new))


def test_a_price_list_that_is_not_there_is_named() -> None:
    with pytest.raises(PriceError, match="no price list '1999'"):
        load_prices("1999")


def test_a_dimension_without_a_price_is_named() -> None:
    with pytest.raises(PriceError, match="no price of query_tcu_hours"):
        bill(
            article_usage(1),
            load_prices(ARTICLE),
            region="us-east-1",
            query_pricing=QueryPricing.TCU,
            allowances=False,
        )


counts = st.fractions(min_value=0, max_value=10**9, max_denominator=1000)
usages = st.dictionaries(st.sampled_from(Dimension), counts).map(Usage)


@given(usages, usages, st.sampled_from(QueryPricing), st.booleans())
def test_more_of_anything_is_never_cheaper(
    usage: Usage,
    more: Usage,
    query_pricing: QueryPricing,
    allowances: bool,  # noqa: FBT001 - drawn by hypothesis
) -> None:
    less = price(usage, query_pricing, allowances=allowances)
    assert price(usage + more, query_pricing, allowances=allowances).usd >= less.usd


@given(usages, st.sampled_from(QueryPricing))
def test_allowances_never_make_it_dearer(usage: Usage, query_pricing: QueryPricing) -> None:
    reduced = price(usage, query_pricing, allowances=True)
    assert 0 <= reduced.usd <= price(usage, query_pricing).usd


@given(usages, st.integers(0, 12), st.sampled_from(QueryPricing))
def test_without_allowances_twice_as_much_costs_twice_as_much(
    usage: Usage, factor: int, query_pricing: QueryPricing
) -> None:
    assert price(usage * factor, query_pricing).usd == price(usage, query_pricing).usd * factor
