"""`bridgewatch redrive`, and the redriver's function, against the services that they ask."""

from __future__ import annotations

import importlib
import json
import sys
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner

from bridgewatch.cli import app
from bridgewatch.cli.redrive import HIDDEN_SECONDS
from lambdas.message import Message
from lambdas.observation import Observation, Status
from lambdas.redriver.redrive import Redriver
from lambdas.timestream import TimestreamStore
from local.cloud import Cloud
from local.services.lambda_runtime.context import context
from local.simulated_time.clock import SimulatedClock
from tests.local.redriving import BRIDGES, DEPLOYMENT, STACK, Queues, command, listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NOW = datetime.now(UTC)
RECORD = Observation("Hisingsbron", Status.OPEN, NOW)
OLDER = Observation("Hisingsbron", Status.CLOSED, NOW - timedelta(minutes=1))
TOO_NEW = Observation("Hisingsbron", Status.OPEN, NOW + timedelta(hours=1))


def message(*observations: Observation) -> Message:
    return Message(observations, BRIDGES, "Timestream was throttling", 3, NOW - timedelta(days=4))


class Deployment(Queues):
    """The table and the queues, as the stacks have them."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud)
        self._write = write = cloud.client("timestream-write")
        write.create_database(DatabaseName=DEPLOYMENT)
        write.create_table(DatabaseName=DEPLOYMENT, TableName="observations")
        self.store = TimestreamStore(
            database=DEPLOYMENT, table="observations", connection=self.connection
        )

    def delete_table(self) -> None:
        self._write.delete_table(DatabaseName=DEPLOYMENT, TableName="observations")

    def table(self) -> list[Observation]:
        seen = self.store.read(["Hisingsbron"], NOW - timedelta(hours=1), NOW + timedelta(hours=1))
        return list(seen)

    def redrive(self) -> None:
        Redriver(
            store=self.store.carrying,
            queue=self.queue,
            dead_letters=self.dead_letters,
            now=lambda: datetime.now(UTC),
        ).run(deadline=float("inf"))


@pytest.fixture
def deployment(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployment]:
    # Waiting for messages takes no time.
    with Cloud(SimulatedClock(datetime.now(UTC))) as cloud:
        for name, value in cloud.environment().items():
            monkeypatch.setenv(name, value)
        yield Deployment(cloud)


def test_the_redriver_writes_with_the_messages_dimensions_and_buries_the_rest(
    deployment: Deployment,
) -> None:
    deployment.send(message(RECORD, TOO_NEW))

    deployment.redrive()

    (seen,) = deployment.table()
    assert seen == RECORD
    (letter,) = deployment.left(deployment.dead_letters)
    assert letter.observations == (replace(TOO_NEW, time=TOO_NEW.time),)
    assert "outside the time range" in letter.reason
    assert (letter.attempts, letter.first_failed) == (
        4,
        message(RECORD).first_failed.replace(
            microsecond=message(RECORD).first_failed.microsecond // 1000 * 1000
        ),
    )
    assert deployment.left(deployment.queue) == []


@pytest.fixture
def function(
    deployment: Deployment,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Callable[[], tuple[dict[str, int], list[dict[str, Any]]]]:
    """Give the redriver's function: what it returns, and the lines that it prints."""
    for name, value in {
        "BRIDGEWATCH_DATABASE": DEPLOYMENT,
        "BRIDGEWATCH_TABLE": "observations",
        "BRIDGEWATCH_QUEUE_URL": deployment.url("Queue"),
        "BRIDGEWATCH_DEAD_LETTER_QUEUE_URL": deployment.url("DeadLetterQueue"),
        "LAMBDA_TASK_ROOT": str(tmp_path),
        # Of each test its own: a logger of the same name would write where the first one did.
        "POWERTOOLS_SERVICE_NAME": str(tmp_path),
        "POWERTOOLS_LOG_LEVEL": "INFO",
        "POWERTOOLS_METRICS_NAMESPACE": "bridgewatch",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delitem(sys.modules, "lambdas.redriver.handler", raising=False)

    def invoke() -> tuple[dict[str, int], list[dict[str, Any]]]:
        capsys.readouterr()
        handler = importlib.import_module("lambdas.redriver.handler").handler
        returned = handler({}, context("redriver", 60))
        return returned, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return invoke


def test_the_function_tells_and_counts_what_it_did(
    deployment: Deployment,
    function: Callable[[], tuple[dict[str, int], list[dict[str, Any]]]],
) -> None:
    deployment.send(message(RECORD, TOO_NEW))

    returned, lines = function()

    assert returned == {"written": 1, "given_up": 1}
    written, given_up, metrics = lines
    assert (written["message"], written["why"]) == ("Written", "redriven")
    assert (given_up["message"], given_up["level"]) == ("Given up", "ERROR")
    assert (metrics["RecordsWritten"], metrics["DeadLetters"]) == ([1.0], [1.0])


def test_the_function_says_nothing_about_an_empty_queue(
    function: Callable[[], tuple[dict[str, int], list[dict[str, Any]]]],
) -> None:
    assert function() == ({"written": 0, "given_up": 0}, [])


def test_the_function_says_why_timestream_takes_nothing(
    deployment: Deployment,
    function: Callable[[], tuple[dict[str, int], list[dict[str, Any]]]],
) -> None:
    deployment.send(message(RECORD))
    deployment.delete_table()

    returned, (line, _metrics) = function()

    assert returned == {"written": 0, "given_up": 1}, "it is four days old"
    assert "deploy the storage stack" in line["reason"]


def test_redriving_twice_is_harmless(deployment: Deployment) -> None:
    deployment.send(message(RECORD), message(RECORD))

    deployment.redrive()

    assert deployment.table() == [RECORD]


def test_it_lists_the_dead_letters_and_leaves_them(deployment: Deployment) -> None:
    deployment.dead_letters.send(message(RECORD))
    deployment.dead_letters.send(message(OLDER))

    first, second = listed(), listed()

    assert first == second
    assert [one["status"] for one in first] == ["Closed", "Open"], "in time order"
    assert first[0]["reason"] == "Timestream was throttling"
    assert (first[0]["bridge"], first[0]["attempts"]) == ("Hisingsbron", 3)
    assert command().stdout.count("Hisingsbron") == 2


def test_without_dead_letters_it_says_so(deployment: Deployment) -> None:  # noqa: ARG001 - it is there
    assert command().stdout == "There are no dead letters.\n"


def test_what_is_returned_is_tried_anew_and_written(deployment: Deployment) -> None:
    deployment.dead_letters.send(message(RECORD))

    done = command("--return")

    assert done.stdout == "Returned 1 record: the redriver's next try is within 5 minutes.\n"
    assert listed() == []
    (waiting,) = deployment.left(deployment.queue)
    assert waiting.observations == message(RECORD).observations
    assert datetime.now(UTC) - waiting.first_failed < timedelta(minutes=1)
    deployment.wait_a_minute()
    deployment.redrive()
    assert deployment.table() == [RECORD]


def test_what_a_killed_redrive_holds_is_told_and_comes_back(deployment: Deployment) -> None:
    deployment.dead_letters.send(message(RECORD))
    deployment.dead_letters.receive(hidden_seconds=HIDDEN_SECONDS)

    looked, returned = command(), command("--return")

    assert looked.stdout == "There are no others.\n"
    assert looked.stderr == (
        "bridgewatch: Out of sight: 1 message, which another redrive has, or one that was killed. "
        "Run this again in 10 minutes.\n"
    )
    assert returned.stdout == ""
    assert returned.stderr == looked.stderr + "bridgewatch: There are no others.\n"
    deployment.wait(HIDDEN_SECONDS)
    assert command("--return").stdout.startswith("Returned 1 record")


def test_what_was_exported_and_deleted_is_not_overwritten(
    deployment: Deployment, tmp_path: Path
) -> None:
    deployment.dead_letters.send(message(OLDER))
    file = tmp_path / "dead.jsonl"
    arguments = ("--export", str(file), "--delete")
    assert command(*arguments).exit_code == 0
    deployment.dead_letters.send(message(RECORD))

    again = command(*arguments)

    assert again.exit_code == 2
    assert "dead.jsonl is there already, and may hold records that no queue has" in again.stderr
    assert len(file.read_text().splitlines()) == 1
    assert len(listed()) == 1, "the other stays in the queue"


def test_without_dead_letters_no_file_is_written(
    deployment: Deployment,  # noqa: ARG001 - it is there
    tmp_path: Path,
) -> None:
    done = command("--export", str(tmp_path / "dead.jsonl"))

    assert (done.exit_code, done.stderr) == (0, "bridgewatch: There are no dead letters.\n")
    assert list(tmp_path.iterdir()) == []


def test_what_is_exported_can_be_imported_and_is_deleted_if_asked(
    deployment: Deployment, tmp_path: Path
) -> None:
    deployment.dead_letters.send(message(OLDER, RECORD))
    file, journal = tmp_path / "dead.jsonl", tmp_path / "journal"

    assert command("--export", str(tmp_path / "first.jsonl")).exit_code == 0
    assert len(listed()) == 2, "an export alone deletes nothing"
    assert command("--export", str(file), "--delete").exit_code == 0

    assert listed() == []
    arguments = ["backfill", str(file), "--journal", str(journal)]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    assert deployment.table() == [OLDER, RECORD]


def test_to_stdout_it_exports_nothing_but_the_lines(deployment: Deployment) -> None:
    deployment.dead_letters.send(message(RECORD))

    (line,) = command("--export", "-").stdout.splitlines()

    assert json.loads(line)["bridge"] == "Hisingsbron"


def test_a_message_that_is_not_ours_is_left_alone(deployment: Deployment) -> None:
    deployment.dead_letters.send(message(RECORD))
    deployment.sqs.send_message(
        QueueUrl=deployment.url("DeadLetterQueue"), MessageBody="something else"
    )

    done = command("--return")

    assert "A message is left alone" in done.stderr
    assert [one.text for one in deployment.dead_letters.receive()] == ["something else"]


@pytest.mark.parametrize(
    "arguments", [["--return", "--export", "-"], ["--delete"], ["--return", "--delete"]]
)
def test_what_contradicts_itself_is_wrong_usage(arguments: list[str]) -> None:
    assert command(*arguments).exit_code == 2


def test_where_nothing_is_deployed_it_says_so(deployment: Deployment) -> None:
    deployment.cloudformation.delete_stack(StackName=STACK)

    done = command()

    assert done.exit_code == 1
    assert f"The stack {STACK} cannot be read" in done.stderr
    assert "is it deployed in this account and region?" in done.stderr


def test_where_a_first_deployment_failed_it_says_so(deployment: Deployment) -> None:
    deployment.cloudformation.delete_stack(StackName=STACK)
    wrong = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "?"}}}}
    with suppress(ClientError):
        deployment.cloudformation.create_stack(StackName=STACK, TemplateBody=json.dumps(wrong))

    done = command()

    assert done.exit_code == 1
    assert done.stderr == (
        f"bridgewatch: The stack {STACK} is not deployed: it is in ROLLBACK_COMPLETE "
        "(`preflight` says what is in its way).\n"
    )
