"""The stack that holds the data: it outlives the others, and its own deletion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Acknowledgment, CfnOutput, Duration, RemovalPolicy, Stack, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from stacks.timestream import (
    ExistingTimestreamTable,
    Table,
    TimestreamDatabase,
    TimestreamTable,
)

if TYPE_CHECKING:
    from constructs import Construct

TABLE_NAME = "observations"


class StorageStack(Stack):
    """The database, its table, the bucket for what Timestream rejects late, and who may read.

    Other stacks use its `table`, `reader` and `key`. It cannot be deleted before its termination
    protection is switched off, and the data stays in the account even then.

    :param deployment: the deployment's name, which is the database's.
    :param memory_store_retention: whole hours.
    :param magnetic_store_retention: whole days.
    :param own_key: encrypt records with a KMS key of the deployment's own (1 USD a month).
    :param existing: take up a database and table that are there already, and leave them as they
        are: the retentions are theirs then, and `own_key` is for the queues only.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deployment: str,
        memory_store_retention: Duration,
        magnetic_store_retention: Duration,
        own_key: bool = False,
        existing: bool = False,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            description="bridgewatch: the history of the bridges",
            termination_protection=True,
        )
        self.key = self._key() if own_key else None
        self.table: Table
        if existing:
            self.table = ExistingTimestreamTable(
                self, "Table", database_name=deployment, table_name=TABLE_NAME
            )
        else:
            self.table = TimestreamTable(
                self,
                "Table",
                database=TimestreamDatabase(
                    self, "Database", database_name=deployment, key=self.key
                ),
                table_name=TABLE_NAME,
                memory_store_retention=memory_store_retention,
                magnetic_store_retention=magnetic_store_retention,
                rejected_data_bucket=self._rejected_data_bucket(),
            )
        self.reader = self._reader()
        self.table.grant_read(self.reader)
        CfnOutput(self, "DatabaseName", value=self.table.database_name)
        CfnOutput(self, "TableName", value=self.table.table_name)
        CfnOutput(self, "ReaderRoleArn", value=self.reader.role_arn)

    def _key(self) -> kms.Key:
        return kms.Key(
            self,
            "Key",
            description="bridgewatch: encrypts the records",
            enable_key_rotation=True,
            # Without it nobody could read the data that is kept.
            removal_policy=RemovalPolicy.RETAIN,
        )

    def _rejected_data_bucket(self) -> s3.Bucket:
        bucket = s3.Bucket(
            self,
            "RejectedData",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            # Reports are read when the alarm rings, not years later.
            lifecycle_rules=[s3.LifecycleRule(expiration=Duration.days(90))],
            removal_policy=RemovalPolicy.RETAIN,
        )
        Validations.of(bucket).acknowledge(
            Acknowledgment(
                id="AwsSolutions-S1",
                reason="Only Timestream writes here, reports of rejected records that hold nothing "
                "but public statuses of bridges; access logs would need a second bucket.",
            )
        )
        return bucket

    def _reader(self) -> iam.Role:
        """Make the role for people and dashboards that query the history."""
        return iam.Role(
            self,
            "Reader",
            description="Queries the history of the bridges",
            # Whoever of this account is allowed sts:AssumeRole on it.
            assumed_by=iam.AccountRootPrincipal(),
        )
