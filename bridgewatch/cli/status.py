"""`bridgewatch status`: what each bridge does now."""

import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console

from bridgewatch.cli.output import Output, note, print_records, print_table
from bridgewatch.cli.reading import Place, reads
from bridgewatch.cli.times import in_words, iso, iso_milliseconds
from bridgewatch.cost.prices import REGION, load_prices
from bridgewatch.cost.words import reading_in_words
from bridgewatch.deployment import deployment
from lambdas.history import stretches
from lambdas.observation import Observation, Status

LOOK_BACK = timedelta(days=7)
"""How far back the last change is looked for: one query, whose price hardly depends on it."""

_LOOKED = in_words(LOOK_BACK)

WATCH_SECONDS = 60
"""As often as the poller looks."""


@dataclass(frozen=True)
class Current:
    """What is known of a bridge now.

    :param status: None if it is unknown: the last record is too old.
    :param since: since when; None if that is unknown, or longer ago than was looked.
    :param observed: when it was last recorded.
    """

    bridge: str
    status: Status | None
    since: datetime | None
    observed: datetime | None


def current(
    bridge: str, observations: Sequence[Observation], now: datetime, tolerance: timedelta
) -> Current:
    """Tell what is known of a bridge.

    :param observations: its own, in time order, from `tolerance` before the LOOK_BACK on: an
        earlier record tells the status at its beginning.
    :param tolerance: how old the last one may be.
    """
    if not observations:
        return Current(bridge, None, None, None)
    observed = observations[-1].time
    found = stretches(observations, now - LOOK_BACK, now, tolerance)
    last = found[-1]
    # The only stretch began before the look: it is known how it is, not since when.
    since = last.start if last.status and len(found) > 1 else None
    return Current(bridge, last.status, since, observed)


@reads
def status(
    place: Place,
    output: Output,
    *,
    watch: Annotated[
        bool, typer.Option("--watch", help="Look again every minute, until Ctrl-C.")
    ] = False,
) -> None:
    """Tell each bridge's status now, since when, and how old that knowledge is.

    It is unknown when nothing was recorded for longer than a heartbeat and two polls.
    """
    if not watch:
        _print_current(place, output)
        return
    region = place.connection.session().region_name or REGION
    console = Console()  # which clears a terminal only
    console.clear()
    note(reading_in_words(deployment(place.settings), load_prices(), region))
    with suppress(KeyboardInterrupt):
        while True:
            _print_current(place, output)
            time.sleep(WATCH_SECONDS)
            console.clear()


def _print_current(place: Place, output: Output) -> None:
    # The store keeps milliseconds, and the end is not within: what is recorded now counts.
    now = datetime.now(UTC) + timedelta(milliseconds=1)
    names = [bridge.name for bridge in place.settings.bridges]
    observations: dict[str, list[Observation]] = defaultdict(list)
    for observation in place.store.read(names, now - LOOK_BACK - place.tolerance, now):
        observations[observation.bridge].append(observation)
    # Of these the table is asked again, for all that it keeps.
    for observation in place.store.last(set(names) - observations.keys()).values():
        observations[observation.bridge].append(observation)
    found = [current(name, observations[name], now, place.tolerance) for name in names]
    if output is Output.TABLE:
        print_table(("bridge", "status", "since", "last record"), [_row(one, now) for one in found])
    else:
        print_records(output, RECORD, [_record(one, now) for one in found])


RECORD = ("bridge", "status", "since", "observed", "age_seconds")


def _record(one: Current, now: datetime) -> dict[str, object]:
    return {
        "bridge": one.bridge,
        "status": one.status or "unknown",
        "since": iso_milliseconds(one.since) if one.since else None,
        "observed": iso_milliseconds(one.observed) if one.observed else None,
        "age_seconds": round((now - one.observed).total_seconds()) if one.observed else None,
    }


def _row(one: Current, now: datetime) -> tuple[str, ...]:
    since = iso(one.since) if one.since else ""
    if one.status and not one.since:
        since = f"over {_LOOKED} ago"
    last = f"{in_words(now - one.observed)} ago" if one.observed else "none"
    return (one.bridge, one.status or "unknown", since, last)
