"""Patterns on the bridge's own clock, also on the two days of the year when it jumps."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from bridgewatch.charts import heat_map_svg, heat_map_text, strip_svg, strip_text
from bridgewatch.patterns import Cell, pattern, strip
from lambdas.history import Stretch
from lambdas.observation import Status

STOCKHOLM = "Europe/Stockholm"
SUNDAY = 6


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def opened(*starts: str, since: str, until: str) -> list[Stretch]:
    """Ten-minute openings, and Closed between them."""
    found, now = [], at(since)
    for start in map(at, starts):
        end = start + timedelta(minutes=10)
        found += [Stretch(Status.CLOSED, now, start), Stretch(Status.OPEN, start, end)]
        now = end
    return [*found, Stretch(Status.CLOSED, now, at(until))]


@pytest.mark.parametrize(
    ("starts", "hours"),
    [
        # In spring, 02:00 to 03:00 is skipped.
        (["2026-03-29T00:30", "2026-03-29T01:30"], {1: 1, 3: 1}),
        # In autumn, 02:00 to 03:00 comes twice.
        (["2026-10-25T00:30", "2026-10-25T01:30"], {2: 2}),
    ],
)
def test_openings_are_counted_by_the_hour_that_the_bridges_clock_shows(
    starts: list[str], hours: dict[int, int]
) -> None:
    day = starts[0][:10]
    stretches = opened(*starts, since=f"{day}T00:00", until=f"{day}T12:00")

    found = pattern(stretches, STOCKHOLM)

    row = found.by_weekday_and_hour[SUNDAY]
    assert {hour: count for hour, count in enumerate(row) if count} == hours
    assert sum(map(sum, found.by_weekday_and_hour)) == 2


def test_shares_and_rates_are_of_the_time_in_which_the_status_was_known() -> None:
    stretches = [
        *opened("2026-11-01T06:00", "2026-11-01T18:00", since="2026-11-01", until="2026-11-02"),
        Stretch(None, at("2026-11-02"), at("2026-11-05")),
    ]

    found = pattern(stretches, "UTC")

    assert (found.openings, found.openings_a_day) == (2, 2)
    assert found.mean_opening == found.longest_opening == timedelta(minutes=10)
    assert found.open_share == pytest.approx(20 / (24 * 60))
    assert found.known_share == 0.25


def test_of_a_time_in_which_nothing_was_known_nothing_is_told() -> None:
    found = pattern([Stretch(None, at("2026-11-01"), at("2026-11-02"))], "UTC")

    assert (found.openings_a_day, found.open_share, found.mean_opening) == (None, None, None)
    assert (found.openings, found.known_share) == (0, 0)


@pytest.mark.parametrize(
    ("day", "since", "until", "unseen"),
    [
        ("2026-03-29", "2026-03-28T23:00", "2026-03-29T22:00", {4, 5}),
        ("2026-10-25", "2026-10-24T22:00", "2026-10-25T23:00", set()),
    ],
)
def test_a_day_of_23_or_25_hours_is_one_row_of_the_strip(
    day: str, since: str, until: str, unseen: set[int]
) -> None:
    (row,) = (days := strip([Stretch(Status.CLOSED, at(since), at(until))], STOCKHOLM)).values()

    assert list(days) == [date.fromisoformat(day)]
    assert {index for index, cell in enumerate(row) if cell is Cell.OUTSIDE} == unseen


def test_a_cell_shows_the_most_remarkable_of_its_half_hour() -> None:
    stretches = [
        *opened("2026-11-01T00:10", since="2026-11-01", until="2026-11-01T01:00"),
        Stretch(None, at("2026-11-01T01:00"), at("2026-11-01T01:40")),
    ]

    (row,) = strip(stretches, "UTC").values()

    assert row[:5] == [Cell.OPEN, Cell.CLOSED, Cell.UNKNOWN, Cell.UNKNOWN, Cell.OUTSIDE]


def test_drawings_for_a_terminal() -> None:
    stretches = opened("2026-11-01T12:10", since="2026-11-01", until="2026-11-01T14:00")

    assert strip_text(strip(stretches, "UTC")).splitlines()[:2] == [
        "            0   2   4   6   8   10  12  14  16  18  20  22",
        "2026-11-01  " + "-" * 24 + "█---" + " " * 20,
    ]
    heat = heat_map_text(pattern(stretches, "UTC").by_weekday_and_hour).splitlines()
    assert heat[7] == "Sun  " + " " * 24 + "██"
    assert heat[-1].strip() == "darkest: 1 openings"
    assert len(heat_map_text([[0] * 24] * 7).splitlines()) == 10, "also without any opening"


def test_pictures_are_svg_whose_cells_say_what_they_show() -> None:
    stretches = opened("2026-11-01T12:10", since="2026-11-01", until="2026-11-02")
    found = pattern(stretches, "UTC")

    for svg, cells, says in (
        (strip_svg("A & B", strip(stretches, "UTC")), 48, "2026-11-01 12:00 open"),
        (heat_map_svg("A & B", found.by_weekday_and_hour), 168, "Sun 12:00 to 13:00, openings: 1"),
    ):
        root = ET.fromstring(svg)  # noqa: S314 - our own
        texts = [element.text for element in root.iter()]
        assert "A & B" in texts
        titles = [element.text for element in root.iter("{http://www.w3.org/2000/svg}title")]
        assert len(titles) == cells
        assert says in titles
