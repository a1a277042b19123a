"""How many requests a backfill sends at a time; what it sends is tested with the command."""

from __future__ import annotations

from itertools import count
from threading import Lock
from time import perf_counter, sleep
from typing import TYPE_CHECKING

import pytest

from bridgewatch.backfill import sending
from bridgewatch.backfill.files import Observed
from bridgewatch.backfill.journal import Journal
from bridgewatch.timestream.writer import Outcome
from lambdas.store import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bridgewatch.timestream.writer import Row

BATCHES = 40


class SlowTimestream:
    """Takes a moment for each request, and knows how many were on their way at once."""

    def __init__(self, refuses: Callable[[], bool] = lambda: False) -> None:
        self.at_once = self.most_at_once = 0
        self._refuses = refuses
        self._lock = Lock()

    def write(self, rows: Sequence[Row]) -> Outcome:
        with self._lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        sleep(0.01)
        with self._lock:
            self.at_once -= 1
        if self._refuses():
            raise StoreError("it is closed", "AccessDeniedException")
        return Outcome(len(rows), 0, {}, 1)


@pytest.fixture
def journal() -> Iterator[Journal]:
    with Journal(None, "a test") as journal:
        journal.stage(Observed("Hisingsbron", time, "Open") for time in range(BATCHES * 100))
        yield journal


def send(journal: Journal, timestream: SlowTimestream, concurrency: int) -> int:
    """Send what is unsent, and count the requests that `sent` was told of."""
    told: list[Outcome] = []
    sending.send(journal, timestream, concurrency=concurrency, sent=told.append)  # type: ignore[arg-type] # all that it needs of a Writer
    return len(told)


@pytest.mark.parametrize("concurrency", [1, 4])
def test_while_it_waits_it_sends_as_many_as_it_may(journal: Journal, concurrency: int) -> None:
    timestream = SlowTimestream()

    assert send(journal, timestream, concurrency) == BATCHES

    assert timestream.most_at_once == concurrency
    assert journal.progress().accepted == BATCHES * 100


def test_while_the_processor_is_busy_it_sends_one_after_another(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a processor that is busy all the time
    monkeypatch.setattr(sending, "thread_time", perf_counter)
    timestream = SlowTimestream()

    assert send(journal, timestream, concurrency=4) == BATCHES

    assert timestream.most_at_once == 1


def test_what_was_on_its_way_when_one_failed_is_noted_and_the_rest_is_not_sent(
    journal: Journal,
) -> None:
    # given a service that refuses the twentieth request only
    numbers = count(1)
    timestream = SlowTimestream(refuses=lambda: next(numbers) == 20)

    with pytest.raises(StoreError, match="it is closed"):
        send(journal, timestream, concurrency=4)

    sent = journal.progress().batches
    assert 19 <= sent <= 22
    assert send(journal, timestream, concurrency=4) == BATCHES - sent
    assert journal.progress().accepted == BATCHES * 100
