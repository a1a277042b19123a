"""The alarms about DynamoDB: what it throttles, and what it refuses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import aws_cloudwatch as cloudwatch

from stacks.alarms import FIVE_MINUTES

if TYPE_CHECKING:
    from stacks.alarms import Alarms
    from stacks.dynamodb import DynamoDbStore


@dataclass(frozen=True, kw_only=True)
class DynamoDbAlarms:
    """Three alarms (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html).

    Errors of all that the account does with DynamoDB in the region count for `user-errors`: that
    metric tells no tables apart.

    :param store: where records are written.
    """

    store: DynamoDbStore

    def add_to(self, alarms: Alarms) -> None:
        """Add them to the others."""
        self._throttles(
            alarms,
            "write",
            "What the poller could not write waits in the queue, and is written later. More "
            "bridges, a large import or somebody else's writes need a larger "
            "storage.max_write_units.",
        )
        self._throttles(
            alarms,
            "read",
            "Whoever reads waits, and may be refused. Find who reads, and let it restrict time, or "
            "raise storage.max_read_units: it caps what reading costs.",
        )
        alarms.add(
            "user-errors",
            "DynamoDB refused requests in three times five minutes: a permission or the table is "
            "missing, or a request is malformed. The logs of the poller and of the redriver say "
            "which; where they are silent, somebody else's are meant (CloudTrail knows whose).",
            cloudwatch.Metric(
                namespace="AWS/DynamoDB",
                metric_name="UserErrors",
                period=FIVE_MINUTES,
                statistic="Sum",
            ),
            cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            0,
            datapoints=3,
        )

    def _throttles(self, alarms: Alarms, kind: str, what_to_do: str) -> None:
        alarms.add(
            f"{kind}-throttles",
            f"DynamoDB throttled {kind}s in three times five minutes: the table is at its limit. "
            f"{what_to_do}",
            cloudwatch.Metric(
                namespace="AWS/DynamoDB",
                metric_name=f"{kind.capitalize()}ThrottleEvents",
                dimensions_map={"TableName": self.store.table_name},
                period=FIVE_MINUTES,
                statistic="Sum",
            ),
            cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            0,
            datapoints=3,
        )
