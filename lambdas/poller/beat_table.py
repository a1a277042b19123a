"""The table that the page reads, as the poller writes the two items of it that it replaces."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from lambdas import beat, plans
from lambdas.dynamodb import WRITE, explained

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from mypy_boto3_dynamodb import DynamoDBClient

    from lambdas.aws import Connection
    from lambdas.beat import Beat
    from lambdas.plans import Planned


class BeatTable:
    """Puts the beat and the plans.

    :param name: the table's name.
    """

    def __init__(self, name: str, connection: Connection) -> None:
        self._name = name
        self._connection = connection

    @cached_property
    def _client(self) -> DynamoDBClient:
        return self._connection.session().client(
            "dynamodb", config=WRITE, endpoint_url=self._connection.endpoint_url
        )

    def put_beat(self, now: Beat) -> Beat | None:
        """Replace the beat; give the one before, which needs no right to read.

        :raises StoreError: if DynamoDB failed.
        """
        with explained():
            answer = self._client.put_item(
                TableName=self._name, Item=beat.to_item(now), ReturnValues="ALL_OLD"
            )
        try:
            before = answer.get("Attributes")
            return beat.from_item(before) if before else None
        except ValueError:
            return None  # of another version: nothing to go on with

    def put_plans(self, planned: Mapping[str, Sequence[Planned]], read: datetime) -> None:
        """Replace the plans.

        :raises StoreError: if DynamoDB failed.
        """
        with explained():
            self._client.put_item(TableName=self._name, Item=plans.to_item(planned, read))
