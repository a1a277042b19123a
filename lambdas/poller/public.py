"""What the public sees of a poll: recent observations, the beat, and openings that are announced.

It comes after the records are in the store or the queue, and never harms them: what fails here is
told, tried again with a later poll, and left alone for a while so that no poll comes late for it.
"""

from __future__ import annotations

import time
from collections import deque
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from lambdas.beat import Beat
from lambdas.poller.sources import SourceError
from lambdas.store import WRITE_SECONDS, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from lambdas.observation import Observation
    from lambdas.plans import Planned
    from lambdas.poller.poll import Poll
    from lambdas.store import Store

WAITING = 1000
"""How many observations wait for the table at most; `publish` fills what is lost besides."""

REST_SECONDS = 60
"""How long the table is left alone after it failed."""

RESERVE_SECONDS = WRITE_SECONDS + 10
"""The time that telling may take at the worst."""

PLANS_EVERY = timedelta(minutes=10)


class Beats(Protocol):
    """Where the beat is put: `lambdas.poller.beat_table.BeatTable`. Failures are StoreErrors."""

    def put_beat(self, now: Beat) -> Beat | None:
        """Replace the beat; give the one before."""

    def put_plans(self, planned: Mapping[str, Sequence[Planned]], read: datetime) -> None:
        """Replace the plans."""


class Public:
    """Tells the public what polls saw.

    :param recent: the table of recent observations, where it isn't the store itself.
    :param beats: where the beat is put, if there is a page.
    :param announcers: read what sources announce, by bridge, until a deadline; a SourceError is
        told, as what the table does not take.
    :param tolerance: a longer silence of a bridge is a gap.
    :param now: tells the time.
    """

    def __init__(
        self,
        *,
        recent: Store | None,
        beats: Beats | None,
        announcers: Sequence[Callable[[float], Mapping[str, Sequence[Planned]]]],
        tolerance: timedelta,
        now: Callable[[], datetime],
    ) -> None:
        self._recent = recent
        self._beats = beats
        self._announcers = announcers
        self._tolerance = tolerance
        self._now = now
        self._waiting: deque[Observation] = deque(maxlen=WAITING)
        self._beat: Beat | None = None
        self._planned_at: datetime | None = None
        self._rests_until = 0.0

    def tell(self, poll: Poll, deadline: float) -> list[Exception]:
        """Tell of a poll. Never raises.

        :param deadline: when it must be done, by `time.monotonic()`.
        :returns: what went wrong.
        """
        self._waiting += [*poll.delivered.written, *poll.delivered.queued]
        now = self._now()
        # What was seen counts even while the table rests.
        before = self._beat or Beat(now, {}, began=now)
        beat = before.after(poll.observations, now, self._tolerance)
        is_first, self._beat = self._beat is None, beat
        started = time.monotonic()
        if started < self._rests_until or started > deadline - RESERVE_SECONDS:
            return []
        try:
            self._write_recent()
            self._put_beat(beat, is_first=is_first)
        except StoreError as error:
            self._rests_until = time.monotonic() + REST_SECONDS
            if is_first:
                self._beat = None  # it has yet to learn what the one before knew
            return [error]
        return []

    def announce(self, deadline: float) -> list[Exception]:
        """Tell what sources announce, when it is time again. Never raises.

        :param deadline: as for `tell`.
        :returns: what went wrong.
        """
        now = self._now()
        is_due = self._planned_at is None or now >= self._planned_at + PLANS_EVERY
        if self._beats is None or not self._announcers or not is_due:
            return []
        if time.monotonic() > deadline - RESERVE_SECONDS:
            return []
        self._planned_at = now
        planned: dict[str, Sequence[Planned]] = {}
        try:
            for announced in self._announcers:
                planned |= announced(deadline - RESERVE_SECONDS)
            self._beats.put_plans(planned, now)
        except (SourceError, StoreError) as error:
            return [error]
        return []

    def _write_recent(self) -> None:
        if self._recent is None:
            self._waiting.clear()
        elif self._waiting:
            self._recent.write(list(self._waiting))
            self._waiting.clear()

    def _put_beat(self, beat: Beat, *, is_first: bool) -> None:
        if self._beats is None:
            return
        before = self._beats.put_beat(beat)
        if is_first and before is not None:
            # A new container knows only since it began; the one before it knew longer.
            joined = beat.joined_to(before, self._tolerance)
            if joined != beat:
                self._beats.put_beat(joined)
            self._beat = joined
