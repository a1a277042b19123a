from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from lambdas.history import (
    Opening,
    Stretch,
    changes,
    gap_tolerance,
    openings,
    statistics,
    stretches,
)
from lambdas.observation import Observation, Status
from tests.unit.lambdas.moments import CLOSED, OPEN, minute, seen

TOLERANCE = gap_tolerance(timedelta(minutes=60), timedelta(minutes=1))


def test_the_tolerance_is_a_heartbeat_and_two_polls() -> None:
    assert timedelta(minutes=62) == TOLERANCE


def test_heartbeats_are_no_changes_and_each_bridge_counts_for_itself() -> None:
    observations = [
        seen(CLOSED, 0),
        seen(OPEN, 1, "Marieholmsbron"),
        seen(CLOSED, 60),
        seen(OPEN, 70),
        seen(OPEN, 71, "Marieholmsbron"),
        seen(CLOSED, 80),
    ]

    assert list(changes(observations)) == [seen(OPEN, 70), seen(CLOSED, 80)]


def test_the_record_before_the_beginning_tells_the_status_at_the_beginning() -> None:
    observations = [seen(CLOSED, -30), seen(OPEN, 10), seen(CLOSED, 20)]

    assert stretches(observations, minute(0), minute(30), TOLERANCE) == [
        Stretch(CLOSED, minute(0), minute(10)),
        Stretch(OPEN, minute(10), minute(20)),
        Stretch(CLOSED, minute(20), minute(30)),
    ]


def test_a_record_alone_between_gaps_counts_from_the_beginning_to_before_the_end() -> None:
    for moment, found in ((0, True), (29, True), (30, False)):
        alone = stretches([seen(OPEN, moment)], minute(0), minute(30), timedelta(seconds=1))

        assert (Stretch(OPEN, minute(moment), minute(moment)) in alone) is found


def test_without_records_everything_is_a_gap() -> None:
    assert stretches([], minute(0), minute(30), TOLERANCE) == [Stretch(None, minute(0), minute(30))]


def test_two_records_exactly_the_tolerance_apart_have_no_gap_between_them() -> None:
    observations = [seen(CLOSED, 0), seen(CLOSED, 62)]

    assert stretches(observations, minute(0), minute(62), TOLERANCE) == [
        Stretch(CLOSED, minute(0), minute(62))
    ]


def test_a_longer_silence_is_a_gap_whose_status_is_not_invented() -> None:
    # given an opening during which the poller fell silent
    observations = [seen(CLOSED, 0), seen(OPEN, 10), seen(CLOSED, 73)]

    found = stretches(observations, minute(0), minute(80), TOLERANCE)

    assert found == [
        Stretch(CLOSED, minute(0), minute(10)),
        Stretch(OPEN, minute(10), minute(10)),
        Stretch(None, minute(10), minute(73)),
        Stretch(CLOSED, minute(73), minute(80)),
    ]
    assert openings(found) == [Opening(minute(10), None)]


def test_a_silence_until_now_is_a_gap_from_the_last_record() -> None:
    found = stretches([seen(CLOSED, 0)], minute(0), minute(63), TOLERANCE)

    assert found == [
        Stretch(CLOSED, minute(0), minute(0)),
        Stretch(None, minute(0), minute(63)),
    ]


def test_the_record_after_the_end_shows_whether_the_end_is_in_a_gap() -> None:
    # given a silence of two hours in whose midst the window ends
    observations = [seen(CLOSED, 0), seen(CLOSED, 120)]

    found = stretches(observations, minute(0), minute(30), TOLERANCE)

    assert found[-1] == Stretch(None, minute(0), minute(30))


def test_an_opening_that_runs_at_either_end_has_no_known_start_or_end() -> None:
    observations = [seen(OPEN, -5), seen(CLOSED, 5), seen(OPEN, 25)]

    found = stretches(observations, minute(0), minute(30), TOLERANCE)

    assert openings(found) == [Opening(None, minute(5)), Opening(minute(25), None)]


def test_statistics_add_up_what_is_known_and_keep_gaps_apart() -> None:
    observations = [
        seen(CLOSED, 0),
        seen(OPEN, 10),
        seen(CLOSED, 18),
        seen(CLOSED, 100),
        seen(OPEN, 110),
    ]

    found = statistics(stretches(observations, minute(0), minute(120), TOLERANCE))

    assert found.openings == 2
    assert found.open_time == timedelta(minutes=18)
    assert found.gap_time == timedelta(minutes=82)
    assert found.known_time == timedelta(minutes=38)
    assert found.longest_opening == timedelta(minutes=8)


@st.composite
def histories(draw: st.DrawFn) -> list[Observation]:
    times = sorted(draw(st.lists(st.integers(-90, 600), unique=True)))
    return [seen(draw(st.sampled_from(Status)), time) for time in times]


@given(histories(), st.integers(0, 100), st.integers(1, 400))
def test_stretches_divide_the_time_without_holes_and_invent_nothing(
    observations: list[Observation], start: int, length: int
) -> None:
    since, until = minute(start), minute(start + length)

    found = stretches(observations, since, until, TOLERANCE)

    assert (found[0].start, found[-1].end) == (since, until)
    assert all(one.end == two.start and one.status != two.status for one, two in pairwise(found))
    for observation in observations:
        if since <= observation.time < until:
            assert any(
                stretch.start <= observation.time <= stretch.end
                and stretch.status is observation.status
                for stretch in found
            )
    for stretch in found:
        if stretch.status is not None:
            told = [one for one in observations if one.time <= stretch.start]
            assert told[-1].status is stretch.status
            assert stretch.start - told[-1].time <= TOLERANCE


def test_an_opening_at_the_edge_of_what_is_known_has_no_known_end_there() -> None:
    first, last = Stretch(OPEN, minute(0), minute(5)), Stretch(OPEN, minute(9), minute(10))
    closed = Stretch(CLOSED, minute(5), minute(9))

    assert openings([first, closed]) == [Opening(None, minute(5))]
    assert openings([closed, last]) == [Opening(minute(9), None)]
    assert openings([first, closed, last]) == [
        Opening(None, minute(5)),
        Opening(minute(9), None),
    ]
