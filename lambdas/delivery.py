"""Gets records into the store, or else into a queue, or else tells that they are nowhere yet."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from lambdas.message import RECORDS_PER_MESSAGE, Message
from lambdas.sqs import SEND_SECONDS, QueueError
from lambdas.store import WRITE_SECONDS, Refusal, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from lambdas.observation import Observation
    from lambdas.store import Store

RESERVE_SECONDS = WRITE_SECONDS + SEND_SECONDS
"""The time that a delivery needs at the worst."""


class Outbox(Protocol):
    """A queue, as far as a sender knows it: `lambdas.sqs.Queue`."""

    def send(self, message: Message) -> None:
        """Put a message into the queue.

        :raises QueueError: if it did not take all of it.
        """


@dataclass(slots=True)
class Delivered:
    """Where each observation of a delivery is now.

    :ivar written: in the store.
    :ivar queued: in the queue, because of `trouble`.
    :ivar refused: in the dead-letter queue, with the store's reasons.
    :ivar unkept: nowhere: the caller has the only copy.
    :ivar trouble: why the store did not take what it did not refuse.
    :ivar queue_trouble: why a queue did not take what is nowhere.
    """

    written: list[Observation] = field(default_factory=list)
    queued: list[Observation] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    unkept: list[Observation] = field(default_factory=list)
    trouble: StoreError | None = None
    queue_trouble: QueueError | None = None


class Delivery:
    """Delivers observations: each is in one place afterwards, and it is told in which.

    A store that failed may have taken some of what is then queued: writing that again is harmless.

    :param queue: takes what the store did not take.
    :param dead_letters: takes what the store refused.
    :param dimensions: what the records of each bridge carry, by the bridge's name.
    :param now: tells the time.
    """

    def __init__(
        self,
        *,
        store: Store,
        queue: Outbox,
        dead_letters: Outbox,
        dimensions: Mapping[str, Mapping[str, str]],
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._queue = queue
        self._dead_letters = dead_letters
        self._dimensions = dimensions
        self._now = now

    def deliver(self, observations: Sequence[Observation], deadline: float) -> Delivered:
        """Write what the store takes, and queue the rest. Never raises.

        :param deadline: when it must be done, by `time.monotonic()`.
        """
        done = Delivered()
        for start in range(0, len(observations), RECORDS_PER_MESSAGE):
            self._deliver(observations[start : start + RECORDS_PER_MESSAGE], deadline, done)
        return done

    def _deliver(
        self, observations: Sequence[Observation], deadline: float, done: Delivered
    ) -> None:
        if done.trouble is None and time.monotonic() > deadline - RESERVE_SECONDS:
            done.trouble = StoreError("No time was left to write.", "OutOfTime")
        if done.trouble is None:
            try:
                refusals = self._store.write(observations)
            except StoreError as error:
                done.trouble = error
            else:
                self._dead_letter(refusals, done)
                refused = {refusal.observation for refusal in refusals}
                done.written += [seen for seen in observations if seen not in refused]
                return
        # A store that failed once most likely fails again, and that takes long.
        if self._send(self._queue, observations, str(done.trouble), done):
            done.queued += observations

    def _dead_letter(self, refusals: Iterable[Refusal], done: Delivered) -> None:
        for reason, observations in by_reason(refusals).items():
            if self._send(self._dead_letters, observations, reason, done):
                done.refused += [Refusal(seen, reason) for seen in observations]

    def _send(
        self, queue: Outbox, observations: Sequence[Observation], reason: str, done: Delivered
    ) -> bool:
        message = Message(
            tuple(observations), self._dimensions, reason, attempts=1, first_failed=self._now()
        )
        try:
            queue.send(message)
        except QueueError as error:
            done.queue_trouble = error
            done.unkept += observations
            return False
        return True


def by_reason(refusals: Iterable[Refusal]) -> Mapping[str, list[Observation]]:
    """Group what was refused by the reason."""
    groups: dict[str, list[Observation]] = defaultdict(list)
    for refusal in refusals:
        groups[refusal.reason].append(refusal.observation)
    return groups
