from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError
from moto.awslambda.models import LambdaFunction
from moto.cloudformation import parsing

from local.clock import SystemClock
from local.cloud import Cloud
from tests.local.deployed import Deployed, is_running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_every_service_of_the_templates_answers(cloud: Cloud) -> None:
    cloud.probe()


def test_requests_are_counted_by_their_operation(cloud: Cloud) -> None:
    before = cloud.requests["ListDatabases"]

    cloud.client("timestream-write").list_databases()

    assert cloud.requests["ListDatabases"] == before + 1


def test_what_nobody_emulates_is_said_at_once(cloud: Cloud) -> None:
    with pytest.raises(ClientError) as caught:
        cloud.client("budgets").describe_budget_performance_history(
            AccountId=cloud.account, BudgetName="none"
        )

    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_an_unmodified_sdk_needs_the_endpoint_alone(cloud: Cloud) -> None:
    program = (
        "import boto3; c = boto3.client('timestream-write');"
        "c.create_database(DatabaseName='alone'); print(c.describe_endpoints()['Endpoints'])"
    )

    done = subprocess.run(  # noqa: S603 - this interpreter
        [sys.executable, "-c", program],
        env=cloud.environment(),
        capture_output=True,
        text=True,
        check=True,
    )

    assert cloud.endpoint in done.stdout


def test_a_closed_cloud_leaves_nothing_behind() -> None:
    unchanged = (LambdaFunction.invoke, parsing.resource_class_from_type)

    with Cloud(SystemClock()) as cloud:
        assert unchanged != (LambdaFunction.invoke, parsing.resource_class_from_type)
        cloud.client("sqs").create_queue(QueueName="queue")

    assert unchanged == (LambdaFunction.invoke, parsing.resource_class_from_type)
    with Cloud(SystemClock()) as another:
        assert "QueueUrls" not in another.client("sqs").list_queues()


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


def test_deleting_a_function_ends_its_processes(cloud: Cloud) -> None:
    function = Deployed(
        cloud, "deleted", "import os\ndef handler(event, context): return os.getpid()"
    )
    process = function.invoke().payload

    cloud.client("lambda").delete_function(FunctionName="deleted")

    assert not is_running(process)
    with pytest.raises(ClientError, match="Function not found"):
        function.invoke()


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
