"""What Timestream says of databases and tables, and how they are managed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.config import Config

from bridgewatch.metrics import Metric, latest
from lambdas.timestream import explained

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mypy_boto3_timestream_write import TimestreamWriteClient
    from mypy_boto3_timestream_write.type_defs import TableTypeDef

    from lambdas.aws import Connection

_PATIENT = Config(connect_timeout=5, read_timeout=30, retries={"mode": "standard"})


def write_client(connection: Connection) -> TimestreamWriteClient:
    """Make a client for databases and tables.

    :raises StoreError: if the connection names a profile that isn't there, or no region.
    """
    with explained():
        return connection.session().client(
            "timestream-write", config=_PATIENT, endpoint_url=connection.endpoint_url
        )


def describe_table(client: TimestreamWriteClient, database: str, table: str) -> TableTypeDef:
    """Ask what Timestream says of a table.

    :raises StoreError: if there is none of that name, or Timestream failed.
    """
    with explained():
        return client.describe_table(DatabaseName=database, TableName=table)["Table"]


def list_all(call: Callable[..., Any], key: str, **request: str) -> Iterator[Any]:
    """Give what a listing lists, page after page; botocore has no paginator for Timestream's.

    :param call: `list_databases` or `list_tables` of a client.
    :param key: what the answer calls the list.
    :raises StoreError: if Timestream failed.
    """
    token: dict[str, str] | None = {}
    while token is not None:
        with explained():
            page = call(**request, **token)
        yield from page[key]
        token = {"NextToken": page["NextToken"]} if "NextToken" in page else None


STACK_TAGS = ("bridgewatch:deployment", "aws:cloudformation:")
"""The beginnings of tags that only what a stack made has."""


def tags(client: TimestreamWriteClient, arn: str) -> dict[str, str]:
    """Ask for the tags of a database or table.

    :raises StoreError: if Timestream failed.
    """
    with explained():
        found = client.list_tags_for_resource(ResourceARN=arn)["Tags"]
    return {tag["Key"]: tag["Value"] for tag in found}


def owned_by_stack(found: Mapping[str, str]) -> bool:
    """Tell by its tags whether a stack made a database or table."""
    return any(name.startswith(STACK_TAGS) for name in found)


def stored_bytes(connection: Connection, database: str, table: str) -> dict[str, int]:
    """Ask CloudWatch how much a table stores, by store: memory and magnetic, where it is known.

    Timestream itself doesn't tell. A metric of the last day, so what is new isn't in it; and AWS
    documents that of the whole account only
    (https://docs.aws.amazon.com/timestream/latest/developerguide/metrics-dimensions.html), so it
    is looked for.

    :raises StoreError: if CloudWatch failed.
    """
    now = datetime.now(UTC)
    of_the_table = {"DatabaseName": database, "TableName": table}
    found = {}
    with explained():
        cloudwatch = connection.session().client(
            "cloudwatch", config=_PATIENT, endpoint_url=connection.endpoint_url
        )
        for store in ("Memory", "Magnetic"):
            name = f"{store}CumulativeBytesMetered"
            for _, value in latest(
                cloudwatch,
                Metric("AWS/Timestream", name, "Average", of_the_table),
                since=now - timedelta(days=1),
                now=now,
                period_seconds=3600,
            ):
                found[store.lower()] = int(value)
    return found
