"""One poll: ask the sources, confirm what changed, write what is worth a record."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.poller.policy import Memory, Why, is_change, remember, why_write
from lambdas.poller.sources import Failure, Look, Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from lambdas.observation import Observation
    from lambdas.poller.configuration import Bridge, Configuration
    from lambdas.poller.sources import Source
    from lambdas.store import Refusal, Store

SOURCES_SHARE = 0.5
"""The part of an interval that asking the sources may take; the rest is for the store."""


@dataclass(frozen=True, slots=True)
class Poll:
    """What a poll did.

    :param observations: what it saw.
    :param failures: what it could not see, and why.
    :param written: what it wrote, and why; the refused ones are not among them.
    :param refusals: what the store did not take.
    """

    observations: tuple[Observation, ...]
    failures: tuple[Failure, ...]
    written: tuple[tuple[Observation, Why], ...]
    refusals: tuple[Refusal, ...]


class Poller:
    """Polls the bridges, and remembers between polls what it wrote.

    :param sources: by the name that bridges call them.
    :param now: tells the time.
    """

    def __init__(
        self,
        configuration: Configuration,
        *,
        sources: Mapping[str, Source],
        store: Store,
        now: Callable[[], datetime],
    ) -> None:
        self._configuration = configuration
        self._sources = sources
        self._bridges = {
            name: [bridge for bridge in configuration.bridges if bridge.source == name]
            for name in sources
        }
        self._store = store
        self._now = now
        self._memory = Memory()

    def poll(self) -> Poll:
        """Poll once.

        :raises StoreError: if the store failed; the memory is as before, so the next poll writes.
        """
        interval = self._configuration.interval
        known = self._memory.at(self._now(), interval)
        look = self._look(known)
        reasons = [
            (seen, why_write(known.get(seen.bridge), seen, self._configuration.heartbeat, interval))
            for seen in look.observations
        ]
        wanted = [(seen, why) for seen, why in reasons if why is not None]
        refusals = self._store.write([seen for seen, _ in wanted]) if wanted else []
        refused = {refusal.observation for refusal in refusals}
        written = tuple((seen, why) for seen, why in wanted if seen not in refused)
        self._memory = remember(known, (seen for seen, _ in written), finished=self._now())
        return Poll(look.observations, look.failures, written, tuple(refusals))

    def _look(self, known: Mapping[str, Observation]) -> Look:
        """Look at every source; each has a fair share of the time, so that none uses up all."""
        observations: list[Observation] = []
        failures: list[Failure] = []
        end = time.monotonic() + self._configuration.interval.total_seconds() * SOURCES_SHARE
        for waiting, (name, bridges) in zip(
            range(len(self._bridges), 0, -1), self._bridges.items(), strict=True
        ):
            now = time.monotonic()
            look = self._look_at(name, bridges, known, deadline=now + (end - now) / waiting)
            observations += look.observations
            failures += look.failures
        return Look(tuple(observations), tuple(failures))

    def _look_at(
        self,
        name: str,
        bridges: Sequence[Bridge],
        known: Mapping[str, Observation],
        deadline: float,
    ) -> Look:
        """Look at one source, and again at once where a status seems to have changed."""
        source = self._sources[name]
        first = source.look(bridges, deadline)
        changed = {
            seen.bridge for seen in first.observations if is_change(known.get(seen.bridge), seen)
        }
        if not changed:
            return first
        second = source.look([bridge for bridge in bridges if bridge.name in changed], deadline)
        confirmed = {(seen.bridge, seen.status) for seen in second.observations}
        believed = tuple(
            seen
            for seen in first.observations
            if seen.bridge not in changed or (seen.bridge, seen.status) in confirmed
        )
        differing = tuple(
            seen.bridge
            for seen in second.observations
            if seen.bridge in changed and seen.bridge not in {one.bridge for one in believed}
        )
        failures = first.failures + second.failures
        if differing:
            failures += (
                Failure(
                    name, Reason.UNCONFIRMED, "a second look differs from the first", differing
                ),
            )
        return Look(believed, failures)
