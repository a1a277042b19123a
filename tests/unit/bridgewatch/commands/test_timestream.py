"""What the commands do only where records are in Timestream."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bridgewatch.timestream.table import TimestreamTable
from lambdas.aws import Connection

if TYPE_CHECKING:
    from tests.unit.bridgewatch.commands.conftest import Commands

NOON = datetime.now(UTC).replace(microsecond=123_000) - timedelta(hours=2)
TIME = f"{NOON:%Y-%m-%dT%H:%M:%S}.123Z"


@pytest.mark.parametrize(
    ("sql", "is_expensive"),
    [
        ("SELECT * FROM a.b", True),
        ("SELECT max(time) FROM a.b WHERE measure_name = 'x'", True),
        ("SELECT * FROM a.b WHERE measure_name = 'runtime' AND length(x) > 1", True),
        ("select 1 from a.b where time > ago(1d)", False),
        ('SELECT 1 FROM "a"."b" AS c WHERE c."time" BETWEEN ago(2d) AND ago(1d)', False),
        ("SELECT 1\nFROM a.b\nWHERE x = 1\nAND time>= ago(1d)", False),
        ("SHOW TABLES FROM a", False),
        ("SELECT 1", False),
    ],
)
def test_a_query_that_reads_a_table_from_its_beginning_is_warned_of(
    sql: str,
    is_expensive: bool,  # noqa: FBT001 - of a table of cases
) -> None:
    table = TimestreamTable(database="gothenburg", table="observations", connection=Connection())

    assert (table.warning(sql) is not None) == is_expensive


def test_the_warning_comes_before_the_answer(run: Commands) -> None:
    result = run("query", 'SELECT nothing FROM "gothenburg"."nowhere"')

    warning, error = result.stderr.splitlines()
    assert "no condition on time, so Timestream scans the table from its beginning" in warning
    assert "There is nothing to read yet, or not there" in error
    assert result.exit_code == 1


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
