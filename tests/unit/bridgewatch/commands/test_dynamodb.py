"""What the commands do only where records are in DynamoDB."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from moto.dynamodb.exceptions import DynamodbException
from moto.dynamodb.responses import DynamoHandler

from lambdas.beat import BEAT
from lambdas.observation import in_milliseconds
from tests.unit.bridgewatch.commands.conftest import Commands

STORES = ("dynamodb",)
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def days(run: Commands) -> Commands:
    """A record a day for ten days, of each of two bridges."""
    for bridge in ("Hisingsbron", "Marieholmsbron"):
        run.write(*((NOW - timedelta(days=day), "Open") for day in range(10)), bridge=bridge)
    return run


@pytest.mark.parametrize(
    ("condition", "rows", "items"),
    [
        ("WHERE time > ago(60h)", 6, 6),
        ("WHERE time > ago(60h) AND measure_name = 'Hisingsbron'", 3, 3),
        ("WHERE time > ago(60h) AND city = 'nowhere'", 0, 6),
        ("WHERE time BETWEEN ago(60h) AND ago(36h)", 2, 2),
        ("WHERE time > ago(60h) AND measure_name = 'unheard of'", 0, 0),
        ("WHERE time > ago(36h) AND measure_name = 'Hisingsbron' OR time > ago(12h)", 3, 4),
    ],
)
def test_a_query_reads_only_what_its_bounds_let_it_need(
    days: Commands, condition: str, rows: int, items: int
) -> None:
    table = f'"gothenburg"."{days.table}"'

    result = days("query", f"SELECT time FROM {table} {condition}", "--csv")  # noqa: S608 - of a test's own

    assert result.exit_code == 0, result.stderr
    assert len(result.stdout.splitlines()) == 1 + rows
    said = re.search(r"(\d+) rows?; read (\d+) items, [\d.]+ units; 0[.\d]* USD", result.stderr)
    assert said is not None
    assert int(said[1]) == rows
    said_of_bridges = int(said[2]) - items
    assert said_of_bridges == (1 if "Hisingsbron" in condition and " OR " not in condition else 2)


def test_who_counts_rows_pays_for_no_other_bridges_dimensions(days: Commands) -> None:
    sql = f'SELECT count(*) FROM "gothenburg"."{days.table}" WHERE time > ago(60h)'  # noqa: S608 - of a test's own

    result = days("query", f"{sql} AND measure_name = 'Hisingsbron'", "--csv")

    assert result.stdout.splitlines() == ["_col0", "3"]
    # Half a unit for the records; one, consistently, for what they are about.
    assert "read 4 items, 1.5 units" in result.stderr


def test_a_query_without_a_bound_on_time_wants_to_be_told_so(days: Commands) -> None:
    sql = f'SELECT count(*) FROM "gothenburg"."{days.table}"'  # noqa: S608 - of a test's own

    refused = days("query", sql)
    done = days("query", sql, "--full", "--csv")

    assert refused.exit_code == 2
    said = re.search(r"of 22 items: up to ([\d.]+) units, [\d.]+ USD", refused.stderr)
    billed = re.search(r"read 22 items, ([\d.]+) units", done.stderr)
    assert said is not None
    assert billed is not None
    assert float(billed[1]) <= float(said[1]) < 2 * float(billed[1])
    assert "or say --full" in refused.stderr
    assert done.stdout.splitlines() == ["_col0", "20"]


def test_a_bridge_that_the_settings_do_not_know_is_read_too(run: Commands) -> None:
    run.write((NOW, "Open"), bridge="Götaälvbron")

    result = run(
        "query",
        f'SELECT measure_name FROM "gothenburg"."{run.table}" WHERE time > ago(1d)',  # noqa: S608 - of a test's own
        "--csv",
    )

    assert result.stdout.splitlines() == ["measure_name", "Götaälvbron"]


def test_what_the_page_and_alerts_keep_in_the_table_is_no_bridge(days: Commands) -> None:
    days.cloud.client("dynamodb").put_item(
        TableName=f"gothenburg-{days.table}", Item={"bridge": {"S": BEAT}, "time": {"N": "0"}}
    )
    sql = f'SELECT count(*), count(DISTINCT measure_name) FROM "gothenburg"."{days.table}"'  # noqa: S608 - of a test's own

    result = days("query", sql, "--full", "--csv")

    assert result.stdout.splitlines() == ["_col0,_col1", "20,2"]
    # To find three partitions, and no fourth; to read two bridges, and what is said of them.
    assert "read 22 items, 5.0 units" in result.stderr


@pytest.fixture
def reader(run: Commands, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """A table with a bridge that the settings don't know, to an identity that may not scan it."""
    run.write((NOW - timedelta(minutes=9), "Open"), (NOW, "Closed"))
    run.write((NOW, "Open"), bridge="Götaälvbron")

    def denied(_: DynamoHandler) -> None:
        raise DynamodbException(
            "com.amazon.coral.service#AccessDeniedException",
            "User: arn:aws:sts::123456789012:assumed-role/reader/me is not authorized to perform: "
            "dynamodb:Scan",
        )

    monkeypatch.setattr(DynamoHandler, "scan", denied)
    return run


def test_who_may_only_query_is_told_that_other_bridges_are_left_out(reader: Commands) -> None:
    result = reader(
        "query",
        f'SELECT DISTINCT measure_name FROM "gothenburg"."{reader.table}" WHERE time > ago(1d)',  # noqa: S608 - of a test's own
        "--csv",
    )

    assert result.stdout.splitlines() == ["measure_name", "Hisingsbron"]
    assert "Only of the settings' bridges: this identity may not look for others" in result.stderr


def test_who_may_only_query_can_look_at_the_bridges_of_the_settings(reader: Commands) -> None:
    window = ("--since", "1h")

    assert {one["bridge"]: one["status"] for one in reader.printed("status")} == {
        "Hisingsbron": "Closed",
        "Marieholmsbron": "unknown",
    }
    assert reader.printed("history", "Hisingsbron", *window)["openings"] == 1
    assert len(reader.printed("openings", *window)["openings"]) == 1
    assert [one["openings"] for one in reader.printed("stats", "Hisingsbron", *window)] == [1]
    exported = reader("export", *window)
    assert [line.split(",")[1] for line in exported.stdout.splitlines()[1:]] == ["Hisingsbron"] * 2


def test_who_may_only_query_is_told_what_moving_takes(reader: Commands, tmp_path: Path) -> None:
    settings = {**json.loads(reader.settings.read_text()), "deployment": "elsewhere"}
    (tmp_path / "elsewhere.json").write_text(json.dumps(settings))
    elsewhere = Commands(reader.cloud, "new", tmp_path / "elsewhere.json", reader.store)

    result = elsewhere("move", str(reader.settings), "--from-table", reader.table)

    assert result.exit_code == 1
    (sentence,) = result.stderr.splitlines()
    assert "dynamodb:Query (to read; to move, dynamodb:Scan too)" in sentence


def test_unload_is_timestreams_alone(run: Commands) -> None:
    sql = f"""UNLOAD (SELECT 1 FROM "gothenburg"."{run.table}") TO 's3://bucket/'"""  # noqa: S608 - of a test's own

    for command in (("query", sql), ("export", "--unload", "s3://bucket/")):
        result = run(*command)

        assert result.exit_code == 2
        assert "Only Timestream has UNLOAD" in result.stderr


@pytest.mark.parametrize(
    "command", [("tables", "list"), ("tables", "describe"), ("databases", "create")]
)
def test_databases_and_tables_are_timestreams_alone(
    run: Commands, command: tuple[str, str]
) -> None:
    result = run(*command)

    assert result.exit_code == 2
    assert result.stderr == (
        "bridgewatch: Only Timestream has databases and tables to manage: this deployment's "
        "records are in DynamoDB.\n"
    )


def test_a_foreign_item_is_no_record(run: Commands) -> None:
    client = run.cloud.client("dynamodb")
    client.put_item(
        TableName=f"gothenburg-{run.table}",
        Item={"bridge": {"S": "Hisingsbron"}, "time": {"N": str(in_milliseconds(NOW))}},
    )

    result = run("query", f'SELECT time FROM "gothenburg"."{run.table}" WHERE time > ago(1d)')  # noqa: S608 - of a test's own

    assert result.exit_code == 1
    assert "isn't bridgewatch's" in result.stderr or "not bridgewatch's" in result.stderr


@pytest.mark.parametrize(("setting", "takes"), [({}, "2 m"), ({"max_write_units": 20}, "1 m")])
def test_a_capped_table_says_how_long_an_import_takes(
    run: Commands, setting: dict[str, int], takes: str
) -> None:
    settings = json.loads(run.settings.read_text())
    settings["storage"] |= setting
    run.settings.write_text(json.dumps(settings))
    lines = [f"{(NOW - timedelta(seconds=n)).isoformat()},Hisingsbron,Open" for n in range(1200)]

    result = run("backfill", "-", "--dry-run", input_="\n".join(["time,bridge,status", *lines]))

    assert "about 1200 writes, " in result.stderr
    assert f"by the table's limits it takes {takes}" in result.stderr


def test_a_table_that_is_not_there_is_one_sentence(run: Commands) -> None:
    for command in (
        ("status",),
        ("query", 'SELECT 1 FROM "gothenburg"."missing" WHERE time > now()'),
    ):
        result = run(*command, "--table", "missing")

        assert result.exit_code == 1
        assert "DynamoDB has no such table in this region: deploy the storage" in result.stderr


@pytest.fixture
def capped(run: Commands, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """A table that takes each item only when it is sent for the sixth time."""
    run.write((NOW, "Open"))
    tries = Counter[str]()
    put = DynamoHandler.put_item

    def at_the_limit(handler: DynamoHandler) -> Any:  # noqa: ANN401 - moto's
        item = json.dumps(handler.body["Item"], sort_keys=True)
        tries[item] += 1
        if tries[item] % 6:
            raise DynamodbException(
                "com.amazonaws.dynamodb.v20120810#ThrottlingException",
                "Throughput exceeds the maximum OnDemandThroughput configured on table or index",
            )
        return put(handler)

    monkeypatch.setattr(DynamoHandler, "put_item", at_the_limit)
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)
    monkeypatch.setattr("botocore.retries.bucket.TokenBucket.acquire", lambda *_, **__: True)
    return run


def test_a_table_at_its_limit_is_waited_for_by_who_imports_and_corrects(capped: Commands) -> None:
    rows = [f"Marieholmsbron,{NOW - timedelta(hours=1):%FT%TZ},Open"]
    Path("in.csv").write_text("\n".join(["bridge,time,status", *rows]), encoding="utf-8")

    # The first of a bridge's: what is said about it is put too.
    imported = capped("backfill", "in.csv")
    corrected = capped("correct", "Hisingsbron", f"{NOW:%FT%TZ}", "Closed")

    assert imported.exit_code == 0, imported.stderr
    assert corrected.exit_code == 0, corrected.stderr
    assert [(bridge, status) for bridge, _, status in capped.rows()] == [
        ("Hisingsbron", "Closed"),
        ("Marieholmsbron", "Open"),
    ]
