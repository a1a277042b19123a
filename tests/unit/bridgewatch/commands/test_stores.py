"""What moves records in and out, in either store; and what a store says that it lacks."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.bridgewatch.commands.conftest import Commands

STORES = ("timestream", "dynamodb")
NOW = datetime.now(UTC).replace(microsecond=0)
OPENED, CLOSED = NOW - timedelta(minutes=20), NOW - timedelta(minutes=12)
HISTORY = f"""time,bridge,status
{OPENED.isoformat()},Hisingsbron,Open
{CLOSED.isoformat()},Hisingsbron,Closed
{OPENED.isoformat()},Marieholmsbron,Closed
"""
ROWS = [
    ["Hisingsbron", f"{OPENED:%Y-%m-%d %H:%M:%S}.000000000", "Open"],
    ["Hisingsbron", f"{CLOSED:%Y-%m-%d %H:%M:%S}.000000000", "Closed"],
    ["Marieholmsbron", f"{OPENED:%Y-%m-%d %H:%M:%S}.000000000", "Closed"],
]
WHERE = "WHERE time > ago(1h)"


@pytest.fixture
def history(run: Commands) -> Commands:
    assert run("backfill", "-", input_=HISTORY).exit_code == 0
    return run


def test_an_import_is_there_and_again_changes_nothing(run: Commands) -> None:
    first, again = (run("backfill", "-", input_=HISTORY) for _ in range(2))

    assert run.rows() == ROWS
    for result in (first, again):
        assert result.exit_code == 0, result.stderr
        assert result.stdout.split() == ["accepted", "3", "duplicates", "0", "rejected", "0"]


def test_a_dry_run_says_what_it_costs_and_writes_nothing(history: Commands) -> None:
    result = history("backfill", "-", "--dry-run", input_=HISTORY.replace("Open", "Closed"))

    assert "about " in result.stderr
    assert " USD" in result.stderr
    assert history.rows() == ROWS


def test_what_contradicts_a_record_is_rejected_with_a_reason(
    history: Commands, tmp_path: Path
) -> None:
    result = history("backfill", "-", input_=HISTORY.replace("Open", "Closed"))

    assert result.exit_code == 1
    assert result.stdout.split() == ["accepted", "2", "duplicates", "0", "rejected", "1"]
    assert history.rows() == ROWS
    _, rejected = (tmp_path / "rejected.csv").read_text().splitlines()
    assert rejected.split(",")[1:3] == ["Hisingsbron", "Closed"]


def test_what_was_corrected_since_stays_corrected(history: Commands) -> None:
    history("correct", "Hisingsbron", OPENED.isoformat(), "Closed")

    result = history("backfill", "-", input_=HISTORY)

    assert result.stdout.split() == ["accepted", "2", "duplicates", "1", "rejected", "0"]
    assert [status for _, _, status in history.rows()] == ["Closed"] * 3


@pytest.mark.parametrize("file", ["out.csv", "out.jsonl", "out.parquet"])
def test_what_is_exported_can_be_imported_and_changes_nothing(history: Commands, file: str) -> None:
    exported = history("export", "--since", "1h", "-o", file)
    imported = history("backfill", file)

    assert "3 observations; " in exported.stderr
    assert imported.stdout.split() == ["accepted", "3", "duplicates", "0", "rejected", "0"]
    assert history.rows() == ROWS


def test_status_and_history_are_the_same_from_either(history: Commands) -> None:
    status = {one["bridge"]: one["status"] for one in history.printed("status")}
    told = history.printed("history", "Hisingsbron", "--since", "1h")

    assert status == {"Hisingsbron": "Closed", "Marieholmsbron": "Closed"}
    assert (told["openings"], told["open_seconds"]) == (1, 480)


def test_a_query_ends_with_what_it_read_and_costs(history: Commands) -> None:
    table = f'"gothenburg"."{history.table}"'

    result = history("query", f"SELECT count(*) FROM {table} {WHERE}", "--csv")  # noqa: S608 - of a test's own

    assert result.stdout.splitlines() == ["_col0", "3"]
    assert result.stderr.startswith("bridgewatch: 1 row; ")
    assert "USD" in result.stderr


def test_a_query_prints_times_and_intervals_to_the_nanosecond(history: Commands) -> None:
    sql = (
        "SELECT TIMESTAMP '2026-11-23 12:00:00.123456789' AS at, 1d + 50ns AS lasted, "
        "ARRAY[from_nanoseconds(1000000001)] AS times, from_milliseconds(1500) AS half, "
        "from_milliseconds(0) AS whole"
    )
    values = [
        "2026-11-23T12:00:00.123456789Z",
        "1 00:00:00.000000050",
        ["1970-01-01T00:00:01.000000001Z"],
        "1970-01-01T00:00:01.500000Z",
        "1970-01-01T00:00:00Z",
    ]

    as_json, as_csv, as_table = (history("query", sql, *how) for how in (["--json"], ["--csv"], []))

    assert list(json.loads(as_json.stdout)[0].values()) == values
    (row,) = list(csv.reader(as_csv.stdout.splitlines()))[1:]
    assert [*row[:2], json.loads(row[2]), *row[3:]] == values
    assert all(cell in as_table.stdout for cell in row)


def test_a_query_before_the_first_record_says_that_there_is_nothing_yet(run: Commands) -> None:
    result = run("query", f'SELECT * FROM "gothenburg"."{run.table}" WHERE time > ago(1h)')  # noqa: S608 - of a test's own

    assert result.exit_code == 1
    assert "There is nothing to read yet, or not there" in result.stderr


def test_a_wrong_query_is_one_sentence_in_the_words_of_timestream(history: Commands) -> None:
    table = f'"gothenburg"."{history.table}"'

    result = history("query", f"SELECT nothing FROM {table} {WHERE}")  # noqa: S608 - of a test's own

    assert result.exit_code == 1
    assert "Column 'nothing' does not exist" in result.stderr
    assert len(result.stderr.splitlines()) == 1
