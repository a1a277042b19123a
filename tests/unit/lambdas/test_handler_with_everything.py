"""The poller's function with all that a deployment may have: DynamoDB, a page, and marks."""

from __future__ import annotations

import importlib
import json
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from lambdas.aws import Connection
from lambdas.dynamodb import DynamoDbStore
from lambdas.observation import Observation, Status
from lambdas.page.table import RecentTable
from lambdas.plans import Planned, Probability
from lambdas.sight import from_item, partition
from local.services.lambda_runtime.context import context
from tests.unit.lambdas.observation_table import create_table
from tests.unit.lambdas.sources import gzipped_feed, record, xs_time

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_httpserver import HTTPServer

OPEN, UNSEEN = "Hisingsbron", "De Zijlbrug"
LIMITS = {"timeout_seconds": 5, "attempts": 1, "backoff_seconds": 0, "max_bytes": 100_000}
SECOND = timedelta(seconds=1)


class World:
    """A poller, and everything that it writes to; each poll is of a new container."""

    def __init__(
        self, task_root: Path, server: HTTPServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self._monkeypatch = monkeypatch
        self.service = str(task_root)
        self.dynamodb = boto3.client("dynamodb")
        for name in ("observations", "recent", "page"):
            create_table(self.dynamodb, name)
        sqs = boto3.client("sqs")
        self.dead_letters = sqs.create_queue(QueueName="dead-letters")["QueueUrl"]
        self.page = RecentTable(
            "page", Connection(), retention=timedelta(days=30), now=lambda: datetime.now(UTC)
        )
        self.soon = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
        server.expect_request("/status").respond_with_json({"status": "up"})
        server.expect_request("/now").respond_with_data("busy", status=503)
        server.expect_request("/planned").respond_with_data(
            gzipped_feed(datetime.now(UTC), record(xs_time(self.soon)))
        )
        configuration = {
            "heartbeat_seconds": 3600,
            "interval_seconds": 60,
            "bridges": [
                {"name": OPEN, "source": "road", "code": None, "dimensions": {"city": "Göteborg"}},
                {
                    "name": UNSEEN,
                    "source": "ndw",
                    "code": "NLTNZ001300522000264",
                    "dimensions": {},
                },
            ],
            "sources": {
                "road": {
                    "type": "json",
                    "url": server.url_for("/status"),
                    "key": None,
                    "pointer": "/status",
                    "statuses": {"up": "Open", "down": "Closed"},
                    "concurrency": 1,
                    **LIMITS,
                },
                "ndw": {
                    "type": "ndw",
                    "url": server.url_for("/now"),
                    "planned_url": server.url_for("/planned"),
                    **LIMITS,
                },
            },
        }
        (task_root / "configuration.json").write_text(json.dumps(configuration))
        self.variables = {
            "BRIDGEWATCH_STORE": "dynamodb",
            "BRIDGEWATCH_TABLE": "observations",
            "BRIDGEWATCH_RETENTION_DAYS": "30",
            "BRIDGEWATCH_QUEUE_URL": sqs.create_queue(QueueName="queue")["QueueUrl"],
            "BRIDGEWATCH_DEAD_LETTER_QUEUE_URL": self.dead_letters,
            "BRIDGEWATCH_RECENT_TABLE": "recent",
            "BRIDGEWATCH_RECENT_DAYS": "30",
            "BRIDGEWATCH_BEAT_TABLE": "page",
            "BRIDGEWATCH_SIGHT_TABLE": "observations",
            "LAMBDA_TASK_ROOT": self.service,
            "POWERTOOLS_SERVICE_NAME": self.service,
            "POWERTOOLS_METRICS_NAMESPACE": "bridgewatch",
        }

    def poll(self, **variables: str) -> dict[str, int]:
        for name, value in {**self.variables, **variables}.items():
            self._monkeypatch.setenv(name, value)
        self._monkeypatch.delitem(sys.modules, "lambdas.poller.handler", raising=False)
        handler = importlib.import_module("lambdas.poller.handler").handler
        returned: dict[str, int] = handler({}, context("poller", 90))
        return returned

    def kept(self, table: str) -> list[Observation]:
        now = datetime.now(UTC)
        store = DynamoDbStore(table=table)
        return list(store.read([OPEN, UNSEEN], now - timedelta(hours=1), now + SECOND))


@pytest.fixture
def world(
    tmp_path: Path,
    httpserver: HTTPServer,
    monkeypatch: pytest.MonkeyPatch,
    moto: None,  # noqa: ARG001 - the tables are there
) -> World:
    return World(tmp_path, httpserver, monkeypatch)


def warnings(world: World, caplog: pytest.LogCaptureFixture) -> dict[str, dict[str, Any]]:
    return {
        one.message: vars(one)
        for one in caplog.records
        if one.name == world.service and one.levelname != "INFO"
    }


def test_what_is_seen_is_in_the_store_and_on_the_page(world: World) -> None:
    returned = world.poll()

    assert returned == {"polls": 1, "observations": 1, "written": 1, "queued": 0}
    (stored,) = world.kept("observations")
    assert (stored.bridge, stored.status) == (OPEN, Status.OPEN)
    assert world.kept("recent") == [stored]
    for table in ("observations", "recent"):
        said = list(DynamoDbStore(table=table).dimensions(OPEN).values())
        assert said == [{"city": "Göteborg", "source": "road"}]
    beat = world.page.beat()
    assert beat is not None
    assert set(beat.bridges) == {OPEN}
    assert beat.bridges[OPEN].since == stored.time
    assert world.page.planned() == {UNSEEN: (Planned(world.soon, None, Probability.CERTAIN),)}


def test_how_long_a_status_lasts_outlives_the_container(world: World) -> None:
    world.poll()
    page = world.page
    first = page.beat()

    world.poll()

    second = page.beat()
    assert first is not None
    assert second is not None
    assert second.polled > first.polled
    assert second.bridges[OPEN].since == first.bridges[OPEN].since


def test_a_bridge_that_is_not_seen_is_marked(world: World) -> None:
    world.poll()

    def mark(bridge: str) -> dict[str, Any] | None:
        key = {"bridge": {"S": partition(bridge)}, "time": {"N": "0"}}
        found: dict[str, Any] | None = world.dynamodb.get_item(
            TableName="observations", Key=key
        ).get("Item")
        return found

    assert mark(OPEN) is None
    marked = mark(UNSEEN)
    assert marked is not None
    assert from_item(marked).unseen is not None


def test_what_only_the_page_and_the_marks_lose_is_a_warning(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    returned = world.poll(BRIDGEWATCH_BEAT_TABLE="gone", BRIDGEWATCH_SIGHT_TABLE="gone")

    assert returned["written"] == 1
    found = warnings(world, caplog)
    assert set(found) == {"No observation", "The page was not told", "Marks were not kept"}
    assert "DynamoDB has no such table" in found["The page was not told"]["reason"]
    assert found["Marks were not kept"]["bridges"] == [UNSEEN]


def test_without_a_page_and_marks_nothing_but_records_is_written(world: World) -> None:
    nothing = {
        "BRIDGEWATCH_RECENT_TABLE": "",
        "BRIDGEWATCH_BEAT_TABLE": "",
        "BRIDGEWATCH_SIGHT_TABLE": "",
    }

    assert world.poll(**nothing)["written"] == 1

    assert len(world.kept("observations")) == 1
    assert world.kept("recent") == []
    assert world.page.beat() is None


@pytest.mark.parametrize("variable", ["BRIDGEWATCH_RECENT_TABLE", "BRIDGEWATCH_BEAT_TABLE"])
def test_recent_observations_and_the_beat_go_without_each_other(
    world: World, variable: str
) -> None:
    world.poll(**{variable: ""})

    beat = world.page.beat()
    without_recent = variable == "BRIDGEWATCH_RECENT_TABLE"
    assert (world.kept("recent") == []) is without_recent
    assert (beat is not None) is without_recent


def test_a_refused_record_is_told_with_its_reason(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    returned = world.poll(BRIDGEWATCH_RETENTION_DAYS="0")

    assert returned["written"] == 0
    refused = warnings(world, caplog)["The store refused a record"]
    assert (refused["bridge"], refused["status"]) == (OPEN, "Open")
    assert "outside the time range" in refused["reason"]
    (letter,) = boto3.client("sqs").receive_message(QueueUrl=world.dead_letters)["Messages"]
    assert json.loads(letter["Body"])["reason"] == refused["reason"]
