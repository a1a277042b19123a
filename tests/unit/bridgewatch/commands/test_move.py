"""Moving records between the stores, and what has become of them then."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bridgewatch.dynamodb import writer
from bridgewatch.moving import pages, sending
from lambdas.dynamodb import DynamoDbStore
from lambdas.observation import in_milliseconds
from lambdas.store import StoreError
from tests.unit.bridgewatch.commands.conftest import DATABASE, SETTINGS
from tests.unit.lambdas.observation_table import create_table

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.bridgewatch.commands.conftest import Commands

STORES = ("timestream", "dynamodb")
NOON = datetime.now(UTC).replace(microsecond=123_000) - timedelta(hours=2)

KILLED = """
import os, signal
from bridgewatch.cli import app
from bridgewatch.moving import journal, pages
pages.RECORDS = 10
note, noted = journal.MoveJournal.note, []
def note_or_die(self, *arguments):
    if len(noted) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    noted.append(note(self, *arguments))
journal.MoveJournal.note = note_or_die
app()
"""


@pytest.fixture
def other(run: Commands, tmp_path: Path) -> Commands:
    """A table in DynamoDB, beside that of `run`."""
    table = f"other-of-{run.table}"
    create_table(run.cloud.client("dynamodb"), f"{DATABASE}-{table}")
    settings = tmp_path / "other.json"
    settings.write_text(json.dumps({**SETTINGS, "storage": {"type": "dynamodb"}}))
    store = DynamoDbStore(table=f"{DATABASE}-{table}", retention=timedelta(days=3650))
    return replace(run, table=table, settings=settings, store=store)


def moving(source: Commands) -> tuple[str, ...]:
    return ("move", str(source.settings), "--from-table", source.table)


def counts(stdout: str) -> dict[str, int]:
    return {name: int(number) for name, number in (line.split() for line in stdout.splitlines())}


def test_all_records_arrive_with_what_is_said_of_their_bridges(
    run: Commands, other: Commands
) -> None:
    run.write(*((NOON + timedelta(seconds=n), "Open" if n % 3 else "Closed") for n in range(120)))
    run.write((NOON, "Closed"), bridge="Götaälvbron")  # which the settings do not have

    there = other(*moving(run))

    assert there.exit_code == 0, there.stderr
    assert counts(there.stdout) == {"moved": 121, "corrected": 0, "kept": 0, "rejected": 0}
    assert "121 records of 2 bridges: about 121 writes, 0.000076 USD" in there.stderr
    assert other.rows() == run.rows()
    said = DynamoDbStore(table=f"{DATABASE}-{other.table}").dimensions("Götaälvbron")
    assert list(said.values()) == [{"city": "Gothenburg", "source": "city"}]


def test_what_is_moved_there_and_back_is_the_same(run: Commands, other: Commands) -> None:
    run.write((NOON, "Closed"), (NOON + timedelta(minutes=1), "Open"))
    run("correct", "Hisingsbron", NOON.isoformat(), "Open")
    before = run.rows()
    assert other(*moving(run)).exit_code == 0

    back = run(*moving(other))

    assert back.exit_code == 0, back.stderr
    assert run.rows() == other.rows() == before
    assert [status for _, _, status in before] == ["Open", "Open"]


def test_a_correction_made_after_a_move_arrives_with_the_next(
    run: Commands, other: Commands
) -> None:
    run.write((NOON, "Closed"))
    other(*moving(run))
    run("correct", "Hisingsbron", NOON.isoformat(), "Open")

    again = other(*moving(run))

    assert [status for _, _, status in other.rows()] == ["Open"]
    assert counts(again.stdout)["rejected"] == 0


def test_what_was_corrected_where_it_was_moved_to_stays_so(run: Commands, other: Commands) -> None:
    run.write((NOON, "Closed"))
    other(*moving(run))
    other("correct", "Hisingsbron", NOON.isoformat(), "Open")

    again = other(*moving(run))

    assert counts(again.stdout) == {"moved": 0, "corrected": 0, "kept": 1, "rejected": 0}
    assert [status for _, _, status in other.rows()] == ["Open"]


def test_a_dry_run_says_what_it_would_cost_and_moves_nothing(
    run: Commands, other: Commands
) -> None:
    run.write((NOON, "Closed"))

    result = other(*moving(run), "--dry-run")

    assert "1 record of 1 bridge: about 1 write, 0.00000063 USD." in result.stderr
    assert result.stdout == ""
    assert run.cloud.client("dynamodb").scan(TableName=f"{DATABASE}-{other.table}")["Count"] == 0


def test_a_move_takes_as_long_as_one_bridge_after_the_other(
    run: Commands, other: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = json.loads(other.settings.read_text())
    settings["storage"]["max_write_units"] = 1000
    other.settings.write_text(json.dumps(settings))
    monkeypatch.setattr(writer, "BRIDGE_WRITES_A_SECOND", 1)
    for bridge in ("Hisingsbron", "Marieholmsbron"):
        run.write((NOON, "Closed"), (NOON + timedelta(minutes=1), "Open"), bridge=bridge)

    result = other(*moving(run), "--dry-run")

    assert "by the table's limits it takes 4 s or more" in result.stderr


def test_a_store_that_fails_leaves_a_journal_that_resumes(
    run: Commands, other: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "RECORDS", 10)
    run.write(*((NOON + timedelta(seconds=n), "Open") for n in range(35)))
    write, calls = sending.Move._write, []  # noqa: SLF001 - what fails

    def failing(*arguments: object) -> object:
        calls.append(arguments)
        if len(calls) == 3:
            raise StoreError("it is closed", "AccessDeniedException")
        return write(*arguments)  # type: ignore[arg-type] # as they came

    monkeypatch.setattr(sending.Move, "_write", failing)

    failed = other(*moving(run))
    resumed = other(*moving(run))

    assert failed.exit_code == 1
    assert "Moved 20 of 35 records; the same command moves the rest." in failed.stderr
    assert "Resuming; moved before: 20 records." in resumed.stderr
    assert counts(resumed.stdout)["moved"] == 35
    assert other.rows() == run.rows()


def test_a_killed_move_resumes(run: Commands, other: Commands, tmp_path: Path) -> None:
    run.write(*((NOON + timedelta(seconds=n), "Open") for n in range(60)))
    command = [*moving(run), "--table", other.table, "--settings", str(other.settings)]

    killed = subprocess.run(  # noqa: S603 - this very Python
        [sys.executable, "-c", KILLED, *command],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
        capture_output=True,
    )
    resumed = other(*moving(run))

    assert killed.returncode == -signal.SIGKILL
    assert "Resuming; moved before: 30 records." in resumed.stderr
    assert counts(resumed.stdout) == {"moved": 60, "corrected": 0, "kept": 0, "rejected": 0}
    assert other.rows() == run.rows()
    assert not (tmp_path / "move.journal").exists()


def test_a_journal_is_of_one_move_only(run: Commands, other: Commands, tmp_path: Path) -> None:
    run.write((NOON, "Open"))
    (tmp_path / "move.journal").write_text("no journal at all, but something else" * 99)

    result = other(*moving(run))

    assert result.exit_code == 1
    assert "move.journal cannot be used" in result.stderr


def test_a_table_is_not_moved_into_itself(run: Commands) -> None:
    result = run(*moving(run))

    assert (result.exit_code, result.stderr) == (
        2,
        "bridgewatch: That is one and the same table.\n",
    )


def test_what_is_older_than_the_retention_is_rejected_with_a_reason(
    run: Commands, other: Commands, tmp_path: Path
) -> None:
    run.write((NOON - timedelta(days=3), "Open"), (NOON, "Closed"))
    settings = json.loads(other.settings.read_text())
    settings["storage"]["retention_days"] = 1
    other.settings.write_text(json.dumps(settings))

    result = other(*moving(run))

    assert result.exit_code == 1
    assert counts(result.stdout) == {"moved": 1, "corrected": 0, "kept": 0, "rejected": 1}
    assert "outside the time range" in (tmp_path / "not-moved.csv").read_text()


def test_records_that_dynamodb_cannot_tell_apart_are_not_mixed_up(
    run: Commands, other: Commands, tmp_path: Path
) -> None:
    run.write((NOON, "Open"))
    other.store.carrying({"Hisingsbron": {"city": "Malmö"}}).write(
        [next(iter(run.store.read(["Hisingsbron"], NOON, NOON + timedelta(seconds=1))))]
    )

    result = other(*moving(run))

    assert result.exit_code == 1
    assert counts(result.stdout)["rejected"] == 1
    assert "with other dimensions" in (tmp_path / "not-moved.csv").read_text()


def test_a_record_that_is_not_bridgewatchs_is_rejected(
    run: Commands, other: Commands, tmp_path: Path
) -> None:
    if run.store.__class__ is DynamoDbStore:
        status = {"status": {"S": "Ajar"}, "version": {"N": "1"}, "about": {"N": "-1"}}
        key = {"bridge": {"S": "Hisingsbron"}, "time": {"N": str(in_milliseconds(NOON))}}
        run.cloud.client("dynamodb").put_item(
            TableName=f"{DATABASE}-{run.table}", Item={**key, **status}
        )
        assert "isn't bridgewatch's" in other(*moving(run)).stderr
        return
    run.cloud.client("timestream-write").write_records(
        DatabaseName=DATABASE,
        TableName=run.table,
        CommonAttributes={
            "Dimensions": [{"Name": "city", "Value": "Gothenburg"}],
            "MeasureName": "Hisingsbron",
            "TimeUnit": "MICROSECONDS",
        },
        Records=[
            {"Time": f"{in_milliseconds(NOON)}000", "MeasureValue": "Ajar",
             "MeasureValueType": "VARCHAR"},
            {"Time": f"{in_milliseconds(NOON)}007", "MeasureValue": "Open",
             "MeasureValueType": "VARCHAR"},
        ],
    )  # fmt: skip

    result = other(*moving(run))

    assert counts(result.stdout)["rejected"] == 2
    text = (tmp_path / "not-moved.csv").read_text()
    assert "'Ajar' is neither Open nor Closed" in text
    assert "nanoseconds" in text
