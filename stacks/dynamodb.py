"""Constructs for the history in DynamoDB: the table, and who may write to it and read from it.

One table has everything about the bridges. Its partition key is the bridge, its sort key the time
in milliseconds, and an item leaves it after the time in its attribute `expires`. It is the CDK's
`Table` and not its `TableV2`, which deploys a global table: that has no place in one region.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Acknowledgment, RemovalPolicy, Stack, Validations
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from constructs import Construct

if TYPE_CHECKING:
    from aws_cdk import Duration
    from aws_cdk import aws_kms as kms

# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
NAME_CHARACTERS = range(3, 256)

PARTITION_KEY = "bridge"
SORT_KEY = "time"
EXPIRES = "expires"

READ = ("dynamodb:GetItem", "dynamodb:Query")


class DynamoDbStore(Construct):
    """A table of observations, whoever made it.

    :param table_name: its name; the table may be made later than this construct.
    :param retention: whole days that a record is kept, which its writers are told.
    :param key: the customer-managed key that it is encrypted with, if it is.
    """

    title = "DynamoDB"
    service = "Amazon DynamoDB"
    read_actions = READ

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        table_name: str,
        retention: Duration,
        key: kms.IKey | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.table_name = table_name
        self.table_arn = Stack.of(self).format_arn(
            service="dynamodb", resource="table", resource_name=table_name
        )
        self.retention = retention
        self.key = key

    @property
    def environment(self) -> dict[str, str]:
        """What a function has to know to write to it."""
        return {
            "BRIDGEWATCH_STORE": "dynamodb",
            "BRIDGEWATCH_TABLE": self.table_name,
            "BRIDGEWATCH_RETENTION_DAYS": str(int(self.retention.to_days())),
        }

    def grant_write(self, grantee: iam.IGrantable) -> iam.Grant:
        """Let `grantee` put items into this table, and nothing else of DynamoDB.

        The actions on the key are those that DynamoDB wants
        (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html).
        """
        return self._grant(
            grantee,
            ["dynamodb:PutItem"],
            [
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:Encrypt",
                "kms:GenerateDataKey",
                "kms:ReEncryptFrom",
                "kms:ReEncryptTo",
            ],
        )

    def grant_read(self, grantee: iam.IGrantable) -> iam.Grant:
        """Let `grantee` query this table; it cannot scan it."""
        return self._grant(
            grantee,
            ["dynamodb:DescribeTable", *READ],
            ["kms:Decrypt", "kms:DescribeKey"],
        )

    def _grant(
        self, grantee: iam.IGrantable, actions: list[str], key_actions: list[str]
    ) -> iam.Grant:
        grant = iam.Grant.add_to_principal(
            grantee=grantee, actions=actions, resource_arns=[self.table_arn]
        )
        return grant.combine(self.key.grant(grantee, *key_actions)) if self.key else grant


class ObservationTable(DynamoDbStore):
    """An on-demand table of the stack's own.

    :param table_name: 3 to 255 characters, unique in the account and region.
    :param retention: whole days that a record is kept, which its writers are told: DynamoDB deletes
        an item within some days of when its attribute `expires`, in seconds, says.
    :param key: what it is encrypted with; by default a key that DynamoDB owns, at no charge.
    :param max_read_units: read units that it may use in a second; more is throttled. A cap on what
        it costs, and none by default.
    :param max_write_units: the same for write units.
    :param point_in_time_recovery: keep backups of the last 35 days (0.20 USD a GB and month).
    :param stream: what its stream tells of a change; by default it has none.
    :param deletion_protection: whether DynamoDB refuses to delete it, and with it the rollback of
        its creation: let it be the last that a stack makes.
    :param removal_policy: what becomes of it when it leaves the stack. By default it is kept, but
        for one whose creation is rolled back.
    :raises ValueError: if the name has another length.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        table_name: str,
        retention: Duration,
        key: kms.IKey | None = None,
        max_read_units: int | None = None,
        max_write_units: int | None = None,
        point_in_time_recovery: bool = False,
        stream: dynamodb.StreamViewType | None = None,
        deletion_protection: bool = True,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    ) -> None:
        super().__init__(scope, construct_id, table_name=table_name, retention=retention, key=key)
        if len(table_name) not in NAME_CHARACTERS:
            raise ValueError(
                f"table_name has {len(table_name)} characters; DynamoDB takes "
                f"{NAME_CHARACTERS.start} to {NAME_CHARACTERS.stop - 1}."
            )
        self.table = dynamodb.Table(
            self,
            "Resource",
            table_name=table_name,
            partition_key=dynamodb.Attribute(
                name=PARTITION_KEY, type=dynamodb.AttributeType.STRING
            ),
            sort_key=dynamodb.Attribute(name=SORT_KEY, type=dynamodb.AttributeType.NUMBER),
            time_to_live_attribute=EXPIRES,
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            max_read_request_units=max_read_units,
            max_write_request_units=max_write_units,
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED if key else None,
            encryption_key=key,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=point_in_time_recovery
            ),
            stream=stream,
            deletion_protection=deletion_protection,
            removal_policy=removal_policy,
        )
        if not point_in_time_recovery:
            Validations.of(self.table).acknowledge(
                Acknowledgment(
                    id="AwsSolutions-DDB3",
                    reason="Backups cost by the GB: the prop `point_in_time_recovery` switches "
                    "them on.",
                )
            )

    @property
    def stream_arn(self) -> str:
        """The ARN of its stream.

        :raises ValueError: if it has none.
        """
        if self.table.table_stream_arn is None:
            raise ValueError(f"{self.table_name} has no stream: give it the prop `stream`.")
        return self.table.table_stream_arn
