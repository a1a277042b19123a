"""One poll: ask the sources, confirm what changed, deliver what is worth a record."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.delivery import RESERVE_SECONDS
from lambdas.poller.policy import Memory, Why, is_change, remember, turns, why_write
from lambdas.poller.sources import Failure, Look, Reason, look_at

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from lambdas.delivery import Delivered, Delivery
    from lambdas.observation import Observation
    from lambdas.poller.configuration import Bridge, Configuration
    from lambdas.poller.sources import Source

SOURCES_SHARE = 0.5
"""The part of an interval that asking the sources may take; the rest is for the store."""


@dataclass(frozen=True, slots=True)
class Poll:
    """What a poll did.

    :param observations: what it saw.
    :param failures: what it could not see, and why.
    :param why: why observations were to be written, by observation; the others were not.
    :param delivered: where those are now.
    """

    observations: tuple[Observation, ...]
    failures: tuple[Failure, ...]
    why: Mapping[Observation, Why]
    delivered: Delivered


class Poller:
    """Polls the bridges, and remembers between polls what it wrote.

    :param sources: by the name that bridges call them.
    :param delivery: takes what is worth a record.
    :param now: tells the time.
    """

    def __init__(
        self,
        configuration: Configuration,
        *,
        sources: Mapping[str, Source],
        delivery: Delivery,
        now: Callable[[], datetime],
    ) -> None:
        self._configuration = configuration
        self._sources = sources
        self._bridges = {
            name: [bridge for bridge in configuration.bridges if bridge.source == name]
            for name in sources
        }
        self._delivery = delivery
        self._now = now
        self._memory = Memory()
        self._turns = turns(
            [bridge.name for bridge in configuration.bridges], configuration.heartbeat
        )

    def poll(self, deadline: float) -> Poll:
        """Poll once. Never raises.

        What is queued counts as written: the redriver writes it with its time. A bridge of which
        something was refused, or is nowhere, is forgotten, so that the next poll writes what it
        sees: that may come into the table after all.

        :param deadline: when it must be done, by `time.monotonic()`.
        """
        interval, heartbeat = self._configuration.interval, self._configuration.heartbeat
        known = self._memory.at(self._now(), interval)
        look = self._look(known, deadline - RESERVE_SECONDS)
        reasons = [
            (
                seen,
                why_write(
                    *(known.get(seen.bridge), seen, heartbeat, interval),
                    turn=self._turns.get(seen.bridge),
                ),
            )
            for seen in look.observations
        ]
        why = {seen: reason for seen, reason in reasons if reason is not None}
        delivered = self._delivery.deliver(list(why), deadline)
        kept = (*delivered.written, *delivered.queued)
        missing = {seen.bridge for seen in why} - {seen.bridge for seen in kept}
        known = {bridge: last for bridge, last in known.items() if bridge not in missing}
        self._memory = remember(known, kept, finished=self._now())
        return Poll(look.observations, look.failures, why, delivered)

    def _look(self, known: Mapping[str, Observation], deadline: float) -> Look:
        """Look at every source; each has a fair share of the time, so that none uses up all."""
        observations: list[Observation] = []
        failures: list[Failure] = []
        share = self._configuration.interval.total_seconds() * SOURCES_SHARE
        end = min(time.monotonic() + share, deadline)
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
        first = look_at(source, name, bridges, deadline)
        changed = {
            seen.bridge for seen in first.observations if is_change(known.get(seen.bridge), seen)
        }
        if not changed:
            return first
        again = [bridge for bridge in bridges if bridge.name in changed]
        second = look_at(source, name, again, deadline)
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
