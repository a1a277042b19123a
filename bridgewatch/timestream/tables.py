"""What Timestream says of databases and tables, and how they are managed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from botocore.config import Config

from lambdas.timestream import Connection, explained

if TYPE_CHECKING:
    from mypy_boto3_timestream_write import TimestreamWriteClient
    from mypy_boto3_timestream_write.type_defs import TableTypeDef

_PATIENT = Config(connect_timeout=5, read_timeout=30, retries={"mode": "standard"})


def write_client(connection: Connection) -> TimestreamWriteClient:
    """Make a client for databases and tables.

    :raises StoreError: if the connection names a profile that isn't there, or no region.
    """
    with explained():
        return connection.session().client(
            "timestream-write", config=_PATIENT, endpoint_url=connection.endpoint_url
        )


@dataclass(frozen=True, slots=True)
class Retention:
    """How long a table keeps records.

    :param memory: in the memory store.
    :param magnetic: in the magnetic store.
    :param takes_late: whether records older than the memory store's are taken in at all, by
        magnetic-store writes.
    """

    memory: timedelta
    magnetic: timedelta
    takes_late: bool

    @classmethod
    def of(cls, table: TableTypeDef) -> Retention:
        """Read it from what DescribeTable answers."""
        kept = table["RetentionProperties"]
        late = table.get("MagneticStoreWriteProperties", {})
        return cls(
            memory=timedelta(hours=kept["MemoryStoreRetentionPeriodInHours"]),
            magnetic=timedelta(days=kept["MagneticStoreRetentionPeriodInDays"]),
            takes_late=late.get("EnableMagneticStoreWrites", False),
        )


def describe_table(client: TimestreamWriteClient, database: str, table: str) -> TableTypeDef:
    """Ask what Timestream says of a table.

    :raises StoreError: if there is none of that name, or Timestream failed.
    """
    with explained():
        return client.describe_table(DatabaseName=database, TableName=table)["Table"]
