"""How commands fail: one sentence, the right exit code, and nothing half-written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from bridgewatch.cli import app, failures
from bridgewatch.cli.failures import exit_when_terminated, one_sentence
from tests.unit.bridgewatch.commands.conftest import SETTINGS

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer
    from werkzeug import Request, Response

    from tests.unit.conftest import RecordingTimestream

PROJECT = Path(__file__).parents[4]
CLOSED = "Only existing Timestream for LiveAnalytics customers can access the service."
PAGE = {
    "QueryId": "Q",
    "ColumnInfo": [
        {"Name": "time", "Type": {"ScalarType": "TIMESTAMP"}},
        {"Name": "bridge", "Type": {"ScalarType": "VARCHAR"}},
        {"Name": "status", "Type": {"ScalarType": "VARCHAR"}},
    ],
    "Rows": [
        {
            "Data": [
                {"ScalarValue": "2026-11-23 12:00:00.000000000"},
                {"ScalarValue": "Hisingsbron"},
                {"ScalarValue": "Open"},
            ]
        }
    ]
    * 1000,
    "NextToken": "more",
}


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "settings.json").write_text(json.dumps(SETTINGS))
    lines = ["time,bridge,status", "2026-11-23T12:00:00Z,Hisingsbron,Open"]
    (tmp_path / "in.csv").write_text("\n".join(lines))
    return tmp_path


@pytest.mark.parametrize(
    "command",
    [
        ["status"],
        ["openings"],
        ["stats"],
        ["query", "SELECT 1"],
        ["export", "--output", "out.csv"],
        ["export", "--output", "out.parquet"],
        ["correct", "Hisingsbron", "2026-11-23T12:00Z", "Open"],
        ["backfill", "in.csv"],
        ["databases", "list"],
        ["tables", "describe"],
    ],
)
@pytest.mark.parametrize(
    ("code", "message", "sentence"),
    [
        ("ExpiredTokenException", "expired", "The AWS credentials have expired: sign in again"),
        ("AccessDeniedException", CLOSED, "AWS has closed Timestream for LiveAnalytics"),
    ],
)
def test_every_command_ends_in_one_sentence(
    timestream: RecordingTimestream, command: list[str], code: str, message: str, sentence: str
) -> None:
    timestream.will_fail(403, code, message)

    result = CliRunner().invoke(app, [*command, "--settings", "settings.json"])

    assert result.exit_code == 1
    assert sentence in result.stderr.splitlines()[-1]
    left = {path.name for path in Path().iterdir()} - {"settings.json", "in.csv"}
    assert left <= {"backfill.journal"}, "a backfill can be resumed"


def test_an_export_that_fails_midway_leaves_the_old_file(
    timestream: RecordingTimestream, directory: Path
) -> None:
    (directory / "out.csv").write_text("old")
    timestream.will_answer(200, PAGE)
    timestream.will_fail(403, "ExpiredTokenException", "expired")

    result = CliRunner().invoke(app, ["export", "-o", "out.csv", "--settings", "settings.json"])

    assert result.exit_code == 1
    assert (directory / "out.csv").read_text() == "old"
    assert not list(directory.glob(".*partial"))


def test_an_import_of_stdin_is_resumed_by_the_same_import_only(
    timestream: RecordingTimestream,
) -> None:
    table = {"RetentionProperties": {"MemoryStoreRetentionPeriodInHours": 8766}}
    table["RetentionProperties"]["MagneticStoreRetentionPeriodInDays"] = 36500
    lines = [f"2026-11-22T{n // 60:02}:{n % 60:02}:00Z,Hisingsbron,Open\n" for n in range(200)]
    first, other = ("time,bridge,status\n" + "".join(some) for some in (lines, lines[:10]))
    timestream.will_answer(200, {"Table": table})
    timestream.will_answer(200, {})
    timestream.will_fail(403, "AccessDeniedException", "not authorized")
    command = ["backfill", "-", "--settings", "settings.json", "--concurrency", "1"]
    assert "Sent 100 of 200 observations" in CliRunner().invoke(app, command, input=first).stderr

    refused = CliRunner().invoke(app, command, input=other)
    timestream.will_answer(200, {"Table": table})
    resumed = CliRunner().invoke(app, command, input=first)

    assert refused.exit_code == 1
    assert "is the journal of another unfinished backfill" in refused.stderr
    assert "Resuming; sent before: 100 observations." in resumed.stderr
    assert resumed.stdout.split()[:2] == ["accepted", "200"]
    assert len(timestream.writes) == 3


def test_minutes_of_throttling_end_in_one_sentence_and_a_journal_that_resumes(
    timestream: RecordingTimestream, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr("botocore.endpoint.time.sleep", waited.append)
    monkeypatch.setattr("botocore.retries.bucket.TokenBucket.acquire", lambda *_, **__: True)
    table = {
        "RetentionProperties": {
            "MemoryStoreRetentionPeriodInHours": 8766,
            "MagneticStoreRetentionPeriodInDays": 3650,
        }
    }
    timestream.will_answer(200, {"Table": table})
    for _ in range(12):
        timestream.will_fail(429, "ThrottlingException", "Rate exceeded")
    command = ["backfill", "in.csv", "--settings", "settings.json"]

    result = CliRunner().invoke(app, command)

    assert result.exit_code == 1
    assert "Timestream is throttling" in result.stderr.splitlines()[-1]
    assert "Sent 0 of 1 observation; the same command sends the rest." in result.stderr
    assert len(timestream.writes) == 12
    assert len(waited) == 11
    timestream.will_answer(200, {"Table": table})
    assert CliRunner().invoke(app, command).exit_code == 0


def test_a_closed_pipe_ends_quietly_and_ends_the_query(
    timestream: RecordingTimestream, httpserver: HTTPServer
) -> None:
    def endless(request: Request) -> Response:
        if request.headers["X-Amz-Target"].endswith(".Query"):
            timestream.will_answer(200, PAGE)
        return timestream.handle(request)

    httpserver.clear()
    httpserver.expect_request("/", method="POST").respond_with_handler(endless)
    command = [sys.executable, "-m", "bridgewatch", "export", "--settings", "settings.json"]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}

    with subprocess.Popen(  # noqa: S603 - this very Python
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == "time,bridge,status\n"
        process.stdout.close()
        said = process.stderr.read()

    assert (process.returncode, said) == (1, "")
    assert timestream.requests[-1] == ("CancelQuery", {"QueryId": "Q"})


def test_unload_lets_timestream_write_to_s3_itself(timestream: RecordingTimestream) -> None:
    names = ("rows", "metadataFile", "manifestFile")
    values = ("4403", "s3://b/p/m.json", "s3://b/p/manifest.json")
    timestream.will_answer(
        200,
        {
            "QueryId": "Q",
            "ColumnInfo": [{"Name": name, "Type": {"ScalarType": "VARCHAR"}} for name in names],
            "Rows": [{"Data": [{"ScalarValue": value} for value in values]}],
        },
    )
    command = ["export", "Hisingsbron", "--unload", "s3://b/p", "--settings", "settings.json"]

    result = CliRunner().invoke(app, command)

    assert result.stdout.splitlines()[0] == "rows: 4403"
    (query,) = timestream.queries
    assert query["QueryString"].startswith("UNLOAD (SELECT time, measure_name AS bridge, ")
    assert query["QueryString"].endswith(") TO 's3://b/p' WITH (format = 'PARQUET')")


@pytest.mark.parametrize("option", [("--output", "x.csv"), ("--format", "csv")])
@pytest.mark.usefixtures("aws")
def test_unload_writes_no_file_here_and_nothing_but_parquet(option: tuple[str, str]) -> None:
    command = ["export", "--unload", "s3://b/p", *option, "--settings", "settings.json"]

    result = CliRunner().invoke(app, command)

    assert result.exit_code == 2
    assert result.stderr == "bridgewatch: --unload goes without --output and --format.\n"


@pytest.mark.parametrize("url", ["/tmp/x", "s3://b/'; DROP", "https://b"])  # noqa: S108 - not used
@pytest.mark.usefixtures("aws")
def test_unload_takes_an_address_of_s3_only(url: str) -> None:
    command = ["export", "--unload", url, "--settings", "settings.json"]

    assert CliRunner().invoke(app, command).exit_code == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is full")
def test_a_full_disk_is_told_of_the_output_too() -> None:
    command = [sys.executable, "-m", "bridgewatch", "cost", "--json"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(  # noqa: S603 - our own command
            command, cwd=PROJECT, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )

    assert done.returncode == 1
    assert done.stderr == "bridgewatch: the output: No space left on device.\n"


@pytest.mark.usefixtures("aws")
def test_a_closed_standard_input_is_one_sentence() -> None:
    command = ["/bin/sh", "-c", 'exec "$0" -m bridgewatch backfill - <&-', sys.executable]

    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)  # noqa: S603 - our own command

    assert done.returncode == 2
    assert done.stderr == "bridgewatch: The standard input is closed: name a file.\n"


def swallow(number: int) -> None:
    """Meet a signal as DuckDB does: what it raised is lost."""
    try:
        signal.raise_signal(number)
    except (KeyboardInterrupt, SystemExit):
        raise RuntimeError("Query interrupted") from None


@pytest.mark.parametrize(
    ("number", "exit_code", "said"),
    [(signal.SIGINT, 130, "bridgewatch: Interrupted.\n"), (signal.SIGTERM, 143, "")],
)
def test_a_signal_that_duckdb_swallows_ends_a_command_all_the_same(
    number: int, exit_code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    inherited = [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)]
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        exit_when_terminated()
        with pytest.raises(typer.Exit) as ended, one_sentence():
            swallow(number)
    finally:
        failures._terminated.clear()  # noqa: SLF001 - it is for a whole process
        for one, handler in zip((signal.SIGINT, signal.SIGTERM), inherited, strict=True):
            signal.signal(one, handler)

    assert ended.value.exit_code == exit_code
    assert capsys.readouterr().err == said


def test_another_error_while_it_runs_keeps_its_traceback() -> None:
    with pytest.raises(RuntimeError, match="a bug"), one_sentence():
        raise RuntimeError("a bug")
