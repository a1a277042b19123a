"""`bridgewatch backfill`: import history from files."""

import csv
import hashlib
import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from io import BufferedRandom
from itertools import islice
from math import ceil
from pathlib import Path
from statistics import mean
from tempfile import TemporaryFile, gettempdir
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bridgewatch.backfill.entries import Language, Observed, Opened
from bridgewatch.backfill.files import STDIN, read
from bridgewatch.backfill.journal import BATCH, Journal, JournalError, Plan
from bridgewatch.backfill.openings import Findings
from bridgewatch.backfill.rows import LineError
from bridgewatch.backfill.sending import send
from bridgewatch.backfill.skipped import Skipped
from bridgewatch.cli.bulk import bar, estimate, usd
from bridgewatch.cli.failures import FAILED, WRONG_USAGE, CommandError
from bridgewatch.cli.output import counted, note, print_csv
from bridgewatch.cli.reading import Place, works
from bridgewatch.cli.times import iso_milliseconds
from bridgewatch.cost.usage import Dimension
from bridgewatch.files import atomic_write, free_path, naming
from bridgewatch.observation_table import Outcome, Writer
from lambdas.observation import EPOCH, Status

SHOWN = 5
"""Of many remarkable things of a kind, so many are told in full."""

SAMPLE = 100
"""Requests from which the cost of all is estimated."""


class OnError(StrEnum):
    """What a wrong line does."""

    STOP = "stop"
    SKIP = "skip"
    COLLECT = "collect"


@works
def backfill(  # noqa: PLR0913 - each is an option of the command line
    place: Place,
    files: Annotated[
        list[str], typer.Argument(help='CSV, JSON Lines or Parquet, also gzipped; "-" is stdin.')
    ],
    *,
    bridge: Annotated[
        str | None, typer.Option(help="Whose observations they are, if the files don't say.")
    ] = None,
    timezone: Annotated[
        str | None,
        typer.Option(help="Whose clock times without a zone are on: Europe/Stockholm."),
    ] = None,
    words: Annotated[
        str | None,
        typer.Option(
            "--map",
            metavar="WORD=STATUS,...",
            help="What the files' words mean: Open=Closed,Closed=Open.",
        ),
    ] = None,
    on_error: Annotated[
        OnError,
        typer.Option(
            help="A wrong line ends it at once, is told and skipped, or is told with all others. "
            "Unless it is skipped, nothing is sent. What is skipped is kept as it stood, in "
            "NAME.skipped.csv, to be corrected and imported."
        ),
    ] = OnError.STOP,
    complete: Annotated[
        bool,
        typer.Option(
            "--complete",
            help="The files tell every opening: between two of them the bridge was Closed. "
            "Heartbeats say so, without which that time is a gap.",
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be sent, and what it would cost.")
    ] = False,
    journal: Annotated[
        Path, typer.Option(help="Where it is noted what has been sent; gone at the end.")
    ] = Path("backfill.journal"),
    rejected: Annotated[
        Path, typer.Option(help="Where to write what the store refuses; can be fed back.")
    ] = Path("rejected.csv"),
    concurrency: Annotated[
        int, typer.Option(min=1, max=64, help="How many requests are sent at a time, at most.")
    ] = 8,
) -> None:
    """Import observations or openings from files.

    Columns or keys are time, bridge and status; or timestamp and status, in the source's own words
    (the article's entries); or bridge, opened_at and closed_at. Every line is checked before the
    first is sent. If it is killed, the same command resumes.
    """
    if files.count(STDIN) > 1:
        raise CommandError('The standard input can be read once: name "-" only once.', WRONG_USAGE)
    language = Language(place.settings, _bridge(place, bridge), _zone(timezone), _words(words))
    dimensions = {one.name: one.record_dimensions for one in place.settings.bridges}
    writer = place.observations.writer(dimensions, concurrency)
    try:
        with ExitStack() as stack:
            stdin = stack.enter_context(_kept_stdin()) if STDIN in files else None
            purpose = json.dumps(
                [
                    [_identity(file, stdin) for file in files],
                    [bridge, timezone, words, on_error, complete],
                    [
                        place.connection.session().profile_name,
                        writer.endpoint,
                        place.observations.sql_name,
                    ],
                    dimensions,
                ]
            )
            opened = stack.enter_context(Journal(None if dry_run else journal, purpose))
            heartbeat = timedelta(minutes=place.settings.heartbeat_minutes) if complete else None
            _stage(
                opened,
                files,
                stdin,
                language,
                on_error=on_error,
                heartbeat=heartbeat,
                dry_run=dry_run,
            )
            if plan := opened.plan():
                _send(place, writer, opened, plan, concurrency, dry_run=dry_run)
            elif dry_run:
                note("There is nothing to send.")
            if not dry_run:
                _conclude(place, writer.unit, opened, rejected)
    except (LineError, JournalError) as error:
        raise CommandError(str(error), FAILED) from error


def _bridge(place: Place, name: str | None) -> str | None:
    return place.bridges([name])[0].name if name else None


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError) as error:
        raise CommandError(
            f"--timezone takes a time zone such as Europe/Stockholm, not {name!r}.", WRONG_USAGE
        ) from error


def _words(text: str | None) -> dict[str, str] | None:
    if text is None:
        return None
    words = dict(pair.partition("=")[::2] for pair in text.split(","))
    if not set(words.values()) <= {status.value for status in Status}:
        raise CommandError(
            f"--map takes words and Open or Closed, such as Open=Closed,Closed=Open, not {text!r}.",
            WRONG_USAGE,
        )
    return words


@contextmanager
def _kept_stdin() -> Iterator[BufferedRandom]:
    """Keep what the standard input says, which can be read only once, in a file for now."""
    if sys.stdin is None:  # as of a service, or after `<&-`
        raise CommandError("The standard input is closed: name a file.", WRONG_USAGE)
    with TemporaryFile() as kept:
        with naming(gettempdir()):
            shutil.copyfileobj(sys.stdin.buffer, kept)
            kept.flush()
        yield kept


def _identity(file: str, stdin: BufferedRandom | None) -> list[object]:
    """Tell a file from others, and from what it was before."""
    if stdin is not None and file == STDIN:
        stdin.seek(0)
        return [file, hashlib.file_digest(stdin, "sha256").hexdigest()]
    found = Path(file).stat()
    return [str(Path(file).resolve()), found.st_size, found.st_mtime_ns]


def _stage(  # noqa: PLR0913 - what to read, and how
    journal: Journal,
    files: list[str],
    stdin: BufferedRandom | None,
    language: Language,
    *,
    on_error: OnError,
    heartbeat: timedelta | None,
    dry_run: bool,
) -> None:
    if journal.is_staged:
        note(f"Resuming; sent before: {counted(_sent(journal), 'observation')}.")
        return
    wrong = 0
    skipped = Skipped(Path())

    def entries() -> Iterator[Observed | Opened]:
        with skipped:
            for file in files:
                yield from read(file, language, partial(handle, file), stdin)
        if wrong and on_error is OnError.COLLECT:
            raise LineError(f"{counted(wrong, 'wrong line')}: nothing was sent.")

    def handle(file: str, error: LineError) -> None:
        nonlocal wrong
        if on_error is OnError.STOP:
            raise error
        note(str(error))
        wrong += 1
        if on_error is OnError.SKIP and not dry_run:
            skipped.add(file, error)

    findings = journal.stage(entries(), heartbeat)
    _print_findings(findings)
    if journal.has_openings and heartbeat is None:
        note(
            "Between openings that are far apart nothing is known, so that the later one has no "
            "known start: say --complete if the files tell every opening."
        )
    if wrong:
        where = ", ".join(map(str, skipped.paths.values()))
        note(f"Skipped {counted(wrong, 'wrong line')}" + (f", now in {where}." if where else "."))


def _print_findings(findings: Findings) -> None:
    for kind, sentences in (
        ("Overlaps that count as one opening", findings.overlaps),
        ("Openings without an end, for which none is invented", findings.without_end),
    ):
        for sentence in sentences[:SHOWN]:
            note(f"{sentence}.")
        if sentences:
            note(f"{kind}: {len(sentences)}.")


def _print(journal: Journal) -> None:
    rows = ((_iso(time), bridge, status) for bridge, time, status in journal.rows())
    print_csv(("time", "bridge", "status"), rows)


def _iso(milliseconds: int) -> str:
    return iso_milliseconds(EPOCH + timedelta(milliseconds=milliseconds))


def _check_table(place: Place, writer: Writer, journal: Journal, plan: Plan) -> None:
    """See that the table is there, and takes records as old as these."""
    retention = writer.retention()
    now = datetime.now(UTC)
    late = journal.count(before=_milliseconds(now - retention.on_time))
    if late and not retention.takes_late:
        raise CommandError(
            f"Older than the memory store of {place.observations.sql_name}: {late} of "
            f"{counted(plan.observations, 'observation')}. Its magnetic-store writes are off, so "
            "Timestream would reject them: switch them on with `tables update --late-writes "
            "--rejected-bucket BUCKET`.",
            FAILED,
        )
    lost = journal.count(before=_milliseconds(now - retention.kept))
    if late > lost:
        # https://docs.aws.amazon.com/timestream/latest/developerguide/troubleshoot-rejectedrecords.html
        note(
            f"Late, so straight to the magnetic store: {counted(late - lost, 'observation')}. "
            "Those that contradict a record of the table are rejected afterwards: reports on them "
            "are in its bucket of rejected data, and nowhere else."
        )
    if lost:
        note(
            "Older than what the table keeps, so that it is rejected: "
            f"{counted(lost, 'observation')}."
        )


def _milliseconds(time: datetime) -> int:
    return (time - EPOCH) // timedelta(milliseconds=1)


def _send(  # noqa: PLR0913 - what to send, and how
    place: Place,
    writer: Writer,
    journal: Journal,
    plan: Plan,
    concurrency: int,
    *,
    dry_run: bool,
) -> None:
    sample = [writer.units(batch) for batch in islice(journal.batches(), SAMPLE)]
    units = ceil(plan.batches * mean(sample))
    cost = estimate(place, writer.unit, units, writer.seconds(journal.by_bridge()))
    note(
        f"{counted(plan.observations, 'observation')} of {counted(plan.bridges, 'bridge')}, from "
        f"{_iso(plan.first)} to {_iso(plan.last)}: {cost}."
    )
    if dry_run:
        _print(journal)
        return
    _check_table(place, writer, journal, plan)
    with bar(plan.observations, _sent(journal), f"{usd(place, writer.unit, units)} USD") as drawn:

        def sent(one: Outcome) -> None:
            drawn.advance(one.accepted + one.duplicates + len(one.refusals))

        try:
            send(journal, writer, concurrency=concurrency, sent=sent)
        except BaseException:
            note(
                f"Sent {_sent(journal)} of {counted(plan.observations, 'observation')}; the same "
                "command sends the rest."
            )
            raise


def _sent(journal: Journal) -> int:
    """Count the observations that have been sent."""
    progress, plan = journal.progress(), journal.plan()
    return min(progress.batches * BATCH, plan.observations) if plan else 0


def _conclude(place: Place, unit: Dimension, journal: Journal, rejected: Path) -> None:
    """Print the counts, write what was refused, and remove the journal.

    :raises CommandError: if anything was refused.
    """
    progress = journal.progress()
    rejected = free_path(rejected)
    typer.echo(f"accepted    {progress.accepted}")
    typer.echo(f"duplicates  {progress.duplicates}")
    typer.echo(f"rejected    {progress.refused}")
    note(f"Billed: {counted(progress.units, 'write')}, {usd(place, unit, progress.units)} USD.")
    if progress.refused:
        rows = ((_iso(time), bridge, *rest) for bridge, time, *rest in journal.refusals())
        with (
            atomic_write(rejected) as partial,
            partial.open("w", encoding="utf-8", newline="") as file,
        ):
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("time", "bridge", "status", "reason"))
            writer.writerows(rows)
    journal.done()
    if progress.refused:
        raise CommandError(
            f"{rejected} holds {counted(progress.refused, 'rejected observation')}, with the "
            "reasons; correct it and import it.",
            FAILED,
        )
