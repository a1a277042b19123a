"""The page as Lambda runs it, on moto: its environment, an event of its URL, and the answer."""

from __future__ import annotations

import base64
import importlib
import json
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from lambdas.aws import Connection
from lambdas.beat import Beat, Sighting
from lambdas.environment import ConfigurationError
from lambdas.observation import Status
from lambdas.poller.beat_table import BeatTable
from tests.unit.lambdas.observation_table import create_table
from tests.unit.lambdas.page.test_configuration import DOCUMENT

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

TABLE = "recent"
VARIABLES = ("LAMBDA_TASK_ROOT", "BRIDGEWATCH_RECENT_TABLE", "BRIDGEWATCH_RECENT_DAYS")


@pytest.fixture
def task_root(tmp_path: Path, moto: None, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: ARG001 - the table is there
    (tmp_path / "configuration.json").write_text(json.dumps(DOCUMENT))
    monkeypatch.setenv("LAMBDA_TASK_ROOT", str(tmp_path))
    monkeypatch.setenv("BRIDGEWATCH_RECENT_TABLE", TABLE)
    monkeypatch.setenv("BRIDGEWATCH_RECENT_DAYS", "7")
    return tmp_path


def start(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Start a container: the module reads its environment when it is imported."""
    monkeypatch.delitem(sys.modules, "lambdas.page.handler", raising=False)
    return importlib.import_module("lambdas.page.handler")


def get(handler: ModuleType, path: str) -> tuple[dict[str, Any], bytes]:
    event = {
        "rawPath": path,
        "headers": {"host": "abc.lambda-url.eu-west-1.on.aws"},
        "requestContext": {"http": {"method": "GET"}},
    }
    answer = handler.handler(event, None)
    assert answer.pop("isBase64Encoded")
    return answer, base64.b64decode(answer.pop("body"))


@pytest.mark.usefixtures("task_root")
def test_what_the_poller_saw_last_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    create_table(boto3.client("dynamodb"), TABLE)
    now = datetime.now(UTC)
    sighting = Sighting(Status.OPEN, now - timedelta(minutes=5), now)
    BeatTable(TABLE, Connection()).put_beat(Beat(now, {"Göta älvbron": sighting}))

    answer, body = get(start(monkeypatch), "/api/bridges.json")

    assert answer["statusCode"] == 200
    assert answer["headers"]["Content-Type"].startswith("application/json")
    (bridge,) = json.loads(body)["bridges"]
    assert (bridge["name"], bridge["status"]) == ("Göta älvbron", "Open")


@pytest.mark.usefixtures("task_root")
def test_a_table_that_fails_is_logged_and_the_visitor_is_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    answer, _ = get(start(monkeypatch), "/api/bridges.json")

    assert answer["statusCode"] == 503
    (record,) = caplog.records
    assert record.levelname == "ERROR"
    assert "DynamoDB has no such table" in str(record.exc_info)


@pytest.mark.parametrize("name", VARIABLES)
@pytest.mark.usefixtures("task_root")
def test_a_variable_that_is_not_set_is_named_at_cold_start(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for value in ("", None):
        if value is None:
            monkeypatch.delenv(name)
        else:
            monkeypatch.setenv(name, value)
        with pytest.raises(ConfigurationError, match=f"variable {name} is not set"):
            start(monkeypatch)
