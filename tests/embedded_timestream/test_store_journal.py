"""What was acknowledged outlives the process, however it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from embedded_timestream import files
from embedded_timestream.errors import ConflictException, RejectedRecordsException
from embedded_timestream.write.store import Store
from tests.embedded_timestream.writing import (
    DAY,
    HOUR,
    NOON_NS,
    WHERE,
    Given,
    StoppedClock,
    dimensions,
    multi,
    record,
)

if TYPE_CHECKING:
    from pathlib import Path


def reopened(data: Path) -> Given:
    given = Given.__new__(Given)
    given.clock = StoppedClock()
    given.store = Store(given.clock, data)
    return given


def left_behind(given: Given, data: Path, copy: Path) -> Given:
    """Open what a killed process would have left on the disk."""
    copy.mkdir()
    for file in data.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    given.store.close()
    return reopened(copy)


EVERYTHING = [
    record(Dimensions=dimensions(city="Gothenburg")),
    record(at=NOON_NS + 1),
    record("1", "BIGINT", name="cars"),
    record(
        multi(a=("DOUBLE", "0.1"), b=("BOOLEAN", "true"), c=("TIMESTAMP", "7")), "MULTI", name="m"
    ),
]


@pytest.mark.parametrize("flushed", [False, True], ids=["waiting", "flushed"])
@pytest.mark.parametrize("killed", [False, True], ids=["closed", "killed"])
def test_everything_is_there_again(tmp_path: Path, *, flushed: bool, killed: bool) -> None:
    data = tmp_path / "data"
    given = Given(data, Tags=[{"Key": "team", "Value": "bridges"}])
    given.write(*EVERYTHING)
    if flushed:
        given.store.flush()
    given.write(record("Closed", at=NOON_NS + 1, Version=3))
    expected = given.columns(), given.rows(), given.store.call("DescribeTable", WHERE)
    tags = {"ResourceARN": expected[2]["Table"]["Arn"]}

    if killed:
        after = left_behind(given, data, tmp_path / "copy")
    else:
        given.store.close()
        after = reopened(data)

    with closing(after.store):
        assert (after.columns(), after.rows(), after.store.call("DescribeTable", WHERE)) == expected
        assert after.store.call("ListTagsForResource", tags)["Tags"] == [
            {"Key": "team", "Value": "bridges"}
        ]
        # Identities, versions and types are known again, too.
        assert after.rejected(*EVERYTHING) == [
            {
                "RecordIndex": 1,
                "Reason": "The record version 1 is lower than the existing version 3. A higher"
                " version is required to update the measure value.",
                "ExistingVersion": 3,
            }
        ]
        wrong = record("1", "BIGINT", at=NOON_NS - 1)
        assert "is of type VARCHAR" in after.rejected(wrong)[0]["Reason"]
        with pytest.raises(ConflictException):
            after.store.call("CreateTable", WHERE)


def test_a_torn_last_line_was_not_acknowledged_and_is_dropped(tmp_path: Path) -> None:
    data = tmp_path / "data"
    given = Given(data)
    given.write(record())
    given.store.flush()
    given.write(record(at=NOON_NS + 1))
    journal = (data / "journal.jsonl").read_bytes()

    (data / "journal.jsonl").write_bytes(journal[:-7])
    after = left_behind(given, data, tmp_path / "copy")
    after.write(record(at=NOON_NS + 2))
    again = left_behind(after, tmp_path / "copy", tmp_path / "copy 2")

    with closing(again.store):
        assert [row[1] for row in again.rows()] == [NOON_NS, NOON_NS + 2]


def test_a_first_line_that_was_torn_does_not_spoil_the_next(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "journal.jsonl").write_bytes(b"[1, 17")
    given = Given(data)
    given.write(record())

    after = left_behind(given, data, tmp_path / "copy")

    with closing(after.store):
        assert len(after.rows()) == 1


def test_calls_that_were_flushed_are_not_made_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    given = Given(data)
    given.write(record())
    given.store.flush()
    assert (data / "journal.jsonl").read_bytes() == b""

    # As if a kill had come before the emptying; the call is one that would be noticed.
    already_flushed = json.dumps([3, NOON_NS, "DeleteTable", WHERE]) + "\n"
    (data / "journal.jsonl").write_text(already_flushed)
    after = left_behind(given, data, tmp_path / "copy")

    with closing(after.store):
        assert len(after.rows()) == 1


def test_a_call_is_made_again_at_its_own_time(tmp_path: Path) -> None:
    data = tmp_path / "data"
    given = Given(data)
    given.clock.now -= 30 * DAY
    late = record(at=given.clock.now - HOUR)
    assert given.rejected(late, record(at=given.clock.now - DAY)) != []

    after = left_behind(given, data, tmp_path / "copy")

    with closing(after.store):
        assert [row[1] for row in after.rows()] == [NOON_NS - 30 * DAY - HOUR]


def test_dropped_tables_leave_nothing_in_the_file(tmp_path: Path) -> None:
    given = Given(tmp_path)
    given.write(record())
    given.store.flush()
    given.store.call("DeleteTable", WHERE)
    given.store.close()

    after = reopened(tmp_path)

    with closing(after.store):
        tables = after.store.cursor().execute("SELECT table_name FROM duckdb_tables()").fetchall()
        assert tables == [("ts_catalog",)]


@pytest.mark.parametrize("fsync", [False, True])
def test_with_fsync_a_call_is_on_the_disk_before_it_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, fsync: bool
) -> None:
    forced: list[bytes] = []
    journal = tmp_path / "journal.jsonl"
    # What the disk holds then, as far as a test can know it.
    monkeypatch.setattr(files, "force", lambda _: forced.append(journal.read_bytes()))
    given = Given(tmp_path, fsync=fsync)
    forced.clear()

    given.write(record(at=NOON_NS))
    given.write(record(at=NOON_NS + 1))

    with closing(given.store):
        lines = [len(content.splitlines()) for content in forced]
        assert lines == ([3, 4] if fsync else [])


WRITER = """
import sys
from pathlib import Path
from tests.embedded_timestream.writing import NOON_NS, Given, record

given = Given(Path(sys.argv[1]))
number = 0
while True:
    given.write(*(record(at=NOON_NS - number - i) for i in range(100)))
    number += 100
    print(number, flush=True)
    if number % 1700 == 0:
        given.store.flush()
"""


@pytest.mark.parametrize("calls", [1, 16, 17, 18, 40])
def test_a_kill_loses_nothing_that_was_acknowledged(tmp_path: Path, calls: int) -> None:
    with subprocess.Popen(  # noqa: S603 - our own text
        [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        for _ in range(calls):
            acknowledged = int(writer.stdout.readline())
        os.kill(writer.pid, signal.SIGKILL)
        # What it acknowledged between our reading and its death counts as well.
        acknowledged = int((writer.stdout.readlines() or [str(acknowledged)])[-1])

    after = reopened(tmp_path)

    with closing(after.store):
        times = {row[1] for row in after.rows()}
        assert times >= {NOON_NS - i for i in range(acknowledged)}
        assert len(times) == len(after.rows())
        retry: dict[str, Any] = {**WHERE, "Records": [record("Closed")]}
        with pytest.raises(RejectedRecordsException):
            after.store.call("WriteRecords", retry)
