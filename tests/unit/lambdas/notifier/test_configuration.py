"""What the notifier takes from configuration.json."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from lambdas.environment import ConfigurationError
from lambdas.notifier.configuration import Configuration, Target
from lambdas.notifier.rules import Hours, Kind, Rule

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENT: dict[str, Any] = {
    "deployment": "demo",
    "heartbeat_seconds": 3600,
    "interval_seconds": 60,
    "bridges": [
        {"name": "Hisingsbron", "timezone": "Europe/Stockholm"},
        {"name": "Marieholmsbron", "timezone": "Europe/Amsterdam"},
    ],
    "targets": {
        "all": {"type": "topic", "language": "en", "per_minute": 30},
        "hook": {
            "type": "webhook",
            "language": "sv",
            "per_minute": 10,
            "url": "https://example.org/hook",
            "parameter": "/bridgewatch/notify/hook",
        },
    },
    "rules": {
        "night": {
            "bridges": ["Hisingsbron"],
            "when": "open_for",
            "minutes": 20,
            "hours": {"from": "22:00", "until": "06:30"},
            "weekdays": [0, 4],
            "targets": ["all", "hook"],
            "patience_minutes": 30,
        },
    },
}


def changed(*path: str | int, value: object) -> dict[str, Any]:
    """Give the document with another value at a path."""
    document = deepcopy(DOCUMENT)
    place: Any = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return document


def test_rules_are_read_with_all_that_they_say() -> None:
    configuration = Configuration.parse(DOCUMENT)

    assert configuration.watched["Hisingsbron"].rules == (
        Rule(
            name="night",
            bridges=frozenset({"Hisingsbron"}),
            when=Kind.OPEN_FOR,
            length=timedelta(minutes=20),
            hours=Hours(time(22), time(6, 30)),
            weekdays=frozenset({0, 4}),
            targets=("all", "hook"),
            patience=timedelta(minutes=30),
        ),
    )


def test_targets_are_read_with_all_that_they_say() -> None:
    assert Configuration.parse(DOCUMENT).targets == {
        "all": Target("all", "topic", "en", 30, None, None),
        "hook": Target(
            "hook", "webhook", "sv", 10, "https://example.org/hook", "/bridgewatch/notify/hook"
        ),
    }


def test_a_bridge_is_watched_if_a_rule_is_about_it() -> None:
    watched = Configuration.parse(DOCUMENT).watched

    assert set(watched) == {"Hisingsbron"}
    bridge = watched["Hisingsbron"]
    assert (bridge.deployment, bridge.bridge) == ("demo", "Hisingsbron")
    assert bridge.zone == ZoneInfo("Europe/Stockholm")
    assert bridge.tolerance == timedelta(hours=1, minutes=2)
    everywhere = Configuration.parse(changed("rules", "night", "bridges", value=[])).watched
    assert set(everywhere) == {"Hisingsbron", "Marieholmsbron"}


def test_a_rule_may_count_all_day_and_wait_for_no_length() -> None:
    document = changed("rules", "night", "hours", value=None)
    document["rules"]["night"] |= {"when": "opens", "minutes": None, "weekdays": []}

    (rule,) = Configuration.parse(document).watched["Hisingsbron"].rules

    assert (rule.hours, rule.length, rule.weekdays) == (None, timedelta(0), frozenset())


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (("deployment",), 5, "deployment must be text, not 5"),
        (("heartbeat_seconds",), "1h", "heartbeat_seconds must be a number, not '1h'"),
        (("interval_seconds",), None, "interval_seconds must be a number, not None"),
        (("targets",), [], "targets must be an object"),
        (("targets", "hook"), 5, "targets.hook must be an object"),
        (("targets", "hook", "type"), "fax", "targets.hook.type must be one of topic, webhook, "),
        (("targets", "hook", "language"), "xx", "targets.hook.language must be one of "),
        (("targets", "hook", "per_minute"), 1.5, "per_minute must be a whole number"),
        (("targets", "hook", "url"), 5, "targets.hook.url must be text"),
        (("targets", "hook", "parameter"), 5, "targets.hook.parameter must be text"),
        (("rules",), None, "rules must be an object"),
        (("rules", "night"), None, "rules.night must be an object"),
        (("rules", "night", "bridges"), [5], "bridges must be a list, of text each"),
        (("rules", "night", "when"), "test", "rules.night.when must be one of opens, closes, "),
        (("rules", "night", "minutes"), "5", "rules.night.minutes must be a number"),
        (("rules", "night", "hours"), "night", "rules.night.hours must be an object"),
        (("rules", "night", "hours", "from"), 22, "rules.night.hours.from must be text"),
        (("rules", "night", "hours", "until"), 6, "rules.night.hours.until must be text"),
        (("rules", "night", "weekdays"), ["Mon"], "weekdays must be a list, of a whole number"),
        (("rules", "night", "targets"), "all", "rules.night.targets must be a list"),
        (("rules", "night", "patience_minutes"), None, "patience_minutes must be a number"),
        (("bridges",), {}, "bridges must be a list"),
        (("bridges", 0), "Hisingsbron", r"bridges\[0\] must be an object"),
        (("bridges", 0, "name"), None, r"bridges\[0\].name must be text, not None"),
        (("bridges", 0, "timezone"), None, r"bridges\[0\].timezone must be text, not None"),
    ],
)
def test_what_is_wrong_is_named(path: tuple[str | int, ...], value: object, sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        Configuration.parse(changed(*path, value=value))


def test_it_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "configuration.json"
    file.write_text(json.dumps(DOCUMENT))

    assert Configuration.read(file) == Configuration.parse(DOCUMENT)
