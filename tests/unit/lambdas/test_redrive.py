"""The redriver, with queues and a store in memory."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from lambdas.message import Message
from lambdas.redriver.redrive import GIVE_UP, Redriven, Redriver
from lambdas.sqs import QueueError
from lambdas.store import StoreError
from tests.unit.lambdas.memory_queue import MemoryQueue
from tests.unit.lambdas.memory_store import MemoryStore
from tests.unit.lambdas.moments import CLOSED, NOON, OPEN, minute, seen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lambdas.observation import Observation
    from lambdas.store import Refusal

BRIDGES = {"Hisingsbron": {"city": "Gothenburg"}, "Marieholmsbron": {"city": "Gothenburg"}}


def message(*observations: Observation) -> Message:
    return Message(observations, BRIDGES, "throttled", attempts=1, first_failed=NOON)


class InvalidStore(MemoryStore):
    """Calls every request invalid that holds certain bridges."""

    def __init__(self) -> None:
        super().__init__()
        self.invalid: set[str] = set()

    def write(self, observations: Sequence[Observation]) -> list[Refusal]:
        if any(one.bridge in self.invalid for one in observations):
            raise StoreError("Timestream calls it invalid.", "ValidationException")
        return super().write(observations)


class Bench:
    def __init__(self) -> None:
        self.store = InvalidStore()
        self.carried: list[Mapping[str, Mapping[str, str]]] = []
        self.queue = MemoryQueue()
        self.dead_letters = MemoryQueue()
        self.now = minute(5)

    def run(self, seconds: float = 90) -> Redriven:
        def carrying(dimensions: Mapping[str, Mapping[str, str]]) -> MemoryStore:
            self.carried.append(dimensions)
            return self.store

        redriver = Redriver(
            store=carrying,
            queue=self.queue,
            dead_letters=self.dead_letters,
            now=lambda: self.now,
        )
        return redriver.run(time.monotonic() + seconds)

    def left(self) -> list[Message]:
        self.queue.come_back()
        return self.queue.messages


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_it_writes_until_the_queue_is_empty_with_each_messages_dimensions(bench: Bench) -> None:
    observations = [seen(OPEN, count) for count in range(25)]
    for one in observations:
        bench.queue.send(message(one))

    done = bench.run()

    assert done == Redriven(written=observations)
    assert len(bench.store.writes) == 25
    assert bench.carried[0] == {"Hisingsbron": {"city": "Gothenburg"}}
    assert bench.left() == []


def test_a_store_that_fails_ends_the_run_and_everything_stays(bench: Bench) -> None:
    messages = [message(seen(OPEN, 0)), message(seen(CLOSED, 1))]
    for one in messages:
        bench.queue.send(one)
    bench.store.fails = True

    done = bench.run()

    assert str(done.trouble) == "The store is out of order."
    assert bench.left() == [
        replace(one, dimensions=dict(list(BRIDGES.items())[:1])) for one in messages
    ]
    assert len(bench.carried) == 1, "it does not wait for the same failure again"


def test_what_is_refused_is_given_up_and_the_rest_written(bench: Bench) -> None:
    good, bad = seen(OPEN, 0), seen(OPEN, 0, "Marieholmsbron")
    bench.queue.send(message(good, bad))
    bench.store.refuses = {"Marieholmsbron"}

    done = bench.run()

    assert done.written == [good]
    assert [one.observation for one in done.given_up] == [bad]
    (letter,) = bench.dead_letters.messages
    assert (letter.observations, letter.reason) == ((bad,), "not this one")
    assert (letter.attempts, letter.first_failed) == (3, NOON), "one by the poller, two receives"
    assert bench.left() == []


def test_of_an_invalid_request_only_the_invalid_record_is_given_up(bench: Bench) -> None:
    observations = [seen(OPEN, count) for count in range(7)]
    bad = seen(OPEN, 3, "Marieholmsbron")
    bench.queue.send(message(*observations[:3], bad, *observations[3:]))
    bench.store.invalid = {"Marieholmsbron"}

    done = bench.run()

    assert done.written == observations
    assert [(one.observation, one.reason) for one in done.given_up] == [
        (bad, "Timestream calls it invalid.")
    ]
    assert sum(map(len, bench.store.writes)) == 7
    assert bench.left() == []


def test_what_fails_for_days_is_given_up_with_the_last_reason(bench: Bench) -> None:
    old, young = message(seen(OPEN, 0)), replace(message(seen(OPEN, 1)), first_failed=minute(4))
    bench.queue.send(old)
    bench.queue.send(young)
    bench.store.fails = True
    bench.now = NOON + GIVE_UP

    done = bench.run()

    (letter,) = bench.dead_letters.messages
    assert (letter.observations, letter.reason) == (old.observations, "The store is out of order.")
    assert done.written == []
    assert done.trouble is not None
    assert [one.observations for one in bench.left()] == [young.observations]


def test_what_is_old_is_written_if_it_can_be(bench: Bench) -> None:
    bench.queue.send(message(seen(OPEN, 0)))
    bench.now = NOON + 2 * GIVE_UP

    assert bench.run().written == [seen(OPEN, 0)]


@pytest.mark.parametrize("failing", ["delete", "dead_letters"])
def test_a_queue_that_fails_loses_nothing(bench: Bench, failing: str) -> None:
    bad = seen(OPEN, 0)
    bench.queue.send(message(bad))
    bench.store.refuses = {"Hisingsbron"}
    bench.queue.keeps = failing == "delete"
    bench.dead_letters.fails = failing == "dead_letters"

    with pytest.raises(QueueError):
        bench.run()

    assert [one.observations for one in bench.left()] == [(bad,)]


def test_a_message_that_it_cannot_read_is_left_alone(bench: Bench) -> None:
    bench.queue.texts.append('{"version": 2}')
    bench.queue.send(message(seen(OPEN, 0)))

    done = bench.run()

    assert done.written == [seen(OPEN, 0)]
    assert len(done.unreadable) == 1
    bench.queue.come_back()
    assert bench.queue.texts == ['{"version": 2}']
    assert bench.dead_letters.texts == []


def test_it_stops_in_time(bench: Bench) -> None:
    bench.queue.send(message(seen(OPEN, 0)))

    assert bench.run(seconds=29) == Redriven()
    assert len(bench.left()) == 1


def test_records_are_tried_through_a_weekend() -> None:
    assert timedelta(days=2.5) < GIVE_UP < timedelta(days=13)


def test_each_record_that_is_given_up_is_told(bench: Bench) -> None:
    bench.store.refuses = {"Hisingsbron"}
    for count in range(2):
        bench.queue.send(message(seen(OPEN, count)))

    done = bench.run()

    assert [refusal.observation for refusal in done.given_up] == [seen(OPEN, 0), seen(OPEN, 1)]
    assert len(bench.dead_letters.messages) == 2
