"""`bridgewatch cost`: what it prints, refuses and compares."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from typer.testing import CliRunner

from bridgewatch.cli import app
from bridgewatch.settings import CDK_JSON

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from typer.testing import Result

EXAMPLE = str(CDK_JSON.parent / "examples" / "netherlands.json")


def run(*arguments: str) -> Result:
    with time_machine.travel("2026-11-23T12:00:00Z", tick=False):
        return CliRunner().invoke(app, ["cost", *arguments])


def told(*arguments: str) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0
    document: dict[str, Any] = json.loads(result.stdout)
    return document


@pytest.fixture
def settings(tmp_path: Path) -> Callable[..., str]:
    """Write the default settings with some changed, and give the file's name."""

    def write(name: str = "settings", **changes: object) -> str:
        document = json.loads(CDK_JSON.read_text())["context"]["bridgewatch"]
        file = tmp_path / f"{name}.json"
        file.write_text(json.dumps({**document, **changes}))
        return str(file)

    return write


def test_people_get_a_table_with_bars_and_the_questions_they_would_ask() -> None:
    # when
    result = run()
    # then
    assert result.exit_code == 0
    assert result.stdout.startswith("A month of this costs 0.0013 US dollars, in an account that ")
    assert "That is 1 bridge, polled every 60 s" in result.stdout
    for words in (
        "Timestream writes of 1 KiB",
        "Lambda requests*",
        "* a weak price",
        "CloudWatch alarms dominate",
        "polled every 5 s",
        "with 100 bridges",
        "15 queries a day",
        "████████",
    ):
        assert words in result.stdout
    assert result.stderr == ""


def test_what_is_not_used_has_no_line() -> None:
    assert "dashboards" not in run().stdout


def test_without_queries_both_totals_are_the_same_and_under_a_cent() -> None:
    # when
    document = told()
    # then
    totals = document["monthly_usd"]
    assert 0 < totals["bytes_scanned"] == totals["tcu"] <= 0.01


def test_queries_are_cheap_by_bytes_and_dear_by_compute_units() -> None:
    # when
    totals = told("--queries-per-day", "15")["monthly_usd"]
    # then: 456.25 queries a month, of 10 MB or of 4 units for 30 seconds
    rest = told()["monthly_usd"]["tcu"]
    assert totals["bytes_scanned"] == pytest.approx(456.25 * 0.01 * 0.01 + rest)
    assert totals["tcu"] == pytest.approx(456.25 * 120 / 3600 * 0.518 + rest)


def test_the_assumption_about_compute_units_can_be_changed() -> None:
    # when
    four, one = (
        told("--queries-per-day", "15", "--tcu-per-query", number)["monthly_usd"]["tcu"]
        for number in ("4", "1")
    )
    # then
    rest = told()["monthly_usd"]["tcu"]
    assert one - rest == pytest.approx((four - rest) / 4)


def test_every_line_says_where_its_rule_and_its_price_come_from() -> None:
    for line in told()["lines"]:
        assert line["rule_source"].startswith("https://")
        assert line["price_source"].startswith("https://")


def test_what_if_has_the_totals_of_each_variant() -> None:
    # when
    variants = told()["what_if"]
    # then
    assert set(variants) == {
        "polled every 5 s",
        "with 100 bridges",
        "15 queries a day of 1,000 records",
    }
    for totals in variants.values():
        assert totals["monthly_usd_without_allowances"]["tcu"] > 0


def test_other_settings_have_another_price() -> None:
    dutch = told("--settings", EXAMPLE)["monthly_usd"]
    assert dutch["tcu"] > told()["monthly_usd"]["tcu"]


def test_a_region_s_own_prices_count_and_others_are_weak() -> None:
    # when
    (line, *_) = told("--region", "eu-central-1")["lines"]
    # then
    assert line["dimension"] == "write_units"
    assert line["weak"]


@pytest.mark.parametrize(
    ("region", "sentence"),
    [
        ("eu-north-1", "Timestream for LiveAnalytics is not in eu-north-1: choose one of "),
        ("ap-south-1", "AWS does not sell GB scanned by queries in ap-south-1: choose another"),
    ],
)
def test_a_region_that_cannot_be_used_is_refused(region: str, sentence: str) -> None:
    # when
    result = run("--region", region)
    # then
    assert result.exit_code == 2
    assert result.stderr.startswith(f"bridgewatch: {sentence}")
    assert result.stderr.count("\n") == 1


def test_a_wrong_setting_is_one_sentence(settings: Callable[..., str]) -> None:
    # when
    result = run("--settings", settings(heartbeat_minutes=0))
    # then
    assert result.exit_code == 2
    assert "heartbeat_minutes is 0" in result.stderr


@pytest.mark.parametrize("number", ["inf", "nan", "-1"])
def test_queries_are_a_number(number: str) -> None:
    # when
    result = run("--queries-per-day", number)
    # then
    assert result.exit_code == 2
    assert result.stderr == "bridgewatch: --queries-per-day must be a number, 0 or more.\n"


def test_prices_over_a_year_old_are_warned_of() -> None:
    # when
    with time_machine.travel("2027-09-01T12:00:00Z", tick=False):
        result = CliRunner().invoke(app, ["cost"])
    # then
    assert result.exit_code == 0
    assert "over a year ago" in result.stderr


def test_two_settings_are_compared_in_one_sentence(settings: Callable[..., str]) -> None:
    # given
    old = settings("old")
    new = settings("new", storage={"memory_hours": 8766, "magnetic_days": 3650})
    # when
    result = run("--diff", old, new)
    # then
    assert result.stdout.startswith("A month goes from 0.00 to 0.03 USD with the free allowances")
    assert result.stdout.endswith(", mostly for Timestream's GB-hours of memory store.\n")


def test_dynamodb_has_one_total_and_may_be_in_stockholm(settings: Callable[..., str]) -> None:
    file = settings(storage={"type": "dynamodb"})

    result = run("--settings", file, "--region", "eu-north-1")

    assert result.exit_code == 0, result.output
    assert "by TCU" not in result.stdout
    assert "DynamoDB write request units" in result.stdout
    assert run("--settings", file, "--region", "eu-north-9").exit_code == 2
    assert run("--region", "eu-north-1").exit_code == 2


@pytest.mark.parametrize("variable", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_the_region_is_that_of_the_environment(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.setenv(variable, "eu-central-1")
    # then
    assert told()["region"] == "eu-central-1"


def test_an_older_cdk_json_is_compared_with_the_one_in_use(
    settings: Callable[..., str], tmp_path: Path
) -> None:
    # given
    document = json.loads(CDK_JSON.read_text())
    document["context"]["bridgewatch"]["heartbeat_minutes"] = 1
    older = tmp_path / "older.json"
    older.write_text(json.dumps(document))
    # when
    result = run("--diff", str(older), settings())
    # then
    assert result.stdout.startswith("A month goes from 0.04 to 0.00 USD")


@pytest.mark.parametrize("option", ["--actual", "--json"])
def test_a_difference_is_a_sentence_and_nothing_else(option: str) -> None:
    # when
    result = run("--diff", EXAMPLE, EXAMPLE, option)
    # then
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "bridgewatch: --diff goes without --actual and --json.\n"


def test_a_saved_price_is_compared_with_settings(
    settings: Callable[..., str], tmp_path: Path
) -> None:
    # given
    saved = tmp_path / "saved.json"
    saved.write_text(run("--json", "--queries-per-day", "1").stdout)
    # when
    result = run("--diff", str(saved), settings())
    # then
    assert result.stdout.startswith("A month goes from 0.00")
    assert result.stdout.endswith("mostly for Timestream's TCU-hours of queries.\n")


def test_what_cannot_be_compared_is_refused(settings: Callable[..., str], tmp_path: Path) -> None:
    # when
    result = run("--diff", settings(), str(tmp_path / "missing.json"))
    # then
    assert result.exit_code == 2
    assert "missing.json cannot be read" in result.stderr
