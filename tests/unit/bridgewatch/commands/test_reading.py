from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.bridgewatch.commands.conftest import Commands

STORES = ("timestream", "dynamodb")

MORNING = datetime(2026, 10, 25, tzinfo=UTC)
"""Of the day on which Stockholm's clock is put back, at 01:00 UTC."""

WINDOW = ("--since", "2026-10-25T00:00", "--until", "2026-10-25T06:00")


@pytest.fixture
def autumn(run: Commands) -> Commands:
    """Three openings, of which the third begins in a gap."""
    run.write(
        *(
            (MORNING + timedelta(minutes=minutes), status)
            for minutes, status in (
                (0, "Closed"),
                (30, "Open"),  # 02:30, the first time
                (38, "Closed"),
                (90, "Open"),  # 02:30, the second time
                (100, "Closed"),
                (260, "Open"),
                (270, "Closed"),
                (330, "Closed"),
            )
        )
    )
    return run


def test_openings_have_ends_where_records_show_them_and_gaps_are_told(autumn: Commands) -> None:
    found = autumn.printed("openings", "Hisingsbron", *WINDOW)

    assert [(one["opened_at"], one["closed_at"]) for one in found["openings"]] == [
        ("2026-10-25T00:30:00.000Z", "2026-10-25T00:38:00.000Z"),
        ("2026-10-25T01:30:00.000Z", "2026-10-25T01:40:00.000Z"),
        (None, "2026-10-25T04:30:00.000Z"),
    ]
    assert [(one["start"], one["end"], one["duration_seconds"]) for one in found["gaps"]] == [
        ("2026-10-25T01:40:00.000Z", "2026-10-25T04:20:00.000Z", 9600)
    ]


def test_openings_as_a_table_have_the_gaps_between_them(autumn: Commands) -> None:
    lines = autumn("openings", "Hisingsbron", *WINDOW).stdout.splitlines()

    kinds = [line.split()[1] for line in lines if "Hisingsbron" in line]
    assert kinds == ["Open", "Open", "gap", "Open"]
    assert any("unknown" in line for line in lines)
    assert lines[-1] == "  openings: 3"


def test_openings_as_csv_are_what_backfill_reads(autumn: Commands, tmp_path: Path) -> None:
    result = autumn("openings", "Hisingsbron", *WINDOW, "--csv")
    (tmp_path / "openings.csv").write_text(result.stdout)

    assert len(list(csv.DictReader(io.StringIO(result.stdout)))) == 3
    again = autumn("backfill", str(tmp_path / "openings.csv"))
    assert (again.exit_code, again.stdout.split()) == (
        0,
        ["accepted", "8", "duplicates", "0", "rejected", "0"],
    )


def test_openings_as_csv_leave_out_those_of_which_no_time_is_known(run: Commands) -> None:
    run.write((MORNING, "Open"))

    result = run("openings", "Hisingsbron", *WINDOW, "--csv")

    assert result.stdout == "bridge,opened_at,closed_at,duration_seconds\n"
    assert len(run.printed("openings", "Hisingsbron", *WINDOW)["openings"]) == 1


def test_stats_count_by_the_bridges_own_clock(autumn: Commands) -> None:
    hisingsbron, marieholmsbron = autumn.printed("stats", *WINDOW)

    assert (hisingsbron["openings"], hisingsbron["mean_opening_seconds"]) == (3, 540)
    assert hisingsbron["longest_opening_seconds"] == 600
    assert hisingsbron["by_weekday_and_hour"]["Sun"][:4] == [None, None, 2, None]
    assert hisingsbron["known_share"] == pytest.approx(1 - 160 / 360)
    assert (marieholmsbron["openings"], marieholmsbron["open_share"]) == (0, None)


def test_stats_as_table_and_csv(autumn: Commands) -> None:
    table = autumn("stats", *WINDOW).stdout
    (hisingsbron, _) = csv.DictReader(io.StringIO(autumn("stats", *WINDOW, "--csv").stdout))

    sums, by_weekday, by_hours = (
        line.split()[1:] for line in table.splitlines() if "Hisingsbron" in line
    )
    assert sums == ["3", "21.6", "9", "min", "10", "min", "14.0%", "55.6%"]
    assert by_weekday == ["?", "?", "?", "?", "?", "?", "2"]
    assert by_hours == ["2", "0", "0", "?", "?", "?", "?", "?"]
    assert hisingsbron["mean_opening_seconds"] == "540.0"


def test_charts_are_drawn_in_the_terminal_and_into_files(autumn: Commands, tmp_path: Path) -> None:
    strip = autumn("history", "Hisingsbron", *WINDOW, "--chart", "--svg", "strip.svg")
    heat = autumn("stats", "Hisingsbron", *WINDOW, "--chart", "--svg", "heat.svg")

    # From 02:00 local time, whose hour comes twice.
    assert "Hisingsbron, Europe/Stockholm" in strip.stdout
    assert "2026-10-25      ·▃·▃????▃···" in strip.stdout
    assert "Sun  ????██????" in heat.stdout
    for name in ("strip.svg", "heat.svg"):
        assert (tmp_path / name).read_text().startswith("<svg ")
    assert sorted(path.name for path in tmp_path.glob("*.svg*")) == ["heat.svg", "strip.svg"]


def test_history_as_csv(autumn: Commands) -> None:
    result = autumn("history", "Hisingsbron", *WINDOW, "--csv")

    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert (rows[1]["start"], rows[1]["status"]) == ("2026-10-25T00:30:00.000Z", "Open")
    assert len(rows) == 8


def test_query_prints_typed_values_and_what_they_cost(autumn: Commands) -> None:
    sql = (
        "SELECT measure_value::varchar AS status, count(*) AS n, min(time) AS first, "  # noqa: S608 - of a test's own
        "array_sort(array_agg(minute(time))) AS minutes "
        f'FROM "gothenburg"."{autumn.table}" WHERE time > from_iso8601_timestamp('
        "'2026-10-01T00:00:00Z') GROUP BY 1 ORDER BY 1"
    )

    result = autumn("query", sql, "--json")

    closed, opened = json.loads(result.stdout)
    assert opened == {
        "status": "Open",
        "n": 3,
        "first": "2026-10-25T00:30:00Z",
        "minutes": [20, 30, 30],
    }
    assert closed["n"] == 5
    assert result.stderr.startswith("bridgewatch: 2 rows; ")
    table = autumn("query", "-", input_=sql).stdout
    assert "[20, 30, 30]" in table
    assert "Open,3,2026-10-25T00:30:00Z," in autumn("query", sql, "--csv").stdout


def test_columns_of_one_name_are_told_apart_where_names_are_keys(run: Commands) -> None:
    sql = "SELECT 1 AS n, 2 AS n, 3 AS n_2, 4 AS n"

    assert json.loads(run("query", sql, "--json").stdout) == [
        {"n": 1, "n_2": 2, "n_2_2": 3, "n_3": 4}
    ]
    assert run("query", sql, "--csv").stdout == "n,n,n_2,n\n1,2,3,4\n"


@pytest.mark.parametrize("command", [("history", "Hisingsbron"), ("stats", "Hisingsbron")])
@pytest.mark.parametrize("drawing", [("--chart",), ("--svg", "x.svg")])
def test_text_and_a_drawing_together_are_wrong_usage(
    run: Commands, command: tuple[str, ...], drawing: tuple[str, ...]
) -> None:
    result = run(*command, *drawing, "--json")

    assert result.exit_code == 2
    assert "Choose one of --json or --csv, and --chart or --svg." in result.stderr


def test_json_and_csv_together_are_wrong_usage(run: Commands) -> None:
    result = run("status", "--json", "--csv")

    assert (result.exit_code, result.stderr) == (
        2,
        "bridgewatch: Choose one of --json and --csv.\n",
    )


@pytest.mark.parametrize("address", ["127.0.0.1:4566", "http://"])
def test_an_endpoint_that_is_no_address_is_wrong_usage(run: Commands, address: str) -> None:
    result = run("status", "--endpoint-url", address)

    assert result.exit_code == 2
    assert f"not '{address}'." in result.output


def test_an_unknown_bridge_is_answered_with_the_known_ones(run: Commands) -> None:
    result = run("openings", "Hisingsbro")

    assert result.exit_code == 2
    assert "no bridge 'Hisingsbro'; theirs are: Hisingsbron, Marieholmsbron." in result.stderr
