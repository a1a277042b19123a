"""The storage stack for DynamoDB: one table."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from aws_cdk import CfnOutput

from stacks.dynamodb import DynamoDbStore, ObservationTable
from stacks.storage import TABLE_NAME, StorageStack

if TYPE_CHECKING:
    from aws_cdk import Duration
    from aws_cdk import aws_dynamodb as dynamodb
    from constructs import Construct


class DynamoDbStorageStack(StorageStack):
    """The history in DynamoDB.

    :param deployment: the deployment's name, the prefix of the table's.
    :param retention: whole days that a record is kept.
    :param max_read_units: read units that the table may use in a second; None is no limit.
    :param max_write_units: the same for write units.
    :param point_in_time_recovery: keep backups of the last 35 days.
    :param own_key: encrypt records with a KMS key of the deployment's own (1 USD a month).
    :param existing: take up a table that is there already, and leave it as it is: limits and
        backups are its own then, and `own_key` is for the queues only.
    :param existing_key: the ARN of the key that it is encrypted with, if it is a customer's.
    :param stream: what the table's stream tells of a change; by default it has none.
    """

    TYPE: ClassVar[str] = "dynamodb"
    TITLE: ClassVar[str] = "DynamoDB"

    store: DynamoDbStore

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deployment: str,
        retention: Duration,
        max_read_units: int | None = None,
        max_write_units: int | None = None,
        point_in_time_recovery: bool = False,
        own_key: bool = False,
        existing: bool = False,
        existing_key: str | None = None,
        stream: dynamodb.StreamViewType | None = None,
    ) -> None:
        super().__init__(scope, construct_id, deployment=deployment, own_key=own_key)
        table_name = f"{deployment}-{TABLE_NAME}"
        if existing:
            self.store = DynamoDbStore(
                self,
                "Table",
                table_name=table_name,
                retention=retention,
                key=self.existing_key(existing_key),
            )
            self.store.grant_read(self.reader)
        else:
            table = ObservationTable(
                self,
                "Table",
                table_name=table_name,
                retention=retention,
                key=self.key,
                max_read_units=max_read_units,
                max_write_units=max_write_units,
                point_in_time_recovery=point_in_time_recovery,
                stream=stream,
            )
            grant = table.grant_read(self.reader)
            # The table comes last: a creation that fails leaves none behind, which would be
            # protected from its own rollback.
            grant.apply_before(table.table)
            self.store = table
        CfnOutput(self, "TableName", value=table_name)
