"""AWS's own examples, and what must be true of every usage."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridgewatch.cost import metering
from embedded_timestream import record_sizes

# The event of https://docs.aws.amazon.com/timestream/latest/developerguide/metering-and-pricing.writes.html
COMMON = {
    "Dimensions": [
        {"Name": "region", "Value": "us-east-1"},
        {"Name": "az", "Value": "1d"},
        {"Name": "vpc", "Value": "vpc-1a2b3c4d"},
    ],
    "MeasureName": "cpu_utilization",
}
OWN = {
    "Dimensions": [{"Name": "hostname", "Value": "host-24Gju"}],
    "MeasureValue": "35.0",
    "MeasureValueType": "DOUBLE",
    "Time": "1602983435238563000",
}
EVENT = {**COMMON, **OWN, "Dimensions": COMMON["Dimensions"] + OWN["Dimensions"]}  # type: ignore[operator]  # lists, both

SECONDS_A_MONTH = 30 * 86400
"""AWS's examples count 30 days."""


def test_an_event_has_as_many_bytes_as_in_aws_s_example() -> None:
    assert record_sizes.record_bytes({}, EVENT) == 83


def test_common_attributes_are_stored_with_each_record() -> None:
    assert record_sizes.record_bytes(COMMON, OWN) == 83


def test_common_attributes_count_once_in_a_request() -> None:
    # given: 15 + 4 + 15 + 15 bytes in common, and 18 + 8 + 8 of each event's own. (AWS's page says
    # 52 and 27, which its own byte counts don't add up to.)
    assert record_sizes.request_bytes(COMMON, [OWN] * 28) == 49 + 28 * 34
    assert record_sizes.request_bytes({}, [EVENT] * 12) == 12 * 83


@pytest.mark.parametrize(
    ("size", "monthly_writes"),
    [
        pytest.param([83] * 100, 51_840_000, id="one event per write"),
        pytest.param([12 * 83] * 8 + [4 * 83], 4_665_600, id="12 events per write"),
        pytest.param([100 * 83], 4_665_600, id="100 events in one request"),
        pytest.param(
            [52 + 36 * 27] * 2 + [52 + 28 * 27], 1_555_200, id="36 events with common attributes"
        ),
    ],
)
def test_writes_of_a_month_are_as_in_aws_s_examples(size: list[int], monthly_writes: int) -> None:
    writes = sum(map(record_sizes.write_units, size)) * (SECONDS_A_MONTH // 5)
    assert writes == monthly_writes


@pytest.mark.parametrize(
    ("value", "value_type", "size"),
    [
        ("true", "BOOLEAN", 1),
        ("1234567890", "BIGINT", 8),
        ("1.5", "DOUBLE", 8),
        ("1602983435238", "TIMESTAMP", 8),
        ("Closed", "VARCHAR", 6),
        ("Ängsö", "VARCHAR", 7),
    ],
)
def test_a_value_counts_by_its_type(value: str, value_type: str, size: int) -> None:
    assert (
        record_sizes.attribute_bytes({"MeasureValue": value, "MeasureValueType": value_type})
        == size
    )


def test_a_value_without_a_type_has_the_common_one_or_is_a_double() -> None:
    # given
    record = {"MeasureValue": "Closed"}
    # then
    assert record_sizes.request_bytes({"MeasureValueType": "VARCHAR"}, [record]) == 6
    assert record_sizes.request_bytes({}, [record]) == 8


def test_each_measure_of_a_multi_measure_record_counts_with_its_name() -> None:
    # given
    record = {
        "MeasureName": "weather",
        "MeasureValueType": "MULTI",
        "MeasureValues": [
            {"Name": "wind", "Value": "7.5", "Type": "DOUBLE"},
            {"Name": "from", "Value": "NNW", "Type": "VARCHAR"},
        ],
    }
    # then
    assert record_sizes.attribute_bytes(record) == 7 + (4 + 8) + (4 + 3)


def test_the_article_s_record_has_fifty_bytes() -> None:
    # given: the dimension, measure name and value that its code writes
    record = {
        "Dimensions": [{"Name": "bridge", "Value": "hisingsbron"}],
        "MeasureName": "HisingsbridgeStatus",
        "MeasureValue": "Closed",
        "MeasureValueType": "VARCHAR",
        "Time": "1640184615000",
    }
    # then
    assert record_sizes.record_bytes({}, record) == 50


@pytest.mark.parametrize(
    ("size", "units"), [(0, 1), (1, 1), (1024, 1), (1025, 2), (2048, 2), (100 * 2048, 200)]
)
def test_a_request_is_billed_in_started_kibibytes(size: int, units: int) -> None:
    assert record_sizes.write_units(size) == units


@pytest.mark.parametrize(
    ("scanned", "megabytes"),
    [(0, 10), (106, 10), (10_000_000, 10), (10_499_999, 10), (10_500_000, 11), (2 * 10**9, 2000)],
)
def test_a_query_is_billed_in_megabytes_and_for_ten_at_least(scanned: int, megabytes: int) -> None:
    assert metering.query_gigabytes(scanned) == Fraction(megabytes, 1000)


@pytest.mark.parametrize(
    ("seconds", "tcu", "tcu_hours"),
    [
        (Fraction("0.2"), 4, Fraction(120, 3600)),
        (30, 4, Fraction(120, 3600)),
        (Fraction("30.1"), 4, Fraction(124, 3600)),
        # the examples of https://docs.aws.amazon.com/timestream/latest/developerguide/tcu.html
        (3 * 3600, 20, Fraction(60)),
        (1800, 10, Fraction(5)),
        (1800, 20, Fraction(10)),
    ],
)
def test_compute_units_are_billed_by_the_second_and_for_thirty_at_least(
    seconds: Fraction | int, tcu: int, tcu_hours: Fraction
) -> None:
    assert metering.query_tcu_hours(seconds, tcu) == tcu_hours


def test_storage_is_billed_for_as_long_as_it_lasts() -> None:
    assert metering.gigabyte_hours(5 * 10**8, 24) == 12
    assert metering.gigabyte_months(10**9, 730) == 1


@pytest.mark.parametrize(
    ("milliseconds", "memory_mb", "invocations", "gigabyte_seconds"),
    [
        (1000, 512, 3_000_000, 1_500_000),  # https://aws.amazon.com/lambda/pricing/, example 1
        (200, 128, 30_000_000, 750_000),  # example 2
        (Fraction("27.4"), 1024, 1, Fraction("0.028")),
    ],
)
def test_functions_are_billed_by_started_milliseconds(
    milliseconds: Fraction | int,
    memory_mb: int,
    invocations: int,
    gigabyte_seconds: Fraction | int,
) -> None:
    billed = metering.lambda_gigabyte_seconds(milliseconds, memory_mb, invocations)
    assert billed == gigabyte_seconds


@pytest.mark.parametrize(("size", "units"), [(0, 1), (65_536, 1), (65_537, 2), (262_144, 4)])
def test_a_request_s_payload_is_billed_in_started_units_of_64_kib(size: int, units: int) -> None:
    assert metering.payload_units(size) == units


def test_log_messages_are_kept_with_26_bytes_each() -> None:
    assert metering.log_bytes(["Öppen", "stängd"]) == (6 + 7, 6 + 7 + 52)


text = st.text(max_size=200)
records: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "Dimensions": st.lists(st.fixed_dictionaries({"Name": text, "Value": text}), max_size=3),
        "MeasureName": text,
        "MeasureValue": text,
        "MeasureValueType": st.just("VARCHAR"),
        "Time": st.just("1640184615000"),
    }
)


@given(st.lists(records, min_size=1, max_size=100), st.data())
def test_splitting_a_write_into_more_requests_never_makes_it_cheaper(
    batch: list[dict[str, Any]], data: st.DataObject
) -> None:
    # given
    cut = data.draw(st.integers(1, len(batch)))
    parts = [batch[:cut], batch[cut:]] if cut < len(batch) else [batch]
    # when
    whole = record_sizes.write_units(record_sizes.request_bytes({}, batch))
    split = sum(record_sizes.write_units(record_sizes.request_bytes({}, part)) for part in parts)
    # then
    assert split >= whole


@given(records, st.lists(records, min_size=1, max_size=20))
def test_saying_it_once_for_all_records_is_never_dearer(
    common: dict[str, Any], batch: list[dict[str, Any]]
) -> None:
    # given: the same dimension in all records, or in CommonAttributes
    shared = common["Dimensions"]
    repeated = [{**record, "Dimensions": record["Dimensions"] + shared} for record in batch]
    # then
    once = record_sizes.request_bytes({"Dimensions": shared}, batch)
    assert once <= record_sizes.request_bytes({}, repeated)
    assert sum(
        record_sizes.record_bytes({"Dimensions": shared}, record) for record in batch
    ) == sum(record_sizes.record_bytes({}, record) for record in repeated)


@given(st.integers(0, 10**13), st.integers(0, 10**13))
def test_scanning_more_is_never_cheaper(one: int, other: int) -> None:
    less, more = sorted([one, other])
    assert metering.query_gigabytes(less) <= metering.query_gigabytes(more)
