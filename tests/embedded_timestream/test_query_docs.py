"""docs/timestream-sql.md says what is true: every example answers what stands beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from embedded_timestream.functions import FUNCTIONS
from embedded_timestream.query.engine import Engine
from tests.embedded_timestream.querying import answer, engine

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).parents[2] / "docs" / "timestream-sql.md"
_CELL = re.compile(r"(?:\\.|[^|\\])+")
_QUERY_ID = re.compile("[A-Z0-9]{56}")


@dataclass(frozen=True)
class Entry:
    """One row of the page's tables."""

    name: str
    state: str
    example: str
    answers: str


def _entries() -> Iterator[Entry]:
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        # Only `|` is escaped: a regular expression keeps its backslashes.
        cells = [
            cell.strip().replace("\\|", "|") for cell in _CELL.findall(line.strip().strip("|"))
        ]
        if line.startswith("| ") and cells[:2] != ["entry", "state"]:
            yield Entry(cells[0], cells[1], cells[2].strip("`"), cells[3].strip("`"))


ENTRIES = list(_entries())


@pytest.fixture(scope="module")
def timestream() -> Iterator[Engine]:
    made = engine()
    yield Engine(made.store, lambda *_: None)
    made.close()


def test_every_entry_has_a_state() -> None:
    assert {entry.state for entry in ENTRIES} == {"supported", "unlisted", "refused"}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_the_example_answers_what_the_page_says(timestream: Engine, entry: Entry) -> None:
    lines = [_QUERY_ID.sub("…", line) for line in answer(timestream, entry.example)]
    assert " / ".join(lines) == entry.answers
    assert (entry.state == "refused") == entry.answers.startswith("!")


def test_every_function_is_on_the_page() -> None:
    documented = {name.strip("`") for entry in ENTRIES for name in entry.name.split(" ")[:1]}
    assert set(FUNCTIONS) - documented == set()
