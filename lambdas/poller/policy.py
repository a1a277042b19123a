"""Which observations are written: the rules, as pure functions.

A bridge's first observation is written, then each change, then a heartbeat at least once an hour
(as the settings say), so that silence means an outage and not "unchanged".

Many bridges that were first seen in one poll would all be due in one poll from then on. So they
take turns: a hundred of them at a time, in as many parts of the hour as that takes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lambdas.observation import Observation

HEARTBEATS_AT_A_TIME = 100
"""As many as one request to a store takes: fewer at a time would only make more requests."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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


def turns(bridges: Sequence[str], heartbeat: timedelta) -> Mapping[str, timedelta]:
    """Give each bridge a time within every `heartbeat`, so that few are due at one time.

    :param bridges: their names, in an order that stays.
    :returns: empty if all of them may be due at one time.
    """
    groups = -(-len(bridges) // HEARTBEATS_AT_A_TIME)
    if groups <= 1:
        return {}
    return {name: heartbeat / groups * (place % groups) for place, name in enumerate(bridges)}


def why_write(
    last: Observation | None,
    seen: Observation,
    heartbeat: timedelta,
    interval: timedelta,
    turn: timedelta | None = None,
) -> Why | None:
    """Say why an observation is to be written, or None if it is not.

    :param last: the same bridge's observation written last, if that is known.
    :param heartbeat: the longest silence wanted. Polls come a little early or late: the one nearest
        to the full time is the heartbeat.
    :param interval: the time between polls.
    :param turn: when within each `heartbeat` the bridge's own is due, at the latest (see `turns`).
    """
    if last is None:
        return Why.FIRST
    if is_change(last, seen):
        return Why.CHANGE
    if seen.time - last.time >= heartbeat - interval / 2:
        return Why.HEARTBEAT
    if turn is not None:
        since = _EPOCH + turn
        if (last.time - since) // heartbeat != (seen.time - since) // heartbeat:
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
