r"""The notifier's view of the table: what it reads of bridges, and its own items in it.

Bridges' names have no control characters, so the keys of other items begin with one:

    "\x1fnotify/NAME", 0   the poller's mark about a bridge that it does not see (`Sight`)
    "\x1fnotify/NAME", 1   what the notifier remembers of a bridge (`State`)
    "\x1fnotify", 0        how the targets do (`Ledger`)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

from lambdas.notifier.ledger import Ledger
from lambdas.notifier.state import State
from lambdas.observation import Observation, Status, from_milliseconds, in_milliseconds
from lambdas.sight import MARK, PREFIX, from_item, partition

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

    from lambdas.sight import Sight

LEDGER = PREFIX
STATE = "1"


class ConflictError(Exception):
    """Somebody else has written it meanwhile."""


class Table(Protocol):
    """What the notifier reads and keeps."""

    def observations(self, bridge: str, since: datetime) -> tuple[Observation, ...]:
        """Give a bridge's observations from `since` on, in time order."""

    def own(self, bridge: str) -> tuple[Sight | None, State]:
        """Give the poller's mark and what is remembered of a bridge."""

    def keep(self, bridge: str, state: State) -> State:
        """Keep it, and give it as it is then.

        :raises ConflictError: if somebody has kept another one since it was read.
        """

    def ledger(self) -> Ledger:
        """Give how the targets do."""

    def keep_ledger(self, ledger: Ledger) -> Ledger:
        """Keep it, and give it as it is then.

        :raises ConflictError: if somebody has kept another one since it was read.
        """


class DynamoDbTable:
    """The table in DynamoDB.

    :param name: its name.
    :param client: where it is, when that is first needed.
    """

    def __init__(self, name: str, client: Callable[[], DynamoDBClient]) -> None:
        self._name = name
        self._make_client = client
        self._made: DynamoDBClient | None = None

    @property
    def _client(self) -> DynamoDBClient:
        if self._made is None:
            self._made = self._make_client()
        return self._made

    def observations(self, bridge: str, since: datetime) -> tuple[Observation, ...]:
        """Give a bridge's observations from `since` on, in time order: every one written by now."""
        items = self._query(
            ExpressionAttributeNames={"#bridge": "bridge", "#time": "time", "#status": "status"},
            ExpressionAttributeValues={
                ":bridge": {"S": bridge},
                ":since": {"N": str(in_milliseconds(since))},
            },
            KeyConditionExpression="#bridge = :bridge AND #time >= :since",
            ProjectionExpression="#time, #status",
        )
        return tuple(
            Observation(
                bridge, Status(item["status"]["S"]), from_milliseconds(int(item["time"]["N"]))
            )
            for item in items
        )

    def own(self, bridge: str) -> tuple[Sight | None, State]:
        """Give the poller's mark and what is remembered of a bridge."""
        items = {
            item["time"]["N"]: item
            for item in self._query(
                ExpressionAttributeNames={"#bridge": "bridge"},
                ExpressionAttributeValues={":bridge": {"S": partition(bridge)}},
                KeyConditionExpression="#bridge = :bridge",
            )
        }
        mark = items.get(MARK)
        state = items.get(STATE)
        return (
            from_item(mark) if mark else None,
            State.decode(int(state["revision"]["N"]), state["state"]["S"]) if state else State(),
        )

    def keep(self, bridge: str, state: State) -> State:
        """Keep it, if nobody else has kept another one since it was read."""
        revision = self._put(partition(bridge), STATE, state.revision, state.encode())
        return State.decode(revision, state.encode())

    def ledger(self) -> Ledger:
        """Give how the targets do."""
        item = self._client.get_item(
            TableName=self._name,
            Key={"bridge": {"S": LEDGER}, "time": {"N": "0"}},
            ConsistentRead=True,
        ).get("Item")
        return Ledger.decode(int(item["revision"]["N"]), item["state"]["S"]) if item else Ledger()

    def keep_ledger(self, ledger: Ledger) -> Ledger:
        """Keep it, if nobody else has kept another one since it was read."""
        revision = self._put(LEDGER, "0", ledger.revision, ledger.encode())
        return Ledger.decode(revision, ledger.encode())

    def _query(self, **query: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - as boto3 has them
        pages = self._client.get_paginator("query").paginate(
            TableName=self._name, ConsistentRead=True, **query
        )
        return [item for page in pages for item in page["Items"]]

    def _put(self, key: str, sort: str, revision: int, text: str) -> int:
        """Write an item over the revision that was read, and give the new revision."""
        try:
            self._client.put_item(
                TableName=self._name,
                Item={
                    "bridge": {"S": key},
                    "time": {"N": sort},
                    "revision": {"N": str(revision + 1)},
                    "state": {"S": text},
                },
                **_condition(revision),
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                raise ConflictError from error
            raise
        return revision + 1


def _condition(revision: int) -> dict[str, Any]:
    """Say that the item still is the revision that was read; 0 means that there was none."""
    if not revision:
        return {"ConditionExpression": "attribute_not_exists(bridge)"}
    return {
        "ConditionExpression": "revision = :read",
        "ExpressionAttributeValues": {":read": {"N": str(revision)}},
    }
