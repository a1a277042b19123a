"""Drawings as text, at most 80 columns wide."""

from __future__ import annotations

from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING

from lambdas.observation import Status
from lambdas.patterns import HOURS_A_DAY, WEEKDAYS, most_openings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from lambdas.history import Stretch
    from lambdas.patterns import Day

CELL = timedelta(minutes=30)
EIGHTHS = "▁▂▃▄▅▆▇█"
SHADES = "░▒▓█"
CLOSED, UNKNOWN, OUTSIDE = "·", "?", " "


def strip_text(days: Sequence[Day]) -> str:
    """Draw days as rows of half hours, each as full as the share of it that the bridge was Open.

    A cell of which most is unknown says so, unless an opening is known in it. On the days when the
    clock jumps, a row has 46 or 50 cells: they follow time, not the clock.
    """
    hours = "".join(f"{hour:<4}" for hour in range(0, HOURS_A_DAY, 2))
    rows = [f"{day.date}  {_row(day)}".rstrip() for day in days]
    legend = f"{EIGHTHS[0]} to {EIGHTHS[-1]} Open, by its share of the half hour"
    return "\n".join(
        [
            f"{'':12}{hours}".rstrip(),
            *rows,
            "",
            f"{'':12}{legend}   {CLOSED} Closed   {UNKNOWN} unknown",
        ]
    )


def _row(day: Day) -> str:
    cells = []
    start = day.start
    while start < day.end:
        cells.append(_cell(day.stretches, start, start + CELL))
        start += CELL
    return "".join(cells)


def _cell(stretches: Sequence[Stretch], start: datetime, end: datetime) -> str:
    within = [one for one in stretches if one.start < end and one.end > start]
    lengths = {status: timedelta() for status in (Status.OPEN, Status.CLOSED, None)}
    for one in within:
        lengths[one.status] += min(one.end, end) - max(one.start, start)
    if lengths[Status.OPEN]:
        return EIGHTHS[ceil(lengths[Status.OPEN] / (end - start) * len(EIGHTHS)) - 1]
    if not within:
        return OUTSIDE
    return UNKNOWN if lengths[None] > lengths[Status.CLOSED] else CLOSED


def heat_map_text(counts: Sequence[Sequence[int | None]]) -> str:
    """Draw openings by weekday and hour (`Pattern.by_weekday_and_hour`), with each day's sum."""
    most = most_openings(counts)
    hours = "".join(f"{hour:<6}" for hour in range(0, HOURS_A_DAY, 3))
    rows = [
        f"{weekday}  {''.join(_shade(count, most) * 2 for count in row)}  {_sum(row):>5}"
        for weekday, row in zip(WEEKDAYS, counts, strict=True)
    ]
    return "\n".join([f"{'':5}{hours:<48}    all", *rows, "", f"{'':5}openings: {_legend(most)}"])


def _sum(counts: Sequence[int | None]) -> int:
    return sum(count for count in counts if count)


def _shade(count: int | None, most: int) -> str:
    if not count:
        return UNKNOWN if count is None else CLOSED
    return SHADES[_step(count, most)]


def _step(count: int, most: int) -> int:
    return ceil(count * len(SHADES) / most) - 1


def _legend(most: int) -> str:
    """Say which counts each shade stands for; shades that stand for none are left out."""
    steps: dict[str, list[int]] = {}
    for count in range(1, most + 1):
        steps.setdefault(SHADES[_step(count, most)], []).append(count)
    shades = [
        f"{shade} {counts[0]}" + (f" to {counts[-1]}" if len(counts) > 1 else "")
        for shade, counts in steps.items()
    ]
    return "   ".join([*shades, f"{CLOSED} none", f"{UNKNOWN} unknown"])
