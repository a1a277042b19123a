from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from moto.sqs.models import sqs_backends

from embedded_timestream.clock import NANOSECONDS
from local.cloud import REGION
from local.services.sqs import metrics
from tests.local.conftest import START

if TYPE_CHECKING:
    from local.cloud import Cloud
    from local.simulated_time.clock import SimulatedClock

DAY = 86400


class Queue:
    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._sqs = cloud.client("sqs")
        self._url = self._sqs.create_queue(
            QueueName="records", Attributes={"MessageRetentionPeriod": str(14 * DAY)}
        )["QueueUrl"]

    def send(self, text: str) -> None:
        self._sqs.send_message(QueueUrl=self._url, MessageBody=text)

    def receive(self, wait_seconds: int = 1) -> list[dict[str, Any]]:
        answer = self._sqs.receive_message(
            QueueUrl=self._url,
            VisibilityTimeout=120,
            WaitTimeSeconds=wait_seconds,
            MessageSystemAttributeNames=["SentTimestamp"],
        )
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages

    def count(self) -> str:
        name = "ApproximateNumberOfMessages"
        answer = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=[name])
        return str(answer["Attributes"][name])

    def metrics(self) -> dict[str, float]:
        (queue,) = sqs_backends[self._cloud.account][REGION].queues.values()
        return metrics(queue, self._cloud.clock)

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
    clock.sleep(118)
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


def test_a_short_poll_of_a_nearly_empty_queue_may_find_nothing_and_a_long_one_waits(
    queue: Queue, clock: SimulatedClock
) -> None:
    queue.send("a")

    assert queue.receive(wait_seconds=0) == []
    (message,) = queue.receive(wait_seconds=0)
    queue.put_back(message)
    assert len(queue.receive(wait_seconds=1)) == 1

    # then: it waits as long as it is told, in the clock's time, and no longer than it takes
    before = clock.now_ns()
    assert queue.receive(wait_seconds=20) == []
    assert clock.now_ns() - before == pytest.approx(20 * NANOSECONDS, abs=NANOSECONDS / 10)


def test_a_long_poll_gets_what_comes_back_while_it_waits(
    queue: Queue, clock: SimulatedClock
) -> None:
    queue.send("a")
    queue.receive()
    clock.sleep(110)

    assert [one["Body"] for one in queue.receive(wait_seconds=20)] == ["a"]


def test_a_message_received_three_times_is_no_longer_the_oldest_one(
    queue: Queue, clock: SimulatedClock
) -> None:
    queue.send("a")
    ages = []
    for _ in range(4):
        clock.sleep(300)
        ages.append(round(queue.metrics()["ApproximateAgeOfOldestMessage"]))
        queue.receive()

    assert ages == [300, 600, 900, 0]


def test_what_is_hidden_is_counted_apart(queue: Queue, clock: SimulatedClock) -> None:
    for text in "abc":
        queue.send(text)
    assert queue.metrics()["ApproximateNumberOfMessagesVisible"] == 3

    queue.receive()
    found = queue.metrics()
    counts = [found[f"ApproximateNumberOfMessages{one}"] for one in ("Visible", "NotVisible")]
    assert counts == [2, 1]
    clock.sleep(120)
    assert queue.metrics()["ApproximateNumberOfMessagesVisible"] == 3


def test_the_name_of_a_deleted_queue_is_free_again_after_a_minute(
    simulated_cloud: Cloud, clock: SimulatedClock
) -> None:
    sqs = simulated_cloud.client("sqs")
    sqs.delete_queue(QueueUrl=sqs.create_queue(QueueName="records")["QueueUrl"])

    with pytest.raises(ClientError, match="wait 60 seconds") as error:
        sqs.create_queue(QueueName="records")
    assert error.value.response["Error"]["Code"].endswith("QueueDeletedRecently")
    clock.sleep(60)
    sqs.create_queue(QueueName="records")


def test_a_message_is_counted_after_a_minute(queue: Queue, clock: SimulatedClock) -> None:
    queue.send("a")
    counts = []
    for _ in range(3):
        counts.append(queue.count())
        clock.sleep(30)

    assert counts == ["0", "0", "1"]
