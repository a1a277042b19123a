"""What is sent to Timestream and made of its answers; tests/local runs the store's contract."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from lambdas.aws import Connection
from lambdas.observation import Observation
from lambdas.store import Refusal, StoreError
from lambdas.timestream import TimestreamStore
from tests.unit.lambdas.moments import CLOSED, NOON, OPEN, minute, seen

if TYPE_CHECKING:
    from tests.unit.conftest import RecordingTimestream

HISINGSBRON = {"city": "Gothenburg", "country": "Sweden", "source": "roadsignals"}
MARIEHOLMSBRON = {"city": "Gothenburg", "country": "Sweden", "source": "trafikverket"}
NOON_MS = "1795435200000"


def store() -> TimestreamStore:
    return TimestreamStore(
        database="bridgewatch",
        table="observations",
        dimensions={"Hisingsbron": HISINGSBRON, "Marieholmsbron": MARIEHOLMSBRON},
    )


def pairs(**dimensions: str) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in dimensions.items()]


def row(bridge: str, time: str, status: str) -> dict[str, Any]:
    return {"Data": [{"ScalarValue": value} for value in (bridge, time, status)]}


def page(*rows: dict[str, Any], token: str | None = None) -> dict[str, Any]:
    body: dict[str, Any] = {"Rows": list(rows), "ColumnInfo": [], "QueryId": "1"}
    return {**body, "NextToken": token} if token else body


def test_one_observation_is_one_record_of_the_articles_data_model(
    timestream: RecordingTimestream,
) -> None:
    refusals = store().write([seen(OPEN, 0)])

    assert refusals == []
    assert timestream.writes == [
        {
            "DatabaseName": "bridgewatch",
            "TableName": "observations",
            "CommonAttributes": {
                "Dimensions": pairs(city="Gothenburg", country="Sweden", source="roadsignals"),
                "MeasureValue": "Open",
                "MeasureValueType": "VARCHAR",
                "Time": NOON_MS,
                "TimeUnit": "MILLISECONDS",
            },
            "Records": [{"MeasureName": "Hisingsbron", "Dimensions": []}],
        }
    ]


def test_what_records_share_is_sent_once(timestream: RecordingTimestream) -> None:
    store().write([seen(OPEN, 0), seen(CLOSED, 0, "Marieholmsbron")])

    (body,) = timestream.writes
    assert body["CommonAttributes"]["Dimensions"] == pairs(city="Gothenburg", country="Sweden")
    assert body["CommonAttributes"]["Time"] == NOON_MS
    assert body["Records"] == [
        {
            "MeasureName": "Hisingsbron",
            "MeasureValue": "Open",
            "Dimensions": pairs(source="roadsignals"),
        },
        {
            "MeasureName": "Marieholmsbron",
            "MeasureValue": "Closed",
            "Dimensions": pairs(source="trafikverket"),
        },
    ]


def test_different_times_stay_with_their_records(timestream: RecordingTimestream) -> None:
    store().write([seen(OPEN, 0), seen(OPEN, 1)])

    (body,) = timestream.writes
    assert "Time" not in body["CommonAttributes"]
    assert [record["Time"] for record in body["Records"]] == [NOON_MS, "1795435260000"]


def test_a_request_holds_at_most_a_hundred_records(timestream: RecordingTimestream) -> None:
    store().write([seen(OPEN, count) for count in range(201)])

    assert [len(body["Records"]) for body in timestream.writes] == [100, 100, 1]


def test_rejected_records_are_told_with_timestreams_reason(
    timestream: RecordingTimestream,
) -> None:
    reason = "The record timestamp is outside the time range of the memory store."
    timestream.will_fail(
        419,
        "RejectedRecordsException",
        "One or more records have been rejected.",
        RejectedRecords=[{"RecordIndex": 1, "Reason": reason}],
    )

    refusals = store().write([seen(OPEN, 0), seen(CLOSED, 1), seen(OPEN, 2)])

    assert refusals == [Refusal(seen(CLOSED, 1), reason)]
    assert len(timestream.writes) == 1


def test_an_index_counts_within_its_own_request(timestream: RecordingTimestream) -> None:
    # given that the second of two requests is the one with a rejected record
    timestream.will_answer(200, {})
    rejected = [{"RecordIndex": 0, "Reason": "too old"}]
    timestream.will_fail(419, "RejectedRecordsException", "", RejectedRecords=rejected)

    refusals = store().write([seen(OPEN, count) for count in range(101)])

    assert refusals == [Refusal(seen(OPEN, 100), "too old")]


def test_a_record_that_is_there_already_is_no_refusal(timestream: RecordingTimestream) -> None:
    rejected = [{"RecordIndex": 0, "Reason": "A record already exists", "ExistingVersion": 1}]
    timestream.will_fail(419, "RejectedRecordsException", "", RejectedRecords=rejected)

    assert store().write([seen(OPEN, 0)]) == []


def test_the_query_has_a_time_predicate_and_only_needed_columns(
    timestream: RecordingTimestream,
) -> None:
    list(store().read(["Marieholmsbron", "Hisingsbron"], minute(0), minute(1.5)))

    (body,) = timestream.queries
    assert body["QueryString"] == (
        'SELECT measure_name, time, measure_value::varchar FROM "bridgewatch"."observations" '
        "WHERE measure_name IN ('Hisingsbron', 'Marieholmsbron') "
        "AND time >= from_iso8601_timestamp('2026-11-23T12:00:00.000Z') "
        "AND time < from_iso8601_timestamp('2026-11-23T12:01:30.000Z') "
        "ORDER BY time"
    )


def test_an_apostrophe_in_a_name_stays_in_the_name(timestream: RecordingTimestream) -> None:
    list(store().read(["x') OR ('1' = '1"], minute(0), minute(1)))

    assert "IN ('x'') OR (''1'' = ''1') AND" in timestream.queries[0]["QueryString"]


def test_reading_goes_on_to_the_last_page_across_empty_ones(
    timestream: RecordingTimestream,
) -> None:
    timestream.will_answer(200, page(token="2"))
    timestream.will_answer(
        200, page(row("Hisingsbron", "2026-11-23 12:00:00.123000000", "Open"), token="3")
    )
    timestream.will_answer(200, page(token="4"))
    timestream.will_answer(200, page(row("Hisingsbron", "2026-11-23 12:09:00.000000000", "Closed")))

    found = list(store().read(["Hisingsbron"], minute(0), minute(10)))

    assert found == [
        Observation("Hisingsbron", OPEN, datetime(2026, 11, 23, 12, 0, 0, 123_000, UTC)),
        seen(CLOSED, 9),
    ]
    assert [body.get("NextToken") for body in timestream.queries] == [None, "2", "3", "4"]


def test_a_status_of_somebody_elses_is_an_error(timestream: RecordingTimestream) -> None:
    timestream.will_answer(200, page(row("Hisingsbron", "2026-11-23 12:00:00.000000000", "open")))

    with pytest.raises(StoreError, match="neither Open nor Closed") as error:
        list(store().read(["Hisingsbron"], minute(0), minute(10)))

    assert error.value.code == "UnknownStatus"


def test_each_refusal_of_many_requests_is_told(timestream: RecordingTimestream) -> None:
    observations = [seen(OPEN, number) for number in range(101)]
    for index in (7, 0):
        rejected = [{"RecordIndex": index, "Reason": "too old"}]
        timestream.will_fail(419, "RejectedRecordsException", "", RejectedRecords=rejected)

    refusals = store().write(observations)

    assert [one.observation for one in refusals] == [observations[7], observations[100]]


def test_a_query_is_in_utc_whatever_the_clock_on_the_wall_shows(
    timestream: RecordingTimestream, monkeypatch: pytest.MonkeyPatch
) -> None:
    since = NOON.astimezone(timezone(timedelta(hours=2)))
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "America/New_York")
        time.tzset()
        list(store().read(["Hisingsbron"], since, minute(10)))
    time.tzset()

    (query,) = timestream.queries
    assert "from_iso8601_timestamp('2026-11-23T12:00:00.000Z')" in query["QueryString"]


@pytest.mark.parametrize(
    ("status", "code", "message", "sentence"),
    [
        (
            403,
            "AccessDeniedException",
            "User: arn:aws:iam::1:user/x is not authorized to perform: timestream:WriteRecords",
            "AWS denies access to Timestream: give this identity timestream:DescribeEndpoints",
        ),
        (
            403,
            "AccessDeniedException",
            "Only existing Timestream for LiveAnalytics customers can access the service.",
            "AWS has closed Timestream for LiveAnalytics to new customers",
        ),
        (404, "ResourceNotFoundException", "The table x does not exist.", "deploy the storage"),
        (400, "ValidationException", "Records is too long", "with ValidationException: Records is"),
        (
            400,
            "ValidationException",
            "The bucket b does not exist.",
            "refused the request with ValidationException: The bucket b",
        ),
        (
            400,
            "ValidationException",
            "line 1:76: Column 'time' does not exist",
            "There is nothing to read yet",
        ),
        (
            400,
            "ValidationException",
            "The table 'status' does not exist in database 'bridgewatch' at line 1:21",
            "There is nothing to read yet",
        ),
        (
            400,
            "ValidationException",
            "Requested database 'lund' not found for identifier 'lund.status' at line 1:21",
            "There is nothing to read yet",
        ),
        (403, "ExpiredTokenException", "The security token has expired", "sign in again"),
    ],
)
def test_an_error_says_what_to_do(
    timestream: RecordingTimestream, status: int, code: str, message: str, sentence: str
) -> None:
    timestream.will_fail(status, code, message)

    with pytest.raises(StoreError, match=re.escape(sentence)) as error:
        store().write([seen(OPEN, 0)])

    assert error.value.code == code
    assert len(timestream.requests) == 1, "this is not retried"


@pytest.mark.parametrize(
    ("status", "code"), [(429, "ThrottlingException"), (500, "InternalServerException")]
)
def test_what_passes_is_tried_once_more_by_the_sdk(
    timestream: RecordingTimestream, monkeypatch: pytest.MonkeyPatch, status: int, code: str
) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)
    timestream.will_fail(status, code, "Oops")

    assert store().write([seen(OPEN, 0)]) == []
    assert len(timestream.writes) == 2


@pytest.mark.usefixtures("aws")
def test_a_store_out_of_reach_is_a_store_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)

    with pytest.raises(StoreError, match="cannot be reached"):
        store().write([seen(OPEN, 0)])


@pytest.mark.usefixtures("timestream")
def test_missing_credentials_are_a_store_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")

    with pytest.raises(StoreError, match=r"No AWS credentials.*--profile"):
        store().write([seen(OPEN, 0)])


@pytest.mark.usefixtures("aws")
def test_an_unknown_profile_is_a_store_error() -> None:
    stranger = TimestreamStore(
        database="bridgewatch", table="observations", connection=Connection(profile="stranger")
    )

    with pytest.raises(StoreError, match="stranger"):
        stranger.connect()


@pytest.mark.usefixtures("aws")
def test_a_missing_region_is_a_store_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION")

    with pytest.raises(StoreError, match="No AWS region"):
        list(store().read(["Hisingsbron"], NOON, minute(1)))


@pytest.mark.parametrize("name", ['x" --', "ab", "a" * 257, "tabel å"])
def test_a_name_that_no_table_can_have_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="cannot name a Timestream"):
        TimestreamStore(database="bridgewatch", table=name)
