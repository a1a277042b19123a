"""Strips as SVG: every interval is as long as it was, so that nothing is rounded to a cell.

A status is told by height as well as by colour: Open stands tall, Closed lies low, and an unknown
is a dotted line with nothing in it. The unit across is a second.
"""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from lambdas.observation import Status

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from lambdas.patterns import Day

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
LOW = 6
"""Where Closed begins, of ten from the top."""


def paths(row: Day) -> dict[str, str]:
    """Draw a row in a box ten high and as many seconds wide as it is long.

    :returns: path data by status: `Open`, `Closed`, `Unknown`; without those that it lacks.
    """
    drawn: dict[str, list[str]] = {}
    for stretch in row.stretches:
        start = (stretch.start - row.start) // SECOND
        length = (stretch.end - row.start) // SECOND - start
        if stretch.status is Status.OPEN:
            # What was seen by one record alone has no length, and is there all the same.
            part = f"M{start} 0h{max(length, 1)}v10h-{max(length, 1)}z"
        elif stretch.status is Status.CLOSED:
            part = f"M{start} {LOW}h{max(length, 1)}v{10 - LOW}h-{max(length, 1)}z"
        else:
            part = f"M{start} 8h{length}"
        drawn.setdefault(stretch.status or "Unknown", []).append(part)
    return {status: "".join(parts) for status, parts in drawn.items()}


def width(row: Day) -> int:
    """Tell how many seconds wide a row is drawn."""
    return (row.end - row.start) // SECOND


def ticks(row: Day, zone: ZoneInfo, every: int) -> Iterator[tuple[str, str]]:
    """Give where the clock says a multiple of some hours: how far across, in percent, and the hour.

    :param every: hours; a divisor of 24.
    """
    moment = row.start.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    while moment < row.end:
        local = moment.astimezone(zone)
        # Not every clock is whole hours from UTC.
        moment_of_hour = moment - timedelta(minutes=local.minute)
        if local.hour % every == 0 and moment_of_hour >= row.start:
            share = (moment_of_hour - row.start) / (row.end - row.start)
            yield f"{100 * share:.2f}%", f"{local.hour:02}"
        moment += HOUR
