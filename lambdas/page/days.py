"""Pieces of a bridge's history that are drawn as one row each, and what they add up to.

A row is a `lambdas.patterns.Day`: every interval in it is as long as it was, and a day of 23 or 25
hours is a row of that length. The last 24 hours are one too.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from lambdas.history import Stretch
from lambdas.observation import Status
from lambdas.patterns import Day

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


def row(stretches: Sequence[Stretch], start: datetime, end: datetime) -> Day:
    """Cut out what is between two moments."""
    parts = (
        Stretch(one.status, max(one.start, start), min(one.end, end))
        for one in stretches
        if one.start < end and one.end > start
    )
    return Day(start.date(), start, end, tuple(parts))


def open_times(day: Day) -> int:
    """Count the stretches of a row in which the bridge was Open."""
    return sum(one.status is Status.OPEN for one in day.stretches)


def time_of(day: Day, status: Status | None) -> timedelta:
    """Tell how long a bridge had a status in a row; None is unknown."""
    return sum((one.duration for one in day.stretches if one.status is status), timedelta())
