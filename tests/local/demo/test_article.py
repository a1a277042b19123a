"""What docs/cost.md is made from is what a replay on the embedded cloud counts.

That the document agrees with it is tested with the other documents: tests/unit/test_docs.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bridgewatch.cost.bill import dollars
from bridgewatch.cost.usage import Dimension
from local.demo import article_bill
from local.demo.article import replay
from local.demo.article_bill import DAYS, counts, elsewhere, price, variants, write_counts

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "dimension", [Dimension.WRITE_UNITS, Dimension.QUERY_GB, Dimension.QUERY_TCU_HOURS]
)
def test_the_counts_are_those_of_a_replay(dimension: Dimension) -> None:
    # given: three of the ninety days, which are all alike to these dimensions
    days = 3
    # when
    usage = replay(days)
    # then
    assert usage[dimension] * DAYS / days == counts()[dimension] > 0


def test_a_record_is_in_the_memory_store_for_a_day() -> None:
    # given: the last day's records have not left it
    whole = 3000 * 50 * 24 / 10**9
    # then
    assert 0.99 * whole < counts()[Dimension.MEMORY_GB_HOURS] < whole


def test_the_three_bills_are_those_of_the_facts() -> None:
    then, by_bytes, by_tcu = price(counts()).values()
    assert dollars(then.usd) == "0.16"
    assert dollars(by_bytes.usd) == "0.14"
    assert dollars(by_tcu.usd / 3) == "7.77"


def test_changing_one_thing_shows_what_the_bill_hangs_on() -> None:
    amounts = {name: dollars(usd, 3) for name, usd in variants(counts()).items()}
    assert amounts == {
        "the article": "0.010",
        "prices of 2021": "0.164",
        "prices of 2021, for 20 days": "0.036",
        "prices of 2021, without the 10 MB minimum": "0.003",
        "today, by bytes scanned": "0.137",
        "today, by TCU": "23.312",
        "today, by TCU, 1 unit a query": "5.829",
        "today, by TCU, a day's queries at once": "1.556",
    }


def test_other_services_are_used_as_the_facts_say() -> None:
    dynamo, daily, single, tables, influx = elsewhere(counts()).values()
    assert dynamo[Dimension.DYNAMODB_READS] == 5625
    assert daily[Dimension.ATHENA_GB] == single[Dimension.ATHENA_GB] == 4.5
    assert single[Dimension.OBJECT_READS] == 450_000
    assert tables[Dimension.ATHENA_GB] == 4.5 + 10
    assert influx[Dimension.INFLUXDB_GB_MONTHS] == 20


def test_what_is_kept_of_a_replay_is_what_was_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    usage = counts()
    monkeypatch.setattr(article_bill, "COUNTS", tmp_path / "counts.csv")
    # when
    write_counts(usage)
    # then
    assert counts() == usage
