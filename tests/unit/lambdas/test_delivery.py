from __future__ import annotations

import time

import pytest

from lambdas.delivery import RESERVE_SECONDS, Delivered, Delivery
from lambdas.message import Message
from tests.unit.lambdas.memory_queue import MemoryQueue
from tests.unit.lambdas.memory_store import MemoryStore
from tests.unit.lambdas.moments import CLOSED, OPEN, minute, seen

BRIDGES = {"Hisingsbron": {"city": "Gothenburg"}, "Marieholmsbron": {}}
TWO = [seen(OPEN, 0), seen(CLOSED, 0, "Marieholmsbron")]


class Post:
    """A delivery, and everywhere that it delivers to."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.queue = MemoryQueue()
        self.dead_letters = MemoryQueue()
        self._delivery = Delivery(
            store=self.store,
            queue=self.queue,
            dead_letters=self.dead_letters,
            dimensions=BRIDGES,
            now=lambda: minute(1),
        )

    def deliver(self, *observations: object, seconds: float = RESERVE_SECONDS + 60) -> Delivered:
        wanted = [one for one in TWO if not observations or one in observations]
        return self._delivery.deliver(wanted, time.monotonic() + seconds)


@pytest.fixture
def post() -> Post:
    return Post()


def test_what_the_store_takes_is_in_no_queue(post: Post) -> None:
    assert post.deliver() == Delivered(written=TWO)
    assert post.queue.texts == post.dead_letters.texts == []


def test_what_a_failing_store_does_not_take_is_queued_exactly(post: Post) -> None:
    post.store.fails = True

    done = post.deliver()

    assert (done.queued, done.written, done.unkept) == (TWO, [], [])
    assert str(done.trouble) == "The store is out of order."
    assert post.queue.messages == [
        Message(tuple(TWO), BRIDGES, "The store is out of order.", 1, minute(1))
    ]


def test_what_is_refused_is_a_dead_letter_with_its_reason(post: Post) -> None:
    post.store.refuses = {"Hisingsbron"}

    done = post.deliver()

    assert done.written == TWO[1:]
    assert [(one.observation, one.reason) for one in done.refused] == [(TWO[0], "not this one")]
    (letter,) = post.dead_letters.messages
    assert (letter.observations, letter.reason) == ((TWO[0],), "not this one")
    assert letter.dimensions == {"Hisingsbron": {"city": "Gothenburg"}}
    assert post.queue.texts == []


def test_without_time_to_write_it_is_queued_unwritten(post: Post) -> None:
    done = post.deliver(seconds=RESERVE_SECONDS - 1)

    assert done.queued == TWO
    assert post.store.writes == []
    (message,) = post.queue.messages
    assert message.reason == "No time was left to write."


@pytest.mark.parametrize("queue", ["queue", "dead_letters"])
def test_what_no_queue_takes_is_told(post: Post, queue: str) -> None:
    if queue == "queue":
        post.store.fails = True
    else:
        post.store.refuses = {"Hisingsbron", "Marieholmsbron"}
    getattr(post, queue).fails = True

    done = post.deliver()

    assert (done.unkept, done.written, done.queued, done.refused) == (TWO, [], [], [])
    assert str(done.queue_trouble) == "The queue is out of order."


def test_a_store_that_failed_is_not_asked_for_the_rest() -> None:
    observations = [seen(OPEN, count) for count in range(250)]
    store, queue = MemoryStore(), MemoryQueue()
    delivery = Delivery(
        store=store,
        queue=queue,
        dead_letters=MemoryQueue(),
        dimensions=BRIDGES,
        now=lambda: minute(1),
    )
    takes = store.write

    def take_once(some: object) -> object:
        store.fails = bool(store.writes)
        attempts.append(1)
        return takes(some)  # type: ignore[arg-type] # observations

    attempts: list[int] = []
    store.write = take_once  # type: ignore[method-assign, assignment] # of this store only

    done = delivery.deliver(observations, time.monotonic() + 90)

    assert len(attempts) == 2
    assert done.written == observations[:100]
    assert done.queued == observations[100:]
    assert [len(message.observations) for message in queue.messages] == [100, 50]


def test_each_refused_record_of_many_messages_is_told() -> None:
    observations = [seen(OPEN, count) for count in range(150)]
    store, dead_letters = MemoryStore(), MemoryQueue()
    store.refuses = {"Hisingsbron"}
    delivery = Delivery(
        store=store,
        queue=MemoryQueue(),
        dead_letters=dead_letters,
        dimensions=BRIDGES,
        now=lambda: minute(1),
    )

    done = delivery.deliver(observations, time.monotonic() + 90)

    assert [refusal.observation for refusal in done.refused] == observations
    assert [len(letter.observations) for letter in dead_letters.messages] == [100, 50]
