from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest
from moto.awslambda.models import LambdaFunction
from moto.cloudformation import parsing
from typer.testing import CliRunner

from embedded_timestream.clock import SystemClock
from local.__main__ import app
from local.cloud import Cloud
from tests.local.deployed import Deployed, is_running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_a_closed_cloud_leaves_nothing_behind() -> None:
    unchanged = (LambdaFunction.invoke, parsing.resource_class_from_type)

    with Cloud(SystemClock()) as cloud:
        assert unchanged != (LambdaFunction.invoke, parsing.resource_class_from_type)
        cloud.client("sqs").create_queue(QueueName="queue")

    assert unchanged == (LambdaFunction.invoke, parsing.resource_class_from_type)
    with Cloud(SystemClock()) as another:
        assert "QueueUrls" not in another.client("sqs").list_queues()


def test_a_process_has_one_cloud_at_a_time() -> None:
    with Cloud(SystemClock()), pytest.raises(RuntimeError, match="one embedded cloud"):
        Cloud(SystemClock()).__enter__()


def test_closing_ends_the_processes_of_its_functions() -> None:
    with Cloud(SystemClock()) as cloud:
        function = Deployed(
            cloud, "lasting", "import os\ndef handler(event, context): return os.getpid()"
        )
        process = function.invoke().payload
        assert is_running(process)

    assert not is_running(process)


def test_closing_ends_an_invocation_that_still_runs(tmp_path: Path) -> None:
    running = tmp_path / "running"
    code = """
        import os, pathlib, time
        def handler(event, context):
            pathlib.Path(event["tell"]).write_text(str(os.getpid()))
            time.sleep(600)
        """
    with Cloud(SystemClock()) as cloud:
        Deployed(cloud, "running", code, Timeout=900)
        cloud.client("lambda").invoke(
            FunctionName="running",
            InvocationType="Event",
            Payload=json.dumps({"tell": str(running)}),
        )
        pause = threading.Event()
        while not (running.exists() and running.read_text(encoding="utf-8")):
            pause.wait(0.02)

    assert not is_running(int(running.read_text(encoding="utf-8")))


class TestServe:
    @pytest.fixture
    def served(self, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
        process = subprocess.Popen(  # noqa: S603 - this interpreter
            [sys.executable, "-m", "local", "serve", "--port", "0", "--data", str(tmp_path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with process:
            yield process
            process.kill()

    def test_it_says_when_it_is_ready_and_stops_when_told(
        self, served: subprocess.Popen[str]
    ) -> None:
        assert served.stdout
        assert served.stdout.readline().startswith("ready http://127.0.0.1:")

        served.send_signal(signal.SIGTERM)
        output, errors = served.communicate(timeout=20)

        assert (output, errors, served.returncode) == ("", "", 0)

    def test_a_directory_that_another_has_is_said_in_a_sentence(
        self, served: subprocess.Popen[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert served.stdout
        assert served.stdout.readline()
        monkeypatch.setattr(signal, "signal", Mock())  # this process keeps its own

        result = CliRunner().invoke(app, ["serve", "--port", "0", "--data", str(tmp_path)])

        assert (result.exit_code, result.stdout) == (1, "")
        file = tmp_path / "dynamodb.sqlite"
        assert result.stderr == f"{file} cannot be used: database is locked.\n"

    @pytest.mark.parametrize(
        ("arguments", "exit_code", "said"),
        [
            (["--data", "/dev/null"], 1, "/dev/null cannot be used: File exists.\n"),
            (["--port", "65536"], 2, "less than or equal to 65535"),
        ],
    )
    def test_what_cannot_be_served_is_said_in_a_sentence(
        self, arguments: list[str], exit_code: int, said: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(signal, "signal", Mock())

        result = CliRunner().invoke(app, ["serve", "--port", "0", *arguments])

        assert result.exit_code == exit_code
        assert said in result.stderr
