"""Constructs for Amazon Timestream for LiveAnalytics, for which the CDK has only the raw resources.

They take typed props where CloudFormation takes untyped JSON, in which a slip is only found when it
is deployed; they check the service's limits at synth, and hold every IAM statement about
Timestream. They do not make the bucket for rejected records, nor scheduled queries, which fail on a
table without records (https://github.com/aws/aws-cdk/issues/22062).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Acknowledgment, RemovalPolicy, Stack, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_timestream as timestream
from constructs import Construct

if TYPE_CHECKING:
    from aws_cdk import CfnResource, Duration
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_s3 as s3

# https://docs.aws.amazon.com/timestream/latest/developerguide/ts-limits.html
NAME_BYTES = range(3, 257)
MEMORY_STORE_HOURS = range(1, 8767)
MAGNETIC_STORE_DAYS = range(1, 73001)


class TimestreamDatabase(Construct):
    """A database.

    :param database_name: 3 to 256 bytes, unique in the account and region.
    :param key: what Timestream encrypts it with; by default a key that AWS manages, at no charge.
    :param removal_policy: what becomes of it when it leaves the stack. By default it is kept, but
        for one whose creation is rolled back.
    :raises ValueError: if the name has another length.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        database_name: str,
        key: kms.IKey | None = None,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    ) -> None:
        super().__init__(scope, construct_id)
        _check("database_name", len(database_name.encode()), NAME_BYTES, "bytes")
        database = timestream.CfnDatabase(
            self,
            "Resource",
            database_name=database_name,
            kms_key_id=key.key_arn if key else None,
        )
        database.apply_removal_policy(removal_policy)
        _answer_maintenance_notice(database)
        if key is None:
            Validations.of(database).acknowledge(
                Acknowledgment(
                    id="AwsSolutions-TS3",
                    reason="It is encrypted, with a key that AWS manages at no charge. One's own "
                    "costs 1 USD a month, more than all else here; the prop `key` takes it.",
                )
            )
        self.database_name = database.ref
        self.database_arn = database.attr_arn
        self.key = key


class Table(Construct):
    """A table, whoever made it: its names, who may write to it and read from it.

    :ivar database_name: the database that it is in.
    :ivar table_name: its name in there.
    :ivar table_arn: its ARN.
    :ivar key: the customer-managed key that it is encrypted with, if it is.
    """

    database_name: str
    table_name: str
    table_arn: str
    key: kms.IKey | None = None
    title = "Timestream"
    service = "Amazon Timestream"
    read_actions = ("timestream:Select", "timestream:SelectValues")

    @property
    def environment(self) -> dict[str, str]:
        """What a function has to know to write to it."""
        return {
            "BRIDGEWATCH_STORE": "timestream",
            "BRIDGEWATCH_DATABASE": self.database_name,
            "BRIDGEWATCH_TABLE": self.table_name,
        }

    def grant_write(self, grantee: iam.IGrantable) -> iam.Grant:
        """Let `grantee` write records to this table, and nothing else of Timestream."""
        return self._grant(grantee, on_table=["WriteRecords"], on_all=["DescribeEndpoints"])

    def grant_read(self, grantee: iam.IGrantable) -> iam.Grant:
        """Let `grantee` query this table, cancel queries, and list databases and its tables."""
        grant = self._grant(
            grantee,
            on_table=["DescribeTable", "ListMeasures", "Select"],
            on_all=["CancelQuery", "DescribeEndpoints", "ListDatabases", "SelectValues"],
        )
        # With ListDatabases: the menus of Grafana's data source.
        tables = iam.Grant.add_to_principal(
            grantee=grantee,
            actions=["timestream:ListTables"],
            resource_arns=[
                Stack.of(self).format_arn(
                    service="timestream", resource="database", resource_name=self.database_name
                )
            ],
        )
        return grant.combine(tables)

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
        _answer_wildcard(grantee)
        grant = table_grant.combine(service_grant)
        # https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonTimestreamReadOnlyAccess.html
        return grant.combine(self.key.grant(grantee, "kms:Decrypt")) if self.key else grant


class ExistingTimestreamTable(Table):
    """A table that is in the stack's account and region already; nothing here changes it.

    :param database_name: the database that it is in.
    :param table_name: its name in there.
    :param key: the customer-managed key that it is encrypted with, if it is.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        database_name: str,
        table_name: str,
        key: kms.IKey | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.key = key
        self.database_name = database_name
        self.table_name = table_name
        self.table_arn = Stack.of(self).format_arn(
            service="timestream",
            resource="database",
            resource_name=f"{database_name}/table/{table_name}",
        )


class TimestreamTable(Table):
    """A table of the stack's own.

    :param database: the database that it is in.
    :param table_name: 3 to 256 bytes, unique in the database.
    :param memory_store_retention: how long records stay in the memory store: 1 to 8766 whole hours.
    :param magnetic_store_retention: how long they are kept after that: 1 to 73000 whole days.
    :param rejected_data_bucket: takes magnetic-store writes as well, that is records older than the
        memory store's retention, and reports in this bucket the ones that Timestream rejects after
        it answered. Without a bucket such records are rejected at once.
    :param removal_policy: what becomes of it when it leaves the stack. By default it is kept, but
        for one whose creation is rolled back.
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
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
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
        self._rejected_data_bucket = rejected_data_bucket
        self.database_name = database.database_name
        self.table_name = table.attr_name
        self.table_arn = table.attr_arn
        self.key = database.key

    def grant_write(self, grantee: iam.IGrantable) -> iam.Grant:
        """Let `grantee` write records to this table, and reports of those rejected late.

        In whose name Timestream writes these reports is documented nowhere. Of batch loads and
        scheduled queries it is said that whoever starts them needs these actions on the bucket
        (https://docs.aws.amazon.com/timestream/latest/developerguide/batch-load-prerequisites.html).
        """
        grant = super().grant_write(grantee)
        bucket = self._rejected_data_bucket
        if bucket is None:
            return grant
        for action, arn in (
            ("s3:GetBucketAcl", bucket.bucket_arn),
            ("s3:PutObject", bucket.arn_for_objects("*")),
        ):
            grant = grant.combine(
                iam.Grant.add_to_principal(grantee=grantee, actions=[action], resource_arns=[arn])
            )
        _answer_reports(grantee, bucket)
        return grant


def _answer_wildcard(grantee: iam.IGrantable) -> None:
    """Answer IAM5, "wildcard permissions", for the actions that know no resource."""
    principal = grantee.grant_principal
    if isinstance(principal, Construct):
        Validations.of(principal).acknowledge(
            Acknowledgment(
                id="AwsSolutions-IAM5[Resource::*]",
                reason="DescribeEndpoints, ListDatabases, SelectValues and CancelQuery name no "
                "table: AWS's service authorization reference lists no resource type for them.",
            )
        )


def _answer_reports(grantee: iam.IGrantable, bucket: s3.IBucket) -> None:
    """Answer IAM5 for the reports, in the words in which another stack names the bucket."""
    principal, stack = grantee.grant_principal, Stack.of(bucket)
    if isinstance(principal, Construct) and Stack.of(principal) is not stack:
        imported = stack.resolve(stack.export_value(bucket.bucket_arn))["Fn::ImportValue"]
        Validations.of(principal).acknowledge(
            Acknowledgment(
                id=f"AwsSolutions-IAM5[Resource::{imported}/*]",
                reason="Timestream makes up the names of its reports; the bucket holds nothing "
                "else.",
            )
        )


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
