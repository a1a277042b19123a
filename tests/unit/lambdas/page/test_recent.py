"""What a warm container reads again, and what it doesn't."""

from __future__ import annotations

from lambdas.observation import Observation, Status
from lambdas.page.recent import Recent
from tests.page.world import DAY, HOUR, MINUTE, NOW, MemoryTable, hisingsbron

OPEN, CLOSED = Status.OPEN, Status.CLOSED


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
