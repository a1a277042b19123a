"""Constructs for Amazon Timestream for LiveAnalytics, for which the CDK has only the raw resources.

They take typed props where CloudFormation takes untyped JSON, in which a slip is only found when it
is deployed; they check the service's limits at synth, and hold every IAM statement about
Timestream. They do not make the bucket for rejected records, nor scheduled queries, which fail on a
table without records (https://github.com/aws/aws-cdk/issues/22062).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Acknowledgment, RemovalPolicy, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_timestream as timestream
from constructs import Construct

if TYPE_CHECKING:
    from aws_cdk import CfnResource, Duration
    from aws_cdk import aws_s3 as s3

# https://docs.aws.amazon.com/timestream/latest/developerguide/ts-limits.html
NAME_BYTES = range(3, 257)
MEMORY_STORE_HOURS = range(1, 8767)
MAGNETIC_STORE_DAYS = range(1, 73001)


class TimestreamDatabase(Construct):
    """A database. Timestream encrypts it with a key that AWS manages, at no charge.

    :param database_name: 3 to 256 bytes, unique in the account and region.
    :param removal_policy: what becomes of it when it leaves the stack; it is kept by default.
    :raises ValueError: if the name has another length.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        database_name: str,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
    ) -> None:
        super().__init__(scope, construct_id)
        _check("database_name", len(database_name.encode()), NAME_BYTES, "bytes")
        database = timestream.CfnDatabase(self, "Resource", database_name=database_name)
        database.apply_removal_policy(removal_policy)
        _answer_maintenance_notice(database)
        self.database_name = database.ref
        self.database_arn = database.attr_arn


class TimestreamTable(Construct):
    """A table, and who may write to it and read from it.

    :param database: the database that it is in.
    :param table_name: 3 to 256 bytes, unique in the database.
    :param memory_store_retention: how long records stay in the memory store: 1 to 8766 whole hours.
    :param magnetic_store_retention: how long they are kept after that: 1 to 73000 whole days.
    :param rejected_data_bucket: takes magnetic-store writes as well, that is records older than the
        memory store's retention, and reports in this bucket the ones that Timestream rejects after
        it answered. Without a bucket such records are rejected at once.
    :param removal_policy: what becomes of it when it leaves the stack; it is kept by default.
    :raises ValueError: if the name or a retention is outside its limits.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        database: TimestreamDatabase,
        table_name: str,
        memory_store_retention: Duration,
        magnetic_store_retention: Duration,
        rejected_data_bucket: s3.IBucket | None = None,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
    ) -> None:
        super().__init__(scope, construct_id)
        hours = int(memory_store_retention.to_hours())
        days = int(magnetic_store_retention.to_days())
        _check("table_name", len(table_name.encode()), NAME_BYTES, "bytes")
        _check("memory_store_retention", hours, MEMORY_STORE_HOURS, "hours")
        _check("magnetic_store_retention", days, MAGNETIC_STORE_DAYS, "days")
        table = timestream.CfnTable(
            self,
            "Resource",
            database_name=database.database_name,
            table_name=table_name,
            # Raw JSON to the CDK: the keys as CloudFormation spells them, the values as strings.
            retention_properties={
                "MemoryStoreRetentionPeriodInHours": str(hours),
                "MagneticStoreRetentionPeriodInDays": str(days),
            },
            magnetic_store_write_properties=_magnetic_store_writes(rejected_data_bucket),
        )
        table.apply_removal_policy(removal_policy)
        _answer_maintenance_notice(table)
        self.table_name = table.attr_name
        self.table_arn = table.attr_arn

    def grant_write(self, grantee: iam.IGrantable) -> iam.Grant:
        """Let `grantee` write records to this table, and nothing else of Timestream."""
        return self._grant(grantee, on_table=["WriteRecords"], on_all=["DescribeEndpoints"])

    def grant_read(self, grantee: iam.IGrantable) -> iam.Grant:
        """Let `grantee` query this table, and cancel queries."""
        return self._grant(
            grantee,
            on_table=["DescribeTable", "ListMeasures", "Select"],
            on_all=["CancelQuery", "DescribeEndpoints", "SelectValues"],
        )

    def _grant(
        self, grantee: iam.IGrantable, *, on_table: list[str], on_all: list[str]
    ) -> iam.Grant:
        """Grant actions on this table, and those that Timestream cannot restrict to a resource.

        https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazontimestream.html
        """
        table_grant = iam.Grant.add_to_principal(
            grantee=grantee,
            actions=[f"timestream:{action}" for action in on_table],
            resource_arns=[self.table_arn],
        )
        service_grant = iam.Grant.add_to_principal(
            grantee=grantee,
            actions=[f"timestream:{action}" for action in on_all],
            resource_arns=["*"],
        )
        return table_grant.combine(service_grant)


def _magnetic_store_writes(bucket: s3.IBucket | None) -> dict[str, object]:
    if bucket is None:
        return {"EnableMagneticStoreWrites": False}
    return {
        "EnableMagneticStoreWrites": True,
        "MagneticStoreRejectedDataLocation": {
            "S3Configuration": {
                "BucketName": bucket.bucket_name,
                "EncryptionOption": "SSE_S3",
            }
        },
    }


def _answer_maintenance_notice(resource: CfnResource) -> None:
    """Answer W3697, "a service in maintenance mode": for the CDK's validation, and for cfn-lint."""
    Validations.of(resource).acknowledge(
        Acknowledgment(
            id="CloudFormation-Validate::W3697",
            reason="Timestream takes no new customers, but serves those that it has.",
        )
    )
    resource.add_metadata("cfn-lint", {"config": {"ignore_checks": ["W3697"]}})


def _check(prop: str, value: int, allowed: range, unit: str) -> None:
    if value not in allowed:
        raise ValueError(
            f"{prop} is {value} {unit}; Timestream takes {allowed.start} to {allowed.stop - 1}."
        )
