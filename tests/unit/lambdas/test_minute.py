from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from lambdas.poller.minute import scheduled_minute, ticks
from tests.unit.lambdas.moments import NOON


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("event", "now", "minute"),
    [
        ({"time": "2026-11-23T12:00:00Z"}, 0.4, 0),
        ({"time": "2026-11-23T12:00:00Z"}, 59.9, 0),
        ({"time": "2026-11-23T12:00:00Z"}, 60, 60),  # that minute is over
        ({"time": "2026-11-23T12:00:00Z"}, -0.1, -0.1),  # it has not begun
        ({"time": "2026-11-23T12:00:00"}, 5, 5),
        ({"time": "noon"}, 5, 5),
        ({"time": None}, 5, 5),
        ({}, 5, 5),
        (None, 5, 5),
        ([], 5, 5),
        ("time", 5, 5),
    ],
)
def test_the_minute_is_that_of_the_schedule(event: object, now: float, minute: float) -> None:
    assert scheduled_minute(event, after(now)) == after(minute)


def polls(start: float, interval: float, *durations: float, early: float = 0) -> list[float]:
    """Tell when a minute's polls begin, in seconds, if they last so long, the last one for ever."""
    now, begun = start, list[float]()

    def clock() -> datetime:
        return after(now)

    def sleep(seconds: float) -> None:
        nonlocal now
        assert seconds >= 0
        now += seconds - early

    for number, _ in enumerate(ticks(NOON, timedelta(seconds=interval), clock, sleep)):
        begun.append(round(now, 3))
        now += durations[min(number, len(durations) - 1)]
    return begun


@pytest.mark.parametrize(
    ("start", "interval", "durations", "early", "expected"),
    [
        (0, 60, [1], 0, [0]),
        (40, 60, [1], 0, [40]),
        (0, 20, [1], 0, [0, 20, 40]),
        (0.4, 20, [1], 0, [0.4, 20, 40]),  # late by a little, the others on time
        (47, 5, [1], 0, [47, 50, 55]),  # late by much, the next minute's not touched
        (0, 5, [0.1], 0, list(range(0, 60, 5))),
        (0, 5, [4.9], 0, list(range(0, 60, 5))),
        (0, 5, [7], 0, [0, 10, 20, 30, 40, 50]),  # each second tick passes during a poll
        (0, 5, [0, 31, 0], 0, [0, 5, 40, 45, 50, 55]),  # what passed is not made up for
        (0, 20, [0, 50], 0, [0, 20]),
        (0, 20, [0.001], 0.01, [0, 19.99, 39.991]),  # a sleep that ends early
    ],
)
def test_polls_begin_at_the_ticks_of_their_own_minute(
    start: float, interval: float, durations: list[float], early: float, expected: list[float]
) -> None:
    begun = polls(start, interval, *durations, early=early)

    assert begun == pytest.approx(expected, abs=0.002)
