from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from string import Formatter
from zoneinfo import ZoneInfo

import pytest

from lambdas.page.words import DUTCH, ENGLISH, LANGUAGES, SWEDISH, Language, preferred
from stacks.page import EDGE

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NOON = datetime(2026, 6, 8, 12, tzinfo=UTC)


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=str)
def test_every_language_says_everything_with_the_same_gaps_to_fill(language: Language) -> None:
    def gaps(text: str) -> list[str]:
        return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)

    assert language.texts.keys() == ENGLISH.texts.keys()
    for key, text in language.texts.items():
        assert gaps(text) == gaps(ENGLISH[key]), key
    assert len(language.weekdays) == 7
    assert len(language.months) == 12


@pytest.mark.parametrize(
    ("accepts", "language"),
    [
        ("", ENGLISH),
        ("sv", SWEDISH),
        ("sv-SE,sv;q=0.9,en;q=0.8", SWEDISH),
        ("de, nl;q=0.7, en;q=0.3", DUTCH),
        ("en;q=0.2, nl-BE;q=0.9", DUTCH),
        ("fr, de", ENGLISH),
        ("sv;q=much, nl;q=0.1", DUTCH),
        (";;,,=;q=", ENGLISH),
    ],
)
def test_the_browsers_choice_counts(accepts: str, language: Language) -> None:
    assert preferred(accepts) is language


def test_the_edge_knows_the_same_languages() -> None:
    (found,) = re.findall(r"LANGUAGES = \[(.*)\]", EDGE.read_text())

    assert re.findall(r'"(\w+)"', found) == list(LANGUAGES)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3569, "59 min"),
        (3600, "1 h"),
        (4320, "1 h 12 min"),
        (26 * 3600, "26 h"),
        (75 * 3600, "3 d 3 h"),
    ],
)
def test_lengths(seconds: int, words: str) -> None:
    assert ENGLISH.length(timedelta(seconds=seconds)) == words


def test_times_are_of_the_bridges_clock_with_the_day_where_it_is_another() -> None:
    assert SWEDISH.time(NOON, STOCKHOLM, NOON) == "14:00"
    assert SWEDISH.time(NOON - timedelta(hours=15), STOCKHOLM, NOON) == "sön 7 juni 23:00"
    assert ENGLISH.time(NOON, ZoneInfo("UTC"), NOON) == "12:00 UTC"
