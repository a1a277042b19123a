"""What moto's SNS gets wrong: who publishes is told of a subscriber that is gone. Seen with 5.2.5.

SNS takes a message, and delivers it afterwards to whom it can
(https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html).
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import requests
from moto.sns.models import Subscription
from moto.sqs.exceptions import QueueDoesNotExist

if TYPE_CHECKING:
    from local.services.patches import Patches


def install(patches: Patches) -> None:
    """Deliver to every subscriber that is there until `patches` is closed."""

    def publish(self: Subscription, *message: object, **more: object) -> None:
        with suppress(QueueDoesNotExist, requests.RequestException):
            stock(self, *message, **more)

    stock = patches.replace(Subscription, "publish", publish)
