"""Which bridges the poller sees, told to who wants to know when it does not (`lambdas.sight`).

What a container remembers is enough: the first mark stands, whoever makes it, and a bridge that is
seen by a new container gets a record, which ends the time in which it was unseen as well.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from lambdas.observation import in_milliseconds
from lambdas.sight import Sight, to_item

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import PutItemInputTypeDef

    from lambdas.aws import Connection
    from lambdas.observation import Observation

# The next poll tries again: records are worth more than the rest of this one's time.
CONFIG = Config(
    connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 1}
)


class Marks(Protocol):
    """Keeps marks."""

    def put(self, bridge: str, sight: Sight) -> bool:
        """Keep one, unless an earlier one stands; tell whether one of them is kept now."""


@dataclass(frozen=True, slots=True)
class Eye:
    """What is remembered of one bridge.

    :param seen: when it was seen last.
    :param marked: whether it stands marked as unseen, as far as this container knows.
    """

    seen: datetime | None = None
    marked: bool = False


class Eyes:
    """Notes after each poll which bridges it saw.

    :param bridges: the names of all.
    """

    def __init__(self, bridges: Iterable[str], marks: Marks) -> None:
        self._eyes = dict.fromkeys(bridges, Eye())
        self._marks = marks

    def note(self, observations: Iterable[Observation], polled: datetime) -> list[str]:
        """Mark what has changed. Never raises.

        :param observations: what the poll saw.
        :param polled: when it began.
        :returns: the bridges whose mark was not kept; the next poll tries again.
        """
        seen = {one.bridge: one.time for one in observations}
        failed = []
        for bridge, eye in self._eyes.items():
            if bridge in seen:
                now = replace(eye, seen=seen[bridge])
                if eye.marked and self._marks.put(bridge, Sight(None, now.seen)):
                    now = replace(now, marked=False)
            else:
                now = eye
                if not eye.marked and self._marks.put(bridge, Sight(polled, eye.seen)):
                    now = replace(now, marked=True)
            if now.marked is (bridge in seen):
                failed.append(bridge)
            self._eyes[bridge] = now
        return failed


class TableMarks:
    """Marks in the table of observations.

    :param table: its name.
    """

    def __init__(self, table: str, connection: Connection) -> None:
        self._table = table
        self._connection = connection
        self._made: DynamoDBClient | None = None

    def put(self, bridge: str, sight: Sight) -> bool:
        """Put one, unless an earlier one stands: one without a later sight of the bridge."""
        request: PutItemInputTypeDef = {
            "TableName": self._table,
            "Item": to_item(bridge, sight),
        }
        if sight.unseen is not None:
            request["ConditionExpression"] = "attribute_not_exists(unseen)"
            if sight.seen is not None:
                # One that was left by a container that saw it no more: this one has.
                request["ConditionExpression"] += " OR unseen < :seen"
                request["ExpressionAttributeValues"] = {
                    ":seen": {"N": str(in_milliseconds(sight.seen))}
                }
        try:
            self._client().put_item(**request)
        except ClientError as error:
            return error.response["Error"]["Code"] == "ConditionalCheckFailedException"
        except BotoCoreError:
            return False
        return True

    def _client(self) -> DynamoDBClient:
        if self._made is None:
            self._made = self._connection.session().client(
                "dynamodb", config=CONFIG, endpoint_url=self._connection.endpoint_url
            )
        return self._made
