"""The times of a series: a set, and a small one."""

from __future__ import annotations

import random
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedded_timestream.write.series import Times


@given(st.lists(st.integers(0, 40)))
def test_times_are_a_set(times: list[int]) -> None:
    kept = Times()
    for time in times:
        if time not in kept:
            kept.add(time)

    assert [time for time in range(41) if time in kept] == sorted(set(times))


@given(st.lists(st.integers(0, 40), unique=True), st.integers(-1, 41), st.integers(-1, 41))
def test_times_are_counted_between_two(times: list[int], first: int, last: int) -> None:
    kept = Times()
    for time in times:
        kept.add(time)

    assert kept.oldest() == min(times, default=None)
    assert kept.between(first, last) == sum(first <= time <= last for time in times)
    assert all(time in kept for time in times)


@pytest.mark.parametrize("order", ["ascending", "descending", "shuffled"])
def test_a_time_takes_about_eight_bytes_in_whatever_order_it_came(order: str) -> None:
    times = [1767614400000000000 + i for i in range(100_000)]
    if order == "descending":
        times.reverse()
    if order == "shuffled":
        random.Random(1).shuffle(times)  # noqa: S311 - no secret
    kept = Times()

    tracemalloc.start()
    for time in times:
        kept.add(time)
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert size < 16 * len(times)
    assert all(time in kept for time in times)
