"""Sending what a journal holds, a few requests at a time."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bridgewatch.backfill.journal import Journal
    from bridgewatch.timestream.writer import Outcome, Row, Writer

WAITING_PER_THREAD = 2
"""Requests that are made ready for each thread: one that it sends, and the next one."""


def send(
    journal: Journal, writer: Writer, *, concurrency: int, sent: Callable[[Outcome], None]
) -> None:
    """Send every batch that has not been sent, and note each in the journal.

    If it fails or is interrupted, the requests that are on their way are waited for and noted; the
    others are not sent.

    :param concurrency: how many requests are sent at a time.
    :param sent: is told of each request what became of it.
    :raises StoreError: if Timestream failed; what was not sent can be sent later.
    """
    on_their_way: deque[tuple[int, Sequence[Row], Future[Outcome]]] = deque()

    def settle_first() -> None:
        number, batch, future = on_their_way.popleft()
        outcome = future.result()
        journal.note(number, batch, outcome)
        sent(outcome)

    with ThreadPoolExecutor(concurrency) as threads:
        try:
            for number, batch in journal.unsent():
                if len(on_their_way) >= concurrency * WAITING_PER_THREAD:
                    settle_first()
                on_their_way.append((number, batch, threads.submit(writer.write, batch)))
            while on_their_way:
                settle_first()
        except BaseException:
            threads.shutdown(cancel_futures=True)
            while on_their_way:
                future = on_their_way[0][2]
                if future.cancelled() or future.exception() is not None:
                    on_their_way.popleft()
                else:
                    settle_first()
            raise
