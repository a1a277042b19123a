"""On a full disk every command names the file, and leaves nothing torn behind."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bridgewatch.backfill.entries import Observed
from bridgewatch.backfill.journal import Journal, JournalError
from bridgewatch.backfill.rows import LineError
from bridgewatch.backfill.skipped import Skipped
from bridgewatch.files import atomic_write
from bridgewatch.moving.journal import Moved, MoveError, MoveJournal
from tests.full_disk import full_disk

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.bridgewatch.commands.conftest import Commands

RECENTLY = datetime.now(UTC) - timedelta(hours=2)
WRONG = "time,bridge,status\n" + "yesterday,Hisingsbron,Open\n" * 9000


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_a_file_that_is_written_whole_or_not_at_all_is_named(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"

    with full_disk(10), pytest.raises(OSError, match="too large") as told, atomic_write(path) as it:
        it.write_text("more than that" * 1000)

    assert told.value.filename == str(path)
    assert names(tmp_path) == []


def test_what_a_killed_process_left_of_a_file_is_removed_and_what_a_living_one_writes_is_not(
    tmp_path: Path,
) -> None:
    killed = subprocess.Popen([sys.executable, "-c", ""])
    killed.wait()
    ours = f".out.csv.{os.getppid()}.partial"
    others = {ours, f".other.csv.{killed.pid}.partial", ".out.csv.9999999999999999999999.partial"}
    for name in (f".out.csv.{killed.pid}.partial", *others):
        (tmp_path / name).touch()

    with atomic_write(tmp_path / "out.csv") as it:
        it.write_text("all")

    assert set(names(tmp_path)) == {"out.csv", *others}


def test_a_directory_that_takes_no_file_is_told_with_the_name_that_was_asked_for(
    tmp_path: Path,
) -> None:
    path = tmp_path / ("x" * 250)  # the name of what it is written to meanwhile is too long

    with pytest.raises(OSError, match="too long") as told, atomic_write(path) as it:
        it.write_text("something")

    assert told.value.filename == str(path)


def test_skipped_lines_that_cannot_be_kept_are_named_and_leave_no_file(tmp_path: Path) -> None:
    skipped = Skipped(tmp_path)

    with full_disk(10), pytest.raises(OSError, match="too large") as told, skipped:
        skipped.add("in.csv", LineError("", line="a line\n" * 10, head="columns\n"))

    assert told.value.filename == str(tmp_path / "in.skipped.csv")
    assert names(tmp_path) == []


def test_a_backfill_whose_skipped_lines_cannot_be_kept_sends_nothing(
    run: Commands, tmp_path: Path
) -> None:
    (tmp_path / "in.csv").write_text(f"{WRONG}{RECENTLY.isoformat()},Hisingsbron,Open\n")

    with full_disk(100_000):
        result = run("backfill", "in.csv", "--on-error", "skip")

    assert result.exit_code == 1
    assert "accepted" not in result.stdout
    assert names(tmp_path) == ["in.csv", "settings.json"]


def test_the_journal_of_a_backfill_is_named_and_nothing_of_it_stays(tmp_path: Path) -> None:
    path = tmp_path / "backfill.journal"
    entries = (Observed("Hisingsbron", time, "Open") for time in range(100_000))

    with (
        pytest.raises(JournalError, match=r"backfill\.journal cannot be written: "),
        Journal(path, "") as journal,
        full_disk(path.stat().st_size + 100_000),
    ):
        journal.stage(entries)

    assert names(tmp_path) == []


def test_the_journal_of_a_dry_run_is_told_as_one() -> None:
    entries = (Observed("Hisingsbron", time, "Open") for time in range(100_000))

    with (
        pytest.raises(JournalError, match="The journal of a dry run cannot be written: "),
        Journal(None, "") as journal,
        full_disk(100_000),
    ):
        journal.stage(entries)


def test_the_journal_of_a_move_is_named_and_resumes(tmp_path: Path) -> None:
    path = tmp_path / "move.journal"
    with MoveJournal(path, "") as journal:
        journal.note("Hisingsbron", 7, Moved(accepted=1))

    with (
        pytest.raises(MoveError, match=r"move\.journal cannot be written: "),
        MoveJournal(path, "") as journal,
        full_disk(1),
    ):
        journal.note("Hisingsbron", 8, Moved(accepted=1))

    with MoveJournal(path, "") as journal:
        assert journal.start("Hisingsbron") == 8


@pytest.mark.parametrize("room", [10, 200])
def test_a_parquet_file_is_named_whatever_part_of_it_does_not_fit(
    run: Commands, tmp_path: Path, room: int
) -> None:
    run.write((RECENTLY, "Open"))

    with full_disk(room):
        result = run("export", "--output", "out.parquet")

    assert result.exit_code == 1
    name = "rows.csv" if room == 10 else "out.parquet"
    assert result.stderr.endswith(f"{name}: File too large.\n")
    assert names(tmp_path) == ["settings.json"]
