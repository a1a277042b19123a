"""What the tests of the notifier speak of: one bridge, a day in June, and rules about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from lambdas.notifier.evaluation import Evaluation, Known, Watched, evaluate
from lambdas.notifier.rules import Hours, Kind, Rule
from lambdas.notifier.unknowns import marked
from lambdas.observation import Observation, Status

if TYPE_CHECKING:
    from lambdas.sight import Sight

BRIDGE = "Hisingsbron"
STOCKHOLM = ZoneInfo("Europe/Stockholm")
TOLERANCE = timedelta(minutes=62)
MINUTE = timedelta(minutes=1)
STATUSES = {"O": Status.OPEN, "C": Status.CLOSED}


def at(clock: str, day: int = 3) -> datetime:
    """Give a time in UTC of the 3rd of June 2026, a Wednesday, or another day of that month."""
    return datetime.combine(datetime(2026, 6, day), time.fromisoformat(clock), UTC)  # noqa: DTZ001 - just the day


def rule(when: Kind, minutes: int = 0, name: str | None = None, **others: object) -> Rule:
    """Make a rule about every bridge that tells `phone`, with the default patience."""
    made = Rule(
        name=name or when,
        bridges=frozenset(),
        when=when,
        length=timedelta(minutes=minutes),
        hours=None,
        weekdays=frozenset(),
        targets=("phone",),
        patience=timedelta(minutes=30),
    )
    return replace(made, **others)  # type: ignore[arg-type] # a rule's fields


def hours(start: str, end: str) -> Hours:
    """Make hours of `06:30` and the like."""
    return Hours(time.fromisoformat(start), time.fromisoformat(end))


def seen(*records: str) -> tuple[Observation, ...]:
    """Write observations as `08:00 C`."""
    return tuple(
        Observation(BRIDGE, STATUSES[record.split()[1]], at(record.split()[0]))
        for record in records
    )


def watched(*rules: Rule) -> Watched:
    """Make the bridge with rules about it."""
    return Watched("demo", BRIDGE, STOCKHOLM, TOLERANCE, rules)


def evaluated(
    now: str, records: tuple[Observation, ...], *rules: Rule, sight: Sight | None = None
) -> Evaluation:
    """Evaluate rules at a time, over all records that were made by then."""
    by_now = tuple(one for one in records if one.time <= at(now))
    return evaluate(
        watched(*rules), Known(at(now), at("00:00"), by_now, marked((), sight, by_now, TOLERANCE))
    )
