"""The redriver and `bridgewatch redrive` where records are in DynamoDB."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from bridgewatch.cli import app
from bridgewatch.settings import CDK_JSON
from lambdas.dynamodb import DynamoDbStore
from lambdas.message import Message
from lambdas.observation import Observation, Status
from lambdas.redriver.redrive import Redriven, Redriver
from local.cloud import Cloud
from local.simulated_time.clock import SimulatedClock
from tests.local.redriving import BRIDGES, DEPLOYMENT, Queues, listed
from tests.unit.lambdas.observation_table import create_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TABLE = f"{DEPLOYMENT}-observations"
NOW = datetime.now(UTC).replace(microsecond=0)
ELSEWHERE = {"Hisingsbron": {"city": "Malmö", "source": "roadsignals"}}


def seen(minutes_ago: int, status: Status = Status.OPEN) -> Observation:
    return Observation("Hisingsbron", status, NOW - timedelta(minutes=minutes_ago))


def message(*observations: Observation) -> Message:
    return Message(observations, BRIDGES, "DynamoDB was throttling", 3, NOW)


class Deployment(Queues):
    """The table and the queues, as the stacks have them."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud)
        self._client = cloud.client("dynamodb")
        create_table(self._client, TABLE)
        self.store = DynamoDbStore(
            table=TABLE, retention=timedelta(days=30), connection=self.connection
        )

    def cap(self, units: int) -> None:
        """Let it take so many units a second; the time stands still between two sleeps."""
        self._client.update_table(
            TableName=TABLE, OnDemandThroughput={"MaxWriteRequestUnits": units}
        )

    def wrote(self, *observations: Observation) -> None:
        assert self.store.carrying(BRIDGES).write(observations) == []

    def table(self) -> list[Observation]:
        return list(self.store.read(["Hisingsbron"], NOW - timedelta(days=1), NOW))

    def redrive(self) -> Redriven:
        redriver = Redriver(
            store=self.store.carrying,
            queue=self.queue,
            dead_letters=self.dead_letters,
            now=lambda: NOW,
        )
        return redriver.run(deadline=float("inf"))

    def waiting(self) -> list[Message]:
        """Give what is in the queue once what was taken from it has come back."""
        for _ in range(3):
            self.wait_a_minute()
        return self.left(self.queue)


@pytest.fixture
def deployment(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployment]:
    # However busy the machine is.
    monkeypatch.setattr("lambdas.dynamodb.WRITE_SECONDS", 600)
    with Cloud(SimulatedClock(datetime.now(UTC))) as cloud:
        for name, value in cloud.environment().items():
            monkeypatch.setenv(name, value)
        yield Deployment(cloud)


def test_what_a_capped_table_does_not_take_waits_until_it_does(deployment: Deployment) -> None:
    records = [seen(minutes) for minutes in range(9, 0, -1)]
    deployment.cap(4)
    deployment.send(message(*records))

    first = deployment.redrive()

    assert first.trouble is not None
    assert first.trouble.code == "ThrottlingException"
    assert "TableWriteMaxOnDemandThroughputExceeded" in str(first.trouble)
    assert (first.written, first.given_up) == ([], [])
    assert 0 < len(deployment.table()) < len(records), "some of it is there"
    for _ in records:  # each run gets further: what is there costs a unit all the same
        deployment.cap(20)
        if not deployment.waiting():
            break
        deployment.redrive()
    assert deployment.table() == records
    assert deployment.left(deployment.dead_letters) == []


def test_what_is_there_already_with_the_same_status_is_written(deployment: Deployment) -> None:
    deployment.wrote(seen(5), seen(4, Status.CLOSED))
    deployment.send(message(seen(5), seen(4, Status.CLOSED), seen(3)))

    done = deployment.redrive()

    assert done.written == [seen(5), seen(4, Status.CLOSED), seen(3)]
    assert deployment.table() == done.written
    assert deployment.waiting() == []
    assert deployment.left(deployment.dead_letters) == []


def test_what_is_there_with_another_status_stays_and_is_no_dead_letter(
    deployment: Deployment,
) -> None:
    deployment.wrote(seen(5, Status.CLOSED))
    deployment.send(message(seen(5, Status.OPEN)))

    deployment.redrive()

    assert deployment.table() == [seen(5, Status.CLOSED)]
    assert deployment.waiting() == []
    assert deployment.left(deployment.dead_letters) == []


def test_what_was_corrected_meanwhile_stays_corrected(
    deployment: Deployment, tmp_path: Path
) -> None:
    deployment.wrote(seen(5, Status.OPEN))
    settings = dynamodb_settings(tmp_path)
    time = f"{seen(5).time:%Y-%m-%dT%H:%M:%SZ}"
    command = ["correct", "Hisingsbron", time, "Closed", "--settings", str(settings)]
    corrected = CliRunner().invoke(app, command)
    deployment.send(message(seen(5, Status.OPEN)))

    deployment.redrive()

    assert corrected.exit_code == 0, corrected.stderr
    assert deployment.table() == [seen(5, Status.CLOSED)]
    assert deployment.left(deployment.dead_letters) == []


def test_another_bridge_in_its_place_is_given_up_and_listed_with_the_reason(
    deployment: Deployment, tmp_path: Path
) -> None:
    assert deployment.store.carrying(ELSEWHERE).write([seen(5, Status.CLOSED)]) == []
    deployment.send(message(seen(5), seen(4)))

    done = deployment.redrive()

    assert done.written == [seen(4)]
    assert deployment.table() == [seen(5, Status.CLOSED), seen(4)]
    (letter,) = listed("--settings", str(dynamodb_settings(tmp_path)))
    assert (letter["bridge"], letter["status"], letter["attempts"]) == ("Hisingsbron", "Open", 4)
    assert letter["reason"].startswith("Another record of Hisingsbron has this time already: it ")


def test_dead_letters_are_returned_and_imported_as_from_timestream(
    deployment: Deployment, tmp_path: Path
) -> None:
    settings = ["--settings", str(dynamodb_settings(tmp_path))]
    deployment.dead_letters.send(message(seen(5)))

    returned = CliRunner().invoke(app, ["redrive", "--return", *settings])
    deployment.wait_a_minute()
    deployment.redrive()

    assert returned.stdout.startswith("Returned 1 record")
    assert deployment.table() == [seen(5)]

    file, journal = tmp_path / "dead.jsonl", tmp_path / "journal"
    deployment.dead_letters.send(message(seen(4, Status.CLOSED)))
    export = ["redrive", "--export", str(file), "--delete", *settings]
    assert CliRunner().invoke(app, export).exit_code == 0
    imported = ["backfill", str(file), "--journal", str(journal), *settings]
    assert CliRunner().invoke(app, imported).exit_code == 0
    assert deployment.table() == [seen(5), seen(4, Status.CLOSED)]


def dynamodb_settings(folder: Path) -> Path:
    """Write the settings of cdk.json, but for the store."""
    settings = json.loads(CDK_JSON.read_text())["context"]["bridgewatch"]
    bridge = settings["bridges"][0]
    bridge["dimensions"] = {"city": BRIDGES["Hisingsbron"]["city"]}
    path = folder / "settings.json"
    path.write_text(json.dumps({**settings, "storage": {"type": "dynamodb"}}))
    return path
