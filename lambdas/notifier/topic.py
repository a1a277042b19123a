"""The topic of changes in Amazon SNS: whoever subscribes to it, mail and machines alike."""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from lambdas.notifier.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_sns import SNSClient

    from lambdas.notifier.outcome import Letter

# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
SUBJECT_CHARACTERS = 99


class Topic:
    """The topic of a deployment.

    Its attributes `bridge` and `kind` are for filter policies of subscriptions. Mail gets the text,
    everything else the CloudEvent.

    :param arn: its ARN.
    """

    def __init__(self, arn: str, client: Callable[[], SNSClient]) -> None:
        self._arn = arn
        self._client = client

    def send(self, letter: Letter, timeout: float) -> Outcome:  # noqa: ARG002 - the client has its own
        """Publish it once."""
        text = letter.message.text
        event = json.dumps(letter.cloud_event, ensure_ascii=False)
        try:
            self._client().publish(
                TopicArn=self._arn,
                Subject=subject(letter.message.title),
                MessageStructure="json",
                Message=json.dumps(
                    {"default": event, "email": text, "sms": text}, ensure_ascii=False
                ),
                MessageAttributes={
                    "bridge": {"DataType": "String", "StringValue": letter.event.bridge},
                    "kind": {"DataType": "String", "StringValue": letter.event.kind},
                },
            )
        except ClientError as error:
            return Outcome(delivered=False, said=f"SNS answers {error.response['Error']['Code']}")
        except BotoCoreError as error:
            return Outcome(delivered=False, said=f"SNS: {type(error).__name__}")
        return Outcome(delivered=True, said="SNS took it")


def subject(title: str) -> str:
    """Write a title as SNS takes subjects: in ASCII, short, without control characters."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return " ".join(plain.split())[:SUBJECT_CHARACTERS] or "bridgewatch"
