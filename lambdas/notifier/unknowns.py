"""When a bridge's status was unknown: by the poller's marks, and by the silence of its records."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime, timedelta

    from lambdas.observation import Observation
    from lambdas.sight import Sight


@dataclass(frozen=True, slots=True)
class Unknown:
    """A time in which nobody knew the status.

    :param since: when it was last known.
    :param until: when it was known again; None if it is not yet.
    :param found: when it could be known that it is unknown: at once by a mark, and by silence only
        once a heartbeat is overdue.
    """

    since: datetime
    until: datetime | None
    found: datetime

    def covers(self, moment: datetime) -> bool:
        """Tell whether the status was unknown at a moment."""
        return self.since < moment and (self.until is None or moment < self.until)


def marked(
    before: Sequence[Unknown],
    sight: Sight | None,
    observations: Sequence[Observation],
    tolerance: timedelta,
) -> tuple[Unknown, ...]:
    """Tell when the status was unknown by the poller's marks.

    :param before: what this gave last time: the poller keeps no more than one mark a bridge.
    :param observations: the bridge's latest, in time order.
    :param tolerance: see `lambdas.history.gap_tolerance`.
    """
    found = list(before)
    if sight and sight.unseen and not any(one.covers(sight.unseen) for one in found):
        since = sight.seen or _last_known(sight.unseen, observations, tolerance)
        if not any(one.since == since for one in found):
            found.append(Unknown(since, None, found=sight.unseen))
    return tuple(
        one if one.until else replace(one, until=_end(one, sight, observations)) for one in found
    )


def _last_known(
    unseen: datetime, observations: Sequence[Observation], tolerance: timedelta
) -> datetime:
    """Say since when it is unknown if the poller itself does not know: it had just started."""
    last = max((one.time for one in observations if one.time <= unseen), default=unseen)
    return last if unseen - last > tolerance else unseen


def _end(
    unknown: Unknown, sight: Sight | None, observations: Iterable[Observation]
) -> datetime | None:
    ends = [one.time for one in observations if one.time > unknown.since]
    if sight and sight.seen and not sight.unseen and sight.seen > unknown.since:
        ends.append(sight.seen)
    return min(ends, default=None)


def silences(
    observations: Sequence[Observation], now: datetime, tolerance: timedelta
) -> Iterator[Unknown]:
    """Tell when the status was unknown because the records are too far apart.

    :param observations: of one bridge, in time order.
    """
    for one, following in pairwise(observations):
        if following.time - one.time > tolerance:
            yield Unknown(one.time, following.time, found=one.time + tolerance)
    if observations and now - observations[-1].time > tolerance:
        last = observations[-1].time
        yield Unknown(last, None, found=last + tolerance)


def unknowns(
    marks: Sequence[Unknown],
    observations: Sequence[Observation],
    now: datetime,
    tolerance: timedelta,
) -> tuple[Unknown, ...]:
    """Give them all, in time order: silence that a mark explains better is left out."""
    silent = [
        one
        for one in silences(observations, now, tolerance)
        if not any(_overlap(one, mark) for mark in marks)
    ]
    return tuple(sorted((*marks, *silent), key=lambda one: one.since))


def _overlap(one: Unknown, other: Unknown) -> bool:
    return (other.until is None or one.since < other.until) and (
        one.until is None or other.since < one.until
    )
