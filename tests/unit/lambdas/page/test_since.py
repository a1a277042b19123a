"""Since when a bridge is as it is: by the beat and, before the first one, by the records."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest

from lambdas.beat import Beat, Sighting
from lambdas.observation import Observation, Status
from lambdas.page.configuration import PageBridge
from lambdas.page.site import STRIPS
from lambdas.page.view import lasted_since
from lambdas.store import StoreError
from tests.page.world import DAY, HISINGSBRON, HOUR, MINUTE, NOW, World

if TYPE_CHECKING:
    from collections.abc import Sequence

OPEN, CLOSED = Status.OPEN, Status.CLOSED
NAME = HISINGSBRON.name
TOLERANCE = timedelta(minutes=62)
BEGAN = NOW - 10 * MINUTE


def records(*hours_ago: tuple[float, Status]) -> list[Observation]:
    return [Observation(NAME, status, NOW - hours * HOUR) for hours, status in hours_ago]


@pytest.mark.parametrize(
    ("known", "since"),
    [
        ([], BEGAN),
        ([(3, OPEN), (2, CLOSED), (1, CLOSED)], NOW - 2 * HOUR),
        ([(3, CLOSED), (1, CLOSED)], NOW - HOUR),  # after a gap
        ([(3, CLOSED)], BEGAN),
        ([(1, OPEN)], BEGAN),
        ([(1, CLOSED), (0.1, CLOSED)], NOW - HOUR),  # one after it
    ],
)
def test_it_is_the_first_record_that_said_so_without_a_gap(
    known: Sequence[tuple[float, Status]], since: datetime
) -> None:
    sighting = Sighting(CLOSED, BEGAN, NOW)

    assert lasted_since(records(*known), sighting, TOLERANCE) == since


def world(began: datetime | None = BEGAN, *bridges: PageBridge) -> World:
    """Give a page that was deployed ten minutes ago, of a bridge that is Closed for two hours."""
    made = World(*bridges)
    made.table.kept[NAME] = records((3, OPEN), (2, CLOSED), (1, CLOSED))
    made.table.last = Beat(NOW, {NAME: Sighting(CLOSED, BEGAN, NOW)}, began=began)
    return made


def told(made: World) -> tuple[str, str]:
    """Read since when a list and the bridge's own document say that it is so."""
    listed = json.loads(made.get("/api/bridges.json").body)["bridges"][0]["since"]
    return listed, json.loads(made.get("/api/bridges/hisingsbron.json").body)["since"]


def test_the_records_before_a_new_page_count_everywhere() -> None:
    made = world()

    assert told(made) == ("2026-06-08T10:00:20Z", "2026-06-08T10:00:20Z")
    assert "Closed since 12:00" in made.text("/en/bridges/hisingsbron")
    assert "since 12:00" in made.text("/en/")
    assert made.table.reads == [NAME], "once"


@pytest.mark.parametrize("began", [None, NOW - 31 * DAY, BEGAN - 2 * HOUR])
def test_what_the_beat_saw_begin_needs_no_records(began: datetime | None) -> None:
    made = world(began)

    made.get("/api/bridges.json")

    assert made.table.reads == []


def test_of_many_bridges_only_the_beat_tells() -> None:
    others = [PageBridge(f"Bro {one}", f"bro-{one}", "UTC", "") for one in range(STRIPS)]
    made = world(BEGAN, HISINGSBRON, *others)

    made.get("/api/bridges.json")

    assert made.table.reads == []


def test_where_the_records_cannot_be_read_the_beat_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    made = world()
    failing = Mock(side_effect=StoreError("The table is out of order.", "OutOfOrder"))
    monkeypatch.setattr(made.table, "observations", failing)

    listed = json.loads(made.get("/api/bridges.json").body)["bridges"][0]

    assert (listed["status"], listed["since"]) == ("Closed", "2026-06-08T11:50:20Z")
