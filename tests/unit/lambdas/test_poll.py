"""One poll after another, with sources and a store that do as the test says."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

import pytest

from lambdas.delivery import RESERVE_SECONDS, Delivery
from lambdas.observation import Observation, Status
from lambdas.poller.configuration import Bridge, Configuration
from lambdas.poller.policy import Why
from lambdas.poller.poll import Poller
from lambdas.poller.sources import Failure, Look, Reason
from tests.unit.lambdas.memory_queue import MemoryQueue
from tests.unit.lambdas.memory_store import MemoryStore
from tests.unit.lambdas.moments import CLOSED, NOON, OPEN, minute, seen

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from lambdas.poller.poll import Poll

FAILED = Reason.TIMED_OUT


Answers: TypeAlias = dict[str, Status | Reason] | Exception


class ScriptedSource:
    """Answers each look with the next answers of its script, or the last ones for ever.

    An exception among them is raised, which no source should do.
    """

    def __init__(self, watch: Watch, *script: Answers) -> None:
        self._watch = watch
        self._script = list(script)
        self.asked: list[list[str]] = []
        self.time_left: list[float] = []

    def look(self, bridges: Sequence[Bridge], deadline: float) -> Look:
        self.asked.append([bridge.name for bridge in bridges])
        self.time_left.append(deadline - time.monotonic())
        answers = self._script.pop(0) if len(self._script) > 1 else self._script[0]
        if isinstance(answers, Exception):
            raise answers
        self._watch.now += timedelta(seconds=1)
        statuses = {bridge.name: answers[bridge.name] for bridge in bridges}
        return Look(
            tuple(
                Observation(name, status, self._watch.now)
                for name, status in statuses.items()
                if isinstance(status, Status)
            ),
            tuple(
                Failure("a", reason, "as the test says", (name,))
                for name, reason in statuses.items()
                if isinstance(reason, Reason)
            ),
        )


class Watch:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


class Bench:
    """A poller of the bridges `one` and `two` at source `a`, and `three` at source `b`."""

    def __init__(self) -> None:
        self.watch = Watch()
        self.store = MemoryStore()
        self.queue = MemoryQueue()
        self.dead_letters = MemoryQueue()
        self.a = ScriptedSource(self.watch, {"one": CLOSED, "two": CLOSED})
        self.b = ScriptedSource(self.watch, {"three": CLOSED})

    def script(self, *script: Answers) -> None:
        self.a = ScriptedSource(self.watch, *script)

    def poller(self) -> Poller:
        bridges = [Bridge(name, "a", None, {}) for name in ("one", "two")]
        configuration = Configuration(
            heartbeat=timedelta(hours=1),
            interval=timedelta(minutes=1),
            bridges=(*bridges, Bridge("three", "b", None, {})),
            sources={},
        )
        delivery = Delivery(
            store=self.store,
            queue=self.queue,
            dead_letters=self.dead_letters,
            dimensions={"one": {}, "two": {}, "three": {}},
            now=self.watch,
        )
        return Poller(
            configuration, sources={"a": self.a, "b": self.b}, delivery=delivery, now=self.watch
        )


def poll_once(poller: Poller, seconds: float = 90) -> Poll:
    return poller.poll(deadline=time.monotonic() + seconds)


def written(poll: Poll) -> list[tuple[str, Why]]:
    return [(one.bridge, poll.why[one]) for one in poll.delivered.written]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_the_first_poll_writes_every_status_in_one_write(bench: Bench) -> None:
    poll = poll_once(bench.poller())

    assert written(poll) == [
        ("one", Why.FIRST),
        ("two", Why.FIRST),
        ("three", Why.FIRST),
    ]
    assert len(bench.store.writes) == 1
    assert bench.a.asked == [["one", "two"]], "the first status is no change to confirm"


RAISED = [ValueError("https://a/?key=secret"), OverflowError("date value out of range")]


@pytest.mark.parametrize("error", [*RAISED, RecursionError(), MemoryError(), KeyError("secret")])
def test_whatever_a_source_raises_is_a_failure_of_its_bridges_and_of_no_others(
    bench: Bench, error: Exception
) -> None:
    bench.script(error)

    poll = poll_once(bench.poller())

    assert written(poll) == [("three", Why.FIRST)]
    (failure,) = poll.failures
    assert (failure.source, failure.bridges) == ("a", ("one", "two"))
    assert failure.reason is Reason.UNEXPECTED
    # It says where, but not what: that may hold an API key.
    assert failure.detail.startswith(f"{type(error).__name__} at __init__.py:")
    assert "test_poll.py:" in failure.detail
    assert "secret" not in failure.detail


def test_whatever_a_second_look_raises_leaves_what_had_not_changed(bench: Bench) -> None:
    bench.script({"one": CLOSED, "two": CLOSED}, {"one": OPEN, "two": CLOSED}, *RAISED)
    poller = bench.poller()
    poll_once(poller)
    bench.watch.now = minute(1)

    poll = poll_once(poller)

    assert [one.bridge for one in poll.observations] == ["two", "three"]
    assert [(one.bridges, one.reason) for one in poll.failures] == [(("one",), Reason.UNEXPECTED)]


def test_a_poll_that_sees_nothing_new_writes_nothing(bench: Bench) -> None:
    poller = bench.poller()
    poll_once(poller)
    bench.watch.now = minute(1)

    poll = poll_once(poller)

    assert len(poll.observations) == 3
    assert poll.why == {}
    assert len(bench.store.writes) == 1


def test_a_change_is_asked_again_and_has_the_first_answers_time(bench: Bench) -> None:
    bench.script({"one": CLOSED, "two": CLOSED}, {"one": OPEN, "two": CLOSED})
    poller = bench.poller()
    poll_once(poller)
    bench.watch.now = minute(1)

    poll = poll_once(poller)

    change = Observation("one", OPEN, minute(1) + timedelta(seconds=1))
    assert (poll.delivered.written, poll.why) == ([change], {change: Why.CHANGE})
    assert bench.a.asked == [["one", "two"], ["one", "two"], ["one"]]
    assert bench.b.asked == [["three"], ["three"]]


def test_a_change_that_a_second_look_denies_is_no_observation(bench: Bench) -> None:
    bench.script(
        {"one": CLOSED, "two": CLOSED},
        {"one": OPEN, "two": CLOSED},
        {"one": CLOSED},
        {"one": CLOSED, "two": CLOSED},
    )
    poller = bench.poller()
    poll_once(poller)
    bench.watch.now = minute(1)

    poll = poll_once(poller)

    assert [one.bridge for one in poll.observations] == ["two", "three"]
    assert [(one.reason, one.bridges) for one in poll.failures] == [(Reason.UNCONFIRMED, ("one",))]
    assert poll.why == {}
    bench.watch.now = minute(2)
    assert poll_once(poller).failures == (), "the flicker is forgotten"


def test_a_change_whose_second_look_fails_is_no_observation_but_seen_by_the_next_poll(
    bench: Bench,
) -> None:
    bench.script(
        {"one": CLOSED, "two": CLOSED},
        {"one": OPEN, "two": OPEN},
        {"one": FAILED, "two": OPEN},
        {"one": OPEN, "two": OPEN},
    )
    poller = bench.poller()
    poll_once(poller)
    bench.watch.now = minute(1)

    poll = poll_once(poller)

    assert written(poll) == [("two", Why.CHANGE)]
    assert [(one.reason, one.bridges) for one in poll.failures] == [(FAILED, ("one",))]
    bench.watch.now = minute(2)
    assert written(poll_once(poller)) == [("one", Why.CHANGE)]


def test_a_failing_source_leaves_the_others_alone(bench: Bench) -> None:
    bench.script({"one": FAILED, "two": CLOSED})

    poll = poll_once(bench.poller())

    assert [one.bridge for one in poll.observations] == ["two", "three"]
    assert [one.reason for one in poll.failures] == [FAILED]


def test_each_source_has_a_fair_share_of_half_the_interval(bench: Bench) -> None:
    poll_once(bench.poller())

    assert bench.a.time_left == [pytest.approx(15, abs=1)]
    assert bench.b.time_left == [pytest.approx(30, abs=1)], "the first one left its time"


def test_a_poll_leaves_time_to_write_and_to_queue(bench: Bench) -> None:
    poll_once(bench.poller(), seconds=RESERVE_SECONDS + 10)

    assert bench.a.time_left == [pytest.approx(5, abs=1)]
    assert bench.b.time_left == [pytest.approx(10, abs=1)]


def test_what_is_queued_counts_as_written(bench: Bench) -> None:
    bench.store.fails = True
    poller = bench.poller()

    poll = poll_once(poller)

    assert [one.bridge for one in poll.delivered.queued] == ["one", "two", "three"]
    bench.watch.now = minute(1)
    assert poll_once(poller).why == {}, "the redriver writes it with its time"
    (message,) = bench.queue.messages
    assert message.observations == poll.observations


def test_what_the_store_refused_is_not_remembered_as_written(bench: Bench) -> None:
    bench.store.refuses = {"one"}
    poller = bench.poller()

    poll = poll_once(poller)

    assert [refusal.observation.bridge for refusal in poll.delivered.refused] == ["one"]
    assert [bridge for bridge, _ in written(poll)] == ["two", "three"]
    bench.store.refuses = set()
    bench.watch.now = minute(1)
    assert written(poll_once(poller)) == [("one", Why.FIRST)]


def test_what_is_nowhere_is_not_remembered_as_written(bench: Bench) -> None:
    bench.store.fails = bench.queue.fails = True
    poller = bench.poller()

    poll = poll_once(poller)

    assert [one.bridge for one in poll.delivered.unkept] == ["one", "two", "three"]
    bench.store.fails = False
    bench.watch.now = minute(1)
    assert [bridge for bridge, _ in written(poll_once(poller))] == ["one", "two", "three"]


@pytest.mark.parametrize("lost", ["refused", "nowhere"])
def test_a_bridge_whose_change_is_not_in_the_table_is_written_though_it_changed_back(
    bench: Bench, lost: str
) -> None:
    # Given a change that an operator may yet bring into the table
    closed: dict[str, Status | Reason] = {"one": CLOSED, "two": CLOSED}
    opened: dict[str, Status | Reason] = {"one": OPEN, "two": CLOSED}
    bench.script(closed, opened, opened, closed)
    poller = bench.poller()
    poll_once(poller)
    bench.store.refuses = {"one"} if lost == "refused" else set()
    bench.store.fails = bench.queue.fails = lost == "nowhere"
    bench.watch.now = minute(1)
    assert written(poll_once(poller)) == []

    bench.store.refuses = set()
    bench.store.fails = bench.queue.fails = False
    bench.watch.now = minute(2)

    assert written(poll_once(poller)) == [("one", Why.FIRST)]


def test_a_container_that_missed_a_poll_writes_the_current_status(bench: Bench) -> None:
    poller = bench.poller()
    poll_once(poller)
    bench.watch.now = minute(2)

    assert [why for _, why in written(poll_once(poller))] == [Why.FIRST] * 3


def test_a_heartbeat_is_written_each_hour(bench: Bench) -> None:
    poller = bench.poller()
    for polls in range(181):
        bench.watch.now = minute(polls)
        poll_once(poller)

    times = [one.time for write in bench.store.writes for one in write if one.bridge == "one"]
    assert times == [seen(CLOSED, hours * 60 + 1 / 60).time for hours in range(4)]
