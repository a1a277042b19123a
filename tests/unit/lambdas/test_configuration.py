from __future__ import annotations

import copy
import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lambdas.aws import Connection
from lambdas.dynamodb import DynamoDbStore
from lambdas.environment import ConfigurationError, Environment
from lambdas.observation import Status
from lambdas.poller.configuration import (
    Bridge,
    Configuration,
    Key,
    Limits,
)
from lambdas.poller.sources.json_source import JsonConfiguration
from lambdas.poller.sources.ndw import NdwConfiguration
from lambdas.timestream import TimestreamStore

if TYPE_CHECKING:
    from pathlib import Path

VARIABLES = {
    "BRIDGEWATCH_DATABASE": "bridgewatch",
    "BRIDGEWATCH_TABLE": "observations",
    "BRIDGEWATCH_QUEUE_URL": "https://sqs/queue",
    "BRIDGEWATCH_DEAD_LETTER_QUEUE_URL": "https://sqs/dead-letters",
    "LAMBDA_TASK_ROOT": "/var/task",
}
LIMITS = {"timeout_seconds": 5, "attempts": 3, "backoff_seconds": 0.5, "max_bytes": 1_000_000}
DOCUMENT: dict[str, Any] = {
    "heartbeat_seconds": 3600,
    "interval_seconds": 60,
    "bridges": [
        {"name": "One", "source": "a", "code": None, "dimensions": {"city": "Gothenburg"}},
        {"name": "Two", "source": "b", "code": "NLTNZ001300522000264", "dimensions": {}},
    ],
    "sources": {
        "a": {
            "type": "json",
            "url": "https://example.org/",
            "key": {"parameter": "/key", "in": "query", "name": "k"},
            "pointer": "/status",
            "statuses": {"up": "Open", "down": "Closed"},
            "concurrency": 4,
            "requests_per_second": 10,
            **LIMITS,
        },
        "b": {"type": "ndw", "url": "https://example.org/feed", **LIMITS},
    },
}


def changed(path: str, value: object) -> dict[str, Any]:
    """Give the document with one key set, or removed if the value is `...`."""
    document = copy.deepcopy(DOCUMENT)
    *parents, last = [int(key) if key.isdigit() else key for key in path.split(".")]
    place: Any = document
    for key in parents:
        place = place[key]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return document


def test_everything_is_read(tmp_path: Path) -> None:
    file = tmp_path / "configuration.json"
    file.write_text(json.dumps(DOCUMENT))
    limits = Limits(timeout_seconds=5.0, attempts=3, backoff_seconds=0.5, max_bytes=1_000_000)

    assert Configuration.read(file) == Configuration(
        heartbeat=timedelta(hours=1),
        interval=timedelta(minutes=1),
        bridges=(
            Bridge("One", "a", None, {"city": "Gothenburg"}),
            Bridge("Two", "b", "NLTNZ001300522000264", {}),
        ),
        sources={
            "a": JsonConfiguration(
                url="https://example.org/",
                key=Key("/key", "query", "k"),
                pointer="/status",
                statuses={"up": Status.OPEN, "down": Status.CLOSED},
                concurrency=4,
                requests_per_second=10.0,
                limits=limits,
            ),
            "b": NdwConfiguration("https://example.org/feed", limits),
        },
    )


def test_a_key_in_the_path_has_no_name() -> None:
    key = {"parameter": "/key", "in": "path", "name": None}

    source = Configuration.parse(changed("sources.a.key", key)).sources["a"]

    assert isinstance(source, JsonConfiguration)
    assert source.key == Key("/key", "path", None)


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("heartbeat_seconds", ..., "heartbeat_seconds must be a number, not missing."),
        ("heartbeat_seconds", "1 h", "heartbeat_seconds must be a number, not '1 h'."),
        ("interval_seconds", True, "interval_seconds must be a number, not True."),
        ("bridges", {}, "bridges must be a list, not {}."),
        ("bridges.0", "One", "bridges[0] must be an object."),
        ("bridges.1.name", None, "bridges[1].name must be text, not None."),
        ("bridges.1.code", 7, "bridges[1].code must be text, not 7."),
        ("bridges.0.dimensions.city", 7, "bridges[0].dimensions.city must be text, not 7."),
        ("sources.a.type", "xml", "sources.a.type must be one of json, ndw, not 'xml'."),
        (
            "sources.a.statuses.up",
            "Up",
            "sources.a.statuses.up must be one of Open, Closed, not 'Up'.",
        ),
        ("sources.a.key.in", "body", "sources.a.key.in must be one of header, query, path, not"),
        ("sources.a.key.name", None, "sources.a.key.name must be text, not None."),
        ("sources.b.attempts", 1.5, "sources.b.attempts must be a whole number, not 1.5."),
        ("sources.b.max_bytes", ..., "sources.b.max_bytes must be a whole number, not missing."),
        ("bridges.1.source", "c", "bridges[1].source must be one of a, b, not 'c'."),
    ],
)
def test_a_wrong_key_is_named(path: str, value: object, sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(f"configuration.json: {sentence}")):
        Configuration.parse(changed(path, value))


@pytest.mark.parametrize(
    ("content", "sentence"), [(None, "cannot be read"), ("{", "is not JSON"), ("[]", "an object")]
)
def test_a_file_that_is_none_is_named(tmp_path: Path, content: str | None, sentence: str) -> None:
    file = tmp_path / "configuration.json"
    if content is not None:
        file.write_text(content)

    with pytest.raises(ConfigurationError, match=rf"configuration.json.*{sentence}"):
        Configuration.read(file)


def test_the_environment_is_read() -> None:
    environment = Environment.parse(VARIABLES)

    assert environment.queue_url == "https://sqs/queue"
    assert environment.dead_letter_queue_url == "https://sqs/dead-letters"
    assert str(environment.configuration) == "/var/task/configuration.json"


DYNAMODB = {
    **VARIABLES,
    "BRIDGEWATCH_STORE": "dynamodb",
    "BRIDGEWATCH_RETENTION_DAYS": "3650",
}


def test_the_environment_says_which_store_it_is() -> None:
    timestream = Environment.parse(VARIABLES).store(Connection())
    dynamodb = Environment.parse(DYNAMODB).store(Connection())

    assert isinstance(timestream, TimestreamStore)
    assert isinstance(dynamodb, DynamoDbStore)
    assert (dynamodb.table, dynamodb.retention) == ("observations", timedelta(days=3650))


def test_recent_observations_are_kept_beside_the_store_where_the_environment_says_so() -> None:
    assert Environment.parse(VARIABLES).recent is None
    variables = {"BRIDGEWATCH_RECENT_TABLE": "recent", "BRIDGEWATCH_RECENT_DAYS": "30"}

    recent = Environment.parse({**VARIABLES, **variables}).recent

    assert recent is not None
    store = recent(Connection())
    assert (store.table, store.retention) == ("recent", timedelta(days=30))
    for wrong in ("", "a month"):
        with pytest.raises(ConfigurationError, match="BRIDGEWATCH_RECENT_DAYS is"):
            Environment.parse({**VARIABLES, **variables, "BRIDGEWATCH_RECENT_DAYS": wrong})


def test_what_only_some_deployments_have_is_named_by_the_environment() -> None:
    plain = Environment.parse(VARIABLES)
    whole = Environment.parse(
        {**VARIABLES, "BRIDGEWATCH_SIGHT_TABLE": "marks", "BRIDGEWATCH_BEAT_TABLE": "beats"}
    )

    assert (plain.sight_table, plain.beat_table) == (None, None)
    assert (whole.sight_table, whole.beat_table) == ("marks", "beats")


@pytest.mark.usefixtures("aws")
def test_the_store_is_on_the_connection_that_it_is_given() -> None:
    elsewhere = Connection(region="eu-north-1", endpoint_url="http://127.0.0.1:2")

    store = Environment.parse(DYNAMODB).store(elsewhere)

    assert isinstance(store, DynamoDbStore)
    assert store.writer.meta.endpoint_url == "http://127.0.0.1:2"


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("BRIDGEWATCH_STORE", "sqlite", "'sqlite', neither timestream nor dynamodb"),
        ("BRIDGEWATCH_RETENTION_DAYS", "-1", "'-1', not a whole number"),
        ("BRIDGEWATCH_RETENTION_DAYS", "", "BRIDGEWATCH_RETENTION_DAYS is not set"),
    ],
)
def test_a_wrong_store_is_named(variable: str, value: str, sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        Environment.parse({**DYNAMODB, variable: value})


@pytest.mark.parametrize("name", VARIABLES)
@pytest.mark.parametrize("value", ["", None])
def test_a_missing_variable_is_named(name: str, value: str | None) -> None:
    variables = {key: one for key, one in VARIABLES.items() if key != name}
    if value is not None:
        variables[name] = value

    with pytest.raises(ConfigurationError, match=f"{name} is not set"):
        Environment.parse(variables)
