"""When a schedule is due: EventBridge Scheduler's rate, cron and at expressions.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

LAST_YEAR = 2199

_UNITS = {"minute": 60, "hour": 3600, "day": 86400}
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


class Recurrence(Protocol):
    """The times at which a schedule is due."""

    def first(self, since: datetime) -> datetime | None:
        """Give the first time at or after `since`, the moment when the schedule came to be."""

    def after(self, due: datetime) -> datetime | None:
        """Give the time that follows the due time `due`, or None where it was the last."""


@dataclass(frozen=True)
class Rate:
    """Due at once, and then at a fixed distance."""

    interval: timedelta

    def first(self, since: datetime) -> datetime:
        """Give `since` itself."""
        return since

    def after(self, due: datetime) -> datetime:
        """Give the time one interval later."""
        return due + self.interval


@dataclass(frozen=True)
class Once:
    """Due one time."""

    at: datetime

    def first(self, since: datetime) -> datetime | None:
        """Give the time, unless it is over."""
        return self.at if self.at >= since else None

    def after(self, due: datetime) -> None:  # noqa: ARG002 - there is never another
        """Give None."""
        return


@dataclass(frozen=True)
class Cron:
    """Due where the clock on the wall of a time zone matches.

    A time that the zone skips in spring is skipped; one that it repeats in autumn is due once.
    """

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    """0 is Sunday."""
    years: frozenset[int]
    zone: ZoneInfo

    def first(self, since: datetime) -> datetime | None:
        """Give the first match at or after `since`."""
        return self.after(since - timedelta(microseconds=1))

    def after(self, due: datetime) -> datetime | None:
        """Give the first match after `due`."""
        day = due.astimezone(self.zone).date()
        while day.year <= LAST_YEAR:
            if self._matches(day):
                for hour in self.hours:
                    for minute in self.minutes:
                        wall = datetime.combine(day, time(hour, minute), self.zone)
                        found = wall.astimezone(UTC)
                        exists = found.astimezone(self.zone).replace(tzinfo=None) == (
                            wall.replace(tzinfo=None)
                        )
                        if found > due and exists:
                            return found
            day += timedelta(days=1)
        return None

    def _matches(self, day: date) -> bool:
        return (
            day.year in self.years
            and day.month in self.months
            and day.day in self.days
            and day.isoweekday() % 7 in self.weekdays
        )


def parse(expression: str, zone: str = "UTC") -> Recurrence:
    """Read a schedule expression.

    :param zone: the IANA name of the time zone of cron and at expressions.
    :raises ValueError: naming what is wrong or, for L, W and #, what is not supported here.
    """
    match = re.fullmatch(r"(rate|cron|at)\((.*)\)", expression.strip())
    if not match:
        raise ValueError(f"Invalid Schedule Expression {expression}.")
    kind, text = match.groups()
    if kind == "rate":
        return _rate(text)
    place = ZoneInfo(zone)
    if kind == "at":
        return Once(datetime.fromisoformat(text).replace(tzinfo=place).astimezone(UTC))
    return _cron(text, place)


def _rate(text: str) -> Rate:
    match = re.fullmatch(r"([1-9]\d*) (minute|hour|day)s?", text)
    if not match:
        raise ValueError(f"Invalid Schedule Expression rate({text}).")
    return Rate(timedelta(seconds=int(match[1]) * _UNITS[match[2]]))


def _cron(text: str, zone: ZoneInfo) -> Cron:
    fields = text.split()
    if len(fields) != 6:  # noqa: PLR2004 - minutes hours day-of-month month day-of-week year
        raise ValueError(f"Invalid Schedule Expression cron({text}): six fields are needed.")
    minutes, hours, days, months, weekdays, years = fields
    if "?" not in (days, weekdays):
        raise ValueError(f"Invalid Schedule Expression cron({text}): one of the days must be ?.")
    return Cron(
        minutes=tuple(sorted(_values(minutes, 0, 59))),
        hours=tuple(sorted(_values(hours, 0, 23))),
        days=frozenset(_values(days, 1, 31)),
        months=frozenset(_values(months, 1, 12, _MONTHS)),
        weekdays=frozenset(day - 1 for day in _values(weekdays, 1, 7, _WEEKDAYS)),
        years=frozenset(_values(years, 1970, LAST_YEAR)),
        zone=zone,
    )


def _values(field: str, lowest: int, highest: int, names: tuple[str, ...] = ()) -> set[int]:
    """Expand one field: `*`, `?`, numbers, names, ranges, steps and lists of them."""
    values: set[int] = set()
    for part in field.upper().split(","):
        for position, name in enumerate(names):
            part = part.replace(name, str(position + lowest))  # noqa: PLW2901 - one after another
        match = re.fullmatch(r"(?:[*?]|(\d+)(?:-(\d+))?)(?:/(\d+))?", part)
        if not match:
            raise ValueError(f"The embedded scheduler does not support {part!r} in cron.")
        start, end, step = match.groups()
        # `5/15` runs to the end of the field, `5` stands for itself.
        last = int(end) if end else highest if step or not start else int(start)
        first = int(start) if start else lowest
        if not lowest <= first <= last <= highest:
            raise ValueError(f"{part} is not within {lowest} to {highest}.")
        values.update(range(first, last + 1, int(step or 1)))
    return values
