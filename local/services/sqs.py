"""What moto's SQS gets wrong, and where it is kinder than AWS's. Seen with moto 5.2.5.

It lives in real time, counts visibility from the sending, gives the name of a deleted queue away at
once, and finds and counts every message whenever it is asked. It has none of SQS's metrics.
"""

# ruff: noqa: ANN401 - moto's own messages and queues

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.sqs import models
from moto.sqs.exceptions import ReceiptHandleIsInvalid, SQSException
from moto.sqs.models import Message, Queue, SQSBackend

from embedded_timestream.clock import NANOSECONDS

if TYPE_CHECKING:
    from embedded_timestream.clock import Clock
    from local.services.patches import Patches

MILLISECONDS = 1000
_MILLISECOND = NANOSECONDS // MILLISECONDS

RECENTLY_MS = 60 * MILLISECONDS
"""How long the name of a deleted queue is not free
(https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html)."""

NEARLY_EMPTY = 10
"""With so few messages, a short poll finds none every other time: SQS asks a few of its servers
(https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html)."""

UNCOUNTED_MS = 60 * MILLISECONDS
"""How long a message may be there before GetQueueAttributes counts it
(https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html)."""

LOOK_SECONDS = 0.1
"""How often a long poll looks whether a message came."""

RECEIVES_FORGOTTEN = 3
"""From so many receives on, SQS leaves a message out of the age of the oldest one, also in a queue
that has a dead-letter queue
(https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html)."""


def install(patches: Patches, clock: Clock) -> None:
    """Let queues live in the clock's time, as strictly as AWS's, until `patches` is closed."""

    def now_ms() -> float:
        return clock.now_ns() / _MILLISECOND

    def is_visible(message: Any) -> bool:
        # Stock moto: later than that, which never comes while simulated time stands still.
        return bool(now_ms() >= message.visible_at)

    def is_kept(self: Any, queue_name: str, message: Any) -> bool:
        seconds = self.get_queue(queue_name).message_retention_period
        return bool(now_ms() < message.sent_timestamp + int(seconds) * MILLISECONDS)

    def change_visibility(
        self: Any, queue_name: str, receipt_handle: str, visibility_timeout: int
    ) -> None:
        # Stock moto refuses it for a message that was sent 12 hours ago. Here no limit is checked.
        queue = self.get_queue(queue_name)
        for message in queue._messages:  # noqa: SLF001 - moto offers the visible ones only
            if message.had_receipt_handle(receipt_handle):
                message.change_visibility(visibility_timeout)
                if message.visible:
                    queue.pending_messages.discard(message)
                return
        raise ReceiptHandleIsInvalid

    def counted(queue: Any) -> int:
        until_ms = now_ms() - UNCOUNTED_MS
        return sum(message.sent_timestamp <= until_ms for message in queue.messages)

    patches.replace(models, "unix_time_millis", now_ms)
    patches.replace(Queue, "approximate_number_of_messages", property(counted))
    patches.replace(Message, "visible", property(is_visible))
    patches.replace(SQSBackend, "is_message_valid_based_on_retention_period", is_kept)
    patches.replace(SQSBackend, "change_message_visibility", change_visibility)
    _keep_names_of_deleted_queues(patches, clock)
    _poll_as_sqs_does(patches, clock)


def _keep_names_of_deleted_queues(patches: Patches, clock: Clock) -> None:
    deleted: dict[tuple[Any, str], int] = {}

    def create_queue(self: Any, name: str, *args: Any, **kwargs: Any) -> Any:
        deleted_ms = deleted.get((self, name))
        if deleted_ms is not None and clock.now_ns() // _MILLISECOND - deleted_ms < RECENTLY_MS:
            raise SQSException(
                "AWS.SimpleQueueService.QueueDeletedRecently",
                "You must wait 60 seconds after deleting a queue before you can create another "
                "with the same name.",
            )
        return stock_create(self, name, *args, **kwargs)

    def delete_queue(self: Any, queue_name: str) -> None:
        stock_delete(self, queue_name)
        deleted[self, queue_name] = clock.now_ns() // _MILLISECOND

    stock_create = patches.replace(SQSBackend, "create_queue", create_queue)
    stock_delete = patches.replace(SQSBackend, "delete_queue", delete_queue)


def _poll_as_sqs_does(patches: Patches, clock: Clock) -> None:
    missed: set[str] = set()

    def is_missed(queue: Any) -> bool:
        if queue.queue_arn in missed or len(queue.messages) > NEARLY_EMPTY:
            missed.discard(queue.queue_arn)
            return False
        missed.add(queue.queue_arn)
        return True

    def receive_message(
        self: Any, queue_name: str, count: int, wait_seconds_timeout: int, *args: Any
    ) -> Any:
        if wait_seconds_timeout == 0 and is_missed(self.get_queue(queue_name)):
            return []
        until_ns = clock.now_ns() + wait_seconds_timeout * NANOSECONDS
        # Stock moto waits in real time.
        while not (found := stock(self, queue_name, count, 0, *args)):
            if clock.now_ns() >= until_ns:
                break
            clock.sleep(LOOK_SECONDS)
        return found

    stock = patches.replace(SQSBackend, "receive_message", receive_message)


def metrics(queue: Any, clock: Clock) -> dict[str, float]:
    """Tell what SQS reports each minute of a queue, by the name of the metric in AWS/SQS.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html

    :param queue: moto's.
    """
    kept = list(queue._messages)  # noqa: SLF001 - moto offers the visible ones only
    visible = sum(message.visible for message in kept)
    delayed = sum(message.delayed for message in kept)
    oldest = min(
        (
            message.sent_timestamp
            for message in kept
            if message.approximate_receive_count < RECEIVES_FORGOTTEN
        ),
        default=None,
    )
    now_ms = clock.now_ns() / _MILLISECOND
    return {
        "ApproximateNumberOfMessagesVisible": visible,
        "ApproximateNumberOfMessagesDelayed": delayed,
        "ApproximateNumberOfMessagesNotVisible": len(kept) - visible - delayed,
        "ApproximateAgeOfOldestMessage": (
            0 if oldest is None else (now_ms - oldest) / MILLISECONDS
        ),
    }
