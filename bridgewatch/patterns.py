"""What a bridge's stretches look like on its own clock: by day, by weekday and by hour.

Pure functions of `lambdas.history`'s stretches. Time is counted in UTC and only named by the local
clock, so a day of 23 or 25 hours adds nothing and loses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from lambdas.history import openings, statistics
from lambdas.observation import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdas.history import Stretch

CELL = timedelta(minutes=30)
CELLS_A_DAY = 48
HOURS_A_DAY = 24
DAYS_A_WEEK = 7


class Cell(Enum):
    """Half an hour of a strip."""

    OUTSIDE = " "
    """Not asked for, in the future, or skipped by the clock in spring."""
    UNKNOWN = "?"
    CLOSED = "-"
    OPEN = "█"
    """Open at some moment of it."""


_RANK = list(Cell)


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a bridge usually does.

    :param openings: how many there were, those without a known start or end included.
    :param openings_a_day: by the time in which its status was known; None if it never was.
    :param mean_opening: of those with a known start and end; None without any.
    :param longest_opening: likewise.
    :param open_share: of the time in which its status was known, 0 to 1; None if it never was.
    :param known_share: of all the time, 0 to 1.
    :param by_weekday_and_hour: openings with a known start, by when they started on the bridge's
        own clock: seven rows from Monday, of 24 hours.
    """

    openings: int
    openings_a_day: float | None
    mean_opening: timedelta | None
    longest_opening: timedelta | None
    open_share: float | None
    known_share: float
    by_weekday_and_hour: tuple[tuple[int, ...], ...]


def pattern(stretches: Sequence[Stretch], timezone: str) -> Pattern:
    """Tell what a bridge usually does.

    :param stretches: as `lambdas.history.stretches` gives them, at least one.
    :param timezone: whose clock counts, such as `Europe/Stockholm`.
    """
    zone = ZoneInfo(timezone)
    sums = statistics(stretches)
    found = openings(stretches)
    lengths = [one.end - one.start for one in found if one.start and one.end]
    counts = [[0] * HOURS_A_DAY for _ in range(DAYS_A_WEEK)]
    for start in (one.start for one in found if one.start):
        local = start.astimezone(zone)
        counts[local.weekday()][local.hour] += 1
    known = sums.known_time
    return Pattern(
        openings=sums.openings,
        openings_a_day=sums.openings / (known / timedelta(days=1)) if known else None,
        mean_opening=sum(lengths, timedelta()) / len(lengths) if lengths else None,
        longest_opening=sums.longest_opening,
        open_share=sums.open_time / known if known else None,
        known_share=known / (known + sums.gap_time),
        by_weekday_and_hour=tuple(map(tuple, counts)),
    )


def strip(stretches: Sequence[Stretch], timezone: str) -> dict[date, list[Cell]]:
    """Draw stretches as a row of 48 half hours for each day of the local clock.

    In autumn two half hours share a cell, in spring one stays empty.

    :param stretches: without holes or overlaps, as `lambdas.history.stretches` gives them.
    :param timezone: whose clock counts; one that is a multiple of half an hour from UTC.
    """
    zone = ZoneInfo(timezone)
    days: dict[date, list[Cell]] = {}
    for stretch in stretches:
        # Half hours begin alike everywhere: by the epoch's.
        cell = stretch.start - timedelta(
            minutes=stretch.start.minute % 30,
            seconds=stretch.start.second,
            microseconds=stretch.start.microsecond,
        )
        shows = {Status.OPEN: Cell.OPEN, Status.CLOSED: Cell.CLOSED, None: Cell.UNKNOWN}
        while cell < stretch.end or cell == stretch.start:
            local = cell.astimezone(zone)
            row = days.setdefault(local.date(), [Cell.OUTSIDE] * CELLS_A_DAY)
            index = (local.hour * 60 + local.minute) // 30
            row[index] = max(row[index], shows[stretch.status], key=_RANK.index)
            cell += CELL
    return days
