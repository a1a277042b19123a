from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.conftest import START

if TYPE_CHECKING:
    from local.cloud import Cloud
    from local.simulated_time.clock import SimulatedClock

DAY = 86400


class Queue:
    def __init__(self, cloud: Cloud) -> None:
        self._sqs = cloud.client("sqs")
        self._url = self._sqs.create_queue(
            QueueName="records", Attributes={"MessageRetentionPeriod": str(14 * DAY)}
        )["QueueUrl"]

    def send(self, text: str) -> None:
        self._sqs.send_message(QueueUrl=self._url, MessageBody=text)

    def receive(self) -> list[dict[str, Any]]:
        answer = self._sqs.receive_message(
            QueueUrl=self._url, VisibilityTimeout=120, AttributeNames=["SentTimestamp"]
        )
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages

    def put_back(self, message: dict[str, Any]) -> None:
        self._sqs.change_message_visibility(
            QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
        )


@pytest.fixture
def queue(simulated_cloud: Cloud) -> Queue:
    return Queue(simulated_cloud)


def test_what_was_received_comes_back_in_the_clocks_time(
    queue: Queue, clock: SimulatedClock
) -> None:
    queue.send("a")

    (message,) = queue.receive()

    assert int(message["Attributes"]["SentTimestamp"]) == START.timestamp() * 1000
    clock.sleep(119)
    assert queue.receive() == []
    clock.sleep(1)
    assert [one["Body"] for one in queue.receive()] == ["a"]


def test_what_is_put_back_is_there_at_once_however_old_it_is(
    queue: Queue, clock: SimulatedClock
) -> None:
    queue.send("a")
    clock.sleep(DAY)
    (message,) = queue.receive()
    assert queue.receive() == []

    queue.put_back(message)

    assert len(queue.receive()) == 1


@pytest.mark.parametrize(("days", "messages"), [(13.9, 1), (14.1, 0)])
def test_a_message_is_forgotten_when_its_time_is_over(
    queue: Queue, clock: SimulatedClock, days: float, messages: int
) -> None:
    queue.send("a")
    clock.move_to(START + timedelta(days=days))

    assert len(queue.receive()) == messages
