"""The storage stack for Timestream: database, table, and a bucket for what is rejected late."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from aws_cdk import Acknowledgment, CfnOutput, Duration, RemovalPolicy, Validations
from aws_cdk import aws_s3 as s3

from stacks.storage import TABLE_NAME, StorageStack
from stacks.timestream import (
    ExistingTimestreamTable,
    Table,
    TimestreamDatabase,
    TimestreamTable,
)

if TYPE_CHECKING:
    from constructs import Construct


class TimestreamStorageStack(StorageStack):
    """The history in Timestream.

    :param deployment: the deployment's name, which is the database's.
    :param memory_store_retention: whole hours.
    :param magnetic_store_retention: whole days.
    :param own_key: encrypt records with a KMS key of the deployment's own (1 USD a month).
    :param existing: take up a database and table that are there already, and leave them as they
        are: the retentions are theirs then, and `own_key` is for the queues only.
    :param existing_key: the ARN of the key that they are encrypted with, if it is a customer's.
    """

    TYPE: ClassVar[str] = "timestream"
    TITLE: ClassVar[str] = "Timestream"

    store: Table

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
        existing_key: str | None = None,
    ) -> None:
        super().__init__(scope, construct_id, deployment=deployment, own_key=own_key)
        if existing:
            self.store = ExistingTimestreamTable(
                self,
                "Table",
                database_name=deployment,
                table_name=TABLE_NAME,
                key=self.existing_key(existing_key),
            )
        else:
            self.store = TimestreamTable(
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
        self.store.grant_read(self.reader)
        CfnOutput(self, "DatabaseName", value=self.store.database_name)
        CfnOutput(self, "TableName", value=self.store.table_name)

    def _rejected_data_bucket(self) -> s3.Bucket:
        bucket = s3.Bucket(
            self,
            "RejectedData",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            # Reports are read when the alarm rings, not years later.
            lifecycle_rules=[s3.LifecycleRule(expiration=Duration.days(90))],
            removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        )
        Validations.of(bucket).acknowledge(
            Acknowledgment(
                id="AwsSolutions-S1",
                reason="Only Timestream writes here, reports of rejected records that hold nothing "
                "but public statuses of bridges; access logs would need a second bucket.",
            )
        )
        return bucket
