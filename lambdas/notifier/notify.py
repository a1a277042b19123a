"""One run of the notifier for one bridge: find what is to be told, and tell it."""

from __future__ import annotations

import time
import uuid
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Protocol

from lambdas.history import openings, stretches
from lambdas.notifier.deliveries import deliver
from lambdas.notifier.evaluation import Known, Watched, evaluate
from lambdas.notifier.events import Event, cloud_event
from lambdas.notifier.flapping import WITHIN
from lambdas.notifier.ledger import Ledger
from lambdas.notifier.messages import LANGUAGES, message
from lambdas.notifier.outcome import Letter, Outcome
from lambdas.notifier.rules import Kind
from lambdas.notifier.state import LONGEST_PENDING, Pending, State, Usual
from lambdas.notifier.table import ConflictError
from lambdas.notifier.unknowns import marked
from lambdas.observation import from_milliseconds, in_milliseconds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lambdas.notifier.configuration import Target
    from lambdas.notifier.outcome import Sender
    from lambdas.notifier.table import Table
    from lambdas.notifier.wakes import Wakes

GIVE_UP = timedelta(days=1)
"""How long a target is tried again."""

CLAIM = timedelta(seconds=90)
"""Longer than a run: until then nobody else delivers the same."""

ROUND_SECONDS = 25.0
"""How long one round of deliveries may take."""

RESERVE_SECONDS = 10.0
"""For reading, and for writing down how it went."""

ROUNDS = 20
"""Who loses against others so often fails, and is tried again."""

USUAL_DAYS = timedelta(days=30)
USUAL_OPENINGS = 5
"""Fewer say nothing about what is usual."""

USUAL_AGE = timedelta(days=1)


class BusyError(Exception):
    """Others keep writing what this run wanted to write."""


@dataclass(frozen=True, slots=True)
class Undelivered:
    """What is given up: one event at one target.

    :param attempts: how often it was tried.
    :param said: what the target said last.
    """

    event: Event
    target: str
    attempts: int
    said: str


class DeadLetters(Protocol):
    """Keeps what is given up."""

    def keep(self, undelivered: Undelivered) -> None:
        """Keep one."""


@dataclass(slots=True)
class Told:
    """What a run did.

    :ivar found: the events that were new.
    :ivar delivered: events with the targets that took them.
    :ivar failed: events with the targets that did not, and what those said.
    :ivar given_up: what is in the dead-letter queue now.
    """

    found: list[Event] = field(default_factory=list)
    delivered: list[tuple[Event, str]] = field(default_factory=list)
    failed: list[tuple[Event, str, str]] = field(default_factory=list)
    given_up: list[Undelivered] = field(default_factory=list)

    def note(self, results: Mapping[str, Sequence[tuple[Event, Outcome]]]) -> None:
        """Add what came of deliveries, by target."""
        for target, outcomes in results.items():
            for event, outcome in outcomes:
                if outcome.delivered:
                    self.delivered.append((event, target))
                else:
                    self.failed.append((event, target, outcome.said))


class Notifier:
    """Tells what happens at bridges.

    :param watched: the bridges that rules are about, by name.
    :param targets: by name.
    :param senders: by the target's name.
    :param now: tells the time.
    """

    def __init__(  # noqa: PLR0913 - keyword-only
        self,
        *,
        deployment: str,
        watched: Mapping[str, Watched],
        targets: Mapping[str, Target],
        senders: Mapping[str, Sender],
        table: Table,
        wakes: Wakes,
        dead_letters: DeadLetters,
        now: Callable[[], datetime],
    ) -> None:
        self._deployment = deployment
        self._watched = watched
        self._targets = targets
        self._senders = senders
        self._table = table
        self._wakes = wakes
        self._dead_letters = dead_letters
        self._now = now

    def is_recent(self, bridge: str, time_: datetime) -> bool:
        """Tell whether an observation can matter: a bridge's of rules, and not too old."""
        watched = self._watched.get(bridge)
        return watched is not None and self._now() - time_ <= watched.window()

    def run(self, bridge: str, deadline: float, *, woken: bool = False) -> Told:
        """Tell what is to be told about one bridge, and see to being woken again.

        What is found is written down before it is delivered, and what was delivered afterwards: a
        run that dies in between is repeated, with the same identities.

        :param deadline: when it must be done, by `time.monotonic()`.
        :param woken: whether the bridge's schedule invoked it: that is gone now.
        :raises BusyError: if others keep writing the same.
        :raises botocore.exceptions.ClientError: if AWS fails.
        """
        run = _Run(bridge, deadline, woken=woken)
        for _ in range(ROUNDS):
            try:
                queues = self._prepare(run)
            except ConflictError:
                continue
            if not queues:
                return run.told
            run.results = self._deliver(queues, deadline)
            run.told.note(run.results)
        raise BusyError(f"Others keep writing the state of {bridge}.")

    def test(self, target: str, deadline: float) -> Outcome:
        """Tell one target that this is a test.

        :raises KeyError: if there is no such target.
        """
        bridge = next(iter(self._watched), "bridgewatch")
        now = self._now()
        event = Event(str(uuid.uuid4()), Kind.TEST, bridge, now, targets=(target,))
        sender = {target: self._senders[target]}
        return deliver({target: [event]}, sender, self._letter, deadline)[target][-1]

    def _prepare(self, run: _Run) -> dict[str, list[Event]]:
        """Write down what is so now, and claim what is to be delivered next.

        :returns: that, by target; if it is nothing, the run is over.
        """
        # As exactly as it is kept.
        now = from_milliseconds(in_milliseconds(self._now()))
        before, state, wake = self._look(run.bridge, now, run.told)
        state = self._settle(state, run)
        ledger = self._table.ledger() if state.pending else Ledger()
        state = self._abandon(state, ledger, run, now)
        queues: dict[str, list[Event]] = {}
        if time.monotonic() < run.deadline - RESERVE_SECONDS:
            queues = self._due(state, ledger, now)
        claims = dict.fromkeys(queues, now + CLAIM)
        others = {target: until for target, until in state.claims.items() if until > now}
        state = replace(state, claims={**others, **claims})
        if not queues:
            waits = self._next_attempt(state, ledger, now)
            wake = min((one for one in (wake, waits) if one), default=None)
            # What is remembered may be wrong: a run can die when it has moved the schedule.
            is_over = run.woken or (before.wake is not None and before.wake <= now)
            if wake != before.wake or (is_over and wake is not None):
                self._wakes.move(run.bridge, wake, now)
                run.woken = False
            state = replace(state, wake=wake)
        if state != before:
            self._table.keep(run.bridge, state)
        run.results, run.claims = {}, claims
        if queues:
            counts = {target: len(events) for target, events in queues.items()}
            self._table.keep_ledger(ledger.reserved(counts, now))
        return queues

    def _look(self, bridge: str, now: datetime, told: Told) -> tuple[State, State, datetime | None]:
        """Read what is remembered, and add what has happened since.

        :returns: it as it was and as it is, and when to look again.
        """
        watched = self._watched[bridge]
        sight, before = self._table.own(bridge)
        start = now - watched.window()
        if before.flapping_since:
            start = min(start, before.flapping_since - 2 * WITHIN)
        observations = self._table.observations(bridge, start)
        marks = marked(before.unknowns, sight, observations, watched.tolerance)
        found = evaluate(watched, Known(now, start, observations, marks))
        new = [event for event in found.events if event.identity not in before.told]
        usual = before.usual
        if any(event.kind in {Kind.OPENS, Kind.OPEN_FOR} for event in new):
            if usual is None or now - usual.counted > USUAL_AGE:
                usual = Usual(self._usual_length(watched, now), now)
            new = [replace(event, usual=usual.length) for event in new]
        known = {event.identity for event in told.found}
        told.found += [event for event in new if event.identity not in known]
        state = replace(
            before.with_events(new, now, start),
            unknowns=tuple(one for one in marks if one.until is None or one.until >= start),
            flapping_since=found.flapping_since,
            usual=usual,
        )
        return before, state, found.wake

    def _usual_length(self, watched: Watched, now: datetime) -> timedelta | None:
        since = now - USUAL_DAYS
        observations = self._table.observations(watched.bridge, since)
        lengths = [
            (one.end - one.start).total_seconds()
            for one in openings(stretches(observations, since, now, watched.tolerance))
            if one.start is not None and one.end is not None
        ]
        if len(lengths) < USUAL_OPENINGS:
            return None
        return timedelta(seconds=median(lengths))

    def _settle(self, state: State, run: _Run) -> State:
        """Take from what is pending what was delivered, and what is given up."""
        pending = {one.event.identity: one for one in state.pending}
        for target, results in run.results.items():
            for event, outcome in results:
                one = pending.get(event.identity)
                if one is not None and target in one.attempts:  # no other run has delivered it
                    one = one.tried(target)
                    pending[event.identity] = one.without(target) if outcome.delivered else one
        overfull = len(pending) - LONGEST_PENDING
        for index, one in enumerate(list(pending.values())):
            for target in one.attempts:
                if target not in self._targets:
                    self._give_up(run, one, target, "the settings have no such target any more")
                elif index < overfull:
                    self._give_up(run, one, target, f"more than {LONGEST_PENDING} events wait")
                else:
                    continue
                pending[one.event.identity] = pending[one.event.identity].without(target)
        # This run's own claims are over: it has heard of those targets.
        claims = {
            target: until
            for target, until in state.claims.items()
            if run.claims.get(target) != until
        }
        left = tuple(one for one in pending.values() if one.attempts)
        return replace(state, pending=left, claims=claims)

    def _abandon(self, state: State, ledger: Ledger, run: _Run, now: datetime) -> State:
        """Give up what failing targets have not taken for too long, all of it at once.

        Also what was never tried: while a target fails, another bridge's may have had each turn.
        """
        pending = list(state.pending)
        for target, said in ledger.failing().items():
            for index, one in enumerate(pending):
                if target in one.attempts and now - one.since >= GIVE_UP:
                    self._give_up(run, one, target, said)
                    pending[index] = one.without(target)
        return replace(state, pending=tuple(one for one in pending if one.attempts))

    def _give_up(self, run: _Run, pending: Pending, target: str, said: str) -> None:
        key = pending.event.identity, target
        if key not in run.given_up:
            letter = Undelivered(pending.event, target, pending.attempts[target], said)
            self._dead_letters.keep(letter)
            run.given_up.add(key)
            run.told.given_up.append(letter)

    def _due(self, state: State, ledger: Ledger, now: datetime) -> dict[str, list[Event]]:
        """Say what may be sent now, in order, by target."""
        queues: dict[str, list[Event]] = defaultdict(list)
        for one in state.pending:
            for target in one.attempts:
                claimed = state.claims.get(target)
                if claimed and claimed > now:
                    continue
                room = ledger.room(target, now, self._targets[target].per_minute)
                if len(queues[target]) < room:
                    queues[target].append(one.event)
        return {target: events for target, events in queues.items() if events}

    def _next_attempt(self, state: State, ledger: Ledger, now: datetime) -> datetime | None:
        times = []
        for target in {target for one in state.pending for target in one.attempts}:
            ready = ledger.ready(target, now, self._targets[target].per_minute)
            times.append(max(ready, state.claims.get(target, ready)))
        return min(times, default=None)

    def _deliver(
        self, queues: Mapping[str, Sequence[Event]], deadline: float
    ) -> dict[str, list[tuple[Event, Outcome]]]:
        end = min(time.monotonic() + ROUND_SECONDS, deadline - RESERVE_SECONDS / 2)
        outcomes = deliver(queues, self._senders, self._letter, end)
        self._note({target: found[-1] for target, found in outcomes.items() if found})
        return {
            target: list(zip(queues[target], found, strict=False))
            for target, found in outcomes.items()
        }

    def _note(self, last: Mapping[str, Outcome]) -> None:
        """Note how the targets do, if that is not as good as it was."""
        for _ in range(ROUNDS):
            ledger = self._table.ledger()
            after = ledger.after(last, self._now())
            if after == ledger:
                return
            try:
                self._table.keep_ledger(after)
            except ConflictError:
                continue
            return

    def _letter(self, target: str, event: Event) -> Letter:
        watched = self._watched.get(event.bridge)
        zone = watched.zone if watched else UTC
        words = message(event, LANGUAGES[self._targets[target].language], zone)
        return Letter(event, words, cloud_event(event, self._deployment, words.text))


@dataclass(slots=True)
class _Run:
    """What a run has done, and still has to write down.

    :ivar results: what came of deliveries that is in nobody's state yet.
    :ivar claims: what this run has claimed.
    :ivar given_up: what is in the dead-letter queue already.
    """

    bridge: str
    deadline: float
    woken: bool
    told: Told = field(default_factory=Told)
    results: dict[str, list[tuple[Event, Outcome]]] = field(default_factory=dict)
    claims: dict[str, datetime] = field(default_factory=dict)
    given_up: set[tuple[str, str]] = field(default_factory=set)
