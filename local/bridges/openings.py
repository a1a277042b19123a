"""When bridges are open: generated for Hisingsbron, or read from a file of real openings."""

from __future__ import annotations

import csv
import random
from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

HISINGSBRON = "Hisingsbron"

PLANNED = ("05:35", "09:35", "11:35", "14:35", "18:35", "20:35")
"""Local times at which Hisingsbron may open on a weekday: outside the rush hours."""

PLANNED_AT_WEEKENDS = (*PLANNED, "16:35")

USED = 0.75
"""The share of the planned times that is used: about 4.7 openings a day, as the article counted."""

SHORTEST, LONGEST = timedelta(minutes=8), timedelta(minutes=12)
LATEST = timedelta(minutes=4)
"""How late a planned opening may begin."""

BUSY = 50
"""A day with more openings than this is part of what a file recorded."""

_STOCKHOLM = ZoneInfo("Europe/Stockholm")


@dataclass(frozen=True, slots=True)
class Opening:
    """A bridge was open from `start` until `end`, which is None where nobody wrote it down."""

    bridge: str
    start: datetime
    end: datetime | None


class Change(NamedTuple):
    """A bridge became Open or Closed."""

    time: datetime
    bridge: str
    status: str


Openings = dict[str, tuple[Opening, ...]]
"""By bridge: disjoint, in the order of time; only the last one may have no end."""


def merge(openings: Iterable[Opening], bridges: Iterable[str] = ()) -> Openings:
    """Make one history of each bridge from openings that overlap or have no end.

    - An opening without an end lasts until the earliest end of the bridge's later openings: whoever
      wrote that one down saw the bridge close. Where there is none, it never ends.
    - Openings that overlap or touch are one opening, from the first start to the last end.

    :param bridges: bridges that are there even if they never open.
    """
    by_bridge: dict[str, list[Opening]] = defaultdict(list)
    for bridge in bridges:
        by_bridge[bridge] = []
    for opening in openings:
        by_bridge[opening.bridge].append(opening)
    return {bridge: tuple(_merged(rows)) for bridge, rows in sorted(by_bridge.items())}


def _merged(rows: list[Opening]) -> Iterator[Opening]:
    rows = sorted(rows, key=lambda row: row.start)
    current: Opening | None = None
    for row in rows:
        end = row.end or min(
            (later.end for later in rows if later.end and later.start > row.start), default=None
        )
        if current is None or (current.end is not None and row.start > current.end):
            if current:
                yield current
            current = replace(row, end=end)
        elif current.end is not None:
            current = replace(current, end=None if end is None else max(current.end, end))
    if current:
        yield current


def status_at(openings: Mapping[str, Sequence[Opening]], bridge: str, time: datetime) -> str:
    """Tell a bridge's true status: Open from the start of an opening until just before its end."""
    return "Open" if opening_at(openings, bridge, time) else "Closed"


def opening_at(
    openings: Mapping[str, Sequence[Opening]], bridge: str, time: datetime
) -> Opening | None:
    """Give the opening that lasts at that time, if there is one."""
    history = openings[bridge]
    position = bisect_right(history, time, key=lambda opening: opening.start)
    if not position:
        return None
    last = history[position - 1]
    return last if last.end is None or time < last.end else None


def changes(openings: Openings, since: datetime, until: datetime) -> list[Change]:
    """List what truly changed from `since` until just before `until`, in the order of time."""
    found: list[Change] = []
    for history in openings.values():
        for opening in history:
            found.append(Change(opening.start, opening.bridge, "Open"))
            if opening.end is not None:
                found.append(Change(opening.end, opening.bridge, "Closed"))
    return sorted(change for change in found if since <= change.time < until)


def generate(seed: int, since: datetime, until: datetime) -> Openings:
    """Make up the openings of Hisingsbron that begin from `since` until just before `until`.

    Each local day depends on the seed and its date alone, so that two windows agree where they
    overlap.
    """
    found: list[Opening] = []
    day = since.astimezone(_STOCKHOLM).date()
    while day <= until.astimezone(_STOCKHOLM).date():
        chance = random.Random(f"{seed}/{day}")  # noqa: S311 - repeatable, not secret
        planned = PLANNED_AT_WEEKENDS if day.isoweekday() > 5 else PLANNED  # noqa: PLR2004 - Friday
        for time in planned:
            used, late, long = chance.random() < USED, chance.random(), chance.random()
            wall = datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=_STOCKHOLM)
            start = wall.astimezone(UTC) + _whole_seconds(LATEST * late)
            length = _whole_seconds(SHORTEST + (LONGEST - SHORTEST) * long)
            if used and since <= start < until:
                found.append(Opening(HISINGSBRON, start, start + length))
        day += timedelta(days=1)
    return merge(found, [HISINGSBRON])


def read_csv(path: Path) -> list[Opening]:
    """Read real openings: each row happened, whatever its probability was.

    The columns are `bridge`, `opened_at` and `closed_at` (ISO 8601, UTC; may be empty); others are
    ignored.

    :raises ValueError: naming the row that cannot be read.
    """
    rows: list[Opening] = []
    with path.open(newline="", encoding="utf-8") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            try:
                end = _utc(row["closed_at"]) if row["closed_at"] else None
                rows.append(Opening(row["bridge"], _utc(row["opened_at"]), end))
            except (KeyError, ValueError) as error:
                raise ValueError(
                    f"{path}, line {number}: no opening can be read: {error}"
                ) from error
    return rows


def recorded_window(rows: Iterable[Opening]) -> tuple[datetime, datetime]:
    """Give the midnights (UTC) before the first and after the last day with over 50 openings.

    :raises ValueError: if there is no such day.
    """
    days = Counter(row.start.date() for row in rows)
    busy = [day for day, count in days.items() if count > BUSY]
    if not busy:
        raise ValueError(f"There is no day with more than {BUSY} openings in it.")
    first, last = (
        datetime(day.year, day.month, day.day, tzinfo=UTC) for day in (min(busy), max(busy))
    )
    return first, last + timedelta(days=1)


def _utc(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return time.astimezone(UTC)


def _whole_seconds(length: timedelta) -> timedelta:
    return timedelta(seconds=round(length.total_seconds()))
