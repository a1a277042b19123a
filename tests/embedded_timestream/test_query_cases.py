"""Every query in cases/*.sql answers the rows that stand below it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.embedded_timestream.querying import Case, answer, cases, engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from embedded_timestream.query.engine import Engine

CASES = [
    case for file in sorted((Path(__file__).parent / "cases").glob("*.sql")) for case in cases(file)
]


@pytest.fixture(scope="module")
def timestream() -> Iterator[Engine]:
    made = engine()
    yield made
    made.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file}:{case.line}")
def test_the_query_answers_its_rows(timestream: Engine, case: Case) -> None:
    assert answer(timestream, case.sql) == case.expected
