"""One run of the redriver: write what waits in the queue, give up what cannot be written."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from lambdas.delivery import RESERVE_SECONDS, by_reason
from lambdas.errors import is_final
from lambdas.message import Message, MessageError
from lambdas.store import Refusal, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from lambdas.delivery import Outbox
    from lambdas.observation import Observation
    from lambdas.sqs import Received
    from lambdas.store import Store

GIVE_UP = timedelta(days=3)
"""How long records are tried again: through a weekend. Both queues forget after 14 days."""


class Inbox(Protocol):
    """A queue, as far as a receiver knows it: `lambdas.sqs.Queue`."""

    def is_empty(self) -> bool:
        """Say whether there are no messages to receive; new ones may be overlooked.

        :raises QueueError: if the queue does not say.
        """

    def receive(self) -> Sequence[Received]:
        """Take some messages; none means that there are none.

        :raises QueueError: if the queue gives none.
        """

    def delete(self, received: Received) -> None:
        """Delete what was received.

        :raises QueueError: if it stays; it will come back.
        """


@dataclass(slots=True)
class Redriven:
    """What a run did.

    :ivar written: what is in the store now.
    :ivar given_up: what is in the dead-letter queue now, with the reasons.
    :ivar unreadable: why messages were left alone.
    :ivar trouble: why the store ended the run; what is left waits for the next one.
    """

    written: list[Observation] = field(default_factory=list)
    given_up: list[Refusal] = field(default_factory=list)
    unreadable: list[MessageError] = field(default_factory=list)
    trouble: StoreError | None = None


class Redriver:
    """Takes messages from the queue and writes their records, a message at a time.

    :param store: gives the store for records that carry the given dimensions, by bridge: those of
        the message, whatever the settings say now.
    :param dead_letters: takes what is given up.
    :param now: tells the time.
    """

    def __init__(
        self,
        *,
        store: Callable[[Mapping[str, Mapping[str, str]]], Store],
        queue: Inbox,
        dead_letters: Outbox,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._queue = queue
        self._dead_letters = dead_letters
        self._now = now

    def run(self, deadline: float) -> Redriven:
        """Work until the queue is empty, the store fails or the time is nearly over.

        A message is deleted only once each of its records is in the store or in the dead-letter
        queue. What is not finished comes back by itself; writing it again is harmless.

        :param deadline: when it must be done, by `time.monotonic()`.
        :raises QueueError: if a queue fails; nothing is lost by that.
        """
        done = Redriven()
        last = deadline - RESERVE_SECONDS
        # To find out by receiving takes a second of waiting, which is billed.
        if self._queue.is_empty():
            return done
        while time.monotonic() < last and (messages := self._queue.receive()):
            for received in messages:
                if time.monotonic() >= last:
                    return done
                self._redrive(received, done)
                if done.trouble:
                    return done
        return done

    def _redrive(self, received: Received, done: Redriven) -> None:
        try:
            message = Message.decode(received.text)
        except MessageError as error:
            # Not given up: perhaps a newer redriver knows it. After many receives SQS buries it.
            done.unreadable.append(error)
            return
        try:
            refusals = self._write(self._store(message.dimensions), message.observations)
        except StoreError as error:
            if self._now() - message.first_failed < GIVE_UP:
                done.trouble = error
                return
            refusals = [Refusal(seen, str(error)) for seen in message.observations]
        for reason, observations in by_reason(refusals).items():
            self._dead_letters.send(
                replace(
                    message.of(observations),
                    reason=reason,
                    attempts=message.attempts + received.receives,
                )
            )
        self._queue.delete(received)
        refused = {refusal.observation for refusal in refusals}
        done.written += [seen for seen in message.observations if seen not in refused]
        done.given_up += refusals

    def _write(self, store: Store, observations: Sequence[Observation]) -> list[Refusal]:
        """Write them; of a request that is invalid, find the record that makes it so.

        :raises StoreError: if the store failed for another reason.
        """
        try:
            return store.write(observations)
        except StoreError as error:
            if not is_final(error.code):
                raise
            if len(observations) == 1:
                return [Refusal(observations[0], str(error))]
        half = len(observations) // 2
        return self._write(store, observations[:half]) + self._write(store, observations[half:])
