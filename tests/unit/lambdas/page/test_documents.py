"""Every answer, as it was reviewed. After a change that is meant: pytest --snapshot-update."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from lambdas import VERSION
from lambdas.beat import Beat, Sighting
from lambdas.observation import Observation, Status
from lambdas.page.configuration import PageBridge
from lambdas.plans import Planned, Probability
from tests.page.world import DAY, HISINGSBRON, HOUR, MINUTE, NOW, World, history

if TYPE_CHECKING:
    from datetime import datetime

    from syrupy.assertion import SnapshotAssertion

SILENT = PageBridge("Sölvesborgsbron", "solvesborgsbron", "Europe/Amsterdam", "")
NEVER_SEEN = PageBridge("Klaffbron", "klaffbron", "UTC", "Malmö & Lund")
OPENINGS = [
    (NOW - 2 * DAY, 7 * MINUTE),
    (NOW - 27 * HOUR, 12 * MINUTE),
    (NOW - 5 * HOUR, 0.5 * MINUTE),
]
ADDRESSES = (
    "/",
    "/bridges/hisingsbron",
    "/sv/bridges/solvesborgsbron",
    "/bridges/hisingsbron/badge.svg",
    "/bridges/solvesborgsbron/badge.svg",
    "/bridges/hisingsbron/changes.atom",
    "/bridges/hisingsbron/openings.ics",
    "/api/bridges.json",
    "/api/bridges/hisingsbron.json",
    "/api/bridges/hisingsbron/shields.json",
    "/api/openapi.json",
    "/metrics",
    "/robots.txt",
    "/nowhere",
    "/api/nowhere",
)


@pytest.fixture(scope="module")
def world() -> World:
    """Give three bridges: one that is open and has a past, one that is silent, one never seen."""
    polled = NOW - timedelta(seconds=20)
    opened = polled - 4 * MINUTE
    begun = NOW - 3 * DAY
    world = World(HISINGSBRON, SILENT, NEVER_SEEN)

    def past(name: str, until: datetime) -> list[Observation]:
        return history(name, [(start, start + length) for start, length in OPENINGS], begun, until)

    world.table.kept = {
        HISINGSBRON.name: [
            *past(HISINGSBRON.name, opened),
            Observation(HISINGSBRON.name, Status.OPEN, opened),
        ],
        SILENT.name: past(SILENT.name, NOW - 4 * HOUR),
    }
    world.table.last = Beat(
        polled,
        {
            HISINGSBRON.name: Sighting(Status.OPEN, opened, polled),
            SILENT.name: Sighting(Status.CLOSED, NOW - 4 * HOUR - 30 * MINUTE, NOW - 4 * HOUR),
        },
    )
    world.table.plans = {
        HISINGSBRON.name: (
            Planned(NOW + HOUR, NOW + HOUR + 10 * MINUTE, Probability.CERTAIN),
            Planned(NOW + DAY, None, Probability.PROBABLE),
        )
    }
    return world


@pytest.mark.parametrize("path", ADDRESSES)
def test_an_answer_is_as_it_was_reviewed(
    world: World, path: str, snapshot: SnapshotAssertion
) -> None:
    found = world.get(path)

    # What differs with each edit of a style sheet, and with each version.
    body = re.sub(r"/assets/[0-9a-f]{12}/", "/assets/HASH/", found.body.decode())
    body = body.replace(f'"{VERSION}"', '"VERSION"')
    if found.headers["Content-Type"].endswith("json"):
        body = json.dumps(json.loads(body), indent=1, ensure_ascii=False)
    headers = {name: value for name, value in found.headers.items() if name != "ETag"}
    assert (found.status.value, headers, body) == snapshot
