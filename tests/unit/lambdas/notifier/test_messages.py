"""What people read, in each language: complete, in the bridge's time, unknown said as unknown."""

from __future__ import annotations

import string
from dataclasses import fields, replace
from datetime import timedelta

import pytest

from lambdas.notifier.events import Event
from lambdas.notifier.messages import LANGUAGES, in_words, message
from lambdas.notifier.rules import Kind
from lambdas.observation import Status
from tests.unit.lambdas.notifier.cases import BRIDGE, STOCKHOLM, at

EVENT = Event(
    "id",
    Kind.OPENS,
    BRIDGE,
    at("06:14"),
    status=Status.OPEN,
    since=at("06:14"),
    usual=timedelta(minutes=6),
    length=timedelta(minutes=9),
    changes=7,
)


def text(kind: Kind, language: str = "en", **changes: object) -> str:
    event = replace(EVENT, kind=kind, **changes)  # type: ignore[arg-type] # an event's fields
    return message(event, LANGUAGES[language], STOCKHOLM).text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", Kind)
def test_every_event_has_words_in_every_language(kind: Kind, language: str) -> None:
    told = message(replace(EVENT, kind=kind), LANGUAGES[language], STOCKHOLM)

    assert "{" not in told.title + told.text
    assert "?" not in told.text
    assert kind is Kind.TEST or BRIDGE in told.title


def test_the_languages_fill_in_the_same() -> None:
    def names(template: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(template) if name}

    english = LANGUAGES["en"]
    for language in LANGUAGES.values():
        for group in ("titles", "texts", "unseen"):
            theirs, ours = getattr(language, group), getattr(english, group)
            assert {kind: names(one) for kind, one in theirs.items()} == {
                kind: names(one) for kind, one in ours.items()
            }
        assert len(language.weekdays) == 7
        assert {one.name for one in fields(language)} == {one.name for one in fields(english)}


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "Hisingsbron opened at 08:14. Openings usually last 6 minutes."),
        ("sv", "Hisingsbron öppnades 08:14. Öppningar varar vanligen 6 minuter."),
        ("nl", "Hisingsbron ging open om 08:14. Een opening duurt meestal 6 minuten."),
    ],
)
def test_an_opening_is_told_in_the_time_of_the_bridge(language: str, told: str) -> None:
    assert text(Kind.OPENS, language) == told


def test_what_is_not_known_is_left_out_or_said_to_be_unknown() -> None:
    assert text(Kind.OPENS, usual=None) == "Hisingsbron opened at 08:14."
    assert text(Kind.CLOSES, length=None) == "Hisingsbron closed at 08:14: the road is free."
    assert text(Kind.OPENS, since=None, earliest=at("05:00"), usual=None) == (
        "Hisingsbron is open. Nobody saw it open: its status was unknown from 07:00 to 08:14."
    )
    assert text(Kind.UNKNOWN_FOR, status=None, since=at("22:30", day=2)) == (
        "Nobody knows whether Hisingsbron is open: it was seen last at 00:30."
    )
    assert text(Kind.UNKNOWN_FOR, status=None, since=at("20:30", day=2)) == (
        "Nobody knows whether Hisingsbron is open: it was seen last at Tue 2/6 22:30."
    )


@pytest.mark.parametrize(
    ("minutes", "told"),
    [(0.2, "1 minute"), (90, "90 minutes"), (120, "2 hours"), (181, "3 hours 1 minute")],
)
def test_lengths_are_said_as_people_say_them(minutes: float, told: str) -> None:
    assert in_words(timedelta(minutes=minutes), LANGUAGES["en"]) == told
