"""Patterns on the bridge's own clock, also on the two days of the year when it jumps."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from bridgewatch.charts.svg import FILLS, HOUR_WIDTH, heat_map_svg, strip_svg
from bridgewatch.charts.text import heat_map_text, strip_text
from lambdas.history import Stretch
from lambdas.observation import Status
from lambdas.patterns import days, pattern

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
    assert sum(count or 0 for row in found.by_weekday_and_hour for count in row) == 2


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


def test_an_hour_in_which_nothing_was_known_is_not_one_without_openings() -> None:
    stretches = [
        *opened("2026-11-01T00:10", since="2026-11-01", until="2026-11-01T01:30"),
        Stretch(None, at("2026-11-01T01:30"), at("2026-11-01T03:00")),
    ]

    row = pattern(stretches, "UTC").by_weekday_and_hour[SUNDAY]

    assert row[:4] == (1, 0, None, None)


def test_the_hours_in_which_something_was_known_are_those_of_the_bridges_clock() -> None:
    closed = Stretch(Status.CLOSED, at("2026-11-01T05:40"), at("2026-11-01T07:00"))

    row = pattern([closed], STOCKHOLM).by_weekday_and_hour[SUNDAY]

    assert [hour for hour, count in enumerate(row) if count == 0] == [6, 7]


def test_a_record_alone_makes_its_hour_known() -> None:
    alone = Stretch(Status.CLOSED, at("2026-11-01T05:00"), at("2026-11-01T05:00"))
    whole = [Stretch(None, at("2026-11-01"), alone.start), alone]

    row = pattern([*whole, Stretch(None, alone.end, at("2026-11-02"))], "UTC")

    known = row.by_weekday_and_hour[SUNDAY]
    assert [hour for hour, count in enumerate(known) if count is not None] == [5]


def test_lengths_are_of_openings_whose_both_ends_are_known() -> None:
    stretches = [
        Stretch(Status.OPEN, at("2026-11-01T00:00"), at("2026-11-01T02:00")),
        *opened("2026-11-01T03:00", since="2026-11-01T02:00", until="2026-11-01T04:00"),
    ]

    found = pattern(stretches, "UTC")

    assert (found.openings, found.mean_opening) == (2, timedelta(minutes=10))
    assert found.longest_opening == timedelta(minutes=10)
    assert found.openings_a_day == pytest.approx(12)
    assert found.open_share == pytest.approx(130 / 240)
    assert found.known_share == 1


@pytest.mark.parametrize(
    ("day", "since", "until", "hours"),
    [
        ("2026-03-29", "2026-03-28T23:00", "2026-03-29T22:00", 23),
        ("2026-10-25", "2026-10-24T22:00", "2026-10-25T23:00", 25),
    ],
)
def test_a_day_on_which_the_clock_jumps_is_as_long_as_it_was(
    day: str, since: str, until: str, hours: int
) -> None:
    closed = Stretch(Status.CLOSED, at(since), at(until))

    (only,) = days([closed], STOCKHOLM)

    assert only.date == date.fromisoformat(day)
    assert only.end - only.start == timedelta(hours=hours)
    assert only.stretches == (closed,)


def test_a_stretch_over_midnight_is_divided_there() -> None:
    opening = Stretch(Status.OPEN, at("2026-11-01T22:50"), at("2026-11-01T23:20"))

    first, second = days([opening], STOCKHOLM)

    midnight = at("2026-11-01T23:00")
    assert first.stretches == (Stretch(Status.OPEN, opening.start, midnight),)
    assert second.stretches == (Stretch(Status.OPEN, midnight, opening.end),)


def test_a_strip_for_a_terminal_shows_the_share_of_each_half_hour() -> None:
    stretches = [
        *opened("2026-11-01T12:10", since="2026-11-01", until="2026-11-01T14:00"),
        Stretch(None, at("2026-11-01T14:00"), at("2026-11-01T15:20")),
        Stretch(Status.CLOSED, at("2026-11-01T15:20"), at("2026-11-01T16:10")),
    ]

    drawn = strip_text(days(stretches, "UTC")).splitlines()

    # 10 of 30 minutes are three eighths; of 15:00 to 15:30 most is unknown.
    assert drawn[:2] == [
        "            0   2   4   6   8   10  12  14  16  18  20  22",
        "2026-11-01  " + "·" * 24 + "▃···???··",
    ]
    assert drawn[-1].strip() == "▁ to █ Open, by its share of the half hour   · Closed   ? unknown"


def test_a_heat_map_for_a_terminal_has_a_legend_and_sums() -> None:
    stretches = opened(
        *("2026-11-01T12:10", "2026-11-01T12:30", "2026-11-01T13:10"),
        since="2026-11-01",
        until="2026-11-01T20:00",
    )

    drawn = heat_map_text(pattern(stretches, "UTC").by_weekday_and_hour).splitlines()

    assert drawn[7] == "Sun  " + "·" * 24 + "██▒▒" + "·" * 12 + "????????" + "      3"
    assert drawn[-1].strip() == "openings: ▒ 1   █ 2   · none   ? unknown"
    assert max(map(len, drawn)) <= 80


@pytest.mark.parametrize("count", [0, None])
def test_a_heat_map_without_any_opening_can_be_drawn(count: int | None) -> None:
    counts = [[count] * 24] * 7

    assert len(heat_map_text(counts).splitlines()) == 10
    ET.fromstring(heat_map_svg("x", "", counts, "UTC"))  # noqa: S314 - our own


def test_a_strip_as_a_picture_has_true_lengths_and_says_when() -> None:
    stretches = opened("2026-11-01T12:10", since="2026-11-01", until="2026-11-01T23:00")

    titles, widths = marks_of(strip_svg("A & B", days(stretches, STOCKHOLM), STOCKHOLM))

    says = "Open from 2026-11-01 13:10:00+01:00 to 2026-11-01 13:20:00+01:00 (0:10:00)"
    assert widths[titles.index(says)] == pytest.approx(HOUR_WIDTH / 6, abs=0.001)
    assert len(titles) == 3


def test_a_heat_map_as_a_picture_says_each_count() -> None:
    stretches = opened("2026-11-01T12:10", since="2026-11-01", until="2026-11-02")
    counts = pattern(stretches, "UTC").by_weekday_and_hour

    titles, _ = marks_of(heat_map_svg("A & B", "a day", counts, "UTC"))

    assert len(titles) == 168
    assert "Sun 12:00 to 13:00, openings: 1" in titles
    assert "Sat 12:00 to 13:00, unknown" in titles


@pytest.mark.parametrize(
    "picture",
    [
        strip_svg("A & B", days([Stretch(None, at("2026-11-01"), at("2026-11-02"))], "UTC"), "UTC"),
        heat_map_svg("A & B", "a day", [[1] * 24] * 7, "UTC"),
    ],
    ids=["strip", "heat map"],
)
def test_a_picture_has_a_title_a_zone_and_a_legend(picture: str) -> None:
    texts = [element.text or "" for element in ET.fromstring(picture).iter()]  # noqa: S314 - our own

    assert "A & B" in texts
    assert any(text.endswith(", UTC") for text in texts)
    assert "unknown" in texts


def test_what_is_unknown_looks_like_neither_status() -> None:
    assert len(set(FILLS.values())) == len(FILLS)


def marks_of(picture: str) -> tuple[list[str], list[float]]:
    """Give what the marks of a picture say, and how wide they are."""
    root = ET.fromstring(picture)  # noqa: S314 - our own
    titled = [
        (title.text or "", float(mark.get("width", "0")))
        for mark in root.iter("{http://www.w3.org/2000/svg}rect")
        for title in mark
    ]
    return [title for title, _ in titled], [width for _, width in titled]
