"""What a bridge's stretches look like on its own clock: by day, by weekday and by hour.

Pure functions of `lambdas.history`'s stretches. Time is counted in UTC and only named by the local
clock, so a day of 23 or 25 hours adds nothing and loses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from lambdas.history import Stretch, openings, statistics

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HOUR = timedelta(hours=1)
HOURS_A_DAY = 24
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


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
        own clock: seven rows from Monday, of 24 hours. None where the status was never known.
    """

    openings: int
    openings_a_day: float | None
    mean_opening: timedelta | None
    longest_opening: timedelta | None
    open_share: float | None
    known_share: float
    by_weekday_and_hour: tuple[tuple[int | None, ...], ...]


def pattern(stretches: Sequence[Stretch], timezone: str) -> Pattern:
    """Tell what a bridge usually does.

    :param stretches: as `lambdas.history.stretches` gives them, at least one.
    :param timezone: whose clock counts, such as `Europe/Stockholm`.
    """
    zone = ZoneInfo(timezone)
    sums = statistics(stretches)
    found = openings(stretches)
    lengths = [one.end - one.start for one in found if one.start and one.end]
    counts: list[list[int | None]] = [[None] * HOURS_A_DAY for _ in WEEKDAYS]
    for local in _hours_known(stretches, zone):
        counts[local.weekday()][local.hour] = 0
    for start in (one.start for one in found if one.start):
        local = start.astimezone(zone)
        counts[local.weekday()][local.hour] = (counts[local.weekday()][local.hour] or 0) + 1
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


def most_openings(counts: Sequence[Sequence[int | None]]) -> int:
    """Give the highest count of `Pattern.by_weekday_and_hour`; 0 if there was no opening."""
    return max((count for row in counts for count in row if count), default=0)


def _hours_known(stretches: Sequence[Stretch], zone: ZoneInfo) -> Iterator[datetime]:
    """Give each hour of the local clock in which the status was known at some moment."""
    for stretch in stretches:
        if stretch.status is None:
            continue
        local = stretch.start.astimezone(zone)
        into_the_hour = timedelta(
            minutes=local.minute, seconds=local.second, microseconds=local.microsecond
        )
        hour = stretch.start - into_the_hour
        while hour < stretch.end or hour == stretch.start:
            yield hour.astimezone(zone)
            hour += HOUR


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a bridge's own clock, and what is known of it.

    :param start: its first moment, in UTC; its clock shows midnight.
    :param end: the next day's first moment: 23, 24 or 25 hours later.
    :param stretches: its parts, in time order and with their true ends; what was not asked for is
        not in them.
    """

    date: date
    start: datetime
    end: datetime
    stretches: tuple[Stretch, ...]


def days(stretches: Sequence[Stretch], timezone: str) -> list[Day]:
    """Divide stretches by the days of the local clock.

    :param stretches: without holes or overlaps, as `lambdas.history.stretches` gives them.
    :param timezone: whose clock counts, such as `Europe/Stockholm`.
    """
    zone = ZoneInfo(timezone)
    found: list[Day] = []
    day, end = stretches[0].start.astimezone(zone).date(), stretches[-1].end
    while not found or found[-1].end < end:
        start, after = _midnight(day, zone), _midnight(day + timedelta(days=1), zone)
        parts = (
            Stretch(one.status, max(one.start, start), min(one.end, after))
            for one in stretches
            if one.start < after and (one.end > start or one.start >= start)
        )
        found.append(Day(day, start, after, tuple(parts)))
        day += timedelta(days=1)
    return found


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
