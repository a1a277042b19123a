"""Stand-ins for what is around the notifier: a table, targets, a clock, wakes, dead letters."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lambdas.notifier.configuration import Target
from lambdas.notifier.ledger import Ledger
from lambdas.notifier.notify import Notifier, Told
from lambdas.notifier.outcome import Outcome
from lambdas.notifier.state import State
from lambdas.notifier.table import ConflictError
from tests.unit.lambdas.notifier.cases import BRIDGE, MINUTE, at, watched

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from lambdas.notifier.notify import Undelivered
    from lambdas.notifier.outcome import Letter
    from lambdas.notifier.rules import Rule
    from lambdas.observation import Observation
    from lambdas.sight import Sight

FAR = 1e12
"""A deadline that does not come."""


class MemoryTable:
    """As the one in DynamoDB: what is kept is text, and who has not read the latest is refused."""

    def __init__(self) -> None:
        self.records: list[Observation] = []
        self.sight: Sight | None = None
        self.states: dict[str, tuple[int, str]] = {}
        self.ledgers: tuple[int, str] = (0, "{}")
        self.before_keep: Callable[[], None] = lambda: None

    def observations(self, bridge: str, since: datetime) -> tuple[Observation, ...]:
        found = (one for one in self.records if one.bridge == bridge and one.time >= since)
        return tuple(sorted(found, key=lambda one: one.time))

    def own(self, bridge: str) -> tuple[Sight | None, State]:
        kept = self.states.get(bridge)
        return self.sight, State.decode(*kept) if kept else State()

    def keep(self, bridge: str, state: State) -> State:
        self.before_keep()
        if self.states.get(bridge, (0, ""))[0] != state.revision:
            raise ConflictError
        self.states[bridge] = (state.revision + 1, state.encode())
        return replace(state, revision=state.revision + 1)

    def ledger(self) -> Ledger:
        return Ledger.decode(*self.ledgers)

    def keep_ledger(self, ledger: Ledger) -> Ledger:
        if self.ledgers[0] != ledger.revision:
            raise ConflictError
        self.ledgers = (ledger.revision + 1, ledger.encode())
        return replace(ledger, revision=ledger.revision + 1)


@dataclass
class MemoryTarget:
    """Takes what it is sent, as long as `answers` has nothing else to say."""

    answers: list[Outcome | Exception] = field(default_factory=list)
    taken: list[Letter] = field(default_factory=list)
    timeouts: list[float] = field(default_factory=list)

    @property
    def tried(self) -> int:
        return len(self.timeouts)

    def send(self, letter: Letter, timeout: float) -> Outcome:
        self.timeouts.append(timeout)
        answer = self.answers.pop(0) if self.answers else Outcome(delivered=True, said="taken")
        if isinstance(answer, Exception):
            raise answer
        if answer.delivered:
            self.taken.append(letter)
        return answer

    @property
    def kinds(self) -> list[str]:
        return [f"{one.event.kind} {one.event.time:%H:%M}" for one in self.taken]


class World:
    """A notifier with everything in memory; `told` is a run of it."""

    def __init__(self, *rules: Rule, per_minute: int = 20) -> None:
        self.table = MemoryTable()
        names = dict.fromkeys(name for rule in rules for name in rule.targets)
        self.targets = {name: MemoryTarget() for name in names}
        self.time = at("08:00")
        self.wake: datetime | None = None
        self.undelivered: list[Undelivered] = []
        self.notifier = Notifier(
            deployment="demo",
            watched={BRIDGE: watched(*rules)},
            targets={name: Target(name, "webhook", "en", per_minute, None, None) for name in names},
            senders=self.targets,
            table=self.table,
            wakes=self,
            dead_letters=self,
            now=lambda: self.time,
        )

    def move(self, bridge: str, wake: datetime | None, now: datetime) -> None:
        assert bridge == BRIDGE
        assert now == self.time
        self.wake = wake

    def keep(self, undelivered: Undelivered) -> None:
        self.undelivered.append(undelivered)

    def run(self, clock: str | None = None, *, woken: bool = False) -> Told:
        if clock:
            self.time = at(clock)
        return self.notifier.run(BRIDGE, FAR, woken=woken)

    def follow(self, most: int = 200) -> int:
        """Run whenever the notifier wanted to be woken, and count that."""
        for count in range(most):
            if self.wake is None:
                return count
            self.time = max(self.wake, self.time) + MINUTE / 60
            self.wake = None
            # The schedule is gone when it has run; what is remembered of it may stay.
            self.run(woken=True)
        return most
