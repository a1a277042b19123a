"""The stack that holds the data: it outlives the others, and its own deletion."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from aws_cdk import CfnOutput, CfnParameter, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms

if TYPE_CHECKING:
    from constructs import Construct

    from stacks.store import Store

TABLE_NAME = "observations"

HOW_TO_MOVE = (
    "The history of this deployment is in another store, where it would stay behind. To move, give "
    "the settings another deployment name, deploy that beside this one and copy the history: "
    "docs/operations.md, Move to the other store."
)


class StorageStack(Stack):
    """The store, its key, and who may read: a class for each store.

    Other stacks use its `store`, `reader` and `key`. It cannot be deleted before its termination
    protection is switched off, and the data stays in the account even then.

    The parameter `StoreType` takes one value, that of the class. An update keeps the value that the
    stack was made with, so that CloudFormation refuses a template of the other class, and says how
    to move.

    :param deployment: the deployment's name.
    :param own_key: encrypt records and queues with a KMS key of the deployment's own (1 USD a
        month).
    """

    TYPE: ClassVar[str]
    """The store's name in the settings."""
    TITLE: ClassVar[str]
    """The store's name in words."""

    store: Store

    def __init__(
        self, scope: Construct, construct_id: str, *, deployment: str, own_key: bool = False
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            description=f"bridgewatch: the history of the bridges, in {self.TITLE}",
            termination_protection=True,
        )
        self.deployment = deployment
        store_type = CfnParameter(
            self,
            "StoreType",
            default=self.TYPE,
            allowed_values=[self.TYPE],
            description="Where the history is. Leave it as it is",
            constraint_description=HOW_TO_MOVE,
        )
        self.key = self._key() if own_key else None
        self.reader = self._reader()
        CfnOutput(self, "Store", value=store_type.value_as_string)
        CfnOutput(self, "ReaderRoleArn", value=self.reader.role_arn)

    def _key(self) -> kms.Key:
        return kms.Key(
            self,
            "Key",
            description="bridgewatch: encrypts the records",
            enable_key_rotation=True,
            # Without it nobody could read the data that is kept.
            removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        )

    def existing_key(self, arn: str | None) -> kms.IKey | None:
        """Find the key that an existing table is encrypted with; its policy stays as it is."""
        return kms.Key.from_key_arn(self, "ExistingKey", arn) if arn else None

    def _reader(self) -> iam.Role:
        """Make the role for people and dashboards that query the history."""
        return iam.Role(
            self,
            "Reader",
            description="Queries the history of the bridges",
            # Whoever of this account is allowed sts:AssumeRole on it.
            assumed_by=iam.AccountRootPrincipal(),
        )
