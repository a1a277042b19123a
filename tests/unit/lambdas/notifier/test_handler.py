"""The notifier as Lambda runs it, on moto: its environment, the table's stream, and the topic."""

from __future__ import annotations

import importlib
import json
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from lambdas.environment import ConfigurationError
from lambdas.notifier.container import Container
from lambdas.observation import in_milliseconds
from lambdas.sight import Sight, to_item
from local.services.lambda_runtime.context import context
from tests.unit.lambdas.notifier.cases import BRIDGE
from tests.unit.lambdas.observation_table import create_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SERVICE = "bridgewatch-notifier"
TABLE = "recent"
OTHER = "Marieholmsbron"
RULE = {
    "bridges": [BRIDGE],
    "when": "opens",
    "weekdays": [],
    "targets": ["all"],
    "patience_minutes": 30,
}
TARGET = {"language": "en", "per_minute": 30}
CONFIGURATION = {
    "deployment": "demo",
    "heartbeat_seconds": 3600,
    "interval_seconds": 60,
    "bridges": [
        {"name": name, "timezone": "Europe/Stockholm"} for name in (BRIDGE, OTHER, "A third")
    ],
    "targets": {
        "all": {"type": "topic", **TARGET},
        "hook": {
            "type": "webhook",
            **TARGET,
            "url": "https://example.org",
            "parameter": "/notify/hook",
        },
        "phone": {"type": "ntfy", **TARGET, "parameter": "/notify/phone"},
    },
    "rules": {"opens": RULE, "other": {**RULE, "bridges": [OTHER]}},
}
VARIABLES = (
    "BRIDGEWATCH_TOPIC_ARN",
    "BRIDGEWATCH_TABLE",
    "BRIDGEWATCH_SCHEDULE_GROUP",
    "BRIDGEWATCH_FUNCTION_ARN",
    "BRIDGEWATCH_SCHEDULE_ROLE_ARN",
    "BRIDGEWATCH_UNDELIVERED_QUEUE_URL",
    "LAMBDA_TASK_ROOT",
)


class Deployed:
    """What is around the function.

    :ivar variables: its environment variables.
    """

    def __init__(self, task_root: Path) -> None:
        (task_root / "configuration.json").write_text(json.dumps(CONFIGURATION))
        self.table = boto3.client("dynamodb")
        create_table(self.table, TABLE)
        boto3.client("scheduler").create_schedule_group(Name="notify")
        topic = boto3.client("sns").create_topic(Name="changes")["TopicArn"]
        self._sqs = boto3.client("sqs")
        self._inbox = self._sqs.create_queue(QueueName="inbox")["QueueUrl"]
        boto3.client("sns").subscribe(
            TopicArn=topic,
            Protocol="sqs",
            Endpoint="arn:aws:sqs:eu-west-1:123456789012:inbox",
            Attributes={"RawMessageDelivery": "true"},
        )
        self.variables = {
            "BRIDGEWATCH_TOPIC_ARN": topic,
            "BRIDGEWATCH_TABLE": TABLE,
            "BRIDGEWATCH_SCHEDULE_GROUP": "notify",
            "BRIDGEWATCH_FUNCTION_ARN": "arn:aws:lambda:eu-west-1:123456789012:function:notifier",
            "BRIDGEWATCH_SCHEDULE_ROLE_ARN": "arn:aws:iam::123456789012:role/wake",
            "BRIDGEWATCH_UNDELIVERED_QUEUE_URL": self._sqs.create_queue(QueueName="undelivered")[
                "QueueUrl"
            ],
            "LAMBDA_TASK_ROOT": str(task_root),
        }

    def seen(self, bridge: str, status: str, ago: timedelta) -> dict[str, Any]:
        """Put an observation, and give its record in the stream."""
        moment = str(in_milliseconds(datetime.now(UTC) - ago))
        item = {"bridge": {"S": bridge}, "time": {"N": moment}, "status": {"S": status}}
        self.table.put_item(TableName=TABLE, Item=item)
        return {"dynamodb": {"NewImage": item}}

    def told(self) -> list[dict[str, Any]]:
        """Give what came to who has subscribed to the topic."""
        found = self._sqs.receive_message(QueueUrl=self._inbox, MaxNumberOfMessages=10)
        return [json.loads(one["Body"]) for one in found.get("Messages", [])]


@pytest.fixture
def deployed(tmp_path: Path, moto: None) -> Deployed:  # noqa: ARG001 - it is where all of it is
    return Deployed(tmp_path)


@pytest.fixture
def invoke(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> Callable[[dict[str, Any]], dict[str, Any]]:
    for name, value in deployed.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", SERVICE)
    # A cold start: the module reads its environment when it is imported.
    monkeypatch.delitem(sys.modules, "lambdas.notifier.handler", raising=False)
    function = importlib.import_module("lambdas.notifier.handler").handler
    return lambda event: function(event, context("notifier", 30))


def log(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [vars(record) for record in caplog.records if record.name == SERVICE]


MINUTE = timedelta(minutes=1)


def test_an_observation_in_the_stream_is_told(
    deployed: Deployed,
    invoke: Callable[[dict[str, Any]], dict[str, Any]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    records = [
        deployed.seen(BRIDGE, "Closed", 2 * MINUTE),
        deployed.seen(BRIDGE, "Open", MINUTE),
    ]

    count = invoke({"Records": records})

    assert count == {"found": 1, "delivered": 1, "failed": 0, "given_up": 0}
    (event,) = deployed.told()
    assert event["type"].endswith(".opens")
    assert event["data"]["bridge"] == BRIDGE
    found, delivered = log(caplog)
    assert (found["message"], found["id"], found["bridge"]) == ("Found", event["id"], BRIDGE)
    assert found["kind"] == "opens"
    assert (delivered["message"], delivered["id"]) == ("Delivered", event["id"])
    assert delivered["target"] == "all"
    assert 60 <= delivered["seconds"] < 3600


def test_what_was_told_is_not_told_again(
    deployed: Deployed, invoke: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    deployed.seen(BRIDGE, "Closed", 2 * MINUTE)
    event = {"Records": [deployed.seen(BRIDGE, "Open", MINUTE)]}
    invoke(event)

    assert invoke(event) == {"found": 0, "delivered": 0, "failed": 0, "given_up": 0}
    assert len(deployed.told()) == 1


@pytest.mark.parametrize(
    ("bridge", "ago"),
    [("A third", MINUTE), ("Unheard of", MINUTE), (BRIDGE, timedelta(days=90))],
    ids=["without a rule", "not of the settings", "imported, of long ago"],
)
def test_a_record_that_matters_to_nobody_costs_no_look_at_its_bridge(
    deployed: Deployed,
    invoke: Callable[[dict[str, Any]], dict[str, Any]],
    bridge: str,
    ago: timedelta,
) -> None:
    deployed.seen(BRIDGE, "Closed", 2 * MINUTE)
    deployed.seen(BRIDGE, "Open", MINUTE)

    assert invoke({"Records": [deployed.seen(bridge, "Closed", ago)]})["found"] == 0
    assert deployed.told() == []


def test_one_recent_record_of_many_is_enough(
    deployed: Deployed, invoke: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    deployed.seen(BRIDGE, "Closed", 2 * MINUTE)
    recent, old = (
        deployed.seen(BRIDGE, "Open", MINUTE),
        deployed.seen(BRIDGE, "Open", timedelta(days=90)),
    )

    assert invoke({"Records": [recent, old]})["found"] == 1


def test_a_mark_of_the_poller_is_looked_at(
    deployed: Deployed, invoke: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    deployed.seen(BRIDGE, "Closed", 2 * MINUTE)
    deployed.seen(BRIDGE, "Open", MINUTE)
    now = datetime.now(UTC)

    def marked(bridge: str) -> dict[str, Any]:
        return {"dynamodb": {"NewImage": dict(to_item(bridge, Sight(now, None)))}}

    assert invoke({"Records": [marked("A third")]})["found"] == 0
    assert invoke({"Records": [marked(BRIDGE)]})["found"] == 1


def test_a_wake_looks_at_its_bridge_and_at_no_unknown_one(
    deployed: Deployed, invoke: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    deployed.seen(BRIDGE, "Closed", 2 * MINUTE)
    deployed.seen(BRIDGE, "Open", MINUTE)

    assert invoke({"wake": "Unheard of"})["found"] == 0
    assert invoke({"wake": BRIDGE})["delivered"] == 1


def test_a_bridge_that_fails_does_not_hold_up_the_others_and_the_invocation_fails(
    deployed: Deployed,
    invoke: Callable[[dict[str, Any]], dict[str, Any]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken = deployed.seen(BRIDGE, "Half", MINUTE)
    deployed.seen(OTHER, "Closed", 2 * MINUTE)
    other = deployed.seen(OTHER, "Open", MINUTE)

    with pytest.raises(ValueError, match="Half"):
        invoke({"Records": [broken, other]})

    assert [event["data"]["bridge"] for event in deployed.told()] == [OTHER]
    (error,) = (line for line in log(caplog) if line["levelname"] == "ERROR")
    assert error["bridge"] == BRIDGE
    assert "Half" in str(error["exc_info"])


def test_a_target_is_tested(
    deployed: Deployed,
    invoke: Callable[[dict[str, Any]], dict[str, Any]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert invoke({"test": "all"}) == {"delivered": True, "said": "SNS took it"}
    (event,) = deployed.told()
    assert event["data"]["kind"] == "test"
    (tested,) = log(caplog)
    assert (tested["target"], tested["delivered"], tested["said"]) == ("all", True, "SNS took it")

    unknown = invoke({"test": "fax"})
    assert unknown == {"delivered": False, "said": "the deployed settings have no target fax"}


def test_what_fails_is_told_in_the_log(
    deployed: Deployed,
    invoke: Callable[[dict[str, Any]], dict[str, Any]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    boto3.client("sns").delete_topic(TopicArn=deployed.variables["BRIDGEWATCH_TOPIC_ARN"])
    deployed.seen(BRIDGE, "Closed", 2 * MINUTE)

    count = invoke({"Records": [deployed.seen(BRIDGE, "Open", MINUTE)]})

    assert count == {"found": 1, "delivered": 0, "failed": 1, "given_up": 0}
    found, failed = log(caplog)
    assert (failed["levelname"], failed["id"], failed["target"]) == ("WARNING", found["id"], "all")
    assert failed["said"] == "SNS answers NotFound"


@pytest.mark.parametrize("value", ["", None], ids=["empty", "missing"])
@pytest.mark.parametrize("name", VARIABLES)
def test_a_variable_that_is_not_set_is_named_at_cold_start(
    tmp_path: Path, name: str, value: str | None
) -> None:
    (tmp_path / "configuration.json").write_text(json.dumps(CONFIGURATION))
    variables = {**dict.fromkeys(VARIABLES, "something"), "LAMBDA_TASK_ROOT": str(tmp_path)}
    Container(variables)
    changed = {**variables, name: value}

    with pytest.raises(ConfigurationError, match=f"variable {name} is not set"):
        Container({name: value for name, value in changed.items() if value is not None})


@pytest.mark.parametrize(
    ("target", "secret", "said"),
    [
        ("hook", "whsec_short", "the secret must be whsec_"),
        ("phone", "nonsense", "its secret is not the address of an encrypted ntfy service"),
    ],
)
def test_a_target_of_each_type_has_a_secret_of_its_own(
    deployed: Deployed, target: str, secret: str, said: str
) -> None:
    boto3.client("ssm").put_parameter(Name=f"/notify/{target}", Value=secret, Type="SecureString")

    outcome = Container(deployed.variables).notifier.test(target, time.monotonic() + 30)

    assert not outcome.delivered
    assert outcome.said.startswith(said)
