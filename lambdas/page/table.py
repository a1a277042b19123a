"""The table of recent observations, as the page reads it: a query a bridge, and two items."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.config import Config

from lambdas import beat, plans
from lambdas.dynamodb import DynamoDbStore, explained
from lambdas.dynamodb_items import Kept
from lambdas.observation import in_milliseconds
from lambdas.store import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime, timedelta

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

    from lambdas.aws import Connection
    from lambdas.beat import Beat
    from lambdas.observation import Observation
    from lambdas.plans import Planned

# A visitor waits: better no answer than a late one.
_CONFIG = Config(
    connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2}
)


class RecentTable:
    """A `lambdas.page.recent.Table` in DynamoDB.

    :param name: the table's name.
    :param retention: how long it keeps observations: older ones may still be there.
    :param now: tells the time.
    """

    def __init__(
        self,
        name: str,
        connection: Connection,
        *,
        retention: timedelta,
        now: Callable[[], datetime],
    ) -> None:
        self._name = name
        self._store = DynamoDbStore(table=name, retention=retention, connection=connection, now=now)
        self._client: DynamoDBClient = connection.session().client(
            "dynamodb", config=_CONFIG, endpoint_url=connection.endpoint_url
        )

    def beat(self) -> Beat | None:
        """Give the last poll's beat; None before the first."""
        item = self._item(beat.BEAT)
        try:
            return beat.from_item(item) if item else None
        except ValueError as error:
            raise StoreError(str(error), "UnknownItem") from error

    def observations(self, bridge: str, since: datetime, until: datetime) -> list[Observation]:
        """Give a bridge's observations with `since` <= time < `until`, in the order of time."""
        span = self._store.within(in_milliseconds(since), in_milliseconds(until))
        pages = self._store.pages(bridge, *span)
        return [Kept.of(item).observation for page in pages for item in page]

    def planned(self) -> Mapping[str, Sequence[Planned]]:
        """Give the openings that are announced, by bridge."""
        item = self._item(plans.PLANNED)
        try:
            return plans.from_item(item) if item else {}
        except ValueError as error:
            raise StoreError(str(error), "UnknownItem") from error

    def _item(self, key: str) -> Mapping[str, AttributeValueTypeDef] | None:
        with explained():
            answer = self._client.get_item(
                TableName=self._name, Key={"bridge": {"S": key}, "time": {"N": "0"}}
            )
        return answer.get("Item")
