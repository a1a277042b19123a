"""What an earlier deployment left of the store, which the next one would find in its way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.discovery import EndpointDiscoveryException
from botocore.exceptions import ClientError

from bridgewatch.observation_table import TABLE

if TYPE_CHECKING:
    from collections.abc import Callable

    import boto3

    from bridgewatch.settings import Settings

_MISSING = "ResourceNotFoundException"
_DENIED = "AccessDeniedException"


def hindrance(session: boto3.Session, settings: Settings, *, is_owned: bool) -> str | None:
    """Say why a deployment would fail because of what is there, or is not; None if it would not.

    Whoever may not look is not told: to deploy takes other permissions.

    :param is_owned: whether the storage stack is there and has a table, or a database, of its own.
    :raises botocore.exceptions.ClientError: if AWS refuses for another reason.
    """
    if settings.storage.type == "dynamodb":
        table = f"the table {settings.deployment}-{TABLE}"
        there = _is_there(
            session.client("dynamodb").describe_table, TableName=f"{settings.deployment}-{TABLE}"
        )
    elif settings.storage.existing:
        table = f"the table {settings.deployment}.{TABLE}"
        there = _is_there(
            session.client("timestream-write").describe_table,
            DatabaseName=settings.deployment,
            TableName=TABLE,
        )
    else:
        table = f"the database {settings.deployment}"
        there = _is_there(
            session.client("timestream-write").describe_database, DatabaseName=settings.deployment
        )
    if settings.storage.existing and there is False:
        return (
            f"The settings say storage.existing, and {table} is not there: set it to false, or see "
            "that deployment, account and region are those of the table."
        )
    if not settings.storage.existing and not is_owned and there:
        return (
            f"There is {table} already, and no stack that owns it: to take up what is in it, set "
            "storage.existing to true (docs/operations.md, Take up a retained table); or give the "
            "settings another deployment name."
        )
    return None


def _is_there(describe: Callable[..., object], **named: str) -> bool | None:
    """Ask whether there is something; None if this identity may not."""
    try:
        describe(**named)
    except EndpointDiscoveryException:  # that Timestream refuses, its own check says
        return None
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == _MISSING:
            return False
        if code == _DENIED:
            return None
        raise
    return True
