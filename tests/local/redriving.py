"""The queues of a deployment, and the messages in them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from typer.testing import CliRunner

from bridgewatch.cli import app
from bridgewatch.settings import CDK_JSON
from lambdas.aws import Connection
from lambdas.message import Message
from lambdas.sqs import Queue
from local.cloud import REGION

if TYPE_CHECKING:
    from typer.testing import Result

    from local.cloud import Cloud

DEPLOYMENT = json.loads(CDK_JSON.read_text())["context"]["bridgewatch"]["deployment"]
BRIDGES = {"Hisingsbron": {"city": "Göteborg", "source": "roadsignals"}}

STACK = f"{DEPLOYMENT}-poller"
QUEUES = {
    "Resources": {
        name: {"Type": "AWS::SQS::Queue", "Properties": {}} for name in ("Queue", "DeadLetterQueue")
    },
    "Outputs": {f"{name}Url": {"Value": {"Ref": name}} for name in ("Queue", "DeadLetterQueue")},
}


class Queues:
    """The queues, as the poller's stack has them."""

    def __init__(self, cloud: Cloud) -> None:
        self.connection = Connection(region=REGION, endpoint_url=cloud.endpoint)
        self.sqs, self.cloudformation = cloud.client("sqs"), cloud.client("cloudformation")
        self._clock = cloud.clock
        self.cloudformation.create_stack(StackName=STACK, TemplateBody=json.dumps(QUEUES))
        self.queue = Queue(self.url("Queue"), self.connection)
        self.dead_letters = Queue(self.url("DeadLetterQueue"), self.connection)

    def url(self, queue: str) -> str:
        (stack,) = self.cloudformation.describe_stacks(StackName=STACK)["Stacks"]
        outputs = {one["OutputKey"]: str(one["OutputValue"]) for one in stack["Outputs"]}
        return outputs[f"{queue}Url"]

    def send(self, *messages: Message) -> None:
        """Queue messages, and wait until SQS counts them."""
        for one in messages:
            self.queue.send(one)
        self.wait_a_minute()

    def wait_a_minute(self) -> None:
        self.wait(60)

    def wait(self, seconds: float) -> None:
        self._clock.sleep(seconds)

    @staticmethod
    def left(queue: Queue) -> list[Message]:
        return [Message.decode(one.text) for one in queue.receive(hidden_seconds=0)]


def command(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["redrive", *arguments])


def listed(*arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(command("--json", *arguments).stdout)
    return found
