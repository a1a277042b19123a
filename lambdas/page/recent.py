"""Reads recent observations and the beat, and remembers them while the container is warm.

Records are immutable but for corrections, so what was read once is read again in full only once an
hour, and in between only the newest, when the beat tells of something new. 30 days of a bridge are
some 1,400 records.
"""

from __future__ import annotations

from bisect import bisect_left
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from lambdas.store import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from lambdas.beat import Beat, Sighting
    from lambdas.observation import Observation
    from lambdas.plans import Planned

BEAT_LASTS = timedelta(seconds=1)
PLANS_LAST = timedelta(minutes=1)
WHOLE_LASTS = timedelta(hours=1)
TAIL_LASTS = timedelta(minutes=5)
OVERLAP = timedelta(minutes=15)
"""How far back the newest are read again: the redriver writes late what was queued."""

AT_A_TIME = 8
"""Bridges that are read at once."""


class Table(Protocol):
    """Where they are read: `lambdas.page.table.RecentTable`. What fails raises StoreError."""

    def beat(self) -> Beat | None:
        """Give the last poll's beat; None before the first."""

    def observations(self, bridge: str, since: datetime, until: datetime) -> list[Observation]:
        """Give a bridge's observations with `since` <= time < `until`, in the order of time."""

    def planned(self) -> Mapping[str, Sequence[Planned]]:
        """Give the openings that are announced, by bridge."""


@dataclass(slots=True)
class _Read:
    since: datetime
    whole_at: datetime
    tail_at: datetime
    sighting: Sighting | None
    observations: list[Observation] = field(default_factory=list)


class Recent:
    """What is known of the bridges.

    :param now: tells the time.
    """

    def __init__(self, table: Table, now: Callable[[], datetime]) -> None:
        self._table = table
        self._now = now
        self._beat: tuple[datetime, Beat | None] | None = None
        self._plans: tuple[datetime, Mapping[str, Sequence[Planned]]] | None = None
        self._read: dict[str, _Read] = {}

    def beat(self) -> Beat | None:
        """Give the last poll's beat.

        An old one is as good as none that can be read: what it says runs out by itself.

        :raises StoreError: if none could be read, now or before.
        """
        now = self._now()
        if self._beat is None or not self._beat[0] <= now < self._beat[0] + BEAT_LASTS:
            try:
                self._beat = now, self._table.beat()
            except StoreError:
                if self._beat is None:
                    raise
        return self._beat[1]

    def planned(self, bridge: str) -> Sequence[Planned]:
        """Give the openings of a bridge that are announced.

        :raises StoreError: if they cannot be read.
        """
        now = self._now()
        if self._plans is None or not self._plans[0] <= now < self._plans[0] + PLANS_LAST:
            self._plans = now, self._table.planned()
        return self._plans[1].get(bridge, ())

    def observations(
        self, bridge: str, since: datetime, beat: Beat | None
    ) -> Sequence[Observation]:
        """Give a bridge's observations from `since` on, in the order of time.

        :raises StoreError: if they cannot be read.
        """
        now = self._now()
        sighting = beat.bridges.get(bridge) if beat else None
        read = self._read.get(bridge)
        if (
            read is None
            or since < read.since
            or not read.whole_at <= now < read.whole_at + WHOLE_LASTS
        ):
            found = self._table.observations(bridge, since, now + OVERLAP)
            read = self._read[bridge] = _Read(since, now, now, sighting, found)
        elif _news(read.sighting, sighting) or now >= read.tail_at + TAIL_LASTS:
            start = read.tail_at - OVERLAP
            newest = self._table.observations(bridge, start, now + OVERLAP)
            del read.observations[_position(read.observations, start) :]
            read.observations += newest
            read.tail_at, read.sighting = now, sighting
        return read.observations[_position(read.observations, since) :]

    def load(self, bridges: Sequence[str], since: datetime, beat: Beat | None) -> None:
        """Read several bridges at a time, so that `observations` has them.

        :raises StoreError: if they cannot be read.
        """
        missing = [one for one in bridges if one not in self._read]
        if len(missing) < 2:  # noqa: PLR2004 - one alone needs no help
            return
        with ThreadPoolExecutor(min(AT_A_TIME, len(missing))) as pool:
            for _ in pool.map(lambda one: self.observations(one, since, beat), missing):
                pass


def _news(before: Sighting | None, now: Sighting | None) -> bool:
    if before is None or now is None:
        return before is not now
    return (before.status, before.since) != (now.status, now.since)


def _position(observations: Sequence[Observation], time: datetime) -> int:
    return bisect_left(observations, time, key=lambda one: one.time)
