"""Sending what a journal holds, several batches at a time."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event, Lock
from time import perf_counter, thread_time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridgewatch.backfill.journal import Journal
    from bridgewatch.observation_table import Outcome, Writer


def send(
    journal: Journal, writer: Writer, *, concurrency: int, sent: Callable[[Outcome], None]
) -> None:
    """Send every batch that has not been sent, and note each in the journal.

    Threads join as long as those that there are mostly wait for Timestream. More would only wait
    for each other, and slow each other down: Python runs one at a time.

    If it fails or is interrupted, the requests that are on their way are waited for and noted; the
    others are not sent.

    :param concurrency: how many requests are sent at a time, at most.
    :param sent: is told of each request what became of it, by one thread at a time.
    :raises StoreError: if Timestream failed; what was not sent can be sent later.
    """
    unsent = journal.unsent()
    senders: list[Future[None]] = []
    taking_turns = Lock()
    stop = Event()
    elapsed = busy = 0.0

    def send_in_turn() -> None:
        nonlocal elapsed, busy
        while not stop.is_set():
            with taking_turns:
                number, batch = next(unsent, (0, None))
            if batch is None:
                return
            began, was_busy = perf_counter(), thread_time()
            outcome = writer.write(batch)
            with taking_turns:
                journal.note(number, batch, outcome)
                sent(outcome)
                elapsed += perf_counter() - began
                busy += thread_time() - was_busy
                if len(senders) < concurrency and elapsed > (len(senders) + 1) * busy:
                    add_sender()

    def add_sender() -> None:
        sender = threads.submit(send_in_turn)
        sender.add_done_callback(lambda done: stop.set() if done.exception() else None)
        senders.append(sender)

    with ThreadPoolExecutor(concurrency) as threads:
        with taking_turns:  # so that it is counted before it counts
            add_sender()
        try:
            for sender in senders:  # and those that join meanwhile
                sender.result()
        finally:
            stop.set()
