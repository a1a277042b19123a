"""`bridgewatch correct`: change what one record says."""

import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridgewatch.cli.bridge_names import OneBridge
from bridgewatch.cli.failures import FAILED, WRONG_USAGE, CommandError
from bridgewatch.cli.output import print_table
from bridgewatch.cli.reading import Place, works
from bridgewatch.cli.times import iso_milliseconds, moment
from bridgewatch.timestream.tables import write_client
from lambdas.observation import EPOCH, Status
from lambdas.timestream import explained, text_literal, time_literal

if TYPE_CHECKING:
    from mypy_boto3_timestream_write.type_defs import DimensionTypeDef

_NOT_DIMENSIONS = {"measure_name", "time"}
"""The columns of SELECT * that are no dimensions, besides the measures."""


@works
def correct(
    place: Place,
    bridge: OneBridge,
    when: Annotated[
        str,
        typer.Argument(
            metavar="TIME", help="The record's time, as `history --all --json` tells it."
        ),
    ],
    status: Annotated[Status, typer.Argument(help="What it should say.")],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show before and after, and change nothing.")
    ] = False,
) -> None:
    """Write a higher version of a record, and show it before and after.

    Timestream deletes nothing, but of the records with one time and the same dimensions it shows
    the one with the highest version.
    """
    at = moment(when, "TIME", datetime.now(EPOCH.tzinfo))
    before = _read(place, bridge, at)
    if before["measure_value::varchar"] == status:
        raise CommandError(f"That record says {status} already.", WRONG_USAGE)
    if not dry_run:
        _write(place, bridge, at, status, before)
    print_table(
        ("", "bridge", "time", "status"),
        [
            ("before", bridge, iso_milliseconds(at), before["measure_value::varchar"]),
            ("after", bridge, iso_milliseconds(at), status),
        ],
    )


def _read(place: Place, bridge: str, at: datetime) -> dict[str, Any]:
    """Find the one record: all its columns, as its dimensions are part of its key."""
    try:
        name = text_literal(bridge)
    except ValueError as error:
        raise CommandError(str(error), WRONG_USAGE) from error
    # A record within the millisecond: Timestream keeps nanoseconds for those who wrote them.
    query = place.query(
        f"SELECT * FROM {place.sql_name} WHERE measure_name = {name} "  # noqa: S608 - of checked literals
        f"AND time >= {time_literal(at)} AND time < {time_literal(at + timedelta(milliseconds=1))}"
    )
    found = list(query)
    if len(found) != 1:
        what = "no record" if not found else f"{len(found)} records with different dimensions"
        raise CommandError(
            f"{bridge} has {what} at {iso_milliseconds(at)}: `history --all --json` tells times.",
            FAILED,
        )
    return dict(zip((column.name for column in query.columns), found[0], strict=True))


def _write(place: Place, bridge: str, at: datetime, status: Status, before: dict[str, Any]) -> None:
    dimensions: list[DimensionTypeDef] = [
        {"Name": name, "Value": value}
        for name, value in before.items()
        if name not in _NOT_DIMENSIONS and not name.startswith("measure_value::") and value
    ]
    client = write_client(place.connection)
    with explained():
        try:
            client.write_records(
                DatabaseName=place.database,
                TableName=place.table,
                Records=[
                    {
                        "Dimensions": dimensions,
                        "MeasureName": bridge,
                        "MeasureValue": status.value,
                        "MeasureValueType": "VARCHAR",
                        "Time": str((at - EPOCH) // timedelta(milliseconds=1)),
                        # As AWS advises: the version is when it was made, so that a later
                        # correction is always the higher one.
                        "Version": time.time_ns() // 1_000_000,
                    }
                ],
            )
        except client.exceptions.RejectedRecordsException as error:
            (rejected,) = error.response["RejectedRecords"]  # type: ignore[typeddict-item] # of this exception only
            raise CommandError(f"Timestream refused it: {rejected['Reason']}", FAILED) from error
