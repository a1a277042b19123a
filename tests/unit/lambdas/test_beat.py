from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.beat import Beat, Sighting, from_item, to_item
from lambdas.observation import Observation, Status
from tests.unit.lambdas.moments import CLOSED, NOON, OPEN, minute, seen

TOLERANCE = timedelta(minutes=62)
NOTHING = Beat(NOON, {})

moments = st.integers(0, 10**6).map(lambda seconds: NOON + timedelta(seconds=seconds))
sightings = st.builds(Sighting, status=st.sampled_from(Status), since=moments, seen=moments)


@given(
    st.builds(
        Beat,
        polled=moments,
        bridges=st.dictionaries(st.text(max_size=9), sightings),
        began=st.none() | moments,
    )
)
def test_it_is_read_as_it_was_written(beat: Beat) -> None:
    assert from_item(to_item(beat)) == beat


def test_a_bridge_takes_some_twenty_bytes() -> None:
    beat = NOTHING.after([seen(CLOSED, 1)], minute(1), TOLERANCE)

    assert to_item(beat)["bridges"] == {"M": {"Hisingsbron": {"S": f"C{60_000 + 1795435200000}"}}}


def test_the_first_answer_of_a_status_tells_since_when() -> None:
    beat = NOTHING
    for minutes, status in ((0, CLOSED), (1, CLOSED), (2, OPEN), (3, OPEN), (4, OPEN)):
        beat = beat.after([seen(status, minutes)], minute(minutes), TOLERANCE)

    assert beat.bridges["Hisingsbron"] == Sighting(OPEN, minute(2), minute(4))


def test_what_a_poll_did_not_see_stays_as_it_was_seen() -> None:
    beat = NOTHING.after([seen(CLOSED, 0)], minute(0), TOLERANCE)

    later = beat.after([], minute(7), TOLERANCE)

    assert later.polled == minute(7)
    assert later.bridges["Hisingsbron"] == Sighting(CLOSED, minute(0), minute(0))


@pytest.mark.parametrize(("paused", "began"), [(62, 0), (63, 63)])
def test_after_a_pause_it_begins_anew(paused: int, began: int) -> None:
    beat = Beat(NOON, {}, began=NOON)

    assert beat.after([], minute(paused), TOLERANCE).began == minute(began)


@pytest.mark.parametrize(("silent", "since"), [(62, 0), (63, 63)])
def test_after_a_gap_nobody_knows_how_long_it_has_lasted(silent: int, since: int) -> None:
    beat = NOTHING.after([seen(CLOSED, 0)], minute(0), TOLERANCE)

    later = beat.after([seen(CLOSED, silent)], minute(silent), TOLERANCE)

    assert later.bridges["Hisingsbron"].since == minute(since)


def test_a_new_container_takes_over_what_the_one_before_it_knew() -> None:
    before = Beat(
        minute(9),
        {"Hisingsbron": Sighting(OPEN, minute(5), minute(9)), "Other": Sighting(OPEN, NOON, NOON)},
    )
    own = NOTHING.after([seen(OPEN, 10)], minute(10), TOLERANCE)

    joined = own.joined_to(before, TOLERANCE)

    assert joined.polled == minute(10)
    assert joined.bridges["Hisingsbron"] == Sighting(OPEN, minute(5), minute(10))
    assert joined.bridges["Other"] == Sighting(OPEN, NOON, NOON)


@pytest.mark.parametrize(
    "item",
    [
        {},
        {"polled": {"N": "1"}, "bridges": {"M": {"Bro": {"S": "X1"}}}},
        {"polled": {"N": "soon"}, "bridges": {"M": {}}},
    ],
)
def test_what_is_no_beat_is_named(item: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="is no beat"):
        from_item(item)  # type: ignore[arg-type] # that is the point


def test_an_observation_older_than_the_beat_does_not_begin_it_anew() -> None:
    # given: another container was ahead
    before = Beat(minute(9), {"Hisingsbron": Sighting(OPEN, minute(8), minute(9))})
    late = NOTHING.after([Observation("Hisingsbron", CLOSED, minute(7))], minute(10), TOLERANCE)

    assert late.joined_to(before, TOLERANCE).bridges["Hisingsbron"].status is CLOSED
