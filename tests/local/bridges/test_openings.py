from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from local.bridges.openings import (
    HISINGSBRON,
    Change,
    Opening,
    changes,
    generate,
    merge,
    read_csv,
    recorded_window,
    status_at,
)

DAY = datetime(2026, 3, 2, tzinfo=UTC)
YEAR = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
RECORDED = Path("../shared/data/ndw-bridge-openings-2022-08.csv")


def at(minute: int) -> datetime:
    return DAY + timedelta(minutes=minute)


def opening(start: int, end: int | None, bridge: str = "B") -> Opening:
    return Opening(bridge, at(start), None if end is None else at(end))


@pytest.mark.parametrize(
    ("rows", "merged"),
    [
        ([(0, 5), (10, 15)], [(0, 5), (10, 15)]),
        ([(10, 15), (0, 5)], [(0, 5), (10, 15)]),
        ([(0, 5), (3, 9)], [(0, 9)]),
        ([(0, 9), (3, 5)], [(0, 9)]),
        ([(0, 5), (5, 9)], [(0, 9)]),
        ([(0, 5), (0, 5)], [(0, 5)]),
        ([(0, None), (10, 15)], [(0, 15)]),
        ([(0, None), (10, 30), (12, 15)], [(0, 30)]),
        ([(0, None), (5, None), (10, 15), (20, 25)], [(0, 15), (20, 25)]),
        ([(0, 5), (10, None)], [(0, 5), (10, None)]),
        ([(0, None), (3, None)], [(0, None)]),
        ([(0, 9), (3, None)], [(0, None)]),
    ],
)
def test_a_bridge_has_one_history(
    rows: list[tuple[int, int | None]], merged: list[tuple[int, int | None]]
) -> None:
    history = merge(opening(start, end) for start, end in rows)

    assert history == {"B": tuple(opening(start, end) for start, end in merged)}


@pytest.mark.parametrize(
    ("minute", "status"),
    [(-1, "Closed"), (0, "Open"), (4, "Open"), (5, "Closed"), (9, "Closed"), (10, "Open")],
)
def test_a_bridge_is_open_from_the_start_until_just_before_the_end(
    minute: int, status: str
) -> None:
    history = merge([opening(0, 5), opening(10, None)])

    assert status_at(history, "B", at(minute)) == status


def test_a_bridge_that_never_opens_is_closed() -> None:
    assert status_at(merge([], ["B"]), "B", DAY) == "Closed"


def test_changes_are_those_of_the_window_in_the_order_of_time() -> None:
    history = merge([opening(0, 5), opening(3, 8, "A"), opening(10, None)])

    assert changes(history, at(3), at(10)) == [
        Change(at(3), "A", "Open"),
        Change(at(5), "B", "Closed"),
        Change(at(8), "A", "Closed"),
    ]


class TestGenerated:
    def test_the_same_seed_gives_the_same_openings(self) -> None:
        assert generate(1, *YEAR) == generate(1, *YEAR)
        assert generate(1, *YEAR) != generate(2, *YEAR)

    def test_windows_agree_where_they_overlap(self) -> None:
        week = (datetime(2026, 5, 4, 12, tzinfo=UTC), datetime(2026, 5, 11, tzinfo=UTC))
        within = [o for o in generate(1, *YEAR)[HISINGSBRON] if week[0] <= o.start < week[1]]

        assert generate(1, *week)[HISINGSBRON] == tuple(within)

    def test_there_are_about_as_many_as_the_article_counted(self) -> None:
        assert len(generate(1, *YEAR)[HISINGSBRON]) / 365 == pytest.approx(4.7, abs=0.15)

    def test_none_is_in_the_rush_hours_and_each_takes_8_to_12_minutes(self) -> None:
        for one in generate(1, *YEAR)[HISINGSBRON]:
            assert one.end
            begins = one.start.astimezone(ZoneInfo("Europe/Stockholm"))
            ends = one.end.astimezone(ZoneInfo("Europe/Stockholm"))
            assert timedelta(minutes=8) <= one.end - one.start <= timedelta(minutes=12)
            if begins.isoweekday() <= 5:
                assert not any(
                    low <= time.hour < high
                    for time in (begins, ends)
                    for low, high in ((6, 9), (15, 18))
                )


class TestRead:
    def write(self, directory: Path, *lines: str) -> Path:
        file = directory / "openings.csv"
        header = "bridge,opened_at,closed_at,latitude,longitude,probability"
        file.write_text("\n".join([header, *lines]), encoding="utf-8")
        return file

    def test_every_row_happened_whatever_its_probability(self, tmp_path: Path) -> None:
        file = self.write(
            tmp_path,
            "NL1,2022-08-15T07:32:00Z,2022-08-15T07:38:00Z,52.6,4.7,riskOf",
            "NL2,2022-08-15T09:32:00+02:00,,52.6,4.7,certain",
        )

        assert read_csv(file) == [
            Opening(
                "NL1",
                datetime(2022, 8, 15, 7, 32, tzinfo=UTC),
                datetime(2022, 8, 15, 7, 38, tzinfo=UTC),
            ),
            Opening("NL2", datetime(2022, 8, 15, 7, 32, tzinfo=UTC), None),
        ]

    @pytest.mark.parametrize("time", ["soon", "2022-08-15T07:32:00", ""])
    def test_a_row_that_cannot_be_read_is_named(self, tmp_path: Path, time: str) -> None:
        file = self.write(tmp_path, f"NL1,{time},,52.6,4.7,riskOf")

        with pytest.raises(ValueError, match=r"openings\.csv, line 2"):
            read_csv(file)

    def test_the_window_is_that_of_the_busy_days(self) -> None:
        busy = [opening(minute, minute + 1) for minute in range(51)]
        quiet = [Opening("B", DAY - timedelta(days=7), None)]
        later = [Opening("B", one.start + timedelta(days=2), one.end) for one in busy]

        assert recorded_window(busy + quiet + later) == (DAY, DAY + timedelta(days=3))

    def test_a_file_without_a_busy_day_has_no_window(self) -> None:
        with pytest.raises(ValueError, match="no day with more than 50"):
            recorded_window([opening(0, 5)])

    @pytest.mark.skipif(not RECORDED.exists(), reason=f"{RECORDED} is not there")
    def test_the_recorded_openings_are_those_of_three_days(self) -> None:
        rows = read_csv(RECORDED)

        assert (len(rows), len(merge(rows))) == (2522, 90)
        assert recorded_window(rows) == (
            datetime(2022, 8, 15, tzinfo=UTC),
            datetime(2022, 8, 18, tzinfo=UTC),
        )
