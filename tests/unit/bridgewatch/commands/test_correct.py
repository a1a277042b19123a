from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.unit.bridgewatch.commands.conftest import Commands

STORES = ("timestream", "dynamodb")

NOON = datetime.now(UTC).replace(microsecond=123_000) - timedelta(hours=2)
TIME = f"{NOON:%Y-%m-%dT%H:%M:%S}.123Z"


def test_a_corrected_record_says_the_new_status_and_before_and_after_are_shown(
    run: Commands,
) -> None:
    run.write((NOON, "Closed"), (NOON + timedelta(minutes=1), "Closed"))

    result = run("correct", "Hisingsbron", TIME, "Open")

    rows = [line.split() for line in result.stdout.splitlines() if "Hisingsbron" in line]
    assert rows == [
        ["before", "Hisingsbron", TIME, "Closed"],
        ["after", "Hisingsbron", TIME, "Open"],
    ]
    assert [status for _, _, status in run.rows()] == ["Open", "Closed"]


def test_a_correction_can_be_corrected(run: Commands) -> None:
    run.write((NOON, "Closed"))

    run("correct", "Hisingsbron", TIME, "Open")
    run("correct", "Hisingsbron", TIME, "Closed")

    assert [status for _, _, status in run.rows()] == ["Closed"]


def test_a_correction_may_be_tried_first(run: Commands) -> None:
    run.write((NOON, "Closed"))

    result = run("correct", "Hisingsbron", TIME, "Open", "--dry-run")

    assert "after" in result.stdout
    assert [status for _, _, status in run.rows()] == ["Closed"]


def test_a_record_that_says_so_already_is_left_alone(run: Commands) -> None:
    run.write((NOON, "Open"))

    result = run("correct", "Hisingsbron", TIME, "Open")

    assert (result.exit_code, result.stderr) == (
        2,
        "bridgewatch: That record says Open already.\n",
    )


def test_there_is_nothing_to_correct_where_there_is_no_record(run: Commands) -> None:
    run.write((NOON + timedelta(milliseconds=1), "Open"))

    result = run("correct", "Hisingsbron", TIME, "Open")

    assert result.exit_code == 1
    assert f"Hisingsbron has no record at {TIME}" in result.stderr
