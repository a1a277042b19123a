"""What moto's SQS gets wrong: it lives in real time, and counts visibility from the sending.

Seen with moto 5.2.5. Waiting for a message (long polling) goes on in real time.
"""

# ruff: noqa: ANN401 - moto's own messages and queues

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.sqs import models
from moto.sqs.exceptions import ReceiptHandleIsInvalid
from moto.sqs.models import Message, SQSBackend

from embedded_timestream.clock import NANOSECONDS

if TYPE_CHECKING:
    from embedded_timestream.clock import Clock
    from local.services.patches import Patches

MILLISECONDS = 1000
_MILLISECOND = NANOSECONDS // MILLISECONDS


def install(patches: Patches, clock: Clock) -> None:
    """Let queues live in the clock's time until `patches` is closed."""

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

    patches.replace(models, "unix_time_millis", now_ms)
    patches.replace(Message, "visible", property(is_visible))
    patches.replace(SQSBackend, "is_message_valid_based_on_retention_period", is_kept)
    patches.replace(SQSBackend, "change_message_visibility", change_visibility)
