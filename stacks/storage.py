"""The stack that holds the data: it outlives the others, and its own deletion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_s3 as s3

from stacks.timestream import TimestreamDatabase, TimestreamTable

if TYPE_CHECKING:
    from constructs import Construct

TABLE_NAME = "observations"


class StorageStack(Stack):
    """The database, its table, and the bucket for what Timestream rejects late.

    Other stacks use its `database` and `table`. It cannot be deleted before its termination
    protection is switched off, and what it holds stays in the account even then.

    :param deployment: the deployment's name, which is the database's.
    :param memory_store_retention: whole hours.
    :param magnetic_store_retention: whole days.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deployment: str,
        memory_store_retention: Duration,
        magnetic_store_retention: Duration,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            description="bridgewatch: the history of the bridges",
            termination_protection=True,
        )
        database = TimestreamDatabase(self, "Database", database_name=deployment)
        self.table = TimestreamTable(
            self,
            "Table",
            database=database,
            table_name=TABLE_NAME,
            memory_store_retention=memory_store_retention,
            magnetic_store_retention=magnetic_store_retention,
            rejected_data_bucket=self._rejected_data_bucket(),
        )
        self.database = database
        CfnOutput(self, "DatabaseName", value=database.database_name)
        CfnOutput(self, "TableName", value=self.table.table_name)

    def _rejected_data_bucket(self) -> s3.Bucket:
        return s3.Bucket(
            self,
            "RejectedData",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            # Reports are read when the alarm rings, not years later.
            lifecycle_rules=[s3.LifecycleRule(expiration=Duration.days(90))],
            removal_policy=RemovalPolicy.RETAIN,
        )
