"""The queue of what was given up: which event, which target, and what that said."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lambdas.notifier.events import to_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_sqs import SQSClient

    from lambdas.notifier.notify import Undelivered


class UndeliveredQueue:
    """The queue in SQS.

    :param url: its URL.
    """

    def __init__(self, url: str, client: Callable[[], SQSClient]) -> None:
        self._url = url
        self._client = client

    def keep(self, undelivered: Undelivered) -> None:
        """Put one into it.

        :raises botocore.exceptions.ClientError: if it does not take it.
        """
        body = {
            "undelivered": to_json(undelivered.event),
            "target": undelivered.target,
            "attempts": undelivered.attempts,
            "said": undelivered.said,
        }
        self._client().send_message(
            QueueUrl=self._url, MessageBody=json.dumps(body, ensure_ascii=False)
        )
