"""A store in memory: the second implementation that keeps the contract honest, for tests only."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from lambdas.observation import Observation
from lambdas.store import Refusal, StoreError


class MemoryStore:
    """:param refuses: the bridges that it refuses; :param fails: whether it fails altogether."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, datetime], Observation] = {}
        self.writes: list[list[Observation]] = []
        self.refuses: set[str] = set()
        self.fails = False

    def write(self, observations: Sequence[Observation]) -> list[Refusal]:
        if self.fails:
            raise StoreError("The store is out of order.", "OutOfOrder")
        self.writes.append(list(observations))
        taken = [one for one in observations if one.bridge not in self.refuses]
        for one in taken:
            self.kept.setdefault((one.bridge, one.time), one)
        return [Refusal(one, "not this one") for one in observations if one not in taken]

    def read(
        self, bridges: Collection[str], since: datetime, until: datetime
    ) -> Iterator[Observation]:
        for bridge in bridges:
            if not bridge or len(bridge) > 256 or min(bridge) < " ":
                raise ValueError(f"{bridge!r} cannot be a bridge's name")
        if since.tzinfo is None or until.tzinfo is None:
            raise ValueError("A query's times are timezone-aware")
        found = [
            one for one in self.kept.values() if one.bridge in bridges and since <= one.time < until
        ]
        return iter(sorted(found, key=lambda one: one.time))
