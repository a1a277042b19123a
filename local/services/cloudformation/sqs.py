"""Queues, and who may use them."""

from __future__ import annotations

import json
from typing import ClassVar

from local.services.cloudformation.resource import Properties, Resource, as_text, without


class Queue(Resource):
    """An SQS queue; Ref is its URL."""

    url: str

    TYPE = "AWS::SQS::Queue"
    NAME = "QueueName"
    REPLACED_BY = ("QueueName", "FifoQueue")
    ATTRIBUTES = ("Arn", "QueueName", "QueueUrl")

    LONGEST_NAME: ClassVar[int] = 80
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html"""

    def create(self) -> None:
        """Call CreateQueue."""
        self.name = self.name[: self.LONGEST_NAME]
        self.url = self.client("sqs").create_queue(
            QueueName=self.name, Attributes=self._attributes(), tags=self.tag_map()
        )["QueueUrl"]

    def update(self, before: Properties) -> None:  # noqa: ARG002 - every attribute is set again
        """Call SetQueueAttributes."""
        self.client("sqs").set_queue_attributes(QueueUrl=self.url, Attributes=self._attributes())
        if self.tags():
            self.client("sqs").tag_queue(QueueUrl=self.url, Tags=self.tag_map())

    def _attributes(self) -> dict[str, str]:
        settings = without(self.properties, "QueueName", "Tags")
        return {key: as_text(value) for key, value in settings.items()}

    def remove(self) -> None:
        """Call DeleteQueue."""
        self.client("sqs").delete_queue(QueueUrl=self.url)

    @property
    def physical_resource_id(self) -> str:
        """What Ref gives."""
        return self.url

    def attribute(self, name: str) -> str:
        """Give the ARN, the name or the URL."""
        arn = f"arn:aws:sqs:{self.region}:{self.account}:{self.name}"
        return {"Arn": arn, "QueueName": self.name, "QueueUrl": self.url}[name]


class QueuePolicy(Resource):
    """One policy for some queues."""

    TYPE = "AWS::SQS::QueuePolicy"

    def create(self) -> None:
        """Set the policy of each queue."""
        self._set(json.dumps(self.properties["PolicyDocument"]), self.properties)

    def update(self, before: Properties) -> None:  # noqa: ARG002 - setting it overwrites
        """Set the policy of each queue."""
        self.create()

    def remove(self) -> None:
        """Take the policy from each queue."""
        self._set("", self.properties)

    def _set(self, policy: str, properties: Properties) -> None:
        for url in properties["Queues"]:
            self.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
