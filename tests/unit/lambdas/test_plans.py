from __future__ import annotations

from datetime import timedelta

import pytest

from lambdas.plans import A_BRIDGE, Planned, Probability, from_item, to_item
from tests.unit.lambdas.moments import NOON, minute

SURE, LIKELY = Probability.CERTAIN, Probability.PROBABLE


def test_they_are_read_as_they_were_written_with_how_sure_they_are() -> None:
    plans = {
        "Zeelandbrug": (
            Planned(minute(10), minute(19), SURE),
            Planned(minute(60), None, LIKELY),
        )
    }

    assert from_item(to_item(plans, NOON)) == plans


def test_what_is_over_or_far_ahead_is_left_out_and_a_bridge_with_it() -> None:
    plans = {
        "Past": [Planned(minute(-30), minute(-20), SURE), Planned(minute(-5), None, SURE)],
        "Now": [Planned(minute(-5), minute(5), SURE)],
        "Far": [Planned(NOON + timedelta(days=4), None, LIKELY)],
    }

    assert list(from_item(to_item(plans, NOON))) == ["Now"]


def test_of_many_the_next_ones_are_kept() -> None:
    plans = {"Busy": [Planned(minute(n), None, LIKELY) for n in range(99, 0, -1)]}

    kept = from_item(to_item(plans, NOON))["Busy"]

    assert [one.start for one in kept] == [minute(n + 1) for n in range(A_BRIDGE)]


def test_what_is_no_plan_is_named() -> None:
    with pytest.raises(ValueError, match="holds no plans"):
        from_item({"bridges": {"M": {"Bro": {"L": [{"S": "soon"}]}}}})
