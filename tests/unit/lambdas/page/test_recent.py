"""What a warm container reads again, and what it doesn't."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from lambdas.beat import Beat, Sighting
from lambdas.observation import Observation, Status
from lambdas.page.recent import OVERLAP, Recent
from lambdas.plans import Planned, Probability
from lambdas.store import StoreError
from tests.page.world import DAY, HOUR, MINUTE, NOW, MemoryTable, hisingsbron

OPEN, CLOSED = Status.OPEN, Status.CLOSED
SECOND = timedelta(seconds=1)


@dataclass
class NotingTable(MemoryTable):
    """:param ranges: what was asked for of each bridge that was read."""

    ranges: list[tuple[datetime, datetime]] = field(default_factory=list)

    def observations(self, bridge: str, since: datetime, until: datetime) -> list[Observation]:
        self.ranges.append((since, until))
        return super().observations(bridge, since, until)


class Container:
    """What a container reads, and the time; tests move it."""

    def __init__(self) -> None:
        self.now = NOW
        self.table = NotingTable()
        self.recent = Recent(self.table, lambda: self.now)

    def read(self, since: datetime, beat: Beat | None = None) -> list[Observation]:
        return list(self.recent.observations("Bro", since, beat))


@pytest.fixture
def container() -> Container:
    return Container()


def test_polls_without_news_are_no_reason_to_read_records() -> None:
    world = hisingsbron()
    world.get("/")

    for _ in range(4):
        world.now += MINUTE
        world.poll(hisingsbron=CLOSED)
        world.get("/")

    assert world.table.reads == ["Hisingsbron"]


def test_a_change_is_read_at_once() -> None:
    world = hisingsbron()
    world.get("/")
    world.now += MINUTE

    world.poll(hisingsbron=OPEN)

    assert 'data-status="Open"' in world.text("/")
    assert world.table.reads == ["Hisingsbron"] * 2


def test_what_is_written_late_is_there_within_the_hour() -> None:
    world = hisingsbron()
    world.get("/")
    late = Observation("Hisingsbron", OPEN, NOW - 20 * HOUR)
    world.table.kept["Hisingsbron"].append(late)
    world.table.kept["Hisingsbron"].sort(key=lambda one: one.time)

    for _ in range(61):
        world.now += MINUTE
        world.poll(hisingsbron=CLOSED)
        world.get("/")

    assert "2026-06-07T16:00:20Z" in world.text("/api/bridges/hisingsbron.json")


def test_the_overview_reads_a_day_and_a_page_reads_the_rest() -> None:
    hourly = [Observation("Bro", CLOSED, NOW - n * HOUR) for n in range(99, 0, -1)]
    table = MemoryTable(kept={"Bro": hourly})
    recent = Recent(table, lambda: NOW)

    assert len(recent.observations("Bro", NOW - 10 * HOUR, None)) == 10
    assert len(recent.observations("Bro", NOW - 90 * HOUR, None)) == 90
    assert len(recent.observations("Bro", NOW - 10 * HOUR, None)) == 10
    assert table.reads == ["Bro"] * 2


def test_several_are_read_at_once_and_each_once() -> None:
    table = MemoryTable()
    recent = Recent(table, lambda: NOW)
    names = [f"Bro {n}" for n in range(20)]

    recent.load(names, NOW - DAY, None)
    recent.load(names, NOW - DAY, None)

    assert sorted(table.reads) == sorted(names)


def test_one_bridge_alone_is_not_read_in_advance(container: Container) -> None:
    container.recent.load(["Bro"], NOW - DAY, None)

    assert container.table.reads == []


@pytest.mark.parametrize(
    ("later", "again"), [(SECOND - SECOND / 1000, False), (SECOND, True), (-SECOND, True)]
)
def test_a_beat_counts_for_a_second(container: Container, later: timedelta, *, again: bool) -> None:
    first, second = Beat(NOW, {}), Beat(NOW + MINUTE, {})
    container.table.last = first
    assert container.recent.beat() == first
    container.table.last = second

    container.now += later

    assert container.recent.beat() == (second if again else first)


@pytest.mark.parametrize(
    ("later", "again"), [(MINUTE - SECOND, False), (MINUTE, True), (-SECOND, True)]
)
def test_plans_count_for_a_minute(container: Container, later: timedelta, *, again: bool) -> None:
    plan = Planned(NOW + HOUR, None, Probability.CERTAIN)
    assert container.recent.planned("Bro") == ()
    container.table.plans = {"Bro": (plan,)}

    container.now += later

    assert container.recent.planned("Bro") == ((plan,) if again else ())


def test_a_beat_that_cannot_be_read_is_the_one_before_or_an_error(container: Container) -> None:
    container.table.fails = True
    with pytest.raises(StoreError):
        container.recent.beat()

    container.table.fails = False
    container.table.last = Beat(NOW, {})
    container.recent.beat()
    container.table.fails = True
    container.now += MINUTE

    assert container.recent.beat() == Beat(NOW, {})


def test_all_is_read_once_an_hour_and_the_newest_every_five_minutes(
    container: Container,
) -> None:
    since = NOW - DAY
    for minutes in (0, 4.9, 5, 9.9, 10, 59.9, 60):
        container.now = NOW + minutes * MINUTE
        container.read(since)

    assert container.table.ranges == [
        (since, NOW + OVERLAP),
        (NOW - OVERLAP, NOW + 5 * MINUTE + OVERLAP),
        (NOW + 5 * MINUTE - OVERLAP, NOW + 10 * MINUTE + OVERLAP),
        (NOW + 10 * MINUTE - OVERLAP, NOW + 59.9 * MINUTE + OVERLAP),
        (since, NOW + 60 * MINUTE + OVERLAP),
    ]


def test_a_clock_that_is_set_back_is_a_reason_to_read_all(container: Container) -> None:
    container.read(NOW - DAY)
    container.now -= SECOND

    container.read(NOW - DAY)

    assert [since for since, _ in container.table.ranges] == [NOW - DAY] * 2


def test_what_is_read_again_takes_the_place_of_what_was_read(container: Container) -> None:
    old = Observation("Bro", CLOSED, NOW - HOUR)
    container.table.kept["Bro"] = [old, Observation("Bro", CLOSED, NOW - MINUTE)]
    container.read(NOW - DAY)
    corrected = Observation("Bro", OPEN, NOW - MINUTE)
    container.table.kept["Bro"] = [old, corrected]

    container.now += 5 * MINUTE

    assert container.read(NOW - DAY) == [old, corrected]


@pytest.mark.parametrize(
    ("sighting", "again"),
    [
        (Sighting(OPEN, NOW - MINUTE, NOW), False),
        (Sighting(OPEN, NOW - MINUTE, NOW + MINUTE), False),
        (Sighting(CLOSED, NOW - MINUTE, NOW), True),
        (Sighting(OPEN, NOW, NOW), True),
        (None, True),
    ],
    ids=["the same", "seen again", "another status", "since another time", "none"],
)
def test_news_of_the_beat_are_read_at_once(
    container: Container, sighting: Sighting | None, *, again: bool
) -> None:
    def beat(of_bridge: Sighting | None) -> Beat:
        return Beat(NOW, {"Bro": of_bridge} if of_bridge else {})

    container.read(NOW - DAY, beat(Sighting(OPEN, NOW - MINUTE, NOW)))

    for _ in range(2):  # it is news but once
        container.read(NOW - DAY, beat(sighting))

    assert len(container.table.ranges) == (2 if again else 1)
