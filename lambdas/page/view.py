"""All that is shown of a bridge, derived from its verdict and its observations of 30 days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from lambdas.history import Stretch, openings, stretches
from lambdas.observation import Observation, Status
from lambdas.page.days import row
from lambdas.page.usual import Usual, usual
from lambdas.patterns import Day, Pattern, days, pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdas.beat import Sighting
    from lambdas.history import Opening
    from lambdas.page.configuration import PageBridge
    from lambdas.page.verdict import Verdict

HOURS = timedelta(hours=24)
WEEK, MONTH = 7, 30
"""Days that are shown as rows, today among them."""


@dataclass(frozen=True, slots=True)
class View:
    """A bridge, and what is known of it.

    :param as_of: until when it tells: the last poll, or the last whole minute if polls stopped.
    :param hours: the last 24 hours until then.
    :param days: the last 30 days on the bridge's clock, the newest first.
    :param pattern: of those days.
    :param openings: in them, the newest first; the first may last.
    :param usual: how long openings usually last from here; None if that can't be told.
    """

    bridge: PageBridge
    verdict: Verdict
    as_of: datetime
    hours: Day
    days: tuple[Day, ...]
    pattern: Pattern
    openings: tuple[Opening, ...]
    usual: Usual | None


def beginning(bridge: PageBridge, as_of: datetime) -> datetime:
    """Tell when the oldest day that is shown began."""
    first = as_of.astimezone(bridge.zone).date() - timedelta(days=MONTH - 1)
    return datetime.combine(first, time(), bridge.zone).astimezone(UTC)


def history(
    observations: Sequence[Observation],
    verdict: Verdict,
    since: datetime,
    as_of: datetime,
    tolerance: timedelta,
) -> list[Stretch]:
    """Divide the time from `since` to `as_of` into stretches, with what the beat knows.

    :param observations: the bridge's, in the order of time, from `since - tolerance`.
    """
    beat = verdict.sighting
    if beat is None or beat.seen <= since:
        return stretches(observations, since, as_of, tolerance)
    seen = min(beat.seen, as_of)
    known = [one for one in observations if one.time <= seen]
    lasted = max(beat.since, since)
    if all(one.status is beat.status for one in known if one.time >= lasted):
        # The beat saw every poll of it: no record is missing in between.
        found = stretches([one for one in known if one.time < lasted], since, lasted, tolerance)
        _append(found, Stretch(beat.status, lasted, seen))
    else:
        known.append(Observation(verdict.bridge, beat.status, seen))
        found = stretches(known, since, seen, tolerance)
    # Nobody saw the bridge after the beat did.
    _append(found, Stretch(verdict.status, seen, as_of))
    return found


def lasted_since(
    observations: Sequence[Observation], sighting: Sighting, tolerance: timedelta
) -> datetime:
    """Tell since when a status that the beat saw has lasted, by the records before it as well.

    :param observations: the bridge's, in the order of time.
    """
    since = sighting.since
    for one in reversed(observations):
        if one.time >= since:
            continue
        if one.status is not sighting.status or since - one.time > tolerance:
            break
        since = one.time
    return since


def _append(found: list[Stretch], stretch: Stretch) -> None:
    if stretch.duration <= timedelta() and not (found and found[-1].status is stretch.status):
        return
    if found and found[-1].status is stretch.status:
        stretch = Stretch(stretch.status, found.pop().start, stretch.end)
    found.append(stretch)


def hours_of(found: Sequence[Stretch], as_of: datetime) -> Day:
    """Cut out the last 24 hours."""
    return row(found, as_of - HOURS, as_of)


def view(
    bridge: PageBridge,
    verdict: Verdict,
    observations: Sequence[Observation],
    as_of: datetime,
    tolerance: timedelta,
) -> View:
    """Derive all that is shown of a bridge.

    :param observations: the bridge's, in the order of time, from `beginning - tolerance`.
    """
    since = beginning(bridge, as_of)
    found = history(observations, verdict, since, as_of, tolerance)
    all_openings = openings(found)
    elapsed = timedelta()
    if verdict.status is Status.OPEN and verdict.since:
        elapsed = max(as_of - verdict.since, elapsed)
    return View(
        bridge=bridge,
        verdict=verdict,
        as_of=as_of,
        hours=hours_of(found, as_of),
        days=tuple(reversed(days(found, bridge.timezone))),
        pattern=pattern(found, bridge.timezone),
        openings=tuple(reversed(all_openings)),
        usual=usual(all_openings, elapsed),
    )
