"""The poller as Lambda runs it: the handler, real HTTP, and a Timestream that records."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug import Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_httpserver import HTTPServer

    from tests.unit.conftest import RecordingTimestream

PROJECT = Path(__file__).parents[3]
LIMITS = {"timeout_seconds": 5, "attempts": 2, "backoff_seconds": 0, "max_bytes": 1000}

# As AWS does: a process of its own imports the handler, then calls it once for each event.
RUNTIME = """
import importlib, json, sys
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
function = importlib.import_module("lambdas.poller.handler").handler
context = SimpleNamespace(function_name="poller", memory_limit_in_mb=128, aws_request_id="1",
    invoked_function_arn="arn:aws:lambda:eu-west-1:1:function:poller", tenant_id=None,
    get_remaining_time_in_millis=lambda: 90_000)
def event():
    due = datetime.now(UTC) - timedelta(seconds=float(sys.argv[2]))
    return {"time": due.isoformat()}
for _ in range(int(sys.argv[1])):
    try:
        print(json.dumps({"returned": function(event(), context)}))
    except Exception as error:
        print(json.dumps({"raised": type(error).__name__, "text": str(error)}))
print(json.dumps({"modules": sorted(sys.modules)}))
"""


class Function:
    """A deployed poller.

    :ivar configuration: its configuration.json.
    """

    def __init__(self, task_root: Path, url: str) -> None:
        self._task_root = task_root
        self.configuration: dict[str, Any] = {
            "heartbeat_seconds": 3600,
            "interval_seconds": 60,
            "bridges": [
                {
                    "name": "Hisingsbron",
                    "source": "roadsignals",
                    "code": None,
                    "dimensions": {"city": "Gothenburg"},
                }
            ],
            "sources": {
                "roadsignals": {
                    "type": "json",
                    "url": url,
                    "key": None,
                    "pointer": "/status",
                    "statuses": {"Open": "Closed", "Closed": "Open"},
                    "concurrency": 1,
                    **LIMITS,
                }
            },
        }

    def invoke(self, times: int = 1, late: float = 0, **variables: str) -> list[dict[str, Any]]:
        """Run it in a fresh container; gives every line that it printed."""
        file = self._task_root / "configuration.json"
        file.write_text(json.dumps(self.configuration))
        environment = {
            **os.environ,
            "BRIDGEWATCH_DATABASE": "bridgewatch",
            "BRIDGEWATCH_TABLE": "observations",
            "BRIDGEWATCH_QUEUE_URL": "http://sqs/queue",
            "BRIDGEWATCH_DEAD_LETTER_QUEUE_URL": "http://sqs/dead-letters",
            "LAMBDA_TASK_ROOT": str(self._task_root),
            "POWERTOOLS_SERVICE_NAME": "bridgewatch-poller",
            "POWERTOOLS_METRICS_NAMESPACE": "bridgewatch",
            "POWERTOOLS_LOG_LEVEL": "INFO",
            "PYTHONPATH": str(PROJECT),
            **variables,
        }
        done = subprocess.run(  # noqa: S603 - this very Python
            [sys.executable, "-W", "error", "-c", RUNTIME, str(times), str(late)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def function(tmp_path: Path, httpserver: HTTPServer) -> Function:
    return Function(tmp_path, httpserver.url_for("/status"))


@pytest.fixture
def road(httpserver: HTTPServer) -> Callable[..., None]:
    """Let the road's status be these words, one an answer, the last one for ever."""

    def answer(*words: str) -> None:
        waiting = list(words)

        def respond(_request: object) -> Response:
            word = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            return Response(json.dumps({"status": word}))

        httpserver.expect_request("/status", method="GET").respond_with_handler(respond)

    return answer


def lines_with(lines: list[dict[str, Any]], key: str) -> list[Any]:
    return [line[key] for line in lines if key in line]


def test_it_writes_what_it_saw_then_only_changes(
    function: Function, road: Callable[..., None], timestream: RecordingTimestream
) -> None:
    # given a road that is free for two polls, and stopped at the third
    road("Open", "Open", "Closed")

    lines = function.invoke(times=4)

    assert lines_with(lines, "returned") == [
        {"polls": 1, "observations": 1, "written": 1, "queued": 0},
        {"polls": 1, "observations": 1, "written": 0, "queued": 0},
        {"polls": 1, "observations": 1, "written": 1, "queued": 0},
        {"polls": 1, "observations": 1, "written": 0, "queued": 0},
    ]
    common = [write["CommonAttributes"] for write in timestream.writes]
    assert [one["MeasureValue"] for one in common] == ["Closed", "Open"]
    assert common[0]["Dimensions"] == [
        {"Name": "city", "Value": "Gothenburg"},
        {"Name": "source", "Value": "roadsignals"},
    ]


def test_it_logs_and_counts_what_it_wrote(
    function: Function, road: Callable[..., None], timestream: RecordingTimestream
) -> None:
    road("Closed")

    lines = function.invoke()

    (log,) = [line for line in lines if line.get("message") == "Written"]
    assert (log["bridge"], log["status"], log["why"]) == ("Hisingsbron", "Open", "first")
    assert log["function_request_id"] == "1"
    (metric,) = [line for line in lines if "Unobserved" in line]
    assert (metric["Unobserved"], metric["RecordsWritten"]) == ([0.0], [1.0])
    assert metric["service"] == "bridgewatch-poller"
    assert len(timestream.writes) == 1


def test_a_source_that_fails_is_one_metric_with_a_reason_and_one_log_line(
    function: Function, httpserver: HTTPServer, timestream: RecordingTimestream
) -> None:
    httpserver.expect_request("/status").respond_with_data("<html>", status=503)

    lines = function.invoke()

    (log,) = [line for line in lines if line.get("message") == "No observation"]
    assert (log["level"], log["source"]) == ("WARNING", "roadsignals")
    assert (log["reason"], log["detail"]) == ("server_error", "HTTP 503")
    assert log["bridges"] == ["Hisingsbron"]
    (metric,) = [line for line in lines if "NoObservation" in line]
    assert (metric["NoObservation"], metric["reason"]) == ([1.0], "server_error")
    (metric,) = [line for line in lines if "Unobserved" in line]
    assert metric["Unobserved"] == [1.0]
    assert metric["service"] == "bridgewatch-poller"
    (returned,) = lines_with(lines, "returned")
    assert (returned["observations"], returned["written"]) == (0, 0)
    assert timestream.writes == []


def test_what_timestream_does_not_take_is_queued_and_says_what_to_do(
    function: Function, road: Callable[..., None], timestream: RecordingTimestream
) -> None:
    road("Open", "Open", "Closed")
    timestream.will_fail(404, "ResourceNotFoundException", "The table does not exist.")

    lines = function.invoke(times=3)

    (log,) = [line for line in lines if line.get("level") == "ERROR"]
    assert log["code"] == "ResourceNotFoundException"
    assert "deploy the storage stack" in log["what_to_do"]
    assert lines_with(lines, "RecordsQueued") == [[1.0]]
    assert [one["written"] for one in lines_with(lines, "returned")] == [0, 0, 1]
    ((url, body),) = timestream.sent
    message = json.loads(body)
    assert url == "http://sqs/queue"
    assert [(one["bridge"], one["status"]) for one in message["observations"]] == [
        ("Hisingsbron", "Closed")
    ]
    assert message["dimensions"] == {"Hisingsbron": {"city": "Gothenburg", "source": "roadsignals"}}


def test_a_refused_record_is_a_dead_letter_with_timestreams_reason(
    function: Function, road: Callable[..., None], timestream: RecordingTimestream
) -> None:
    road("Open")
    rejected = [{"RecordIndex": 0, "Reason": "too old"}]
    timestream.will_fail(419, "RejectedRecordsException", "", RejectedRecords=rejected)

    lines = function.invoke()

    (log,) = [line for line in lines if line.get("level") == "ERROR"]
    assert (log["bridge"], log["reason"]) == ("Hisingsbron", "too old")
    assert lines_with(lines, "RecordsRefused") == [[1.0]]
    ((url, body),) = timestream.sent
    assert (url, json.loads(body)["reason"]) == ("http://sqs/dead-letters", "too old")


def test_what_not_even_the_queue_takes_is_in_the_log_for_backfill(
    function: Function, road: Callable[..., None], timestream: RecordingTimestream
) -> None:
    road("Open")
    timestream.will_fail(404, "ResourceNotFoundException", "The table does not exist.")
    timestream.queues_fail = True

    lines = function.invoke()

    (kept,) = [line for line in lines if line.get("kept") == "only in this log"]
    assert list(kept) == ["bridge", "status", "time", "kept"]
    assert (kept["bridge"], kept["status"]) == ("Hisingsbron", "Closed")
    assert datetime.fromisoformat(kept["time"]).tzinfo is not None
    assert lines_with(lines, "raised") == ["UnkeptError"], "so that poller-errors rings"
    assert lines_with(lines, "RecordsUnkept") == [[1.0]]


def test_below_a_minute_it_polls_at_each_tick_that_is_left(
    function: Function, road: Callable[..., None], timestream: RecordingTimestream
) -> None:
    # given an event that comes in the last second but one of its minute
    road("Open", "Closed")
    function.configuration["interval_seconds"] = 0.25

    lines = function.invoke(late=59.3)

    (returned,) = lines_with(lines, "returned")
    assert returned["polls"] in {2, 3}, "a slow computer may miss one"
    assert returned["written"] == 2
    assert [one["CommonAttributes"]["MeasureValue"] for one in timestream.writes] == [
        "Closed",
        "Open",
    ]
    (metric,) = [line for line in lines if "Unobserved" in line]
    assert len(metric["Unobserved"]) == returned["polls"]


@pytest.mark.usefixtures("timestream")
def test_a_cold_start_loads_nothing_that_it_does_not_use(
    function: Function, road: Callable[..., None]
) -> None:
    road("Open")

    (modules,) = lines_with(function.invoke(), "modules")

    loaded = {module.partition(".")[0] for module in modules}
    assert loaded.isdisjoint({"pydantic", "typer", "rich", "duckdb", "pandas", "sqlglot", "moto"})
    assert loaded.isdisjoint({"bridgewatch", "stacks", "local"})
    assert "lambdas.poller.sources.ndw" not in modules


@pytest.mark.usefixtures("timestream")
def test_a_wrong_environment_is_named_at_the_cold_start(
    function: Function, road: Callable[..., None]
) -> None:
    road("Open")

    with pytest.raises(AssertionError, match="BRIDGEWATCH_TABLE is not set"):
        function.invoke(BRIDGEWATCH_TABLE="")
