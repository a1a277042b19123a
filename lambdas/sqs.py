"""The queues of records in Amazon SQS: the only module that knows SQS."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from lambdas.aws import Connection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.literals import QueueAttributeNameType

    from lambdas.message import Message

# Who sends is in a hurry: if the queue does not answer, the record still has to get into the log.
CONFIG = Config(
    connect_timeout=1,
    read_timeout=3,
    retries={"mode": "standard", "total_max_attempts": 2},
)

SEND_SECONDS = 10
"""How long sending a message may take with that, retries included."""

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
MESSAGES_PER_RECEIVE = 10

WAIT_SECONDS = 1
"""How long it is waited for a message. Who does not wait is given what a few of SQS's servers have:
from a nearly empty queue perhaps nothing
(https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html)."""

HIDDEN_SECONDS = 120
"""Longer than a run of the redriver, and over before the next one begins."""


class QueueError(Exception):
    """A queue did not answer, or refused; the text is one sentence."""


@dataclass(frozen=True, slots=True)
class Received:
    """What a queue gave: it is hidden there until it is deleted or comes back.

    :param text: of the message (see `lambdas.message`).
    :param handle: what deletes it.
    :param receives: how often it was received, this time included.
    """

    text: str
    handle: str
    receives: int


class Queue:
    """One SQS queue.

    :param url: its URL.
    :param connection: where AWS is; by default, where the environment says.
    """

    def __init__(self, url: str, connection: Connection | None = None) -> None:
        self._url = url
        self._connection = connection or Connection()

    @cached_property
    def _client(self) -> SQSClient:
        with _explained():
            return self._connection.session().client(
                "sqs", config=CONFIG, endpoint_url=self._connection.endpoint_url
            )

    def send(self, message: Message) -> None:
        """Put a message into the queue, in parts if it is too long.

        :raises QueueError: if it did not take it; some of the parts may be in it.
        """
        with _explained():
            for part in message.parts():
                self._client.send_message(QueueUrl=self._url, MessageBody=part.encode())

    def is_empty(self) -> bool:
        """Say whether SQS counts no message that can be received: it may overlook what is new.

        Its count is right a minute after the last message was sent
        (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html).

        :raises QueueError: if it does not say.
        """
        return self._count("ApproximateNumberOfMessages") == 0

    def hidden(self) -> int:
        """Tell how many messages somebody has received and neither deleted nor put back, roughly.

        :raises QueueError: if it does not say.
        """
        return self._count("ApproximateNumberOfMessagesNotVisible")

    def _count(self, counted: QueueAttributeNameType) -> int:
        with _explained():
            answer = self._client.get_queue_attributes(QueueUrl=self._url, AttributeNames=[counted])
        return int(answer["Attributes"][counted])

    def receive(self, hidden_seconds: int = HIDDEN_SECONDS) -> list[Received]:
        """Take up to ten messages; none means that there are none.

        :param hidden_seconds: when they come back unless they are deleted.
        :raises QueueError: if it gives none.
        """
        with _explained():
            answer = self._client.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=MESSAGES_PER_RECEIVE,
                VisibilityTimeout=hidden_seconds,
                WaitTimeSeconds=WAIT_SECONDS,
                MessageSystemAttributeNames=["ApproximateReceiveCount"],
            )
        return [
            Received(
                text=one["Body"],
                handle=one["ReceiptHandle"],
                receives=int(one["Attributes"]["ApproximateReceiveCount"]),
            )
            for one in answer.get("Messages", [])
        ]

    def delete(self, received: Received) -> None:
        """Delete what was received.

        :raises QueueError: if it stays; it will come back.
        """
        with _explained():
            self._client.delete_message(QueueUrl=self._url, ReceiptHandle=received.handle)

    def put_back(self, received: Received) -> None:
        """Let it be received again at once.

        :raises QueueError: if it can't; it will come back later.
        """
        with _explained():
            self._client.change_message_visibility(
                QueueUrl=self._url, ReceiptHandle=received.handle, VisibilityTimeout=0
            )


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        told = error.response["Error"]
        raise QueueError(f"SQS answers {told['Code']}: {told.get('Message', '')}") from error
    except BotoCoreError as error:
        raise QueueError(f"SQS cannot be reached: {error}") from error
