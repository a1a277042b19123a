"""Writers and readers at once."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.embedded_timestream.writing import NOON_NS, Given, dimensions, record

if TYPE_CHECKING:
    from collections.abc import Iterator

CALLS = 60
RECORDS = 25


@pytest.fixture(autouse=True)
def _threads_that_interrupt_each_other() -> Iterator[None]:
    """Let Python change threads so often that what is not locked is seen to fail."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def test_four_writers_and_four_readers_lose_nothing() -> None:
    given = Given()

    def write(writer: int) -> int:
        for call in range(CALLS):
            given.write(
                *(record(at=NOON_NS - call * RECORDS - i) for i in range(RECORDS)),
                # A new column now and then, so that readers meet a table that changes.
                Dimensions=dimensions(**{"writer": f"{writer}", f"since{call // 20}": "x"}),
            )
        return CALLS * RECORDS

    def read(_: int) -> list[int]:
        return [len(given.rows()) for _ in range(CALLS)]

    with closing(given.store), ThreadPoolExecutor(8) as pool:
        readers = [pool.submit(read, number) for number in range(4)]
        written = sum(pool.map(write, range(4)))
        for reader in readers:
            counts = reader.result()
            assert counts == sorted(counts)  # what was once seen stays
        assert len(given.rows()) == written


def test_of_writers_of_one_key_exactly_one_wins_each_version() -> None:
    given = Given()

    def write(writer: int) -> int:
        return sum(
            not given.rejected(record(f"writer {writer}", Version=version))
            for version in range(1, 200)
        )

    with closing(given.store), ThreadPoolExecutor(4) as pool:
        wins = sum(pool.map(write, range(4)))

        assert len(given.rows()) == 1
        last = given.rejected(record("nobody's", Version=1))[0]["ExistingVersion"]
        assert last == 199
        assert wins <= 199
