from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.unit.bridgewatch.commands.conftest import DATABASE

if TYPE_CHECKING:
    from tests.unit.bridgewatch.commands.conftest import Commands


def test_databases_are_created_listed_described_and_deleted(run: Commands) -> None:
    assert run("databases", "create", "--database", "malmo").exit_code == 0

    names = [one["database"] for one in run.printed("databases", "list")]
    described = run.printed("databases", "describe", "--database", "malmo")
    deleted = run("databases", "delete", "--database", "malmo", input_="malmo\n")

    assert names == [DATABASE, "malmo"]
    assert (described["database"], described["tables"]) == ("malmo", 0)
    assert deleted.exit_code == 0
    assert "malmo" not in run("databases", "list").stdout


def test_tables_are_created_with_the_settings_retention_and_updated(run: Commands) -> None:
    table = ("--table", "more")
    assert run("tables", "create", *table).exit_code == 0
    run("tables", "update", *table, "--memory-hours", "48")

    described = run.printed("tables", "describe", *table)
    assert (described["memory_hours"], described["magnetic_days"]) == (48, 3650)
    assert (described["late_writes"], described["owned_by_stack"]) == (False, False)
    assert described["memory_bytes"] is None, "CloudWatch knows nothing of a new table"


@pytest.mark.parametrize("of_the_table", [True, False])
def test_a_tables_size_is_told_if_cloudwatch_has_a_metric_of_it(
    run: Commands,
    of_the_table: bool,  # noqa: FBT001 - a table's column
) -> None:
    # given: AWS documents the operation only, that is the account's
    whose = {"DatabaseName": DATABASE, "TableName": run.table} if of_the_table else {}
    run.cloud.client("cloudwatch").put_metric_data(
        Namespace="AWS/Timestream",
        MetricData=[
            {
                "MetricName": "MemoryCumulativeBytesMetered",
                "Dimensions": [
                    {"Name": name, "Value": value}
                    for name, value in {"Operation": "Storage", **whose}.items()
                ],
                "Value": 1234,
                "Timestamp": datetime.now(UTC) - timedelta(seconds=1),
            }
        ],
    )

    described = run("tables", "describe", "--json")

    assert json.loads(described.stdout)["memory_bytes"] == (1234 if of_the_table else None)
    assert ("CloudWatch tells no size of this table" in described.stderr) != of_the_table


def test_late_writes_keep_their_bucket_when_they_are_switched_on_again(run: Commands) -> None:
    run("tables", "update", "--no-late-writes")
    assert run.printed("tables", "describe")["late_writes"] is False

    run("tables", "update", "--late-writes", "--rejected-bucket", "rejected-data")
    run("tables", "update", "--late-writes")

    described = run.printed("tables", "describe")
    assert (described["late_writes"], described["rejected_bucket"]) == (True, "rejected-data")


def test_late_writes_need_a_bucket_and_a_bucket_switches_them_on(run: Commands) -> None:
    table = ("--table", "bucketless")
    assert run("tables", "create", *table).exit_code == 0

    refused = run("tables", "update", *table, "--late-writes")
    run("tables", "update", *table, "--rejected-bucket", "rejected-data")

    assert refused.exit_code == 2
    assert refused.stderr == "bridgewatch: --late-writes needs a --rejected-bucket.\n"
    described = run.printed("tables", "describe", *table)
    assert (described["late_writes"], described["rejected_bucket"]) == (True, "rejected-data")


def test_tables_as_a_list(run: Commands) -> None:
    assert f"{run.table},24,36500,True," in run("tables", "list", "--csv").stdout
    assert run.table in run("tables", "list").stdout


@pytest.mark.parametrize("typed", ["", "table", DATABASE])
def test_a_table_is_not_deleted_unless_its_name_is_typed(run: Commands, typed: str) -> None:
    result = run("tables", "delete", "--confirm", typed)

    assert result.exit_code == 2
    assert "nothing was deleted" in result.stderr
    assert run.table in run("tables", "list").stdout


def give_to_a_stack(run: Commands) -> None:
    client = run.cloud.client("timestream-write")
    arn = client.describe_table(DatabaseName=DATABASE, TableName=run.table)["Table"]["Arn"]
    tag = {"Key": "bridgewatch:deployment", "Value": "gothenburg"}
    client.tag_resource(ResourceARN=arn, Tags=[tag])


def test_updating_what_a_stack_owns_says_that_the_settings_want_it_too(run: Commands) -> None:
    update = ("tables", "update", "--magnetic-days", "400")
    assert not run(*update).stderr
    give_to_a_stack(run)

    updated = run(*update)

    assert updated.exit_code == 0
    assert "A stack owns this table: say the same in the settings" in updated.stderr


def test_what_a_stack_owns_is_only_deleted_by_force(run: Commands) -> None:
    give_to_a_stack(run)
    confirmed = ("tables", "delete", "--confirm", f"{DATABASE}.{run.table}")

    refused = run(*confirmed)
    listed = run("tables", "list").stdout
    forced = run(*confirmed, "--force")

    assert refused.exit_code == 2
    assert "A stack owns" in refused.stderr
    assert run.table in listed
    assert forced.exit_code == 0
    assert run.table not in run("tables", "list").stdout


def test_what_is_not_there_is_one_sentence(run: Commands) -> None:
    for command in ("describe", "update", "delete"):
        result = run("tables", command, "--table", "nowhere")
        assert result.exit_code == 1
        assert "no such table" in result.stderr
        assert result.stderr.count("\n") == 1
