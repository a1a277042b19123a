"""Query hands out pages by the service's rules; PrepareQuery, CancelQuery and the settings answer.

https://docs.aws.amazon.com/timestream/latest/developerguide/API_query_Query.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from embedded_timestream.errors import ValidationException
from embedded_timestream.query.engine import Engine
from embedded_timestream.write.store import Store
from tests.embedded_timestream.querying import engine, text, type_text
from tests.embedded_timestream.writing import SECOND, StoppedClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SEVEN = "SELECT time FROM bridges.status ORDER BY time"
TOKEN = "a" * 32


@pytest.fixture
def timestream() -> Iterator[Engine]:
    made = engine()
    yield made
    made.close()


def times(answer: dict[str, Any]) -> list[str]:
    return [text(row["Data"][0])[11:16] for row in answer["Rows"]]


def later(timestream: Engine, seconds: int) -> None:
    assert isinstance(timestream.store.clock, StoppedClock)
    timestream.store.clock.now += seconds * SECOND


def test_pages_follow_each_other_to_the_last_row(timestream: Engine) -> None:
    pages = [timestream.query({"QueryString": SEVEN, "MaxRows": 3})]
    while token := pages[-1].get("NextToken"):
        pages.append(timestream.query({"QueryString": SEVEN, "MaxRows": 3, "NextToken": token}))
    assert [times(page) for page in pages] == [
        ["11:05", "11:10", "11:20"],
        ["11:27", "11:40", "11:50"],
        ["11:56"],
    ]
    assert len({page["QueryId"] for page in pages}) == 1


def test_a_page_that_is_just_full_has_no_token(timestream: Engine) -> None:
    assert "NextToken" not in timestream.query({"QueryString": SEVEN, "MaxRows": 7})


@pytest.mark.parametrize(
    "statement", ["SHOW DATABASES", "SHOW MEASURES FROM bridges.status", "DESCRIBE bridges.status"]
)
def test_what_only_lists_is_not_metered(timestream: Engine, statement: str) -> None:
    status = timestream.query({"QueryString": statement})["QueryStatus"]
    assert (status["CumulativeBytesScanned"], status["CumulativeBytesMetered"]) == (0, 0)


def test_a_page_holds_at_most_a_megabyte(timestream: Engine) -> None:
    wide = "SELECT rpad('', 200000, 'x') FROM bridges.status"
    first = timestream.query({"QueryString": wide})
    assert len(first["Rows"]) == 5
    rest = timestream.query({"QueryString": wide, "NextToken": first["NextToken"]})
    assert len(rest["Rows"]) == 2


def test_a_token_gives_the_same_page_five_times(timestream: Engine) -> None:
    token = timestream.query({"QueryString": SEVEN, "MaxRows": 3})["NextToken"]
    request = {"QueryString": SEVEN, "MaxRows": 3, "NextToken": token}
    pages = [times(timestream.query(request)) for _ in range(5)]
    assert pages == [["11:27", "11:40", "11:50"]] * 5
    with pytest.raises(ValidationException, match=r"Invalid pagination token\."):
        timestream.query(request)


def test_a_newer_token_ends_the_older(timestream: Engine) -> None:
    older = timestream.query({"QueryString": SEVEN, "MaxRows": 2})["NextToken"]
    request = {"QueryString": SEVEN, "MaxRows": 2}
    newer = timestream.query({**request, "NextToken": older})["NextToken"]
    timestream.query({**request, "NextToken": newer})
    with pytest.raises(ValidationException, match="Invalid pagination token"):
        timestream.query({**request, "NextToken": older})


def test_a_token_belongs_to_its_query_string(timestream: Engine) -> None:
    token = timestream.query({"QueryString": SEVEN, "MaxRows": 3})["NextToken"]
    with pytest.raises(ValidationException, match="Invalid pagination token"):
        timestream.query({"QueryString": SEVEN + " ", "NextToken": token})


def test_a_token_lasts_an_hour(timestream: Engine) -> None:
    token = timestream.query({"QueryString": SEVEN, "MaxRows": 3})["NextToken"]
    later(timestream, 3601)
    with pytest.raises(ValidationException, match="Invalid pagination token"):
        timestream.query({"QueryString": SEVEN, "NextToken": token})


@pytest.mark.parametrize("rows", [0, 1001])
def test_max_rows_is_between_1_and_1000(timestream: Engine, rows: int) -> None:
    with pytest.raises(ValidationException, match="MaxRows"):
        timestream.query({"QueryString": SEVEN, "MaxRows": rows})


def test_a_query_string_has_at_most_256_kib(timestream: Engine) -> None:
    with pytest.raises(ValidationException, match="QueryString"):
        timestream.query({"QueryString": "SELECT '" + "x" * 262_144 + "'"})


def test_thousands_of_conditions_are_answered(timestream: Engine) -> None:
    conditions = " OR ".join(["1 = 2"] * 3000)
    answer = timestream.query({"QueryString": f"SELECT {conditions}"})
    assert text(answer["Rows"][0]["Data"][0]) == "false"


@pytest.mark.parametrize("nested", ["+".join(["1"] * 3000), "(" * 300 + "1" + ")" * 300])
def test_what_is_nested_too_deeply_is_refused(timestream: Engine, nested: str) -> None:
    with pytest.raises(ValidationException, match="nested too deeply"):
        timestream.query({"QueryString": f"SELECT {nested}"})


def test_a_client_token_gives_the_first_answer_again_for_a_while(timestream: Engine) -> None:
    request = {"QueryString": "SELECT now()", "ClientToken": TOKEN}
    first = timestream.query(request)
    later(timestream, 60)
    assert timestream.query(request) == first
    later(timestream, 300)
    assert timestream.query(request) != first


def test_a_client_token_belongs_to_its_request(timestream: Engine) -> None:
    timestream.query({"QueryString": "SELECT 1", "ClientToken": TOKEN})
    with pytest.raises(ValidationException, match="ClientToken"):
        timestream.query({"QueryString": "SELECT 2", "ClientToken": TOKEN})


def test_now_is_one_moment_of_the_clock_in_each_run_of_a_query(timestream: Engine) -> None:
    query = {"QueryString": "SELECT now() = now(), now()"}
    first = timestream.query(query)["Rows"][0]["Data"]
    later(timestream, 1)
    second = timestream.query(query)["Rows"][0]["Data"]
    assert list(map(text, first)) == ["true", "2026-01-05 12:00:00.000000000"]
    assert list(map(text, second)) == ["true", "2026-01-05 12:00:01.000000000"]


def test_a_bound_query_sees_columns_that_are_written_later(timestream: Engine) -> None:
    everything = {"QueryString": "SELECT * FROM bridges.status LIMIT 1"}
    before = len(timestream.query(everything)["ColumnInfo"])
    record = {
        "Dimensions": [{"Name": "lane", "Value": "2"}],
        "MeasureName": "cars",
        "MeasureValue": "5",
        "MeasureValueType": "BIGINT",
        "Time": str(timestream.store.clock.now_ns() // 10**6),
    }
    where = {"DatabaseName": "bridges", "TableName": "status"}
    timestream.store.call("WriteRecords", {**where, "Records": [record]})
    assert len(timestream.query(everything)["ColumnInfo"]) == before + 2


def test_bytes_are_metered_by_the_megabyte_and_ten_at_least(timestream: Engine) -> None:
    status = timestream.query({"QueryString": "SELECT * FROM bridges.status"})["QueryStatus"]
    assert status["ProgressPercentage"] == 100
    # 7 records: city=Gothenburg, source=roadsignals, a name, a status and 8 bytes of time.
    names = 5 * len("Hisingsbron") + 2 * len("Marieholmsbron")
    values = 4 * len("Closed") + 3 * len("Open")
    assert status["CumulativeBytesScanned"] == 7 * (14 + 17 + 8) + names + values
    assert status["CumulativeBytesMetered"] == 10_000_000


def test_a_condition_on_time_spares_bytes(timestream: Engine) -> None:
    def scanned(query: str) -> int:
        status: dict[str, int] = timestream.query({"QueryString": query})["QueryStatus"]
        return status["CumulativeBytesScanned"]

    whole = scanned("SELECT count(*) FROM bridges.status")
    assert scanned("SELECT count(*) FROM bridges.status WHERE time > ago(15m)") < whole / 3
    assert scanned("SELECT 1") == 0


def test_insights_say_what_was_read_and_answered(timestream: Engine) -> None:
    query = "SELECT time FROM bridges.status WHERE time > ago(15m)"
    insights = timestream.query(
        {"QueryString": query, "QueryInsights": {"Mode": "ENABLED_WITH_RATE_CONTROL"}}
    )["QueryInsightsResponse"]
    assert insights["QueryTableCount"] == 1
    assert insights["OutputRows"] == 2
    assert insights["QueryTemporalRange"]["Max"]["Value"] == 360 * SECOND
    assert insights["QuerySpatialCoverage"]["Max"]["Value"] == 0.5


def test_preparing_a_query_tells_its_columns_and_runs_nothing(timestream: Engine) -> None:
    query = "SELECT time AS t, count(*), 1 / 0 AS x FROM bridges.status GROUP BY time"
    prepared = timestream.call("PrepareQuery", {"QueryString": query, "ValidateOnly": True})
    assert prepared["Columns"] == [
        {
            "Name": "t",
            "Type": {"ScalarType": "TIMESTAMP"},
            "Aliased": True,
            "DatabaseName": "bridges",
            "TableName": "status",
        },
        {"Name": "_col1", "Type": {"ScalarType": "BIGINT"}, "Aliased": False},
        {"Name": "x", "Type": {"ScalarType": "INTEGER"}, "Aliased": True},
    ]
    assert prepared["Parameters"] == []


def test_preparing_only_validates(timestream: Engine) -> None:
    with pytest.raises(ValidationException, match="ValidateOnly"):
        timestream.call("PrepareQuery", {"QueryString": "SELECT 1"})
    with pytest.raises(ValidationException, match="line 1:8: Column 'x' does not exist"):
        timestream.call("PrepareQuery", {"QueryString": "SELECT x", "ValidateOnly": True})


def test_a_cancelled_query_hands_out_no_more_pages(timestream: Engine) -> None:
    first = timestream.query({"QueryString": SEVEN, "MaxRows": 3})
    timestream.call("CancelQuery", {"QueryId": first["QueryId"]})
    with pytest.raises(ValidationException, match="Invalid pagination token"):
        timestream.query({"QueryString": SEVEN, "NextToken": first["NextToken"]})
    again = timestream.call("CancelQuery", {"QueryId": first["QueryId"]})
    assert "already" in again["CancellationMessage"]


def test_a_query_that_is_done_cannot_be_cancelled(timestream: Engine) -> None:
    done = timestream.query({"QueryString": SEVEN})
    with pytest.raises(ValidationException, match="not running"):
        timestream.call("CancelQuery", {"QueryId": done["QueryId"]})


def test_any_change_of_the_settings_moves_the_account_to_tcus_for_good(timestream: Engine) -> None:
    assert timestream.call("DescribeAccountSettings", {}) == {"QueryPricingModel": "BYTES_SCANNED"}
    moved = timestream.call("UpdateAccountSettings", {"MaxQueryTCU": 8})
    assert moved == {"QueryPricingModel": "COMPUTE_UNITS", "MaxQueryTCU": 8}
    with pytest.raises(ValidationException, match="cannot go back"):
        timestream.call("UpdateAccountSettings", {"QueryPricingModel": "BYTES_SCANNED"})
    with pytest.raises(ValidationException, match="multiple of 4"):
        timestream.call("UpdateAccountSettings", {"MaxQueryTCU": 6})


def test_the_move_to_tcus_outlives_the_process(tmp_path: Path) -> None:
    saved = tmp_path / "account_settings.json"
    for expected in ({"QueryPricingModel": "BYTES_SCANNED"}, {"MaxQueryTCU": 8}):
        opened = Engine(Store(StoppedClock()), saved=saved)

        assert expected.items() <= opened.call("DescribeAccountSettings", {}).items()

        opened.call("UpdateAccountSettings", {"MaxQueryTCU": 8})
        opened.close()


@pytest.mark.parametrize(
    ("expression", "type_", "value"),
    [
        ("1", "integer", "1"),
        ("count(*)", "bigint", "7"),
        ("avg(1)", "double", "1.0"),
        ("max(measure_name)", "varchar", "Marieholmsbron"),
        ("bool_and(true)", "boolean", "true"),
        ("max(time)", "timestamp", "2026-01-05 11:56:00.000000000"),
        ("DATE '2026-01-05'", "date", "2026-01-05"),
        ("TIME '10:00'", "time", "10:00:00.000000000"),
        ("1d", "interval_day_to_second", "1 00:00:00.000000000"),
        ("1y", "interval_year_to_month", "1-0"),
        ("NULL", "unknown", "NULL"),
        ("ARRAY[1.5]", "array(double)", "[1.5]"),
        ("ROW(1, 'a')", "row(integer, varchar)", "(1, a)"),
        ("CAST(ROW(1) AS ROW(a bigint))", "row(a bigint)", "(1)"),
        (
            "create_time_series(time, 1) FILTER (WHERE measure_name LIKE 'M%')",
            "timeseries(integer)",
            "{2026-01-05 11:10:00.000000000: 1, 2026-01-05 11:40:00.000000000: 1}",
        ),
    ],
)
def test_every_type_has_the_services_shape(
    timestream: Engine, expression: str, type_: str, value: str
) -> None:
    query = f"SELECT {expression} AS x FROM bridges.status"  # noqa: S608 - from the table above
    answer = timestream.query({"QueryString": query})
    (column,) = answer["ColumnInfo"]
    assert (column["Name"], type_text(column["Type"])) == ("x", type_)
    assert text(answer["Rows"][0]["Data"][0]) == value
