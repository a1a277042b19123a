"""`bridgewatch tables`: list, describe, create, update and delete tables."""

from typing import TYPE_CHECKING, Annotated

import typer

from bridgewatch.cli.failures import WRONG_USAGE, CommandError
from bridgewatch.cli.managing import Confirm, Force, confirm_deletion, managing_client, print_facts
from bridgewatch.cli.output import Output, note, print_records, print_table
from bridgewatch.cli.reading import Place, reads, works
from bridgewatch.cli.times import iso
from bridgewatch.settings import MAGNETIC_STORE_DAYS, MEMORY_STORE_HOURS
from bridgewatch.timestream.tables import (
    describe_table,
    list_all,
    owned_by_stack,
    stored_bytes,
    tags,
)
from lambdas.timestream import explained

if TYPE_CHECKING:
    from mypy_boto3_timestream_write.type_defs import (
        MagneticStoreWritePropertiesTypeDef,
        S3ConfigurationTypeDef,
        TableTypeDef,
        UpdateTableRequestTypeDef,
    )

tables = typer.Typer(
    help="List, describe, create, update and delete Timestream tables.", no_args_is_help=True
)

MemoryHours = Annotated[
    int | None,
    typer.Option(min=1, max=MEMORY_STORE_HOURS, help="How long the memory store keeps records."),
]
MagneticDays = Annotated[
    int | None,
    typer.Option(min=1, max=MAGNETIC_STORE_DAYS, help="How long the magnetic store keeps them."),
]
LateWrites = Annotated[
    bool | None,
    typer.Option(help="Whether records older than the memory store's are taken in."),
]
RejectedBucket = Annotated[
    str | None,
    typer.Option(help="The S3 bucket for reports on late records that are rejected afterwards."),
]

COLUMNS = ("table", "memory_hours", "magnetic_days", "late_writes", "created")


@tables.command("list")
@reads
def list_(place: Place, output: Output) -> None:
    """List the tables of a database: --database, or the deployment's."""
    client = managing_client(place)
    listed = list_all(client.list_tables, "Tables", DatabaseName=place.database)
    found = [_facts(one) for one in listed]
    if output is Output.TABLE:
        print_table(COLUMNS, [[str(one[column]) for column in COLUMNS] for one in found])
    else:
        print_records(output, COLUMNS, found)


@tables.command()
@reads
def describe(place: Place, output: Output) -> None:
    """Tell what is known of a table: its retention, sizes, tags and owner."""
    client = managing_client(place)
    found = describe_table(client, place.database, place.table)
    sizes = stored_bytes(place.connection, place.database, place.table)
    its_tags = tags(client, found["Arn"])
    facts = {
        "database": place.database,
        **_facts(found),
        "arn": found["Arn"],
        "rejected_bucket": _rejected_bucket(found),
        "memory_bytes": sizes.get("memory"),
        "magnetic_bytes": sizes.get("magnetic"),
        "owned_by_stack": owned_by_stack(its_tags),
        "tags": its_tags,
    }
    print_facts(output, facts)
    if not sizes:
        note(
            "CloudWatch tells no size of this table: it lists no metric of it, or none of the last "
            "day. AWS documents the account's only, which `cost --actual` tells."
        )


@tables.command()
@works
def create(
    place: Place,
    *,
    memory_hours: MemoryHours = None,
    magnetic_days: MagneticDays = None,
    late_writes: LateWrites = None,
    rejected_bucket: RejectedBucket = None,
) -> None:
    """Create a table: --table in --database. Retention is by default that of the settings.

    Late writes need a bucket, and are on if there is one.
    """
    kept = place.settings.storage
    if kept.type != "timestream":
        raise CommandError(
            "The settings keep the history in DynamoDB, whose table is made when it is deployed.",
            WRONG_USAGE,
        )
    client = managing_client(place)
    with explained():
        client.create_table(
            DatabaseName=place.database,
            TableName=place.table,
            RetentionProperties={
                "MemoryStoreRetentionPeriodInHours": memory_hours or kept.memory_hours,
                "MagneticStoreRetentionPeriodInDays": magnetic_days or kept.magnetic_days,
            },
            MagneticStoreWriteProperties=_late(
                rejected_bucket,
                enabled=rejected_bucket is not None if late_writes is None else late_writes,
            ),
        )
    note(f"Created {place.observations.sql_name}.")


@tables.command()
@works
def update(
    place: Place,
    *,
    memory_hours: MemoryHours = None,
    magnetic_days: MagneticDays = None,
    late_writes: LateWrites = None,
    rejected_bucket: RejectedBucket = None,
) -> None:
    """Change how long a table keeps records; what isn't named stays as it is.

    What is older than a shorter retention is gone for good. A longer memory store fills from now
    on: records that are late by the old one are late until then. Naming a bucket switches late
    writes on.
    """
    client = managing_client(place)
    before = describe_table(client, place.database, place.table)
    kept = before["RetentionProperties"]
    request: UpdateTableRequestTypeDef = {
        "DatabaseName": place.database,
        "TableName": place.table,
        "RetentionProperties": {
            "MemoryStoreRetentionPeriodInHours": memory_hours
            or kept["MemoryStoreRetentionPeriodInHours"],
            "MagneticStoreRetentionPeriodInDays": magnetic_days
            or kept["MagneticStoreRetentionPeriodInDays"],
        },
    }
    if late_writes is not None or rejected_bucket:
        request["MagneticStoreWriteProperties"] = _late(
            rejected_bucket or _rejected_bucket(before), enabled=late_writes is not False
        )
    with explained():
        changed = client.update_table(**request)["Table"]
    facts = _facts(changed)
    print_table(COLUMNS, [[str(facts[column]) for column in COLUMNS]])
    if owned_by_stack(tags(client, before["Arn"])):
        note(
            "A stack owns this table: say the same in the settings, or a later deployment undoes "
            "this."
        )


@tables.command()
@works
def delete(place: Place, *, confirm: Confirm = None, force: Force = False) -> None:
    """Delete a table with all its records: --table in --database."""
    client = managing_client(place)
    found = describe_table(client, place.database, place.table)
    name = f"{place.database}.{place.table}"
    confirm_deletion(name, tags(client, found["Arn"]), confirm, force=force)
    with explained():
        client.delete_table(DatabaseName=place.database, TableName=place.table)
    note(f"Deleted {name}.")


def _facts(table: "TableTypeDef") -> dict[str, object]:
    kept = table["RetentionProperties"]
    late = table.get("MagneticStoreWriteProperties", {})
    return {
        "table": table["TableName"],
        "memory_hours": kept["MemoryStoreRetentionPeriodInHours"],
        "magnetic_days": kept["MagneticStoreRetentionPeriodInDays"],
        "late_writes": late.get("EnableMagneticStoreWrites", False),
        "created": iso(table["CreationTime"]),
    }


def _rejected_bucket(table: "TableTypeDef") -> str | None:
    late = table.get("MagneticStoreWriteProperties", {})
    where = late.get("MagneticStoreRejectedDataLocation", {})
    return where.get("S3Configuration", {}).get("BucketName")


def _late(bucket: str | None, *, enabled: bool) -> "MagneticStoreWritePropertiesTypeDef":
    if not enabled:
        return {"EnableMagneticStoreWrites": False}
    if bucket is None:
        raise CommandError("--late-writes needs a --rejected-bucket.", WRONG_USAGE)
    where: S3ConfigurationTypeDef = {"BucketName": bucket, "EncryptionOption": "SSE_S3"}
    return {
        "EnableMagneticStoreWrites": True,
        "MagneticStoreRejectedDataLocation": {"S3Configuration": where},
    }
