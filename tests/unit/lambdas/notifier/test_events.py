"""Events in their two forms: as CloudEvents, and as the notifier keeps them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from lambdas.notifier.events import Event, cloud_event, from_json, identity, to_json
from lambdas.notifier.rules import Kind
from lambdas.observation import Status
from tests.unit.lambdas.notifier.cases import BRIDGE, at

WHOLE = Event(
    "an-identity",
    Kind.OPEN_FOR,
    BRIDGE,
    at("06:24"),
    targets=("phone", "mail"),
    rules=("long", "longer"),
    status=Status.OPEN,
    since=at("06:14"),
    earliest=at("06:10"),
    length=timedelta(minutes=10),
    usual=timedelta(minutes=6),
    changes=7,
)
BARE = Event("another", Kind.TEST, BRIDGE, at("06:24"))


@pytest.mark.parametrize("event", [WHOLE, BARE], ids=["whole", "bare"])
def test_an_event_is_read_as_it_was_kept(event: Event) -> None:
    assert from_json(json.loads(json.dumps(to_json(event)))) == event


def test_a_cloud_event_says_all_that_is_known() -> None:
    assert cloud_event(WHOLE, "my bridges/1", "It is open.") == {
        "specversion": "1.0",
        "id": "an-identity",
        "source": "/bridgewatch/my%20bridges%2F1",
        "type": "io.github.bridgewatch.open_for",
        "subject": BRIDGE,
        "time": "2026-06-03T06:24:00.000+00:00",
        "datacontenttype": "application/json",
        "data": {
            "bridge": BRIDGE,
            "kind": "open_for",
            "status": "Open",
            "since": "2026-06-03T06:14:00.000+00:00",
            "earliest": "2026-06-03T06:10:00.000+00:00",
            "seconds": 600,
            "usual_seconds": 360,
            "changes": 7,
            "rules": ["long", "longer"],
            "message": "It is open.",
        },
    }


def test_a_cloud_event_leaves_out_what_is_not_known() -> None:
    assert cloud_event(BARE, "demo", "A test.")["data"] == {
        "bridge": BRIDGE,
        "kind": "test",
        "status": "unknown",
        "rules": [],
        "message": "A test.",
    }


def test_an_identity_is_the_same_for_the_same_and_differs_for_any_other() -> None:
    one = identity("demo", Kind.OPENS, BRIDGE, 1)
    others = {
        identity("other", Kind.OPENS, BRIDGE, 1),
        identity("demo", Kind.CLOSES, BRIDGE, 1),
        identity("demo", Kind.OPENS, "Marieholmsbron", 1),
        identity("demo", Kind.OPENS, BRIDGE, 2),
        identity("demo", Kind.OPENS, BRIDGE, 1, 2),
    }

    assert len({one, *others}) == 6
    # Receivers know it from before: it may never be made another way.
    assert one == "44697911-58f5-52df-8362-4d80bf5bfdf8"
