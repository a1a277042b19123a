"""Putting observations in bulk: each by itself, on condition that nothing else is there.

DynamoDB's batches know no conditions, and its transactions cost twice.
"""

from __future__ import annotations

import json
from copy import copy
from datetime import timedelta
from typing import TYPE_CHECKING

from bridgewatch.cost.dynamodb import item_bytes, write_units
from bridgewatch.cost.usage import Dimension
from bridgewatch.observation_table import WRITTEN_VERSION, Outcome, Retention
from bridgewatch.raw_requests import bulk_client
from lambdas.dynamodb import explained
from lambdas.dynamodb_items import Kept, about, item_there, unlike
from lambdas.observation import Observation, Status, from_milliseconds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mypy_boto3_dynamodb.type_defs import PutItemInputTypeDef

    from bridgewatch.observation_table import Row
    from lambdas.aws import Connection
    from lambdas.dynamodb import DynamoDbStore

BRIDGE_WRITES_A_SECOND = 1000
"""What one partition takes
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html)."""

TAKEN_ALREADY = "Observed as {} at this time already, in the same version."


class Writer:
    """A `bridgewatch.observation_table.Writer` to one table of DynamoDB's.

    :param store: the table, with its retention.
    :param dimensions: what is said about each bridge, as name and value, by its name.
    :param connection: where it is.
    :param concurrency: how many threads there are.
    :param cap: how many units a second the table takes; None: as many as come.
    """

    unit = Dimension.DYNAMODB_WRITES

    def __init__(
        self,
        store: DynamoDbStore,
        dimensions: Mapping[str, Mapping[str, str]],
        *,
        connection: Connection,
        concurrency: int,
        cap: int | None,
    ) -> None:
        self._store = store.carrying(dimensions)
        self._dimensions = dimensions
        self._cap = cap
        with explained():
            self._client = bulk_client(connection, "dynamodb.PutItem", concurrency=concurrency)
        self.endpoint = str(self._client.meta.endpoint_url)

    def carrying(self, dimensions: Mapping[str, Mapping[str, str]]) -> Writer:
        """Give the same writer for other things said about the bridges."""
        other = copy(self)
        other._store = self._store.carrying(dimensions)  # noqa: SLF001 - its own kind
        other._dimensions = dimensions  # noqa: SLF001 - likewise
        return other

    def retention(self) -> Retention:
        """Tell how long the table keeps records: as the settings have it.

        :raises StoreError: if there is no such table, or DynamoDB failed.
        """
        with explained():
            self._client.describe_table(TableName=self._store.table)
        kept = self._store.retention or timedelta.max
        return Retention(kept=kept, on_time=kept, takes_late=True)

    def write(self, rows: Sequence[Row], version: int = WRITTEN_VERSION) -> Outcome:
        """Put observations one after the other. Putting them again is harmless.

        :raises StoreError: if DynamoDB failed, however often it was tried.
        """
        accepted = duplicates = units = 0
        refusals: dict[int, str] = {}
        contradicted = set()
        for index, (bridge, time, status) in enumerate(rows):
            seen = Observation(bridge, Status(status), from_milliseconds(time))
            if reason := self._store.refusal(seen):
                refusals[index] = reason
                continue
            kept = Kept(seen, version, about(self._dimensions[bridge]))
            there = self._put(self._store.request(kept))
            units += self._units(kept)
            if there is None or there == kept:
                accepted += 1
            elif other := unlike(there, kept.about):
                refusals[index] = other
            elif there.version > version:
                duplicates += 1
            else:
                refusals[index] = TAKEN_ALREADY.format(there.observation.status)
                contradicted.add(index)
        return Outcome(accepted, duplicates, refusals, units, frozenset(contradicted))

    def _put(self, request: PutItemInputTypeDef) -> Kept | None:
        """Put an item; give the one that is there instead if the condition fails."""
        with explained():
            try:
                self._client.put_item(body=json.dumps(request).encode())
            except self._client.exceptions.ConditionalCheckFailedException as error:
                return Kept.of(item_there(error))
        return None

    def _units(self, kept: Kept) -> int:
        return write_units(item_bytes(kept.item(self._store.retention)))

    def units(self, rows: Sequence[Row]) -> int:
        """Count the writes that these observations are billed as, if none is there."""
        return sum(
            self._units(
                Kept(
                    Observation(bridge, Status(status), from_milliseconds(time)),
                    WRITTEN_VERSION,
                    about(self._dimensions[bridge]),
                )
            )
            for bridge, time, status in rows
        )

    def seconds(self, observations: Mapping[str, int]) -> float:
        """Tell how long it takes at least: a bridge has its limit, and a capped table its own."""
        most = max(observations.values(), default=0) / BRIDGE_WRITES_A_SECOND
        return max(most, sum(observations.values()) / self._cap) if self._cap else most
