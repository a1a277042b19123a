"""A store in memory: the second implementation that keeps the contract honest, for tests only."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from lambdas.observation import Observation, check_name
from lambdas.store import Refusal, StoreError


class MemoryStore:
    """One that keeps what it is given.

    :param present: what time it is for it; it refuses nothing for its time without it.
    :param retention: how long it keeps what.
    :ivar refuses: the bridges that it refuses.
    :ivar fails: whether it fails altogether.
    """

    def __init__(
        self, present: datetime | None = None, retention: timedelta = timedelta.max
    ) -> None:
        self._present = present
        self._retention = retention
        self.kept: dict[tuple[str, datetime], Observation] = {}
        self.writes: list[list[Observation]] = []
        self.refuses: set[str] = set()
        self.fails = False

    def write(self, observations: Sequence[Observation]) -> list[Refusal]:
        if self.fails:
            raise StoreError("The store is out of order.", "OutOfOrder")
        self.writes.append(list(observations))
        refusals = []
        for one in observations:
            if one.bridge in self.refuses:
                refusals.append(Refusal(one, "not this one"))
            elif self._present and not self._takes(one.time, self._present):
                refusals.append(Refusal(one, "outside the time range"))
            else:
                self.kept.setdefault((one.bridge, one.time), one)
        return refusals

    def _takes(self, time: datetime, present: datetime) -> bool:
        return -timedelta(minutes=15) <= present - time < self._retention

    def read(
        self, bridges: Collection[str], since: datetime, until: datetime
    ) -> Iterator[Observation]:
        for bridge in bridges:
            check_name(bridge)
        if since.tzinfo is None or until.tzinfo is None:
            raise ValueError("A query's times are timezone-aware")
        found = [
            one for one in self.kept.values() if one.bridge in bridges and since <= one.time < until
        ]
        return iter(sorted(found, key=lambda one: one.time))

    def last(self, bridges: Collection[str]) -> dict[str, Observation]:
        for bridge in bridges:
            check_name(bridge)
        latest = sorted(self.kept.values(), key=lambda one: one.time)
        return {one.bridge: one for one in latest if one.bridge in bridges}
