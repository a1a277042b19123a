"""Keys."""

from __future__ import annotations

import json
from typing import ClassVar

from local.services.cloudformation.resource import Properties, Resource


class Key(Resource):
    """A KMS key; Ref is its identifier."""

    arn: str

    TYPE = "AWS::KMS::Key"
    ATTRIBUTES = ("Arn", "KeyId")

    WAITING_DAYS: ClassVar[int] = 30
    """CloudFormation's default: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html"""

    def create(self) -> None:
        """Call CreateKey and, where it is asked for, EnableKeyRotation."""
        key = self.client("kms").create_key(
            Policy=json.dumps(self.properties["KeyPolicy"]),
            Description=self.properties.get("Description", ""),
            Tags=[{"TagKey": key, "TagValue": value} for key, value in self.tag_map().items()],
        )["KeyMetadata"]
        self.name, self.arn = key["KeyId"], key["Arn"]
        self._rotate()

    def update(self, before: Properties) -> None:  # noqa: ARG002 - each call overwrites
        """Set the policy, the description and the rotation."""
        client = self.client("kms")
        client.put_key_policy(
            KeyId=self.name, PolicyName="default", Policy=json.dumps(self.properties["KeyPolicy"])
        )
        client.update_key_description(
            KeyId=self.name, Description=self.properties.get("Description", "")
        )
        self._rotate()

    def _rotate(self) -> None:
        client = self.client("kms")
        if self.properties.get("EnableKeyRotation"):
            client.enable_key_rotation(KeyId=self.name)
        else:
            client.disable_key_rotation(KeyId=self.name)

    def remove(self) -> None:
        """Call ScheduleKeyDeletion."""
        self.client("kms").schedule_key_deletion(
            KeyId=self.name,
            PendingWindowInDays=self.properties.get("PendingWindowInDays", self.WAITING_DAYS),
        )

    def attribute(self, name: str) -> str:
        """Give the ARN or the identifier."""
        return {"Arn": self.arn, "KeyId": self.name}[name]
