from __future__ import annotations

from datetime import timedelta

import pytest

from lambdas.beat import Beat, Sighting
from lambdas.page.verdict import Silence, verdict
from tests.unit.lambdas.moments import CLOSED, NOON, OPEN, minute

VALID = timedelta(minutes=3)
BEAT = Beat(
    NOON,
    {"Bro": Sighting(OPEN, minute(-9), NOON), "Quiet": Sighting(CLOSED, minute(-90), minute(-9))},
)


def test_a_fresh_answer_is_believed_until_it_says() -> None:
    told = verdict(BEAT, "Bro", minute(2.9), VALID)

    assert (told.status, told.since, told.checked_at) == (OPEN, minute(-9), NOON)
    assert told.valid_until == minute(3)
    assert told.silence is None


def test_after_that_it_is_unknown_since_the_last_good_answer() -> None:
    told = verdict(BEAT, "Bro", minute(3), VALID)

    assert (told.status, told.since, told.last) == (None, NOON, OPEN)
    assert told.silence is Silence.POLLER


def test_a_silent_source_is_told_from_a_silent_poller() -> None:
    assert verdict(BEAT, "Quiet", minute(1), VALID).silence is Silence.SOURCE
    assert verdict(BEAT, "Quiet", minute(4), VALID).silence is Silence.POLLER
    assert verdict(BEAT, "Never", minute(1), VALID).silence is Silence.SOURCE
    assert verdict(None, "Never", minute(1), VALID).silence is Silence.POLLER


@pytest.mark.parametrize("bridge", ["Quiet", "Never"])
def test_an_unknown_is_never_a_status(bridge: str) -> None:
    assert verdict(BEAT, bridge, minute(1), VALID).status is None
