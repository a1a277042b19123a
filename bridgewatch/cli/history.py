"""`bridgewatch history`: what a bridge did."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from bridgewatch.cli.failures import FAILED, WRONG_USAGE, CommandError
from bridgewatch.cli.output import print_json, print_table
from bridgewatch.cli.reading import Reading, reads
from bridgewatch.cli.times import in_words, iso, iso_milliseconds, moment
from lambdas.history import Statistics, Stretch, statistics, stretches
from lambdas.observation import Observation


@reads
def history(
    reading: Reading,
    bridge: Annotated[str, typer.Argument(help="The bridge's name.")],
    since: Annotated[
        str, typer.Option(help="From when: 7d, 36h or 90m ago, or 2026-11-23T12:00.")
    ] = "7d",
    until: Annotated[str | None, typer.Option(help="Until when, likewise; now without it.")] = None,
    *,
    every: Annotated[
        bool, typer.Option("--all", help="Print each observation, heartbeats included.")
    ] = False,
) -> None:
    """Tell what a bridge did: each change, and each gap in which nothing is known."""
    # Timestream keeps milliseconds, and the end is not within: what is recorded now counts.
    now = datetime.now(UTC) + timedelta(milliseconds=1)
    start = moment(since, "--since", now)
    end = min(now, moment(until, "--until", now)) if until else now
    if start >= end:
        raise CommandError(f"--since {since} is not before {iso(end)}.", WRONG_USAGE)
    around = _read(reading, bridge, start - reading.tolerance, end + reading.tolerance)
    if not around and bridge not in {known.name for known in reading.settings.bridges}:
        known = ", ".join(one.name for one in reading.settings.bridges)
        raise CommandError(
            f"Nothing is recorded of {bridge!r} there, and the settings' bridges are: {known}.",
            FAILED,
        )
    if every:
        _print_observations(reading, [one for one in around if start <= one.time < end])
    else:
        _print_stretches(reading, bridge, stretches(around, start, end, reading.tolerance))


def _read(reading: Reading, bridge: str, since: datetime, until: datetime) -> list[Observation]:
    try:
        return list(reading.store.read([bridge], since, until))
    except ValueError as error:
        raise CommandError(str(error), WRONG_USAGE) from error


def _print_observations(reading: Reading, observations: Sequence[Observation]) -> None:
    if reading.as_json:
        print_json(
            [{"time": iso_milliseconds(one.time), "status": one.status} for one in observations]
        )
    else:
        print_table(("time", "status"), [(iso(one.time), one.status) for one in observations])


def _print_stretches(reading: Reading, bridge: str, found: Sequence[Stretch]) -> None:
    sums = statistics(found)
    if reading.as_json:
        print_json(
            {
                "bridge": bridge,
                "since": iso_milliseconds(found[0].start),
                "until": iso_milliseconds(found[-1].end),
                "stretches": [_json(one) for one in found],
                "openings": sums.openings,
                "open_seconds": sums.open_time.total_seconds(),
                "known_seconds": sums.known_time.total_seconds(),
                "gap_seconds": sums.gap_time.total_seconds(),
            }
        )
    else:
        print_table(
            ("start", "status", "duration"),
            [(iso(one.start), one.status or "gap", in_words(one.duration)) for one in found],
        )
        typer.echo(f"  {_summary(sums)}")


def _json(one: Stretch) -> dict[str, object]:
    return {
        "start": iso_milliseconds(one.start),
        "end": iso_milliseconds(one.end),
        "status": one.status or "unknown",
        "duration_seconds": one.duration.total_seconds(),
    }


def _summary(sums: Statistics) -> str:
    summary = f"openings: {sums.openings}, open {in_words(sums.open_time)}"
    if sums.longest_opening is not None:
        summary += f", the longest {in_words(sums.longest_opening)}"
    if sums.gap_time:
        summary += f"; unknown {in_words(sums.gap_time)}"
    return summary
