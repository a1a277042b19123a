"""The judge of what was told: each fault that it can find, and none where there is none."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from local.bridges.openings import Change
from local.receivers.judge import News, judge, to_be_told
from local.receivers.server import Received

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BRIDGE = "Hisingsbron"
CHANGES = [
    Change(NOON, BRIDGE, "Open"),
    Change(NOON + 8 * MINUTE, BRIDGE, "Closed"),
    Change(NOON + 30 * MINUTE, BRIDGE, "Open"),
    Change(NOON + 33 * MINUTE, BRIDGE, "Closed"),
]
EXPECTED = to_be_told(CHANGES, NOON + 60 * MINUTE, open_for=5 * MINUTE)


def request(news: News, *, identity: str = "", **data: object) -> Received:
    event = {
        "id": identity or f"{news.kind} {news.happened}",
        "time": news.happened.isoformat(),
        "subject": news.bridge,
        "data": {"kind": news.kind, **data},
    }
    body = json.dumps(event).encode()
    return Received(news.happened + MINUTE, "hooks.example.com", "/", {}, body, 200)


def told() -> list[Received]:
    return [request(news) for news in sorted(EXPECTED)]


def test_what_has_to_be_told_follows_from_the_changes() -> None:
    assert sorted((news.kind, news.happened) for news in EXPECTED) == [
        ("closes", NOON + 8 * MINUTE),
        ("closes", NOON + 33 * MINUTE),
        ("open_for", NOON + 5 * MINUTE),
        ("opens", NOON),
        ("opens", NOON + 30 * MINUTE),
    ]


def test_everything_told_in_order_is_faultless() -> None:
    verdict = judge(EXPECTED, told())

    assert verdict.faultless
    assert (verdict.told, verdict.repeated, verdict.delays[-1]) == (5, 0, MINUTE)


def test_what_nobody_took_is_missing_unless_it_was_given_up() -> None:
    requests = [replace(one, answer=503) if n == 1 else one for n, one in enumerate(told())]
    (lost,) = judge(EXPECTED, requests).missing

    assert lost.kind == "open_for"
    assert judge(EXPECTED, requests, frozenset({lost})).faultless


def test_what_did_not_happen_is_invented() -> None:
    never = News(NOON + MINUTE, BRIDGE, "closes")

    assert judge(EXPECTED, [*told(), request(never)]).invented == (never,)


def test_the_same_again_is_a_repetition_only_under_the_same_identity() -> None:
    again = told()[0]

    assert judge(EXPECTED, [*told(), again]).repeated == 1
    other = request(min(EXPECTED), identity="other")
    assert judge(EXPECTED, [*told(), other]).renamed == (min(EXPECTED),)


def test_what_happened_later_and_came_earlier_is_disordered() -> None:
    assert judge(EXPECTED, list(reversed(told()))).disordered != ()


def test_what_was_summed_up_was_told_if_the_sum_is_right() -> None:
    since, until = NOON + 30 * MINUTE, NOON + 33 * MINUTE
    kept = [one for one in told() if one.time < since]

    def calm(changes: int) -> Received:
        return request(
            News(until + 15 * MINUTE, BRIDGE, "calm"),
            since=since.isoformat(),
            seconds=(until - since).total_seconds(),
            changes=changes,
        )

    assert judge(EXPECTED, [*kept, calm(2)]).faultless
    assert not judge(EXPECTED, [*kept, calm(3)]).faultless
