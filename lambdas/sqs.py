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

    @classmethod
    def named(cls, name: str, connection: Connection | None = None) -> Queue:
        """Find a queue by its name.

        :raises QueueError: if there is none, or SQS does not say.
        """
        connection = connection or Connection()
        with _explained():
            answer = _client(connection).get_queue_url(QueueName=name)
        return cls(answer["QueueUrl"], connection)

    @cached_property
    def _client(self) -> SQSClient:
        with _explained():
            return _client(self._connection)

    def send(self, message: Message) -> None:
        """Put a message into the queue, in parts if it is too long.

        :raises QueueError: if it did not take it; some of the parts may be in it.
        """
        with _explained():
            for part in message.parts():
                self._client.send_message(QueueUrl=self._url, MessageBody=part.encode())

    def receive(
        self, hidden_seconds: int = HIDDEN_SECONDS, wait_seconds: int = 0
    ) -> list[Received]:
        """Take up to ten messages; none means that there are none, or hardly any.

        :param hidden_seconds: when they come back unless they are deleted.
        :param wait_seconds: how long to wait for a message; by waiting, SQS asks all its servers.
        :raises QueueError: if it gives none.
        """
        with _explained():
            answer = self._client.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=MESSAGES_PER_RECEIVE,
                VisibilityTimeout=hidden_seconds,
                WaitTimeSeconds=wait_seconds,
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


def _client(connection: Connection) -> SQSClient:
    return connection.session().client("sqs", config=CONFIG, endpoint_url=connection.endpoint_url)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        told = error.response["Error"]
        raise QueueError(f"SQS answers {told['Code']}: {told.get('Message', '')}") from error
    except BotoCoreError as error:
        raise QueueError(f"SQS cannot be reached: {error}") from error
