"""`bridgewatch move`: all records of one table into another, in whichever stores they are."""

import csv
import json
from contextlib import closing
from fractions import Fraction
from itertools import islice
from math import ceil
from pathlib import Path
from typing import Annotated

import typer

from bridgewatch.cli.bulk import bar, estimate, usd
from bridgewatch.cli.failures import FAILED, WRONG_USAGE, CommandError
from bridgewatch.cli.output import counted, note
from bridgewatch.cli.reading import Place, place_of, works
from bridgewatch.cli.times import iso_milliseconds
from bridgewatch.files import atomic_write, free_path
from bridgewatch.moving.journal import Moved, MoveError, MoveJournal
from bridgewatch.moving.pages import unfit
from bridgewatch.moving.sending import BATCH, Move
from bridgewatch.observation_table import TABLE, Writer
from bridgewatch.settings import load_settings
from lambdas.aws import Connection
from lambdas.observation import from_milliseconds


@works
def move(  # noqa: PLR0913 - each is an option of the command line
    place: Place,
    source_settings: Annotated[
        Path,
        typer.Argument(metavar="FROM", help="The settings of the deployment they are in now."),
    ],
    *,
    from_database: Annotated[
        str | None, typer.Option(help="Their --database, if not that deployment's.")
    ] = None,
    from_table: Annotated[str, typer.Option(help="Their --table.")] = TABLE,
    from_endpoint_url: Annotated[
        str | None, typer.Option(help="Their --endpoint-url; by default the same.")
    ] = None,
    from_profile: Annotated[
        str | None, typer.Option(help="Their --profile; by default the same.")
    ] = None,
    from_region: Annotated[
        str | None, typer.Option(help="Their --region; by default the same.")
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Say how many there are, and what moving them costs."),
    ] = False,
    journal: Annotated[
        Path, typer.Option(help="Where it is noted what has been moved; gone at the end.")
    ] = Path("move.journal"),
    rejected: Annotated[
        Path, typer.Option(help="Where to write what cannot be moved, with the reasons.")
    ] = Path("not-moved.csv"),
    concurrency: Annotated[
        int, typer.Option(min=1, max=64, help="How many batches are written at a time, at most.")
    ] = 16,
) -> None:
    """Copy all records into this deployment's table: from Timestream to DynamoDB, back, or alike.

    Also of bridges that the settings don't have. Nothing is deleted where they were. What a record
    shows is moved, its dimensions, and its version where the store tells it: Timestream doesn't.
    What was corrected in this table since stays so. If it is killed, the same command resumes;
    once it is done, it can be run again for what is new.
    """
    connection = Connection(
        from_profile or place.connection.profile,
        from_region or place.connection.region,
        from_endpoint_url or place.connection.endpoint_url,
    )
    loaded = load_settings(source_settings)
    source = place_of(loaded, connection, from_database or loaded.deployment, from_table)
    writer = place.observations.writer({}, concurrency)
    ends = [
        [
            str(type(one.observations).__name__),
            one.observations.sql_name,
            one.connection.session().profile_name,
            one.connection.session().region_name,
            one.connection.endpoint_url,
        ]
        for one in (source, place)
    ]
    if ends[0] == ends[1]:
        raise CommandError("That is one and the same table.", WRONG_USAGE)
    counts = source.observations.counts()
    total = sum(counts.values())
    # One bridge after the other: all take as long as if they were of one.
    least = writer.seconds({"": total})
    cost = estimate(place, writer.unit, _units(source, writer, counts), least)
    note(f"{counted(total, 'record')} of {counted(len(counts), 'bridge')}: {cost}.")
    if dry_run or not total:
        return
    _check(writer)
    try:
        with MoveJournal(journal, json.dumps(ends)) as opened:
            _run(Move(source.observations, writer, concurrency), counts, opened, total)
            _conclude(place, writer, opened, rejected)
    except MoveError as error:
        raise CommandError(str(error), FAILED) from error


def _units(source: Place, writer: Writer, counts: dict[str, int]) -> int:
    """Estimate the writes that are billed, from the first records of the bridge with the most."""
    if not counts:
        return 0
    most = max(counts, key=lambda bridge: counts[bridge])
    with closing(source.observations.records(most, 0)) as records:
        sample = list(islice(records, BATCH))
    rows = [(one.bridge, one.time, one.status) for one in sample if unfit(one) is None]
    units = writer.carrying({most: sample[0].dimensions}).units(rows)
    return ceil(Fraction(units * sum(counts.values()), len(sample)))


def _check(writer: Writer) -> None:
    """See that the table is there, and takes what is old."""
    if not writer.retention().takes_late:
        raise CommandError(
            "The table's magnetic-store writes are off, so Timestream would reject what is older "
            "than its memory store: switch them on with `tables update --late-writes "
            "--rejected-bucket BUCKET`.",
            FAILED,
        )


def _run(move: Move, counts: dict[str, int], journal: MoveJournal, total: int) -> None:
    before = journal.moved().records
    if before:
        note(f"Resuming; moved before: {counted(before, 'record')}.")
    with bar(total, before, "") as drawn:

        def moved(done: Moved) -> None:
            drawn.advance(done.records)

        try:
            move.run(sorted(counts), journal, moved)
        except BaseException:
            note(
                f"Moved {journal.moved().records} of {counted(total, 'record')}; the same command "
                "moves the rest."
            )
            raise


def _conclude(place: Place, writer: Writer, journal: MoveJournal, rejected: Path) -> None:
    """Print the counts, write what was refused, and remove the journal.

    :raises CommandError: if anything was refused.
    """
    done = journal.moved()
    rejected = free_path(rejected)
    typer.echo(f"moved       {done.accepted}")
    typer.echo(f"corrected   {done.corrected}")
    typer.echo(f"kept        {done.duplicates}")
    typer.echo(f"rejected    {len(done.refusals)}")
    cost = usd(place, writer.unit, done.units)
    note(f"Billed: {counted(done.units, 'write')}, {cost} USD.")
    if done.refusals:
        with (
            atomic_write(rejected) as partial,
            partial.open("w", encoding="utf-8", newline="") as file,
        ):
            lines = csv.writer(file, lineterminator="\n")
            lines.writerow(("time", "bridge", "status", "reason"))
            for bridge, time, status, reason in done.refusals:
                lines.writerow((iso_milliseconds(from_milliseconds(time)), bridge, status, reason))
    journal.done()
    if done.refusals:
        raise CommandError(
            f"{rejected} holds {counted(len(done.refusals), 'record')} that cannot be moved, with "
            "the reasons.",
            FAILED,
        )
