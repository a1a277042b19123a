"""What the pytest plugin gives. It is also run where only the built package is installed.

So nothing of this repository is imported here but the package.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

if TYPE_CHECKING:
    from embedded_timestream.clock import SettableClock
    from embedded_timestream.server.embedded import EmbeddedTimestream

WHERE = {"DatabaseName": "bridges", "TableName": "status"}
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
COUNT = 'SELECT count(*) FROM "bridges"."status"'


def write(client: Any, *times: datetime) -> None:  # noqa: ANN401 - boto3's
    if "bridges" not in str(client.list_databases()["Databases"]):
        client.create_database(DatabaseName="bridges")
        client.create_table(**WHERE)
    records = [
        {
            "Dimensions": [{"Name": "city", "Value": "Gothenburg"}],
            "MeasureName": "Hisingsbron",
            "MeasureValue": "Open",
            "MeasureValueType": "VARCHAR",
            "Time": str(round(time.timestamp() * 1000)),
        }
        for time in times
    ]
    client.write_records(**WHERE, Records=records)


def value(client: Any, query: str) -> str:  # noqa: ANN401 - boto3's
    answer = client.query(QueryString=query)
    found: str = answer["Rows"][0]["Data"][0]["ScalarValue"]
    return found


@pytest.mark.parametrize("test", ["the first", "the second"])
def test_each_test_begins_with_nothing(timestream: EmbeddedTimestream, test: str) -> None:
    del test
    assert timestream.write.list_databases()["Databases"] == []

    write(timestream.write, datetime.now(UTC))

    assert value(timestream.query, COUNT) == "1"


def test_the_clock_can_be_set_and_moved(timestream: EmbeddedTimestream) -> None:
    timestream.clock.move_to(NOON)
    write(timestream.write, NOON)

    timestream.clock.shift(timedelta(hours=2))

    now = value(timestream.query, "SELECT now()")
    assert now == "2026-01-05 14:00:00.000000000"
    assert value(timestream.query, f"{COUNT} WHERE time > ago(1h)") == "0"


def test_a_clock_that_a_test_set_goes_again_in_the_next(timestream: EmbeddedTimestream) -> None:
    now = datetime.fromisoformat(value(timestream.query, "SELECT now()")[:26])

    assert abs(now.replace(tzinfo=UTC) - datetime.now(UTC)) < timedelta(minutes=5)


def test_any_client_finds_it_by_the_environment(
    timestream: EmbeddedTimestream, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in timestream.environment().items():
        monkeypatch.setenv(name, text)

    write(boto3.client("timestream-write"), datetime.now(UTC))

    assert value(boto3.client("timestream-query"), COUNT) == "1"


def test_a_client_that_stops_at_an_empty_page_is_found(timestream: EmbeddedTimestream) -> None:
    write(timestream.write, datetime.now(UTC))
    timestream.empty_first_pages()

    first = timestream.query.query(QueryString=COUNT)
    pages = list(timestream.query.get_paginator("query").paginate(QueryString=COUNT))

    assert (first["Rows"], len(first["ColumnInfo"])) == ([], 1)
    assert first["NextToken"]
    assert [len(page["Rows"]) for page in pages] == [0, 1]


def test_first_pages_have_rows_again_in_the_next_test(timestream: EmbeddedTimestream) -> None:
    assert value(timestream.query, "SELECT 1") == "1"


@pytest.mark.parametrize("written", [1, 2])
def test_the_sessions_keeps_what_is_written(
    timestream_session: EmbeddedTimestream, timestream: EmbeddedTimestream, written: int
) -> None:
    write(timestream_session.write, datetime.now(UTC) - timedelta(minutes=written))

    assert value(timestream_session.query, COUNT) == str(written)
    assert timestream.write.list_databases()["Databases"] == []


@pytest.fixture
def aws(timestream_in_moto: SettableClock, monkeypatch: pytest.MonkeyPatch) -> SettableClock:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "embedded")
    return timestream_in_moto


@pytest.mark.parametrize("test", ["the first", "the second"])
def test_mock_aws_answers_for_real(aws: SettableClock, test: str) -> None:
    del test
    aws.move_to(NOON)
    with mock_aws():
        write(boto3.client("timestream-write", "eu-west-1"), NOON)

        assert value(boto3.client("timestream-query", "eu-west-1"), COUNT) == "1"
