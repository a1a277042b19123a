"""A query's rows, held against an answer recorded from the API's documentation."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bridgewatch.timestream.query import Query, QueryStatus, query_client
from lambdas.aws import Connection
from lambdas.store import StoreError

if TYPE_CHECKING:
    from mypy_boto3_timestream_query import TimestreamQueryClient

    from tests.unit.conftest import RecordingTimestream

EVERY_TYPE = json.loads((Path(__file__).parent / "recorded" / "every_type.json").read_text())
SQL = "SELECT 1"


@pytest.fixture
def client(timestream: RecordingTimestream) -> TimestreamQueryClient:  # noqa: ARG001 - its address
    return query_client(Connection())


def page(*numbers: int, token: str | None = None) -> dict[str, Any]:
    body: dict[str, Any] = {
        "QueryId": "Q",
        "ColumnInfo": [{"Name": "n", "Type": {"ScalarType": "BIGINT"}}],
        "Rows": [{"Data": [{"ScalarValue": str(number)}]} for number in numbers],
        "QueryStatus": {"CumulativeBytesScanned": 7, "CumulativeBytesMetered": 10_000_000},
    }
    return {**body, "NextToken": token} if token else body


def test_values_have_the_types_that_the_columns_say(
    client: TimestreamQueryClient, timestream: RecordingTimestream
) -> None:
    timestream.will_answer(200, EVERY_TYPE)

    query = Query(client, SQL)
    first, second = query

    assert first == (
        "Hisingsbron",
        datetime(2026, 11, 23, 12, 0, 0, 123_456, UTC),
        9007199254740993,
        -7,
        0.0001,
        True,
        date(2026, 11, 23),
        time(17, 2, 7, 496_000),
        -timedelta(days=5, hours=20, milliseconds=250),
        50,
        None,
        ["Hisingsbron", None],
        [("city", 3), None],
        [
            (datetime(2026, 11, 23, 12, tzinfo=UTC), 0.5),
            (datetime(2026, 11, 23, 13, tzinfo=UTC), None),
        ],
    )
    assert second == (*[None] * 4, float("inf"), False, *[None] * 3, -3, *[None] * 4)
    assert [column.name for column in query.columns][:3] == ["measure_name", "time", "count"]
    assert query.status == QueryStatus(bytes_scanned=51234, bytes_metered=10_000_000)


def test_times_and_intervals_are_whole_as_texts(
    client: TimestreamQueryClient, timestream: RecordingTimestream
) -> None:
    timestream.will_answer(200, EVERY_TYPE)

    first, second = Query(client, SQL).texts()

    assert first == (
        "Hisingsbron",
        "2026-11-23T12:00:00.123456789Z",
        9007199254740993,
        -7,
        0.0001,
        True,
        "2026-11-23",
        "17:02:07.496000",
        "-5 20:00:00.250000",
        50,
        None,
        ["Hisingsbron", None],
        [("city", 3), None],
        [("2026-11-23T12:00:00Z", 0.5), ("2026-11-23T13:00:00Z", None)],
    )
    assert second == (*[None] * 4, float("inf"), False, *[None] * 3, -3, *[None] * 4)


def test_arrow_is_exact_to_the_nanosecond_and_names_the_fields_of_rows(
    client: TimestreamQueryClient, timestream: RecordingTimestream
) -> None:
    timestream.will_answer(200, EVERY_TYPE)

    table = Query(client, SQL).to_arrow()

    assert table.num_rows == 2
    assert table["time"][0].value % 1_000_000_000 == 123_456_789
    assert table["time"][1].as_py() is None
    assert table["count"].to_pylist() == [9007199254740993, None]
    assert table["dimensions"][0].as_py() == [{"dimension_name": "city", "field1": 3}, None]
    assert table["series"][0].as_py()[0]["value"] == 0.5
    assert table["names"][0].as_py() == ["Hisingsbron", None]


def test_pandas_has_a_row_for_each_and_the_columns_even_without_rows(
    client: TimestreamQueryClient, timestream: RecordingTimestream
) -> None:
    timestream.will_answer(200, page(1, token="a"))
    timestream.will_answer(200, page(2))
    timestream.will_answer(200, page())

    assert list(Query(client, SQL).to_pandas()["n"]) == [1, 2]
    assert list(Query(client, SQL).to_pandas().columns) == ["n"]


def test_pages_are_fetched_as_rows_are_consumed_across_empty_ones(
    client: TimestreamQueryClient, timestream: RecordingTimestream
) -> None:
    timestream.will_answer(200, page(token="a"))
    timestream.will_answer(200, page(1, 2, token="b"))
    timestream.will_answer(200, page(token="c"))
    timestream.will_answer(200, page(3))
    rows = iter(Query(client, SQL))

    assert [next(rows), next(rows)] == [(1,), (2,)]
    assert len(timestream.queries) == 2, "no page is fetched before it is needed"
    assert list(rows) == [(3,)]
    assert [body.get("NextToken") for body in timestream.queries] == [None, "a", "b", "c"]


def test_asking_for_the_columns_loses_no_row(
    client: TimestreamQueryClient, timestream: RecordingTimestream
) -> None:
    timestream.will_answer(200, page(1, token="a"))
    timestream.will_answer(200, page(2))
    query = Query(client, SQL)

    assert [column.name for column in query.columns] == ["n"]
    assert list(query) == [(1,), (2,)]
    assert len(timestream.queries) == 2


def test_a_query_that_nobody_waits_for_is_cancelled(
    client: TimestreamQueryClient, timestream: RecordingTimestream
) -> None:
    timestream.will_answer(200, page(1, token="a"))
    query = Query(client, SQL)
    next(iter(query))

    query.close()

    assert timestream.requests[-1] == ("CancelQuery", {"QueryId": "Q"})


def test_a_query_that_has_ended_is_not_cancelled(
    client: TimestreamQueryClient, timestream: RecordingTimestream
) -> None:
    timestream.will_answer(200, page(1))
    query = Query(client, SQL)

    assert list(query) == [(1,)]
    query.close()

    assert [operation for operation, _ in timestream.requests] == ["Query"]


def test_errors_are_told_as_ever(
    client: TimestreamQueryClient, timestream: RecordingTimestream
) -> None:
    timestream.will_fail(400, "ValidationException", "line 1:8: mismatched input")

    with pytest.raises(StoreError, match="line 1:8: mismatched input"):
        list(Query(client, SQL))
