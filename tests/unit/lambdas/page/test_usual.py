from __future__ import annotations

from datetime import timedelta

from lambdas.history import Opening
from lambdas.page.usual import FEWEST, usual
from tests.unit.lambdas.moments import NOON, minute


def lasting(*minutes: float) -> list[Opening]:
    return [Opening(NOON, minute(one)) for one in minutes]


def test_the_median_and_four_of_five_of_those_that_lasted_as_long() -> None:
    # given: 5 short openings, and 21 of 10 to 30 minutes
    openings = lasting(1, 1, 1, 1, 1, *range(10, 31))

    found = usual(openings, timedelta(minutes=6))

    assert found
    assert found.openings == 21
    assert found.median == timedelta(minutes=20 - 6)
    assert found.most == timedelta(minutes=26 - 6)


def test_of_fewer_than_twenty_nothing_is_said() -> None:
    openings = lasting(*[5] * 40, *[20] * (FEWEST - 1))

    assert usual(openings, timedelta(minutes=4))
    assert usual(openings, timedelta(minutes=6)) is None
    assert usual([], timedelta()) is None


def test_openings_whose_ends_nobody_saw_say_nothing() -> None:
    openings = [*lasting(*([5] * 19)), Opening(None, minute(5)), Opening(NOON, None)]

    assert usual(openings, timedelta()) is None
