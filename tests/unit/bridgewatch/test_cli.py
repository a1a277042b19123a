"""The command line, with real HTTP to a Timestream and a feed that answer as the test says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import pytest
import time_machine
from typer.testing import CliRunner

from bridgewatch.cli import app
from bridgewatch.cli.times import in_words
from lambdas import USER_AGENT, VERSION
from tests.unit.lambdas.moments import NOON, minute
from tests.unit.lambdas.sources import gzipped_feed, record

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_httpserver import HTTPServer
    from typer.testing import Result
    from werkzeug import Request, Response

    from tests.unit.conftest import RecordingTimestream

PROJECT = Path(__file__).parents[3]
NETHERLANDS = "examples/netherlands.json"


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Result]:
    """Run the command line at noon, with settings for Hisingsbron and Marieholmsbron."""
    settings = tmp_path / "settings.json"
    source = {"type": "json", "url": "https://example.org/", "pointer": ""}
    settings.write_text(
        json.dumps(
            {
                "deployment": "gothenburg",
                "bridges": [
                    {
                        "name": "Hisingsbron",
                        "source": "roadsignals",
                        "code": "NLTNZ001300522000264",
                    },
                    {"name": "Marieholmsbron", "source": "roadsignals"},
                ],
                "sources": {
                    "roadsignals": {**source, "statuses": {"Open": "Closed", "Closed": "Open"}}
                },
            }
        )
    )

    def invoke(*arguments: str) -> Result:
        with time_machine.travel(NOON, tick=False):
            return CliRunner().invoke(app, [*arguments, "--settings", str(settings)])

    return invoke


@pytest.fixture
def holds(timestream: RecordingTimestream) -> Callable[..., None]:
    """Let the next query's answer be these records: (minutes after noon, status, bridge)."""

    def answer(*records: tuple[float, str] | tuple[float, str, str]) -> None:
        rows = []
        for minutes, status, *bridge in records:
            time = minute(minutes).strftime("%Y-%m-%d %H:%M:%S.%f") + "000"
            values = [*(bridge or ["Hisingsbron"]), time, status]
            rows.append({"Data": [{"ScalarValue": value} for value in values]})
        timestream.will_answer(200, {"Rows": rows, "ColumnInfo": [], "QueryId": "1"})

    return answer


def printed(result: Result) -> Any:  # noqa: ANN401 - what JSON can be
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_status_tells_each_bridge_since_when_and_how_old_that_is(
    run: Callable[..., Result], holds: Callable[..., None]
) -> None:
    holds(
        (-50, "Closed"),
        (-20, "Closed", "Marieholmsbron"),
        (-10, "Open"),
        (-5, "Open"),
    )

    assert printed(run("status", "--json")) == [
        {
            "bridge": "Hisingsbron",
            "status": "Open",
            "since": "2026-11-23T11:50:00.000Z",
            "observed": "2026-11-23T11:55:00.000Z",
            "age_seconds": 300,
        },
        {
            "bridge": "Marieholmsbron",
            "status": "Closed",
            "since": "2026-11-23T11:40:00.000Z",
            "observed": "2026-11-23T11:40:00.000Z",
            "age_seconds": 1200,
        },
    ]


def test_status_is_unknown_when_the_last_record_is_too_old_or_there_is_none(
    run: Callable[..., Result], holds: Callable[..., None]
) -> None:
    holds((-63, "Open"))

    first, second = printed(run("status", "--json"))

    assert (first["status"], first["since"]) == ("unknown", None)
    assert first["observed"] == "2026-11-23T10:57:00.000Z"
    assert (second["status"], second["observed"]) == ("unknown", None)


def test_status_tells_where_the_last_record_is_however_long_ago(
    run: Callable[..., Result], holds: Callable[..., None]
) -> None:
    holds((-10, "Open"))
    holds((-2_000_000, "Closed", "Marieholmsbron"))

    result = run("status")

    assert "1388 d 21 h ago" in result.stdout


def test_status_looks_again_until_it_is_interrupted(
    run: Callable[..., Result], holds: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    for status in ("Closed", "Open"):
        holds((-10, status), (-10, status, "Marieholmsbron"))
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", pause)
    result = run("status", "--watch")

    assert result.exit_code == 0
    assert (result.stdout.count("Closed"), result.stdout.count("Open")) == (2, 2)
    assert pauses == [60, 60]
    assert result.stderr.startswith("bridgewatch: Each query adds 0.0001 US dollars if the account")


def test_what_watching_costs_is_not_wiped_off_the_screen_at_once(
    run: Callable[..., Result], holds: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    holds((-10, "Closed"), (-10, "Open", "Marieholmsbron"))
    shown: list[str] = []
    monkeypatch.setattr("rich.console.Console.clear", lambda _: shown.append("clear"))
    # The package has the command of this name where a path of names would look for the module.
    status = sys.modules["bridgewatch.cli.status"]
    monkeypatch.setattr(status, "note", lambda _: shown.append("what it costs"))
    monkeypatch.setattr("time.sleep", Mock(side_effect=KeyboardInterrupt))

    run("status", "--watch")

    assert shown == ["clear", "what it costs"]


def test_status_does_not_know_since_when_if_that_is_longer_ago_than_it_looks(
    run: Callable[..., Result], holds: Callable[..., None], timestream: RecordingTimestream
) -> None:
    heartbeats = [(-60 * hour - 30, "Closed") for hour in range(7 * 24, -1, -1)]
    for _ in ("--json", "table"):
        holds(*heartbeats)
        holds()  # of Marieholmsbron, ever

    first, _ = printed(run("status", "--json"))
    table = run("status").stdout

    assert (first["status"], first["since"]) == ("Closed", None)
    assert "Closed    over 7 d ago   30 min ago" in table
    query = timestream.queries[0]["QueryString"]
    assert "time >= from_iso8601_timestamp('2026-11-16T10:58:00.001Z')" in query, (
        "a heartbeat and two polls before the seven days"
    )


def test_status_counts_what_was_recorded_this_very_moment(
    run: Callable[..., Result], holds: Callable[..., None], timestream: RecordingTimestream
) -> None:
    holds((0, "Open"))

    first, _ = printed(run("status", "--json"))

    assert (first["status"], first["age_seconds"]) == ("Open", 0)
    query = timestream.queries[0]["QueryString"]
    assert "time < from_iso8601_timestamp('2026-11-23T12:00:00.001Z')" in query


def test_status_as_a_table(run: Callable[..., Result], holds: Callable[..., None]) -> None:
    holds((-180, "Closed", "Marieholmsbron"), (-50, "Closed"), (-10, "Open"))

    result = run("status")

    assert result.exit_code == 0
    lines = [line.split("  ") for line in result.stdout.splitlines() if "bron" in line]
    cells = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    assert cells == [
        ["Hisingsbron", "Open", "2026-11-23T11:50:00Z", "10 min ago"],
        ["Marieholmsbron", "unknown", "3 h ago"],
    ]


def test_history_tells_changes_and_gaps_with_their_durations(
    run: Callable[..., Result], holds: Callable[..., None], timestream: RecordingTimestream
) -> None:
    holds((-170, "Closed"), (-110, "Open"), (-102, "Closed"), (-30, "Closed"))

    result = printed(run("history", "Hisingsbron", "--since", "2h", "--json"))

    assert [(one["start"][11:19], one["status"]) for one in result["stretches"]] == [
        ("10:00:00", "Closed"),
        ("10:10:00", "Open"),
        ("10:18:00", "Closed"),
        ("10:18:00", "unknown"),
        ("11:30:00", "Closed"),
    ]
    assert result["openings"] == 1
    assert result["open_seconds"] == 480
    assert result["gap_seconds"] == 72 * 60
    query = timestream.queries[0]["QueryString"]
    assert "time >= from_iso8601_timestamp('2026-11-23T08:58:00.001Z')" in query, (
        "a heartbeat and two polls earlier"
    )


def test_history_as_a_table(run: Callable[..., Result], holds: Callable[..., None]) -> None:
    holds((-170, "Closed"), (-110, "Open"), (-102, "Closed"), (-30, "Closed"))

    result = run("history", "Hisingsbron", "--since", "2h")

    assert "2026-11-23T10:10:00Z   Open     8 min" in result.stdout
    assert "2026-11-23T10:18:00Z   gap      1 h 12 min" in result.stdout
    assert "openings: 1, open 8 min, the longest 8 min; unknown 1 h 12 min" in result.stdout


def test_history_all_gives_each_observation_within(
    run: Callable[..., Result], holds: Callable[..., None]
) -> None:
    holds((-70, "Closed"), (-50, "Closed"), (-10, "Open"), (-2, "Closed"))

    arguments = ("--since", "2026-11-23T12:00+01:00", "--until", "5m", "--all", "--json")
    result = printed(run("history", "Hisingsbron", *arguments))

    assert result == [
        {"time": "2026-11-23T11:10:00.000Z", "status": "Closed"},
        {"time": "2026-11-23T11:50:00.000Z", "status": "Open"},
    ]


def test_the_database_is_the_deployments_unless_it_is_named(
    run: Callable[..., Result], timestream: RecordingTimestream
) -> None:
    run("history", "Hisingsbron")
    run("history", "Hisingsbron", "--database", "other", "--table", "records")

    first, second = (query["QueryString"] for query in timestream.queries)
    assert 'FROM "gothenburg"."observations"' in first
    assert 'FROM "other"."records"' in second


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--since", "1 day"], "--since takes how long ago, such as 7d"),
        (["--since", "7d) OR (1=1"], "--since takes how long ago, such as 7d"),
        (["--since", "999999w"], "--since takes how long ago, such as 7d"),
        (["--since", "1h", "--until", "2h"], "is not before"),
        (["--database", 'x" --'], "cannot name a Timestream database"),
    ],
)
@pytest.mark.usefixtures("aws")
def test_wrong_usage_is_one_sentence_and_exit_code_2(
    run: Callable[..., Result], arguments: list[str], sentence: str
) -> None:
    result = run("history", "Hisingsbron", *arguments)

    assert result.exit_code == 2
    assert sentence in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.usefixtures("aws")
def test_a_name_that_no_bridge_can_have_never_reaches_sql(run: Callable[..., Result]) -> None:
    result = run("history", "a\nb")

    assert result.exit_code == 2
    assert "cannot be a bridge's name" in result.stderr


def test_an_unknown_bridge_without_records_is_answered_with_the_known_ones(
    run: Callable[..., Result], holds: Callable[..., None]
) -> None:
    holds()

    result = run("history", "Hisingsbro")

    assert result.exit_code == 1
    assert "the settings' bridges are: Hisingsbron, Marieholmsbron" in result.stderr


def test_an_error_of_timestream_is_one_sentence_and_exit_code_1(
    run: Callable[..., Result], timestream: RecordingTimestream
) -> None:
    message = "Only existing Timestream for LiveAnalytics customers can access the service."
    timestream.will_fail(403, "AccessDeniedException", message)

    result = run("status")

    assert result.exit_code == 1
    assert "closed Timestream for LiveAnalytics to new customers" in result.stderr
    assert result.stderr.count("\n") == 1


def test_wrong_settings_are_one_sentence_and_exit_code_2() -> None:
    result = CliRunner().invoke(app, ["status", "--settings", "/nonexistent.json"])

    assert result.exit_code == 2
    assert result.stderr == (
        "bridgewatch: /nonexistent.json cannot be read: No such file or directory.\n"
    )


def as_program(*arguments: str, **environment: str) -> str:
    """Run the command line as a program of its own, and give what it prints."""
    done = subprocess.run(  # noqa: S603 - this very Python
        [sys.executable, "-m", "bridgewatch", *arguments],
        cwd=PROJECT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_it_runs_as_a_module() -> None:
    assert "Usage: bridgewatch" in as_program("--help", NO_COLOR="1", TERM="dumb")


def test_help_is_folded_where_the_terminal_ends_and_nowhere_else() -> None:
    result = CliRunner().invoke(app, ["move", "--help"], env={"COLUMNS": "80", "NO_COLOR": "1"})

    lines = [line.strip() for line in result.stdout.splitlines()]
    start = lines.index(
        "Also of bridges that the settings don't have. Nothing is deleted where they"
    )
    end = lines.index("", start)
    assert all(len(line) > 60 for line in lines[start : end - 1])


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("bridgewatch sta", ["status", "stats"]),
        (f"bridgewatch history --settings {NETHERLANDS} Zee", ["Zeelandbrug"]),
        (f"bridgewatch stats Zeelandbrug --settings {NETHERLANDS} Schinkel", ["Schinkelbrug"]),
        ("bridgewatch history --settings nowhere.json Zee", []),
    ],
)
def test_a_shell_can_complete_commands_and_bridges(typed: str, completed: list[str]) -> None:
    words = str(len(typed.split()) - 1)

    offered = as_program(_BRIDGEWATCH_COMPLETE="complete_bash", COMP_WORDS=typed, COMP_CWORD=words)

    assert offered.split() == completed


def test_an_export_that_is_terminated_leaves_nothing_behind(
    timestream: RecordingTimestream, httpserver: HTTPServer, tmp_path: Path
) -> None:
    process: subprocess.Popen[bytes] | None = None

    def answer(request: Request) -> Response:
        page = {"Rows": [], "ColumnInfo": [], "QueryId": "1", "NextToken": "more"}
        timestream.will_answer(200, page)
        if process and len(timestream.queries) == 3:
            process.terminate()
        return timestream.handle(request)

    httpserver.clear()
    httpserver.expect_request("/", method="POST").respond_with_handler(answer)
    command = [sys.executable, "-m", "bridgewatch", "export", "-o", "out.csv"]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}

    process = subprocess.Popen(command, cwd=tmp_path, env=environment)  # noqa: S603 - this very Python

    assert process.wait() == 143
    assert list(tmp_path.iterdir()) == []


def test_the_version_is_the_one_that_sources_are_told() -> None:
    result = CliRunner().invoke(app, ["--version"])

    assert result.stdout == f"bridgewatch {VERSION}\n"
    assert f"bridgewatch/{VERSION}" == USER_AGENT


def test_discover_ndw_lists_what_the_feed_names_ready_to_paste(
    run: Callable[..., Result], httpserver: HTTPServer
) -> None:
    planned = record("2026-11-24T12:00:00Z", code="NLLEI000500519000052", probability="riskOf")
    body = gzipped_feed(NOON, record("2026-11-23T11:00:00Z"), planned, record(None, kind="Other"))
    httpserver.expect_request("/feed").respond_with_data(body)

    result = run("discover", "ndw", "--url", httpserver.url_for("/feed"))

    assert printed(result) == [
        {
            "name": "NLLEI000500519000052",
            "source": "ndw",
            "code": "NLLEI000500519000052",
            "dimensions": {},
        },
        {
            "name": "Hisingsbron",
            "source": "ndw",
            "code": "NLTNZ001300522000264",
            "dimensions": {},
        },
    ]


def test_discover_ndw_says_what_is_wrong_with_the_feed(
    run: Callable[..., Result], httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/feed").respond_with_data("gone", status=404)

    result = run("discover", "ndw", "--url", httpserver.url_for("/feed"))

    assert result.exit_code == 1
    assert result.stderr.endswith("/feed cannot be read: HTTP 404.\n")


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (timedelta(), "0 s"),
        (timedelta(seconds=59), "59 s"),
        (timedelta(minutes=8, seconds=5), "8 min 5 s"),
        (timedelta(hours=5), "5 h"),
        (timedelta(days=2, minutes=30), "2 d"),
        (timedelta(days=2, hours=3, minutes=30), "2 d 3 h"),
    ],
)
def test_durations_are_told_in_two_units(duration: timedelta, words: str) -> None:
    assert in_words(duration) == words
