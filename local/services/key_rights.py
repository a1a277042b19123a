"""Whoever writes what a customer-managed key encrypts needs kms:Decrypt on it.

Nothing else here is authorized: only this is asked of functions, of which it is easily forgotten.
Inline policies of their roles are read, as the templates have them.
"""

# ruff: noqa: ANN401 - moto's responses, and clients that boto3 makes at run time

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.timestreamwrite.responses import TimestreamWriteResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.services.patches import Patches

ROLE = "role-"
"""What the access keys of functions begin with; the role's name follows."""


def install(patches: Patches, clients: Callable[[str, str], Any]) -> None:
    """Refuse what a function's role may not decrypt until `patches` is closed.

    After whatever answers WriteRecords
    (https://docs.aws.amazon.com/timestream/latest/developerguide/EncryptionAtRest.html).

    :param clients: gives the client of a service in a region.
    """

    def write_records(self: Any) -> Any:
        role = _role(self.headers.get("Authorization", ""))
        name = json.loads(self.body or "{}").get("DatabaseName")
        if role and name and not _may_write(lambda one: clients(one, self.region), role, name):
            told = f"The role {role} is not authorized to perform: kms:Decrypt on the key of {name}"
            body = json.dumps({"__type": "AccessDeniedException", "message": told})
            return 403, {"Content-Type": "application/x-amz-json-1.0", "status": 403}, body
        return stock(self)

    stock = patches.replace(TimestreamWriteResponse, "write_records", write_records)


def access_key(role_arn: str) -> str:
    """Give the access key of a function that has this role."""
    return ROLE + role_arn.rpartition("/")[2]


def _role(authorization: str) -> str:
    """Read the role out of a signature (`Credential=KEY/DATE/...`); nothing if it is nobody's."""
    key = authorization.partition("Credential=")[2].partition("/")[0]
    return key.removeprefix(ROLE) if key.startswith(ROLE) else ""


def _may_write(client: Callable[[str], Any], role: str, database: str) -> bool:
    keys = client("kms").list_keys()["Keys"]
    if not keys:
        return True
    databases = client("timestream-write").list_databases()["Databases"]
    encrypted = {one["DatabaseName"]: one["KmsKeyId"] for one in databases}.get(database, "")
    (arn,) = [one["KeyArn"] for one in keys if encrypted in {one["KeyArn"], one["KeyId"]}] or [""]
    if not arn or client("kms").describe_key(KeyId=arn)["KeyMetadata"]["KeyManager"] == "AWS":
        return True
    iam = client("iam")
    return any(
        "kms:Decrypt" in statement["Action"] and arn in {"*", *_listed(statement["Resource"])}
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
        for statement in iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"][
            "Statement"
        ]
        if statement["Effect"] == "Allow"
    )


def _listed(resource: str | list[str]) -> list[str]:
    return [resource] if isinstance(resource, str) else resource
