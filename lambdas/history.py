"""What observations tell: stretches of one status, gaps, openings and their statistics.

Pure functions: where the observations were read does not matter. Two rules hold everywhere:

- What is between two records no further apart than the tolerance (a heartbeat and two polls) is the
  first one's status; a longer silence is a gap, whose status is unknown and never invented.
- An opening's start or end is known only where the observations around it show the change.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from lambdas.observation import Observation, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which the status stayed the same.

    :param status: that status, or None in a gap.
    :param start: when it began, or the beginning of what was asked for.
    :param end: when it ended, or the end of what was asked for.
    """

    status: Status | None
    start: datetime
    end: datetime

    @property
    def duration(self) -> timedelta:
        """How long it lasted; zero for a single record between two gaps."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Opening:
    """One opening of a bridge.

    :param start: when it began; None if that was in a gap or before what was asked for.
    :param end: when it ended; None if that was in a gap or it has not ended yet.
    """

    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a bridge's stretches add up to.

    :param openings: how many there were, those without a known start or end included.
    :param open_time: how long the bridge was seen Open.
    :param known_time: how long its status was known.
    :param gap_time: how long it was not.
    :param longest_opening: the longest one with a known start and end, if there is any.
    """

    openings: int
    open_time: timedelta
    known_time: timedelta
    gap_time: timedelta
    longest_opening: timedelta | None


def gap_tolerance(heartbeat: timedelta, interval: timedelta) -> timedelta:
    """Say how far apart two neighbouring records may be before there is a gap between them."""
    return heartbeat + 2 * interval


def changes(observations: Iterable[Observation]) -> Iterator[Observation]:
    """Give the observations whose status differs from the same bridge's one before.

    :param observations: in time order; of any number of bridges. A bridge's first is no change.
    """
    last: dict[str, Status] = {}
    for observation in observations:
        if last.get(observation.bridge, observation.status) is not observation.status:
            yield observation
        last[observation.bridge] = observation.status


def stretches(
    observations: Iterable[Observation], since: datetime, until: datetime, tolerance: timedelta
) -> list[Stretch]:
    """Divide the time from `since` to `until` into stretches, without holes or overlaps.

    :param observations: one bridge's, in time order. Read them from `since - tolerance` to `until +
        tolerance`: the records around tell the status at both ends.
    :param tolerance: see `gap_tolerance`.
    """
    found: list[Stretch] = []
    for status, start, end in _spans(observations, since, until, tolerance):
        # A record that stands alone between two gaps is a stretch of no length, and is kept.
        lone_record = start == end and status is not None and since <= start < until
        clipped = Stretch(status, max(start, since), min(end, until))
        if clipped.end <= clipped.start and not lone_record:
            continue
        if found and found[-1].status is status:
            clipped = Stretch(status, found.pop().start, clipped.end)
        found.append(clipped)
    return found


def _spans(
    observations: Iterable[Observation], since: datetime, until: datetime, tolerance: timedelta
) -> Iterator[tuple[Status | None, datetime, datetime]]:
    last: Observation | None = None
    for observation in observations:
        if last is None:
            yield None, min(since, observation.time), observation.time
        elif observation.time - last.time > tolerance:
            yield last.status, last.time, last.time
            yield None, last.time, observation.time
        else:
            yield last.status, last.time, observation.time
        last = observation
    if last is None:
        yield None, since, until
    elif until - last.time > tolerance:
        yield last.status, last.time, last.time
        yield None, last.time, until
    else:
        yield last.status, last.time, until


def openings(stretches_: Sequence[Stretch]) -> list[Opening]:
    """Give the openings among one bridge's stretches (as `stretches` returns them)."""
    found = []
    for index, stretch in enumerate(stretches_):
        if stretch.status is not Status.OPEN:
            continue
        before = stretches_[index - 1].status if index else None
        after = stretches_[index + 1].status if index + 1 < len(stretches_) else None
        found.append(
            Opening(
                start=stretch.start if before is Status.CLOSED else None,
                end=stretch.end if after is Status.CLOSED else None,
            )
        )
    return found


def statistics(stretches_: Sequence[Stretch]) -> Statistics:
    """Add up one bridge's stretches (as `stretches` returns them)."""
    open_time = sum((s.duration for s in stretches_ if s.status is Status.OPEN), timedelta())
    gap_time = sum((s.duration for s in stretches_ if s.status is None), timedelta())
    whole_time = sum((s.duration for s in stretches_), timedelta())
    found = openings(stretches_)
    lengths = [o.end - o.start for o in found if o.start is not None and o.end is not None]
    return Statistics(
        openings=len(found),
        open_time=open_time,
        known_time=whole_time - gap_time,
        gap_time=gap_time,
        longest_opening=max(lengths, default=None),
    )
