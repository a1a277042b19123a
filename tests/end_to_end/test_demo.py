from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from local.bridges.openings import Change, Opening, unite
from local.comparison import compare
from local.demo import Demo, Summary, hisingsbron, replay

if TYPE_CHECKING:
    from pathlib import Path

START = datetime(2026, 6, 1, tzinfo=UTC)
POLLS = [START + timedelta(minutes=minute) for minute in range(10)]


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


@pytest.mark.timeout(120)
def test_a_day_of_hisingsbron_is_deployed_polled_stored_and_read_without_loss(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = Demo(hisingsbron(days=1), tmp_path).run()

    assert (summary.polls, summary.lost, summary.invented) == (1440, 0, 0)
    assert summary.changes_stored == summary.changes_true == 2 * summary.openings > 0
    # A heartbeat an hour, and each request carries one record: there is one bridge.
    assert summary.records_written == summary.write_requests > 24
    assert Summary(**json.loads((tmp_path / "summary.json").read_text())) == summary
    assert "nothing differs" in capsys.readouterr().out


@pytest.mark.timeout(120)
def test_recorded_openings_are_replayed_through_the_dutch_feed(tmp_path: Path) -> None:
    # Given 51 openings in a day: of two bridges, some overlapping, one without an end
    codes = ("NLTNZ001300522000264", "NLAMS002122253000074")
    rows = [
        f"{codes[n % 2]},2022-08-15T{n * 24 // 51:02}:{n * 13 % 60:02}:30Z,"
        f"{'' if n == 50 else f'2022-08-15T{n * 24 // 51:02}:59:00Z'},riskOf"
        for n in range(51)
    ]
    file = tmp_path / "openings.csv"
    file.write_text("\n".join(["bridge,opened_at,closed_at,probability", *rows]))

    summary = Demo(replay(file), tmp_path).run()

    assert (summary.polls, summary.lost, summary.invented) == (1440, 0, 0)
    assert summary.changes_stored > 50
    assert summary.write_requests <= summary.records_written


def test_a_change_that_the_table_lacks_is_lost() -> None:
    openings = unite([Opening("Hisingsbron", at(2.5), at(5))])
    seen = [Change(at(0), "Hisingsbron", "Closed"), Change(at(3), "Hisingsbron", "Open")]

    compared = compare(openings, POLLS, seen)

    assert compared.lost == {Change(at(5), "Hisingsbron", "Closed")}
    assert not compared.invented


def test_a_change_that_no_poll_saw_is_invented() -> None:
    openings = unite([], ["Hisingsbron"])
    seen = [Change(at(0), "Hisingsbron", "Closed"), Change(at(3), "Hisingsbron", "Open")]

    compared = compare(openings, POLLS, seen)

    assert compared.invented == {Change(at(3), "Hisingsbron", "Open")}
    assert not compared.lost


def test_an_opening_between_two_polls_is_not_lost() -> None:
    openings = unite([Opening("Hisingsbron", at(2.2), at(2.8))])

    compared = compare(openings, POLLS, [Change(at(0), "Hisingsbron", "Closed")])

    assert not compared.seeable
    assert not compared.lost
