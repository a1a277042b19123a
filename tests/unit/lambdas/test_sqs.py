"""The queues of records, on moto's SQS."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from lambdas.aws import Connection
from lambdas.message import Message
from lambdas.sqs import HIDDEN_SECONDS, Queue, QueueError, Received
from tests.unit.lambdas.moments import OPEN, minute, seen


def message(count: int = 1) -> Message:
    observations = tuple(seen(OPEN, number) for number in range(count))
    return Message(observations, {"Hisingsbron": {}}, "throttled", 1, minute(0))


@pytest.fixture
def client(moto: None) -> Any:  # noqa: ANN401, ARG001 - boto3 makes its classes as it runs
    return boto3.client("sqs")


@pytest.fixture
def url(client: Any) -> str:  # noqa: ANN401 - see above
    made: str = client.create_queue(QueueName="queue")["QueueUrl"]
    return made


@pytest.fixture
def queue(url: str) -> Queue:
    return Queue(url)


def test_what_was_sent_is_received_and_hidden_until_it_is_deleted(queue: Queue) -> None:
    assert queue.is_empty()
    queue.send(message())
    assert not queue.is_empty()

    (received,) = queue.receive()

    assert Message.decode(received.text) == message()
    assert received.receives == 1
    assert queue.is_empty()
    assert queue.hidden() == 1
    queue.delete(received)
    with pytest.raises(QueueError, match="SQS answers "):
        queue.put_back(received)


def test_what_is_put_back_is_received_again_at_once_and_counted(queue: Queue) -> None:
    queue.send(message())
    (received,) = queue.receive()

    queue.put_back(received)

    (again,) = queue.receive()
    assert (again.text, again.receives) == (received.text, 2)


def test_a_long_message_is_sent_in_parts_and_ten_are_received_at_a_time(queue: Queue) -> None:
    queue.send(message(1001))

    parts = [len(queue.receive()) for _ in range(2)]

    assert parts == [10, 1]


def test_a_receiver_waits_a_little_and_hides_what_it_has_for_longer_than_a_run(
    client: Any,  # noqa: ANN401 - see above
    url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[dict[str, Any]] = []
    client.meta.events.register(
        "provide-client-params.sqs.ReceiveMessage", lambda params, **_: asked.append(params)
    )
    queue = Queue(url)
    monkeypatch.setattr(queue, "_client", client)

    for hidden in ({}, {"hidden_seconds": 5}):
        queue.send(message())
        queue.receive(**hidden)

    assert [one["VisibilityTimeout"] for one in asked] == [HIDDEN_SECONDS, 5]
    assert all(one["WaitTimeSeconds"] == 1 for one in asked)


@pytest.mark.usefixtures("client")
def test_a_queue_that_is_not_there_is_an_error_whatever_is_asked_of_it() -> None:
    queue = Queue("https://sqs.eu-west-1.amazonaws.com/123456789012/missing")
    received = Received("", "handle", 1)

    for use in (
        lambda: queue.send(message()),
        queue.is_empty,
        queue.hidden,
        queue.receive,
        lambda: queue.delete(received),
        lambda: queue.put_back(received),
    ):
        with pytest.raises(QueueError, match=r"SQS answers .*NonExistentQueue"):
            use()


@pytest.mark.usefixtures("aws")
def test_another_address_is_asked_if_the_connection_names_one() -> None:
    elsewhere = Connection(region="eu-north-1", endpoint_url="http://127.0.0.1:2")

    with pytest.raises(QueueError, match=r"SQS cannot be reached: .*127\.0\.0\.1:2"):
        Queue("http://sqs/queue", elsewhere).receive()
