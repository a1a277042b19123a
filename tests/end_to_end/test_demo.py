from __future__ import annotations

import json
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from io import StringIO
from typing import TYPE_CHECKING

import pytest

from bridgewatch.cost.bill import dollars
from bridgewatch.cost.prediction import predict
from bridgewatch.cost.usage import Dimension
from bridgewatch.deployment import deployment
from bridgewatch.settings import load_settings
from local.bridges.openings import Change, Opening, merge
from local.demo.comparison import compare
from local.demo.run import KEY, Demo, Summary, hisingsbron, replay
from local.demo.told import SECRETS, Telling

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

START = datetime(2026, 6, 1, tzinfo=UTC)
EPSILON = 1e-9
NEARLY_PREDICTED = (Dimension.LAMBDA_REQUESTS, Dimension.SCHEDULE_INVOCATIONS)
"""Polls and redrives exactly; and the notifier's runs, which depend on what happens."""
POLLS = [START + timedelta(minutes=minute) for minute in range(10)]


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


@dataclass(frozen=True)
class Day:
    """A day of Hisingsbron: its settings and summary.json are in `output`."""

    summary: Summary
    output: Path
    told: str


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    output = tmp_path_factory.mktemp("demo")
    told = StringIO()
    with redirect_stdout(told):
        summary = Demo(hisingsbron(days=1), output, with_page=True).run()
    return Day(summary, output, told.getvalue())


@pytest.mark.timeout(240)
def test_a_day_of_hisingsbron_is_deployed_polled_stored_and_read_without_loss(day: Day) -> None:
    summary = day.summary

    assert (summary.polls, summary.lost, summary.invented) == (1440, 0, 0)
    assert summary.changes_stored == summary.changes_true == 2 * summary.openings > 0
    assert summary.openings_by_day == {"2026-06-01": summary.openings}
    # A heartbeat an hour, and each request carries one record: there is one bridge.
    assert summary.records_written == summary.write_requests > 24
    written = json.loads((day.output / "summary.json").read_text())
    assert Summary(**{**written, "told": Telling(**written["told"])}) == summary
    assert "nothing differs" in day.told


@pytest.mark.timeout(240)
def test_it_draws_shares_of_half_hours_as_the_command_line_does(day: Day) -> None:
    lines = day.told.splitlines()
    start = next(
        i for i, one in enumerate(lines) if one.endswith("history Hisingsbron --since 1d --chart")
    )

    assert lines[start + 1] == "Hisingsbron, Europe/Stockholm"
    (row,) = (one for one in lines[start:] if one.startswith("2026-06-01"))
    drawn = [cell for cell in row[12:] if cell not in "·? "]
    assert drawn
    # No opening is as long as half an hour.
    assert "█" not in drawn


@pytest.mark.timeout(240)
def test_what_happened_that_day_was_told_and_nothing_else(day: Day) -> None:
    telling = day.summary.told

    assert telling
    assert telling.events > day.summary.changes_stored
    assert (telling.told, telling.invented) == (telling.events, 0)
    # Timed ones come within a minute, and changes at once.
    assert telling.longest_seconds < 60
    assert "Hisingsbron opened at" in day.told
    # By `notify test` and `notify list`.
    assert "smart-home was told: HTTP 200." in day.told
    assert "open_for 6 min" in day.told


@pytest.mark.timeout(240)
def test_nothing_of_a_secret_is_in_what_was_deployed_or_said(day: Day) -> None:
    written = "".join(
        file.read_text(errors="replace")
        for file in (day.output / "cdk.out").rglob("*")
        if file.suffix in {".json", ".py"} and "lambdas/notifier" not in str(file)
    )

    for secret in (*SECRETS.values(), KEY):
        assert secret not in written + day.told


@pytest.mark.timeout(240)
def test_a_day_uses_what_was_predicted_and_no_more(day: Day) -> None:
    # Given a thirtieth of a month
    predicted = predict(deployment(load_settings(day.output / "settings.json")))
    days = Fraction(730, 24)

    metered = {Dimension[name.upper()]: count for name, count in day.summary.metered.items()}

    for dimension, count in metered.items():
        assert count <= predicted[dimension] / days * (1 + EPSILON), dimension
    assert metered[Dimension.METRICS] == pytest.approx(float(predicted[Dimension.METRICS] / days))
    for dimension in NEARLY_PREDICTED:
        assert metered[dimension] > 0.97 * predicted[dimension] / days
    # Logs are predicted from this very figure.
    assert metered[Dimension.LOG_GB] > 0.9 * predicted[Dimension.LOG_GB] / days


@pytest.mark.timeout(240)
def test_its_page_is_kept_as_a_file_that_stands_alone(day: Day, browser: Browser) -> None:
    file = day.output / "page" / "index.html"
    assert day.told.endswith(f"{file.as_uri()}\n")
    asked: list[str] = []

    with browser.new_page() as page:
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: asked.append(str(error)))
        page.goto(file.as_uri())
        answer = page.locator(".known .answer").inner_text()
        # `publish` filled it from the history: the openings of the day before the page was there.
        openings = page.locator(".tall").get_attribute("aria-label") or ""
        color = page.locator(".hero").evaluate("(one) => getComputedStyle(one).backgroundColor")

    assert answer.strip() == "Yes"
    assert f"{day.summary.openings} openings" in openings
    assert color == "rgb(223, 242, 238)"
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


@pytest.mark.timeout(240)
def test_no_query_is_on_the_poll_path(day: Day) -> None:
    assert Dimension.QUERY_GB.name.lower() not in day.summary.metered


@pytest.mark.timeout(240)
def test_a_day_costs_a_thirtieth_of_a_cent_at_most(day: Day) -> None:
    usd = day.summary.usd

    assert 0 < usd["with_allowances"] < 0.01 / 30
    assert usd["with_allowances"] < usd["without_allowances"]
    month = dollars(Fraction(usd["month_with_allowances"]))
    assert f"A month of this costs {month} US dollars, in an account" in day.told


@pytest.mark.timeout(240)
def test_recorded_openings_are_replayed_through_the_dutch_feed_to_dynamodb(tmp_path: Path) -> None:
    # Given 51 openings in a day: of two bridges, some overlapping, one without an end
    codes = ("NLTNZ001300522000264", "NLAMS002122253000074")
    rows = [
        f"{codes[n % 2]},2022-08-15T{n * 24 // 51:02}:{n * 13 % 60:02}:30Z,"
        f"{'' if n == 50 else f'2022-08-15T{n * 24 // 51:02}:59:00Z'},riskOf"
        for n in range(51)
    ]
    file = tmp_path / "openings.csv"
    file.write_text("\n".join(["bridge,opened_at,closed_at,probability", *rows]))

    summary = Demo(replay(file), tmp_path, "dynamodb").run()

    assert (summary.polls, summary.lost, summary.invented) == (1440, 0, 0)
    assert summary.changes_stored > 50
    # The same SQL as above, whichever store answers it.
    assert summary.openings_by_day == {"2022-08-15": summary.openings}
    # One more for what is said about each of the two bridges.
    assert summary.write_requests >= summary.records_written + 2
    predicted = predict(deployment(load_settings(tmp_path / "settings.json")))
    for dimension in (Dimension.DYNAMODB_WRITES, Dimension.DYNAMODB_GB_MONTHS):
        metered = summary.metered[dimension.name.lower()]
        # The poller was never cold, but this bridge opens ten times as often.
        assert 0 < metered < predicted[dimension]


def test_a_change_that_the_table_lacks_is_lost() -> None:
    openings = merge([Opening("Hisingsbron", at(2.5), at(5))])
    seen = [Change(at(0), "Hisingsbron", "Closed"), Change(at(3), "Hisingsbron", "Open")]

    compared = compare(openings, POLLS, seen)

    assert compared.lost == {Change(at(5), "Hisingsbron", "Closed")}
    assert not compared.invented


def test_a_change_that_no_poll_saw_is_invented() -> None:
    openings = merge([], ["Hisingsbron"])
    seen = [Change(at(0), "Hisingsbron", "Closed"), Change(at(3), "Hisingsbron", "Open")]

    compared = compare(openings, POLLS, seen)

    assert compared.invented == {Change(at(3), "Hisingsbron", "Open")}
    assert not compared.lost


def test_an_opening_between_two_polls_is_not_lost() -> None:
    openings = merge([Opening("Hisingsbron", at(2.2), at(2.8))])

    compared = compare(openings, POLLS, [Change(at(0), "Hisingsbron", "Closed")])

    assert not compared.seeable
    assert not compared.lost
