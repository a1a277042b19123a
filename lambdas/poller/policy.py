"""Which observations are written: the rules, as pure functions.

A bridge's first observation is written, then each change, then a heartbeat at least once an hour
(as the settings say), so that silence means an outage and not "unchanged".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime, timedelta

    from lambdas.observation import Observation


class Why(StrEnum):
    """Why an observation is written."""

    FIRST = "first"
    """This container does not know what was written last."""
    CHANGE = "change"
    HEARTBEAT = "heartbeat"


@dataclass(frozen=True, slots=True)
class Memory:
    """What a warm container remembers between polls.

    :param finished: when it finished its last poll, or None before the first.
    :param written: the observation written last, by bridge.
    """

    finished: datetime | None = None
    written: Mapping[str, Observation] = field(default_factory=dict)

    def at(self, now: datetime, interval: timedelta) -> Mapping[str, Observation]:
        """Give what may be believed at `now`: all of it, or nothing.

        Duplicate and overlapping invocations run in other containers, which may have written
        since. So memory counts only if this container finished a poll within the last one and a
        half intervals, and missed none.
        """
        if self.finished is None or not self.finished <= now <= self.finished + 1.5 * interval:
            return {}
        return self.written


def is_change(last: Observation | None, seen: Observation) -> bool:
    """Say whether a bridge's status differs from the one written last, if that is known."""
    return last is not None and last.status is not seen.status


def why_write(
    last: Observation | None, seen: Observation, heartbeat: timedelta, interval: timedelta
) -> Why | None:
    """Say why an observation is to be written, or None if it is not.

    :param last: the same bridge's observation written last, if that is known.
    :param heartbeat: the longest silence wanted. Polls come a little early or late: the one nearest
        to the full time is the heartbeat.
    :param interval: the time between polls.
    """
    if last is None:
        return Why.FIRST
    if is_change(last, seen):
        return Why.CHANGE
    if seen.time - last.time >= heartbeat - interval / 2:
        return Why.HEARTBEAT
    return None


def remember(
    known: Mapping[str, Observation], written: Iterable[Observation], finished: datetime
) -> Memory:
    """Give the memory after a poll.

    :param known: what was believed during it (`Memory.at`).
    :param written: what the store took in it.
    """
    return Memory(finished, {**known, **{seen.bridge: seen for seen in written}})
