"""Which fault comes when: chosen from a seed, and counted."""

from __future__ import annotations

import random
import threading
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from embedded_timestream.clock import utc

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from embedded_timestream.clock import Clock

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Outage:
    """A time in which something does not work at all.

    :param fault: how it fails.
    """

    fault: str
    start: datetime
    end: datetime


class Faults:
    """The faults of a time, repeatable by their seed.

    What passes an edge has chances of its own, whatever passes at the others meanwhile.

    :param rates: at each edge, each fault's share of what passes there.
    :param outages: at each edge, each fault's number of outages a day, and how long they last.
    :param start: when the first may come.
    :param end: when all of them are over.
    """

    def __init__(  # noqa: PLR0913 - keyword-only
        self,
        *,
        seed: int,
        clock: Clock,
        rates: Mapping[str, Mapping[str, float]],
        outages: Mapping[str, Mapping[str, tuple[float, timedelta]]],
        start: datetime,
        end: datetime,
    ) -> None:
        self.counts = Counter[str]()
        """How often each fault came, by edge and name: `ndw/html`."""
        self._clock = clock
        self._start, self._end = start, end
        self._rates = rates
        self._seed = seed
        self._chances: dict[str, random.Random] = {}
        self._choosing = threading.Lock()
        chance = random.Random(f"{seed}/outages")  # noqa: S311 - repeatable, not secret
        self.outages: Mapping[str, Sequence[Outage]] = {
            edge: [
                outage
                for fault, (a_day, length) in kinds.items()
                for outage in _outages(chance, fault, a_day, length, (start, end))
            ]
            for edge, kinds in outages.items()
        }
        """By edge."""

    def choose(self, edge: str, what: str = "", excluded: Collection[str] = ()) -> str | None:
        """Choose the fault of what passes an edge now, or None for none, and count it.

        :param what: what passes there, where several may at one time: in no certain order.
        :param excluded: faults that are impossible here.
        """
        now = utc(self._clock)
        if not self._start <= now < self._end:
            return None
        lasting = self.lasting(edge)
        with self._choosing:
            fault = lasting[0] if lasting else self._by_chance(edge, what)
            if fault is None or fault in excluded:
                return None
            self.counts[f"{edge}/{fault}"] += 1
        return fault

    def lasting(self, *edges: str) -> list[str]:
        """Give the faults of the outages that last now, at these edges or at any."""
        now = utc(self._clock)
        return [
            one.fault
            for edge in edges or self.outages
            for one in self.outages.get(edge, ())
            if one.start <= now < one.end
        ]

    def _by_chance(self, edge: str, what: str) -> str | None:
        drawn = self._chance(f"{edge}/{what}").random()
        for fault, rate in self._rates.get(edge, {}).items():
            drawn -= rate
            if drawn < 0:
                return fault
        return None

    def index(self, count: int) -> int:
        """Choose one of so many."""
        return self._chance("index").randrange(count)

    def seconds(self, least: float, most: float) -> float:
        """Choose a length of time."""
        return self._chance("seconds").uniform(least, most)

    def _chance(self, name: str) -> random.Random:
        if name not in self._chances:
            self._chances[name] = random.Random(f"{self._seed}/{name}")  # noqa: S311 - repeatable
        return self._chances[name]


def _outages(
    chance: random.Random,
    fault: str,
    a_day: float,
    length: timedelta,
    window: tuple[datetime, datetime],
) -> Sequence[Outage]:
    start, end = window
    number = max(1, round((end - start) / DAY * a_day))
    latest = (end - start - length).total_seconds()
    if latest < 0:
        return ()
    begins = (start + timedelta(seconds=chance.uniform(0, latest)) for _ in range(number))
    return [Outage(fault, begin, begin + length) for begin in begins]
