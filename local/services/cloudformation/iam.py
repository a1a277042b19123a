"""Roles and policies."""

from __future__ import annotations

import json
from typing import ClassVar

from local.services.cloudformation.resource import Properties, Resource


class Role(Resource):
    """An IAM role with its inline and managed policies; Ref is its name."""

    arn: str
    identifier: str

    TYPE = "AWS::IAM::Role"
    NAME = "RoleName"
    REPLACED_BY = ("RoleName", "Path")
    ATTRIBUTES = ("Arn", "RoleId")

    LONGEST_NAME: ClassVar[int] = 64
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html"""

    def create(self) -> None:
        """Call CreateRole, PutRolePolicy and AttachRolePolicy."""
        self.name = self.name[-self.LONGEST_NAME :]
        kept = {"Path", "Description", "MaxSessionDuration", "PermissionsBoundary"}
        role = self.client("iam").create_role(
            RoleName=self.name,
            AssumeRolePolicyDocument=json.dumps(self.properties["AssumeRolePolicyDocument"]),
            Tags=self.tags(),
            **{key: self.properties[key] for key in kept & self.properties.keys()},
        )["Role"]
        self.arn, self.identifier = role["Arn"], role["RoleId"]
        self._grant({})

    def update(self, before: Properties) -> None:
        """Set the trust policy, the description and the policies."""
        client = self.client("iam")
        client.update_assume_role_policy(
            RoleName=self.name,
            PolicyDocument=json.dumps(self.properties["AssumeRolePolicyDocument"]),
        )
        client.update_role(RoleName=self.name, Description=self.properties.get("Description", ""))
        self._grant(before)

    def _grant(self, before: Properties) -> None:
        client = self.client("iam")
        inline = {policy["PolicyName"]: policy for policy in self.properties.get("Policies", [])}
        for policy in before.get("Policies", []):
            if policy["PolicyName"] not in inline:
                client.delete_role_policy(RoleName=self.name, PolicyName=policy["PolicyName"])
        for name, policy in inline.items():
            client.put_role_policy(
                RoleName=self.name,
                PolicyName=name,
                PolicyDocument=json.dumps(policy["PolicyDocument"]),
            )
        managed = set(self.properties.get("ManagedPolicyArns", []))
        for arn in set(before.get("ManagedPolicyArns", [])) - managed:
            client.detach_role_policy(RoleName=self.name, PolicyArn=arn)
        for arn in managed - set(before.get("ManagedPolicyArns", [])):
            client.attach_role_policy(RoleName=self.name, PolicyArn=arn)

    def remove(self) -> None:
        """Take its policies, then call DeleteRole."""
        now, self.properties = self.properties, {}
        self._grant(now)
        self.properties = now
        self.client("iam").delete_role(RoleName=self.name)

    def attribute(self, name: str) -> str:
        """Give the ARN or the identifier."""
        return {"Arn": self.arn, "RoleId": self.identifier}[name]


class ManagedPolicy(Resource):
    """An IAM policy that stands by itself; Ref is its ARN."""

    arn: str

    TYPE = "AWS::IAM::ManagedPolicy"
    NAME = "ManagedPolicyName"
    REPLACED_BY = ("ManagedPolicyName", "Path", "Description")
    ATTRIBUTES = ("PolicyArn",)

    LONGEST_NAME: ClassVar[int] = 128
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html"""

    def create(self) -> None:
        """Call CreatePolicy, and AttachRolePolicy for each of its roles."""
        self.name = self.name[-self.LONGEST_NAME :]
        if self.properties.get("Users") or self.properties.get("Groups"):
            raise NotImplementedError("the embedded cloud attaches managed policies to roles only")
        kept = {"Path", "Description"} & self.properties.keys()
        self.arn = self.client("iam").create_policy(
            PolicyName=self.name,
            PolicyDocument=json.dumps(self.properties["PolicyDocument"]),
            Tags=self.tags(),
            **{key: self.properties[key] for key in kept if self.properties[key]},
        )["Policy"]["Arn"]
        self._attach({})

    def update(self, before: Properties) -> None:
        """Make a new version of the document the only one, and set the roles."""
        client = self.client("iam")
        version = client.get_policy(PolicyArn=self.arn)["Policy"]["DefaultVersionId"]
        client.create_policy_version(
            PolicyArn=self.arn,
            PolicyDocument=json.dumps(self.properties["PolicyDocument"]),
            SetAsDefault=True,
        )
        client.delete_policy_version(PolicyArn=self.arn, VersionId=version)
        self._attach(before)

    def _attach(self, before: Properties) -> None:
        client = self.client("iam")
        roles, former = (set(one.get("Roles") or []) for one in (self.properties, before))
        for role in former - roles:
            client.detach_role_policy(RoleName=role, PolicyArn=self.arn)
        for role in roles - former:
            client.attach_role_policy(RoleName=role, PolicyArn=self.arn)

    def remove(self) -> None:
        """Call DetachRolePolicy and DeletePolicy."""
        now, self.properties = self.properties, {}
        self._attach(now)
        self.properties = now
        self.client("iam").delete_policy(PolicyArn=self.arn)

    @property
    def physical_resource_id(self) -> str:
        """What Ref gives."""
        return self.arn

    def attribute(self, name: str) -> str:
        """Give the ARN."""
        return {"PolicyArn": self.arn}[name]
