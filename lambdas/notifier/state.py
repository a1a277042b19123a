"""What the notifier remembers of a bridge between its runs, as one item of the table."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from lambdas.notifier import events
from lambdas.notifier.unknowns import Unknown
from lambdas.observation import from_milliseconds, in_milliseconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lambdas.notifier.events import Event

LONGEST_PENDING = 200
"""Events of a bridge that wait for targets: an item of DynamoDB holds 400 KB, some 600 of them."""


@dataclass(frozen=True, slots=True)
class Pending:
    """An event that some targets have not taken yet.

    :param since: when it was found.
    :param attempts: how often each of them was tried, by its name.
    """

    event: Event
    since: datetime
    attempts: Mapping[str, int]

    def without(self, target: str) -> Pending:
        """Give it for the other targets."""
        left = {name: count for name, count in self.attempts.items() if name != target}
        return replace(self, attempts=left)

    def tried(self, target: str) -> Pending:
        """Give it with one more attempt at a target."""
        return replace(self, attempts={**self.attempts, target: self.attempts[target] + 1})


@dataclass(frozen=True, slots=True)
class Usual:
    """How long a bridge's openings usually last.

    :param length: None if there are too few to say.
    :param counted: when they were counted.
    """

    length: timedelta | None
    counted: datetime


@dataclass(frozen=True, slots=True)
class State:
    """What is remembered of one bridge.

    :param revision: how often it was written: who writes must have read the latest.
    :param told: when each event happened that was found, by its identity.
    :param unknowns: when the status was unknown by the poller's marks, lately.
    :param flapping_since: see `lambdas.notifier.evaluation.Evaluation`.
    :param pending: what is still to be delivered, in the order in which it is.
    :param claims: until when somebody is delivering to a target, by its name.
    :param wake: when the notifier is to be woken for this bridge.
    :param last_told: when each rule told something last, by its name.
    """

    revision: int = 0
    told: Mapping[str, datetime] = field(default_factory=dict)
    unknowns: tuple[Unknown, ...] = ()
    flapping_since: datetime | None = None
    pending: tuple[Pending, ...] = ()
    claims: Mapping[str, datetime] = field(default_factory=dict)
    wake: datetime | None = None
    usual: Usual | None = None
    last_told: Mapping[str, datetime] = field(default_factory=dict)

    def with_events(self, found: Iterable[Event], now: datetime, start: datetime) -> State:
        """Add events that were not told yet, and forget what cannot be found again.

        :param start: what happened before is not found again.
        """
        new = [event for event in found if event.identity not in self.told]
        told = {one: time for one, time in self.told.items() if time >= start}
        return replace(
            self,
            told={**told, **{event.identity: event.time for event in new}},
            pending=(
                *self.pending,
                *(Pending(event, now, dict.fromkeys(event.targets, 0)) for event in new),
            ),
            last_told={**self.last_told, **{rule: now for event in new for rule in event.rules}},
        )

    def encode(self) -> str:
        """Write it as JSON, without the revision."""
        values: dict[str, Any] = {
            "told": {one: in_milliseconds(time) for one, time in self.told.items()},
            "unknowns": [
                [in_milliseconds(one.since), _number(one.until), in_milliseconds(one.found)]
                for one in self.unknowns
            ],
            "flapping_since": _number(self.flapping_since),
            "pending": [
                [events.to_json(one.event), in_milliseconds(one.since), dict(one.attempts)]
                for one in self.pending
            ],
            "claims": {target: in_milliseconds(until) for target, until in self.claims.items()},
            "wake": _number(self.wake),
            "usual": self.usual
            and [
                self.usual.length and self.usual.length.total_seconds(),
                in_milliseconds(self.usual.counted),
            ],
            "last_told": {rule: in_milliseconds(time) for rule, time in self.last_told.items()},
        }
        return json.dumps(
            {name: value for name, value in values.items() if value},
            ensure_ascii=False,
            separators=(",", ":"),
        )

    @classmethod
    def decode(cls, revision: int, text: str) -> State:
        """Read what `encode` wrote."""
        values: dict[str, Any] = json.loads(text)
        usual = values.get("usual")
        return cls(
            revision=revision,
            told=_times(values.get("told")),
            unknowns=tuple(
                Unknown(from_milliseconds(since), _time(until), from_milliseconds(found))
                for since, until, found in values.get("unknowns", [])
            ),
            flapping_since=_time(values.get("flapping_since")),
            pending=tuple(
                Pending(events.from_json(event), from_milliseconds(since), attempts)
                for event, since, attempts in values.get("pending", [])
            ),
            claims={
                target: from_milliseconds(until)
                for target, until in values.get("claims", {}).items()
            },
            wake=_time(values.get("wake")),
            usual=usual
            and Usual(usual[0] and timedelta(seconds=usual[0]), from_milliseconds(usual[1])),
            last_told={
                rule: from_milliseconds(time) for rule, time in values.get("last_told", {}).items()
            },
        )


def _number(time: datetime | None) -> int | None:
    return None if time is None else in_milliseconds(time)


def _time(number: int | None) -> datetime | None:
    return None if number is None else from_milliseconds(number)


def _times(numbers: Mapping[str, int] | None) -> dict[str, datetime]:
    return {name: from_milliseconds(number) for name, number in (numbers or {}).items()}
