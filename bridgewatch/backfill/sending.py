"""Sending what a journal holds, a few requests at a time."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

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
    on_their_way: dict[Future[Outcome], tuple[int, Sequence[Row]]] = {}

    def settle(done: Iterable[Future[Outcome]]) -> None:
        for future in done:
            number, batch = on_their_way.pop(future)
            outcome = future.result()
            journal.note(number, batch, outcome)
            sent(outcome)

    with ThreadPoolExecutor(concurrency) as threads:
        try:
            for number, batch in journal.unsent():
                if len(on_their_way) >= concurrency * WAITING_PER_THREAD:
                    settle(wait(on_their_way, return_when=FIRST_COMPLETED).done)
                on_their_way[threads.submit(writer.write, batch)] = number, batch
            settle(wait(on_their_way).done)
        except BaseException:
            threads.shutdown(cancel_futures=True)
            settle(
                future
                for future in list(on_their_way)
                if not future.cancelled() and future.exception() is None
            )
            raise
