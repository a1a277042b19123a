"""Histories as rows: true lengths, gaps as gaps, and what the beat knows after the last record."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from lambdas.beat import Beat, Sighting
from lambdas.history import Stretch
from lambdas.observation import Observation, Status
from lambdas.page.drawing import paths, ticks, width
from lambdas.page.verdict import verdict
from lambdas.page.view import HOURS, MONTH, beginning, history, view
from tests.page.world import DAY, HISINGSBRON, HOUR, MINUTE, NOW
from tests.page.world import history as recorded

OPEN, CLOSED = Status.OPEN, Status.CLOSED
TOLERANCE = timedelta(minutes=62)
NAME = HISINGSBRON.name


def told(beat: Beat, now: datetime = NOW) -> list[Stretch]:
    observations = [Observation(NAME, CLOSED, NOW - 3 * HOUR)]
    one = verdict(beat, NAME, now, 3 * MINUTE)
    return history(observations, one, NOW - 4 * HOUR, now, TOLERANCE)


def test_the_beat_fills_what_records_an_hour_apart_leave_open() -> None:
    beat = Beat(NOW, {NAME: Sighting(CLOSED, NOW - 3 * HOUR, NOW)})

    assert told(beat) == [
        Stretch(None, NOW - 4 * HOUR, NOW - 3 * HOUR),
        Stretch(CLOSED, NOW - 3 * HOUR, NOW),
    ]


def test_a_change_that_only_the_beat_knows_is_shown() -> None:
    beat = Beat(NOW, {NAME: Sighting(OPEN, NOW - 5 * MINUTE, NOW)})

    assert told(beat)[-1] == Stretch(OPEN, NOW - 5 * MINUTE, NOW)
    # Nothing tells what was between the record and that.
    assert told(beat)[-2] == Stretch(None, NOW - 3 * HOUR, NOW - 5 * MINUTE)


def test_after_the_last_good_answer_there_is_a_gap_at_once() -> None:
    beat = Beat(NOW, {NAME: Sighting(CLOSED, NOW - 3 * HOUR, NOW - 10 * MINUTE)})

    assert told(beat)[-1] == Stretch(None, NOW - 10 * MINUTE, NOW)


def test_records_that_contradict_the_beat_are_believed() -> None:
    beat = Beat(NOW, {NAME: Sighting(CLOSED, NOW - 3 * HOUR, NOW)})
    observations = [
        Observation(NAME, CLOSED, NOW - 50 * MINUTE),
        Observation(NAME, OPEN, NOW - 40 * MINUTE),
        Observation(NAME, CLOSED, NOW - 30 * MINUTE),
    ]

    found = history(observations, verdict(beat, NAME, NOW, 3 * MINUTE), NOW - HOUR, NOW, TOLERANCE)

    assert [one.status for one in found] == [None, CLOSED, OPEN, CLOSED]


statuses = st.lists(st.tuples(st.integers(1, 5000), st.sampled_from(Status)), max_size=30)


@given(statuses, st.integers(0, 3000), st.integers(0, 3000), st.sampled_from(Status))
def test_a_history_has_neither_holes_nor_overlaps(
    steps: list[tuple[int, Status]], since_ago: int, seen_ago: int, status: Status
) -> None:
    start, observations = NOW - 2 * DAY, []
    moment = start
    for seconds, one in steps:
        moment += timedelta(seconds=seconds)
        observations.append(Observation(NAME, one, moment))
    seen = NOW - timedelta(seconds=seen_ago)
    beat = Beat(NOW, {NAME: Sighting(status, seen - timedelta(seconds=since_ago), seen)})

    found = history(observations, verdict(beat, NAME, NOW, 3 * MINUTE), start, NOW, TOLERANCE)

    assert found[0].start == start
    assert found[-1].end == NOW
    assert all(one.end == after.start for one, after in itertools.pairwise(found))


def test_every_interval_is_drawn_as_long_as_it_was() -> None:
    # given: an opening of 5 minutes and 20 seconds
    start = NOW - 2 * HOUR
    openings = [(start, start + timedelta(seconds=320))]
    observations = recorded(NAME, openings, NOW - 31 * DAY, NOW)
    beat = Beat(NOW, {NAME: Sighting(CLOSED, start + timedelta(seconds=320), NOW)})

    found = view(HISINGSBRON, verdict(beat, NAME, NOW, 3 * MINUTE), observations, NOW, TOLERANCE)

    drawn = paths(found.hours)
    assert width(found.hours) == 86400
    at = int((start - (NOW - HOURS)).total_seconds())
    assert drawn["Open"] == f"M{at} 0h320v10h-320z"
    assert "Unknown" not in drawn
    assert len(found.days) == MONTH


def day_of(local_date: str, zone: str) -> tuple[int, list[tuple[str, str]]]:
    bridge = replace(HISINGSBRON, timezone=zone)
    noon = datetime.fromisoformat(f"{local_date}T12:00").replace(tzinfo=ZoneInfo(zone))
    now = noon.astimezone(UTC)
    beat = Beat(now, {NAME: Sighting(CLOSED, now - 31 * DAY, now)})
    found = view(bridge, verdict(beat, NAME, now, 3 * MINUTE), [], now, TOLERANCE)
    return width(found.days[0]), list(ticks(found.days[0], bridge.zone, 6))


def test_a_day_in_spring_has_23_hours_and_one_in_autumn_25() -> None:
    spring, spring_ticks = day_of("2026-03-29", "Europe/Stockholm")
    autumn, autumn_ticks = day_of("2026-10-25", "Europe/Stockholm")

    assert spring == 23 * 3600
    assert autumn == 25 * 3600
    # The clock says 06 five hours after midnight in spring, and seven in autumn.
    assert spring_ticks[1] == (f"{100 * 5 / 23:.2f}%", "06")
    assert autumn_ticks[1] == (f"{100 * 7 / 25:.2f}%", "06")


def test_thirty_days_begin_at_midnight_of_the_bridges_clock() -> None:
    # The clock changed in between: midnight is at 23:00 UTC in winter and 22:00 in summer.
    assert beginning(HISINGSBRON, datetime(2026, 4, 10, 12, tzinfo=UTC)) == datetime(
        2026, 3, 11, 23, tzinfo=UTC
    )
