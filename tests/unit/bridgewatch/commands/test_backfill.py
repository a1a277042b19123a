from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from tests.unit.bridgewatch.commands.conftest import BUCKET, DATABASE, SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_httpserver import HTTPServer
    from typer.testing import Result
    from werkzeug import Request, Response

    from tests.unit.bridgewatch.commands.conftest import Commands
    from tests.unit.conftest import RecordingTimestream

PROJECT = Path(__file__).parents[4]
NDW = PROJECT.parent / "shared/data/ndw-bridge-openings-2022-08.csv"

DAY = """\
time,bridge,status
2022-08-15T12:10:00Z,Hisingsbron,Closed
2022-08-15T12:00:00Z,Hisingsbron,Open
2022-08-15T12:00:00Z,Marieholmsbron,Closed
2022-08-15T14:00:00+02:00,Hisingsbron,Open
"""
ROWS = [
    ["Hisingsbron", "2022-08-15 12:00:00.000000000", "Open"],
    ["Hisingsbron", "2022-08-15 12:10:00.000000000", "Closed"],
    ["Marieholmsbron", "2022-08-15 12:00:00.000000000", "Closed"],
]


def counts(result: Result) -> dict[str, int]:
    words = result.stdout.split()
    return dict(zip(words[::2], map(int, words[1::2]), strict=True))


def test_what_the_files_say_is_in_the_table_once(run: Commands, tmp_path: Path) -> None:
    (tmp_path / "day.csv").write_text(DAY)

    result = run("backfill", "day.csv")

    assert counts(result) == {"accepted": 3, "duplicates": 1, "rejected": 0}
    assert result.exit_code == 0
    assert run.rows() == ROWS
    assert "3 observations of 2 bridges, from 2022-08-15T12:00:00.000Z" in result.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["day.csv", "settings.json"]


def test_records_have_the_dimensions_of_the_settings(run: Commands) -> None:
    run("backfill", "-", input_=DAY)

    sql = f'SELECT DISTINCT measure_name, city, source FROM "{DATABASE}"."{run.table}" ORDER BY 1'  # noqa: S608 - of a test's own
    assert run.printed("query", sql) == [
        {"measure_name": "Hisingsbron", "city": "Gothenburg", "source": "city"},
        {"measure_name": "Marieholmsbron", "city": None, "source": "city"},
    ]


def test_a_dry_run_prints_what_would_be_sent_and_sends_nothing(run: Commands) -> None:
    result = run("backfill", "-", "--dry-run", input_=DAY)

    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "time,bridge,status",
        "2022-08-15T12:00:00.000Z,Hisingsbron,Open",
        "2022-08-15T12:10:00.000Z,Hisingsbron,Closed",
        "2022-08-15T12:00:00.000Z,Marieholmsbron,Closed",
    ]
    assert "about 1 write, 0.0000005 USD" in result.stderr
    with pytest.raises(Exception, match="does not exist"):
        run.rows()


def test_backfilling_again_changes_nothing(run: Commands) -> None:
    run("backfill", "-", input_=DAY)

    again = run("backfill", "-", input_=DAY)

    assert counts(again) == {"accepted": 3, "duplicates": 1, "rejected": 0}
    assert run.rows() == ROWS


def test_what_was_corrected_since_is_a_duplicate_and_stays_corrected(run: Commands) -> None:
    run("backfill", "-", input_=DAY)
    run("correct", "Hisingsbron", "2022-08-15T12:00:00Z", "Closed")

    again = run("backfill", "-", input_=DAY)

    # It is late, so that Timestream does not tell at once which one it rejects.
    assert counts(again) == {"accepted": 3, "duplicates": 1, "rejected": 0}
    assert run.rows()[0][2] == "Closed"


def test_a_late_contradiction_is_rejected_afterwards(run: Commands) -> None:
    s3 = run.cloud.client("s3", "us-east-1")
    s3.create_bucket(Bucket=BUCKET["BucketName"])
    run("backfill", "-", input_=DAY)

    result = run("backfill", "-", input_=DAY.replace(",Open", ",Closed"))

    assert result.exit_code == 0
    assert "Those that contradict a record of the table are rejected afterwards" in result.stderr
    assert run.rows() == ROWS
    reports = s3.list_objects_v2(Bucket=BUCKET["BucketName"])["Contents"]
    assert len(reports) == 1
    assert run.table in reports[0]["Key"]


def test_what_is_rejected_is_in_a_file_that_can_be_fed_back(run: Commands, tmp_path: Path) -> None:
    moment = f"{datetime.now(UTC) - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    run("backfill", "-", input_=f"time,bridge,status\n{moment},Hisingsbron,Open\n")
    contradiction = f"time,bridge,status\n{moment},Hisingsbron,Closed\n"

    result = run("backfill", "-", input_=contradiction)

    assert (result.exit_code, counts(result)["rejected"]) == (1, 1)
    (row,) = csv.DictReader((tmp_path / "rejected.csv").read_text().splitlines())
    assert row["reason"].startswith("A record already exists with the same time")
    assert result.stderr.splitlines()[-1] == (
        "bridgewatch: rejected.csv holds 1 rejected observation, with the reasons; correct "
        "it and import it."
    )
    again = run("backfill", "rejected.csv", "--map", "Closed=Open", "--rejected", "more.csv")
    assert counts(again) == {"accepted": 1, "duplicates": 0, "rejected": 0}


def test_files_that_contradict_each_other_send_neither(run: Commands, tmp_path: Path) -> None:
    contradiction = DAY + "2022-08-15T12:00:00Z,Hisingsbron,Closed\n"

    result = run("backfill", "-", input_=contradiction)

    assert counts(result) == {"accepted": 2, "duplicates": 1, "rejected": 2}
    assert run.rows() == ROWS[1:]
    rows = list(csv.DictReader((tmp_path / "rejected.csv").read_text().splitlines()))
    assert [row["status"] for row in rows] == ["Closed", "Open"]
    assert {row["reason"] for row in rows} == {"The files say Open and Closed at this very moment."}


def test_what_was_rejected_before_is_not_overwritten(run: Commands, tmp_path: Path) -> None:
    (tmp_path / "rejected.csv").write_text("mine")
    contradiction = DAY + "2022-08-15T12:00:00Z,Hisingsbron,Closed\n"

    result = run("backfill", "-", input_=contradiction)

    assert "rejected-2.csv holds 2 rejected observations" in result.stderr
    assert (tmp_path / "rejected.csv").read_text() == "mine"
    assert (tmp_path / "rejected-2.csv").read_text().startswith("time,bridge,status,reason\n")


def test_a_parquet_time_without_a_zone_is_read_on_the_named_clock_only(
    run: Commands, tmp_path: Path
) -> None:
    duckdb.execute(
        "COPY (SELECT TIMESTAMP '2026-11-23 08:00' AS time, 'Hisingsbron' AS bridge, "
        f"'Open' AS status) TO '{tmp_path / 'naive.parquet'}'"
    )
    dry_run = ("backfill", "naive.parquet", "--dry-run")

    refused = run(*dry_run)
    read = run(*dry_run, "--timezone", "Europe/Stockholm")

    assert "has no zone: name its --timezone" in refused.stderr
    assert read.stdout.splitlines()[1:] == ["2026-11-23T07:00:00.000Z,Hisingsbron,Open"]


def test_a_backfill_that_sent_nothing_is_not_in_the_way_of_another(
    run: Commands, tmp_path: Path
) -> None:
    (tmp_path / "day.csv").write_text(DAY)

    assert run("backfill", "day.csv", "--table", "mistyped").exit_code == 1

    assert not (tmp_path / "backfill.journal").exists()
    assert run("backfill", "day.csv").exit_code == 0


def test_a_journal_that_cannot_be_opened_is_one_sentence(run: Commands) -> None:
    result = run("backfill", "-", "--journal", "nowhere/journal", input_=DAY)

    assert result.exit_code == 1
    assert result.stderr == (
        "bridgewatch: The journal nowhere/journal cannot be opened: unable to open database file. "
        "Name another one with --journal.\n"
    )


WRONG = DAY + "noon,Hisingsbron,Open\n2022-08-15T12:00:00Z,Hisingsbron,Ajar\n"


@pytest.mark.parametrize(
    ("on_error", "exit_code", "lines"),
    [("stop", 1, [":6:"]), ("collect", 1, [":6:", ":7:"]), ("skip", 0, [":6:", ":7:"])],
)
def test_wrong_lines_stop_it_or_are_told_or_are_skipped(
    run: Commands, tmp_path: Path, on_error: str, exit_code: int, lines: list[str]
) -> None:
    (tmp_path / "day.csv").write_text(WRONG)

    result = run("backfill", "day.csv", "--on-error", on_error)

    assert result.exit_code == exit_code
    told = [line.split()[1] for line in result.stderr.splitlines() if " day.csv:" in line]
    assert told == [f"day.csv{line}" for line in lines]
    assert bool(result.stdout) == (on_error == "skip"), "otherwise nothing was sent"


def test_skipped_lines_are_kept_as_they_stood_and_can_be_fed_back(
    run: Commands, tmp_path: Path
) -> None:
    (tmp_path / "day.csv").write_text(WRONG)

    result = run("backfill", "day.csv", "--on-error", "skip")

    assert "Skipped 2 wrong lines, now in day.skipped.csv." in result.stderr
    skipped = tmp_path / "day.skipped.csv"
    assert skipped.read_text().splitlines() == [WRONG.splitlines()[0], *WRONG.splitlines()[-2:]]
    skipped.write_text(skipped.read_text().replace("noon", "2022-08-15T12:01Z"))
    again = run("backfill", "day.skipped.csv", "--map", "Open=Open,Ajar=Open")
    assert again.exit_code == 0
    assert counts(again)["accepted"] == 2


def test_what_was_skipped_before_is_not_overwritten(run: Commands, tmp_path: Path) -> None:
    (tmp_path / "day.csv").write_text(WRONG)
    (tmp_path / "day.skipped.csv").write_text("mine")

    run("backfill", "day.csv", "--on-error", "skip")

    assert (tmp_path / "day.skipped.csv").read_text() == "mine"
    assert (tmp_path / "day.skipped-2.csv").exists()


def test_the_standard_input_is_named_once(run: Commands) -> None:
    result = run("backfill", "-", "-", input_=DAY)

    assert result.exit_code == 2
    assert 'name "-" only once' in result.stderr


def test_a_wrong_line_leaves_a_journal_that_another_backfill_may_use(
    run: Commands, tmp_path: Path
) -> None:
    (tmp_path / "day.csv").write_text(WRONG)
    run("backfill", "day.csv")

    (tmp_path / "day.csv").write_text(DAY)

    assert run("backfill", "day.csv").exit_code == 0


def test_overlaps_and_missing_ends_are_told(run: Commands) -> None:
    openings = (
        "bridge,opened_at,closed_at\n"
        "Hisingsbron,2022-08-15T12:00Z,2022-08-15T12:10Z\n"
        "Hisingsbron,2022-08-15T12:05Z,2022-08-15T12:20Z\n"
        "Hisingsbron,2022-08-15T12:20Z,2022-08-15T12:30Z\n"
        "Hisingsbron,2022-08-15T18:00Z,\n"
    )

    result = run("backfill", "-", input_=openings)

    assert [row[1:] for row in run.rows()] == [
        ["2022-08-15 11:59:59.999000000", "Closed"],
        ["2022-08-15 12:00:00.000000000", "Open"],
        ["2022-08-15 12:30:00.000000000", "Closed"],
        ["2022-08-15 17:59:59.999000000", "Closed"],
        ["2022-08-15 18:00:00.000000000", "Open"],
    ]
    assert (
        "Hisingsbron's opening of 2022-08-15T12:05:00Z overlaps Hisingsbron's opening of "
        "2022-08-15T12:00:00Z." in result.stderr
    )
    assert "Overlaps that count as one opening: 1." in result.stderr
    assert "Openings without an end, for which none is invented: 1." in result.stderr


def test_an_opening_without_a_start_hides_none_that_ended_before(run: Commands) -> None:
    openings = (
        "bridge,opened_at,closed_at\n"
        "Hisingsbron,2022-08-15T12:00:00Z,2022-08-15T12:10:00Z\n"
        "Hisingsbron,,2022-08-15T13:00:00Z\n"
        "Hisingsbron,2022-08-15T14:00:00Z,2022-08-15T14:10:00Z\n"
        "Hisingsbron,,2022-08-15T14:05:00Z\n"
    )

    result = run("backfill", "-", "--dry-run", input_=openings)

    assert [line.split(",")[::2] for line in result.stdout.splitlines()[1:]] == [
        ["2022-08-15T11:59:59.999Z", "Closed"],
        ["2022-08-15T12:00:00.000Z", "Open"],
        ["2022-08-15T12:10:00.000Z", "Closed"],
        ["2022-08-15T12:59:59.999Z", "Open"],
        ["2022-08-15T13:00:00.000Z", "Closed"],
        ["2022-08-15T13:59:59.999Z", "Closed"],
        ["2022-08-15T14:00:00.000Z", "Open"],
        ["2022-08-15T14:10:00.000Z", "Closed"],
    ]
    assert "opening until 2022-08-15T14:05:00Z overlaps Hisingsbron's opening of" in result.stderr


def test_between_openings_that_are_all_there_were_heartbeats_say_closed(run: Commands) -> None:
    openings = (
        "bridge,opened_at,closed_at\n"
        "Hisingsbron,2022-08-15T08:00Z,2022-08-15T08:10Z\n"
        "Hisingsbron,2022-08-15T12:00Z,2022-08-15T12:10Z\n"
        "Hisingsbron,2022-08-15T18:00Z,\n"
    )
    window = ("--since", "2022-08-15T07:59:59.999", "--until", "2022-08-15T18:30")

    run("backfill", "-", input_=openings)
    gaps = run.printed("openings", "Hisingsbron", *window)
    run("backfill", "-", "--complete", input_=openings)
    told = run.printed("openings", "Hisingsbron", *window)

    starts = [one["opened_at"] for one in told["openings"]]
    assert starts == [one["opened_at"] for one in gaps["openings"]]
    assert starts == [
        "2022-08-15T08:00:00.000Z",
        "2022-08-15T12:00:00.000Z",
        "2022-08-15T18:00:00.000Z",
    ]
    assert len(gaps["gaps"]) == 2
    assert told["gaps"] == []
    times = [time[11:16] for _, time, status in run.rows() if status == "Closed"]
    assert times[:7] == ["07:59", "08:10", "09:10", "10:10", "11:10", "11:59", "12:10"]


def test_late_observations_need_magnetic_store_writes(run: Commands) -> None:
    client = run.cloud.client("timestream-write")
    client.update_table(
        DatabaseName=DATABASE,
        TableName=run.table,
        MagneticStoreWriteProperties={"EnableMagneticStoreWrites": False},
    )

    refused = run("backfill", "-", input_=DAY)
    bucket = BUCKET["BucketName"]
    run("tables", "update", "--late-writes", "--rejected-bucket", bucket)
    taken = run("backfill", "-", input_=DAY)

    assert refused.exit_code == 1
    assert ": 3 of 3 observations. Its magnetic-store writes are off" in refused.stderr
    assert "tables update --late-writes" in refused.stderr
    assert counts(taken)["accepted"] == 3


def test_a_missing_table_is_one_sentence(run: Commands) -> None:
    run.cloud.client("timestream-write").delete_table(DatabaseName=DATABASE, TableName=run.table)

    result = run("backfill", "-", input_=DAY)

    assert result.exit_code == 1
    assert "no such table in this region: deploy the storage" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--map", "Open"], "--map takes words and Open or Closed"),
        (["--timezone", "Gothenburg"], "--timezone takes a time zone such as Europe/Stockholm"),
        (["--bridge", "Nobron"], "The settings have no bridge 'Nobron'"),
    ],
)
def test_wrong_usage_is_one_sentence(run: Commands, arguments: list[str], sentence: str) -> None:
    result = run("backfill", "-", *arguments, input_=DAY)

    assert result.exit_code == 2
    assert sentence in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_file_that_is_not_there_is_one_sentence(run: Commands) -> None:
    result = run("backfill", "nowhere.csv")

    assert (result.exit_code, result.stderr) == (
        1,
        "bridgewatch: nowhere.csv: No such file or directory.\n",
    )


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_what_export_writes_backfill_reads(run: Commands, ending: str, tmp_path: Path) -> None:
    run("backfill", "-", input_=DAY)
    window = ("--since", "2022-08-01", "--until", "2022-09-01")
    first = run("export", *window)

    exported = run("export", *window, "-o", f"out.{ending}")
    run.cloud.client("timestream-write").delete_table(DatabaseName=DATABASE, TableName=run.table)
    run("tables", "create", "--rejected-bucket", "rejected-data", "--magnetic-days", "36500")
    imported = run("backfill", f"out.{ending}")

    assert exported.exit_code == 0
    assert counts(imported) == {"accepted": 3, "duplicates": 0, "rejected": 0}
    assert run.rows() == ROWS
    assert run("export", *window).stdout == first.stdout
    assert {path.name for path in tmp_path.iterdir()} == {f"out.{ending}", "settings.json"}


@pytest.mark.skipif(not NDW.exists(), reason="the data is not on this machine")
def test_a_real_list_of_openings_survives_the_round_trip(run: Commands, tmp_path: Path) -> None:
    codes = {row["bridge"] for row in csv.DictReader(NDW.read_text().splitlines())}
    bridges = [{"name": code, "source": "ndw", "code": code} for code in sorted(codes)]
    settings = {**SETTINGS, "bridges": bridges, "sources": {"ndw": {"type": "ndw"}}}
    run.settings.write_text(json.dumps(settings))

    result = run("backfill", str(NDW))
    run("export", "--since", "2022-07-01", "--until", "2022-09-01", "-o", "out.csv")
    again = run("backfill", "out.csv")

    assert "Overlaps that count as one opening: 224." in result.stderr
    assert "say --complete if the files tell every opening" in result.stderr
    assert "Openings without an end, for which none is invented: 49." in result.stderr
    assert counts(result) == counts(again) == {"accepted": 6629, "duplicates": 0, "rejected": 0}
    exported = (tmp_path / "out.csv").read_text()
    run("export", "--since", "2022-07-01", "--until", "2022-09-01", "-o", "out.csv")
    assert (tmp_path / "out.csv").read_text() == exported


class Interrupting:
    """A Timestream that signals the process that sends to it, at its fifth request."""

    def __init__(self, timestream: RecordingTimestream, number: int) -> None:
        self._timestream = timestream
        self._number = number
        self.process: subprocess.Popen[str] | None = None

    def handle(self, request: Request) -> Response:
        response = self._timestream.handle(request)
        if self.process and len(self._timestream.writes) == 5:
            self.process.send_signal(self._number)
            if self._number == signal.SIGKILL:
                self.process.wait()
        return response


@pytest.fixture
def interrupting(
    request: pytest.FixtureRequest, timestream: RecordingTimestream, httpserver: HTTPServer
) -> Iterator[Interrupting]:
    found = Interrupting(timestream, request.param)
    httpserver.clear()
    httpserver.expect_request("/", method="POST").respond_with_handler(found.handle)
    answer = timestream.handle

    def with_table(request: Request) -> Response:
        if request.headers["X-Amz-Target"].endswith("DescribeTable"):
            timestream.will_answer(200, {"Table": TABLE})
        return answer(request)

    timestream.handle = with_table  # type: ignore[method-assign] # for this test
    # A shell that runs the tests in the background has them ignore it, and so would the command.
    inherited = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield found
    signal.signal(signal.SIGINT, inherited)
    if found.process:
        found.process.kill()


TABLE = {
    "TableName": "observations",
    "RetentionProperties": {
        "MemoryStoreRetentionPeriodInHours": 24,
        "MagneticStoreRetentionPeriodInDays": 36500,
    },
    "MagneticStoreWriteProperties": {"EnableMagneticStoreWrites": True},
}


@pytest.mark.parametrize(
    ("interrupting", "exit_code", "says"),
    [
        (signal.SIGKILL, -signal.SIGKILL, ""),
        (
            signal.SIGINT,
            130,
            "the same command sends the rest.\nbridgewatch: Interrupted.\n",
        ),
        (signal.SIGTERM, 143, "the same command sends the rest.\n"),
    ],
    indirect=["interrupting"],
)
def test_a_killed_or_interrupted_backfill_resumes_without_sending_twice(
    interrupting: Interrupting,
    timestream: RecordingTimestream,
    tmp_path: Path,
    exit_code: int,
    says: str,
) -> None:
    (tmp_path / "settings.json").write_text(json.dumps(SETTINGS))
    start = int(datetime(2022, 8, 15, tzinfo=UTC).timestamp())
    times = [datetime.fromtimestamp(start + 60 * n, UTC).isoformat() for n in range(2000)]
    lines = [f"{time},Hisingsbron,Open\n" for time in times]
    (tmp_path / "in.csv").write_text("time,bridge,status\n" + "".join(lines))
    command = [sys.executable, "-m", "bridgewatch", "backfill", "in.csv", "--concurrency", "1"]
    command += ["--settings", "settings.json"]
    where: dict[str, Any] = {
        "cwd": tmp_path,
        "env": {**os.environ, "PYTHONPATH": str(PROJECT)},
        "text": True,
    }

    interrupting.process = subprocess.Popen(command, stderr=subprocess.PIPE, **where)  # noqa: S603 - this very Python
    _, stderr = interrupting.process.communicate()
    assert interrupting.process.returncode == exit_code
    assert stderr.endswith(says)
    assert 5 <= len(timestream.writes) < 20
    interrupting.process = None
    elsewhere = [*command, "--table", "elsewhere"]
    refused = subprocess.run(elsewhere, capture_output=True, check=False, **where)  # noqa: S603 - this very Python
    assert "is the journal of another unfinished backfill" in refused.stderr
    done = subprocess.run(command, capture_output=True, check=True, **where)  # noqa: S603 - this very Python

    assert "Resuming; sent before: " in done.stderr
    assert done.stdout.split()[:2] == ["accepted", "2000"]
    sent = [record["Time"] for body in timestream.writes for record in body["Records"]]
    assert set(sent) == {str((start + 60 * n) * 1000) for n in range(2000)}
    # The one on its way when it was killed.
    assert len(sent) - 2000 <= 100
    assert not (tmp_path / "backfill.journal").exists()
