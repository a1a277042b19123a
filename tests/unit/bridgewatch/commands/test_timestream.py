"""What the commands do only where records are in Timestream."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

import pytest

from bridgewatch.timestream.query import Query
from bridgewatch.timestream.table import TimestreamTable
from lambdas.aws import Connection

if TYPE_CHECKING:
    from tests.unit.bridgewatch.commands.conftest import Commands

NOON = datetime.now(UTC).replace(microsecond=123_000) - timedelta(hours=2)
TIME = f"{NOON:%Y-%m-%dT%H:%M:%S}.123Z"


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("SELECT * FROM a.b", ["a.b (line 1:15)"]),
        ("SELECT max(time) FROM a.b WHERE measure_name = 'x'", ["a.b (line 1:23)"]),
        ("SELECT * FROM a.b WHERE time < ago(7d)", ["a.b (line 1:15)"]),
        ("SELECT 'where time > ago(7d)'\nFROM a.b", ["a.b (line 2:6)"]),
        ("SELECT 1 FROM a.b -- WHERE time > ago(7d)", ["a.b (line 1:15)"]),
        ("SELECT 1 /* time > 0 */ FROM a.b WHERE runtime > 1", ["a.b (line 1:30)"]),
        (
            'SELECT * FROM "a"."b" AS p JOIN a.b q ON p.x = q.x JOIN a.c ON c.time > ago(1d)',
            ['"a"."b" AS p (line 1:15)', "a.b AS q (line 1:33)"],
        ),
        (
            "SELECT 1 FROM a.b WHERE time > ago(1d) UNION ALL SELECT 1 FROM a.b",
            ["a.b (line 1:64)"],
        ),
        (
            "SELECT 1 FROM a.b WHERE time > ago(1d) AND x IN (SELECT x FROM a.c)",
            ["a.c (line 1:64)"],
        ),
        ("WITH w AS (SELECT * FROM a.b) SELECT 1 FROM w", ["a.b (line 1:26)"]),
        ("WITH w AS (SELECT * FROM a.b) SELECT 1 FROM w p JOIN w q ON 1 = 1", ["a.b (line 1:26)"]),
        ("UNLOAD (SELECT * FROM a.b) TO 's3://c/d'", ["a.b (line 1:23)"]),
        ("UNLOAD (SELECT * FROM a.b WHERE time > ago(1d)) TO 's3://c/d'", []),
        ("WITH w AS (SELECT * FROM a.b) SELECT 1 FROM w WHERE time > ago(1d)", []),
        ("SELECT 1 FROM (SELECT * FROM a.b) WHERE time > ago(1d) -- 'from' a.c", []),
        ("SELECT 1 FROM a.b p LEFT JOIN a.b q ON p.time = q.time WHERE p.time > ago(1d)", []),
        ("select 1 from a.b where TIME > ago(1d)", []),
        ('SELECT 1 FROM "a"."b" AS c WHERE c."time" BETWEEN ago(2d) AND ago(1d)', []),
        ("SELECT 1 FROM a.b WHERE x = 1 AND time>= '2026-01-01 00:00:00'", []),
        ("SELECT 1 FROM a.b WHERE time > from_milliseconds(1767225600000)", []),
        ("SHOW TABLES FROM a", []),
        ("SHOW MEASURES FROM a.b", []),
        ("DESCRIBE a.b", []),
        ("SELECT 1", []),
        ("EXPLAIN whatever Timestream may learn FROM a.b", []),
        ("SELECT 'open", []),
    ],
)
def test_a_query_is_warned_of_each_table_that_it_reads_from_its_beginning(
    sql: str, named: list[str]
) -> None:
    table = TimestreamTable(database="gothenburg", table="observations", connection=Connection())

    warning = table.warning(sql)

    assert (warning or "needs , so").split("needs ")[1].split(", so")[0] == " and ".join(named)


def test_the_warning_comes_before_the_answer(run: Commands) -> None:
    result = run("query", 'SELECT nothing FROM "gothenburg"."nowhere"')

    warning, error = result.stderr.splitlines()
    assert warning == (
        "bridgewatch: This query does not say from when on it needs "
        '"gothenburg"."nowhere" (line 1:21), so Timestream scans all of it, from the beginning, '
        "and bills that: add WHERE time > ago(7d)."
    )
    assert "There is nothing to read yet, or not there" in error
    assert result.exit_code == 1


def test_who_wants_only_some_records_ends_the_query(
    run: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.write((NOON, "Open"), (NOON + timedelta(minutes=1), "Closed"))
    table = TimestreamTable(database="gothenburg", table=run.table, connection=Connection())
    ended: list[Query] = []

    def close(query: Query) -> None:
        ended.append(query)

    monkeypatch.setattr(Query, "close", close)

    (first,) = islice(table.records("Hisingsbron", 0), 1)

    assert first.status == "Open"
    assert len(ended) == 1


def test_records_of_one_time_with_different_dimensions_are_not_chosen_from(run: Commands) -> None:
    run.write((NOON, "Open"))
    run.cloud.client("timestream-write").write_records(
        DatabaseName="gothenburg",
        TableName=run.table,
        Records=[
            {
                "Dimensions": [{"Name": "city", "Value": "Malmö"}],
                "MeasureName": "Hisingsbron",
                "MeasureValue": "Closed",
                "MeasureValueType": "VARCHAR",
                "Time": str(round(NOON.timestamp() * 1000)),
            }
        ],
    )

    result = run("correct", "Hisingsbron", TIME, "Closed")

    assert result.exit_code == 1
    assert "has 2 records with different dimensions" in result.stderr


def test_a_query_says_what_it_costs_in_both_ways_of_paying(run: Commands) -> None:
    run.write((NOON, "Open"))

    result = run("query", f'SELECT 1 FROM "gothenburg"."{run.table}" WHERE time > ago(1d)')  # noqa: S608 - of a test's own

    assert "metered 10,000,000; 0.0001 USD if the account pays by bytes scanned, about 0.017" in (
        result.stderr
    )
