"""`bridgewatch correct`: change what one record says."""

import time
from datetime import datetime
from typing import Annotated

import typer

from bridgewatch.cli.bridge_names import OneBridge
from bridgewatch.cli.failures import FAILED, WRONG_USAGE, CommandError
from bridgewatch.cli.output import print_table
from bridgewatch.cli.reading import Place, works
from bridgewatch.cli.times import iso_milliseconds, moment
from bridgewatch.observation_table import Record
from lambdas.observation import EPOCH, Status, in_milliseconds


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

    Nothing is deleted, but of the records with one time and the same dimensions the one with the
    highest version is shown.
    """
    at = moment(when, "TIME", datetime.now(EPOCH.tzinfo))
    before = _find(place, bridge, at)
    if before.status == status:
        raise CommandError(f"That record says {status} already.", WRONG_USAGE)
    if not dry_run:
        # As AWS advises: the version is when it was made, so that a later correction is always the
        # higher one.
        place.observations.correct(before, status, time.time_ns() // 1_000_000)
    print_table(
        ("", "bridge", "time", "status"),
        [
            ("before", bridge, iso_milliseconds(at), before.status),
            ("after", bridge, iso_milliseconds(at), status),
        ],
    )


def _find(place: Place, bridge: str, at: datetime) -> Record:
    """Find the one record: its dimensions are part of its key."""
    try:
        found = place.observations.find(bridge, in_milliseconds(at))
    except ValueError as error:
        raise CommandError(str(error), WRONG_USAGE) from error
    if len(found) != 1:
        what = "no record" if not found else f"{len(found)} records with different dimensions"
        raise CommandError(
            f"{bridge} has {what} at {iso_milliseconds(at)}: `history --all --json` tells times.",
            FAILED,
        )
    return found[0]
