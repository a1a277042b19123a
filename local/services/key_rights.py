"""Whoever writes what a customer-managed key encrypts needs kms:Decrypt on it.

Nothing else here is authorized: only this is asked of functions, of which it is easily forgotten.
Inline policies of their roles are read, as the templates have them.
"""

from __future__ import annotations

import json
import re
from io import BytesIO
from typing import TYPE_CHECKING, Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.kms.models import kms_backends

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

ROLE = "role-"
"""What the access keys of functions begin with; the role's name follows."""

_OPERATION = "Timestream_20181101.WriteRecords"
_SCOPE = re.compile(rf"Credential={ROLE}([^/]+)/\d{{8}}/([^/]+)/")


def guarded(application: WSGIApplication, clients: Callable[[str, str], Any]) -> WSGIApplication:
    """Refuse what a function's role may not decrypt, before WriteRecords is answered.

    https://docs.aws.amazon.com/timestream/latest/developerguide/EncryptionAtRest.html

    :param clients: gives the client of a service in a region.
    """

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
        is_write = environ.get("HTTP_X_AMZ_TARGET") == _OPERATION
        if not is_write or scope is None or not kms_backends[DEFAULT_ACCOUNT_ID][scope[2]].keys:
            return application(environ, start_response)
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        environ["wsgi.input"] = BytesIO(body)
        role, region = scope.groups()
        name = json.loads(body or b"{}").get("DatabaseName")
        if not name or _may_write(lambda one: clients(one, region), role, name):
            return application(environ, start_response)
        told = f"The role {role} is not authorized to perform: kms:Decrypt on the key of {name}"
        start_response("403 Forbidden", [("Content-Type", "application/x-amz-json-1.0")])
        return [json.dumps({"__type": "AccessDeniedException", "message": told}).encode()]

    return answer


def access_key(role_arn: str) -> str:
    """Give the access key of a function that has this role."""
    return ROLE + role_arn.rpartition("/")[2]


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
