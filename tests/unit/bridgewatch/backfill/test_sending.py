"""How many threads a backfill sends with; what it sends is tested with the command."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from bridgewatch.backfill import sending
from bridgewatch.backfill.entries import Observed
from bridgewatch.backfill.journal import Journal
from bridgewatch.observation_table import Outcome
from lambdas.store import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bridgewatch.observation_table import Row

BATCHES = 40


class FakeWriter:
    """Has each request accepted but the one of that number, at which Timestream is closed."""

    def __init__(self, refused: int | None = None) -> None:
        self._refused = refused
        self._numbers = count(1)

    def write(self, rows: Sequence[Row]) -> Outcome:
        if next(self._numbers) == self._refused:
            raise StoreError("it is closed", "AccessDeniedException")
        return Outcome(len(rows), 0, {}, 1)


class CountingThreads(ThreadPoolExecutor):
    """Knows how many threads were asked for."""

    asked_for = 0

    def submit(self, *arguments: Any) -> Future[Any]:  # type: ignore[override] # noqa: ANN401 - as it is
        type(self).asked_for += 1
        return super().submit(*arguments)


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> type[CountingThreads]:
    monkeypatch.setattr(CountingThreads, "asked_for", 0)
    monkeypatch.setattr(sending, "ThreadPoolExecutor", CountingThreads)
    return CountingThreads


@pytest.fixture
def journal() -> Iterator[Journal]:
    with Journal(None, "a test") as journal:
        journal.stage(Observed("Hisingsbron", time, "Open") for time in range(BATCHES * 100))
        yield journal


def send(journal: Journal, writer: FakeWriter, concurrency: int = 4) -> int:
    """Send what is unsent, and count the requests that `sent` was told of."""
    told: list[Outcome] = []
    sending.send(journal, writer, concurrency=concurrency, sent=told.append)  # type: ignore[arg-type] # all that it needs of a Writer
    return len(told)


@pytest.mark.parametrize(
    ("busy", "expected"),
    [
        pytest.param(lambda: 0.0, 4, id="it only waits"),
        pytest.param(count().__next__, 1, id="it is busy for seconds with each request"),
    ],
)
def test_threads_join_while_those_there_are_wait(
    journal: Journal,
    threads: type[CountingThreads],
    monkeypatch: pytest.MonkeyPatch,
    busy: Callable[[], float],
    expected: int,
) -> None:
    monkeypatch.setattr(sending, "thread_time", busy)

    assert send(journal, FakeWriter()) == BATCHES

    assert threads.asked_for == expected
    assert journal.progress().accepted == BATCHES * 100


def test_no_more_threads_join_than_may(
    journal: Journal, threads: type[CountingThreads], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "thread_time", lambda: 0.0)

    assert send(journal, FakeWriter(), concurrency=1) == BATCHES

    assert threads.asked_for == 1


def test_what_was_on_its_way_when_one_failed_is_noted_and_the_rest_is_not_sent(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "thread_time", lambda: 0.0)

    with pytest.raises(StoreError, match="it is closed"):
        send(journal, FakeWriter(refused=20))

    sent = journal.progress().batches
    assert 19 <= sent <= 22
    assert send(journal, FakeWriter()) == BATCHES - sent
    assert journal.progress().accepted == BATCHES * 100
