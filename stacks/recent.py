"""The stack of recent observations, beside a store that nothing public may query."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import CfnOutput, Duration, RemovalPolicy, Stack

from stacks.dynamodb import ObservationTable

if TYPE_CHECKING:
    from aws_cdk import aws_dynamodb as dynamodb
    from constructs import Construct

RETENTION = Duration.days(32)
"""30 days and a bit: the page shows 30 days of a bridge's own clock, and what lasts into them."""

TABLE_NAME = "recent"


class RecentStack(Stack):
    """A small table of the last 30 days: what the public sees, and is told of, is read from it.

    It holds nothing of its own: `python -m bridgewatch publish` fills it from the store again.

    :param deployment: the deployment's name, the prefix of the table's.
    :param max_read_units: read units that it may use in a second: a cap on what visitors cost.
    :param stream: what the table's stream tells of a change; by default it has none.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deployment: str,
        max_read_units: int | None = None,
        stream: dynamodb.StreamViewType | None = None,
    ) -> None:
        super().__init__(scope, construct_id, description="bridgewatch: recent observations")
        self.table = ObservationTable(
            self,
            "Table",
            table_name=f"{deployment}-{TABLE_NAME}",
            retention=RETENTION,
            max_read_units=max_read_units,
            stream=stream,
            deletion_protection=False,
            removal_policy=RemovalPolicy.DESTROY,
        )
        CfnOutput(self, "TableName", value=self.table.table_name)
