"""What `bridgewatch notify list` reads out of what the notifier remembers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bridgewatch.cli.notify import last_told, undelivered
from bridgewatch.settings.notify import Rule
from lambdas.notifier.events import Event
from lambdas.notifier.rules import Kind
from lambdas.notifier.state import Pending, State

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
RULES = {
    name: Rule(when="opens", targets=[target])
    for name, target in {"every-opening": "everyone", "at-home": "smart-home"}.items()
}


def opened(hour: int, *waits_for: str) -> Pending:
    targets = ("everyone", "smart-home")
    time = NOON + timedelta(hours=hour)
    event = Event(str(hour), Kind.OPENS, "Hisingsbron", time, targets=targets, rules=tuple(RULES))
    return Pending(event, time, dict.fromkeys(waits_for, 1))


def test_what_a_target_has_not_taken_waits_for_the_rules_that_tell_it() -> None:
    states = [
        State(pending=(opened(0, "smart-home"), opened(1, "everyone", "smart-home"))),
        State(pending=(opened(2, "smart-home"),)),
        State(),
    ]

    assert undelivered(states, RULES) == {"every-opening": 1, "at-home": 3}


def test_a_rule_told_something_last_about_whichever_bridge() -> None:
    later = NOON + timedelta(hours=1)
    states = [State(last_told={"a": NOON, "b": later}), State(last_told={"a": later, "b": NOON})]

    assert last_told(states) == {"a": later, "b": later}
