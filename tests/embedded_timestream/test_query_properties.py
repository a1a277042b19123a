"""What holds for every query text and every instant, tried on many."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedded_timestream.dialect.grammar import Timestream, parse
from embedded_timestream.dialect.intervals import MONTHS, NANOSECONDS, UNITS
from embedded_timestream.errors import ValidationException
from embedded_timestream.wire import day_to_second_text, java_double, timestamp_text
from tests.embedded_timestream.querying import answer, cases, engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from embedded_timestream.query.engine import Engine

QUERIES = [
    case.sql
    for file in sorted((Path(__file__).parent / "cases").glob("*.sql"))
    for case in cases(file)
]
LAST = 2**63 - 2  # nanoseconds since 1970; DuckDB keeps the one after that for infinity
instants = st.integers(0, LAST)
durations = st.integers(-(2**62), 2**62)


@pytest.fixture(scope="module")
def timestream() -> Iterator[Engine]:
    made = engine()
    yield made
    made.close()


def test_what_the_dialect_writes_it_reads_as_the_same_tree() -> None:
    parsed = 0
    for query in QUERIES:
        try:
            tree = parse(query)
        except ValidationException:
            continue
        parsed += 1
        written = tree.sql(dialect=Timestream)
        assert parse(written) == tree, written
    assert parsed > len(QUERIES) * 0.9


@settings(max_examples=40, deadline=None)
@given(instants, durations)
def test_timestamps_and_intervals_add_up_to_the_nanosecond(
    timestream: Engine, instant: int, duration: int
) -> None:
    total = instant + duration
    query = f"SELECT from_nanoseconds({instant}) + {abs(duration)}ns"
    if duration < 0:
        query = f"SELECT from_nanoseconds({instant}) - {-duration}ns"
    if total <= LAST and total >= -(2**62):
        assert answer(timestream, query) == [timestamp_text(total)]
    else:
        assert answer(timestream, query)[0].startswith("!")


@settings(max_examples=30, deadline=None)
@given(instants, st.sampled_from(sorted(NANOSECONDS)), st.integers(1, 1000))
def test_a_bin_is_the_instant_less_its_remainder(
    timestream: Engine, instant: int, unit: str, count: int
) -> None:
    width = count * NANOSECONDS[unit]
    assert answer(timestream, f"SELECT bin(from_nanoseconds({instant}), {count}{unit})") == [
        timestamp_text(instant - instant % width)
    ]


@settings(max_examples=30, deadline=None)
@given(instants, instants, st.sampled_from(sorted(NANOSECONDS)))
def test_a_difference_is_of_complete_units_towards_zero(
    timestream: Engine, start: int, end: int, unit: str
) -> None:
    expected = abs(end - start) // NANOSECONDS[unit] * (1 if end >= start else -1)
    query = f"SELECT date_diff('{unit}', from_nanoseconds({start}), from_nanoseconds({end}))"
    assert answer(timestream, query) == [str(expected)]


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(sorted(UNITS)), st.integers(0, 10_000))
def test_every_unit_of_a_literal_counts_what_it_says(
    timestream: Engine, unit: str, count: int
) -> None:
    name = UNITS[unit]
    if name in MONTHS:
        months = count * MONTHS[name]
        expected = f"{months // 12}-{months % 12}"
    else:
        expected = day_to_second_text(count * NANOSECONDS[name])
    assert answer(timestream, f"SELECT {count}{unit}") == [expected]


@settings(max_examples=200)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_double_is_written_as_java_does_and_read_back_the_same(value: float) -> None:
    text = java_double(value)
    assert float(text) == value
    digits, _, exponent = text.lstrip("-").partition("E")
    assert "." in digits
    plain = value == 0 or 1e-3 <= abs(value) < 1e7
    assert bool(exponent) is not plain
    assert plain or (digits[0] != "0" and digits[1] == ".")


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(QUERIES), st.randoms(use_true_random=False))
def test_whatever_is_asked_nothing_of_the_engine_shows(
    timestream: Engine, query: str, random: object
) -> None:
    """Leave out one word of a query: the answer is rows or an error in the service's words."""
    words = query.split(" ")
    del words[random.randrange(len(words))]  # type: ignore[attr-defined] # hypothesis' Random
    for line in answer(timestream, " ".join(words)):
        shown = line.lower() if line.startswith("!") else ""
        for word in ("duckdb", "sqlglot", "binder", "catalog error", "python"):
            assert word not in shown or word in query
        # What the engine says of a failure that it has no words for.
        assert shown != "! the query is not supported by this embedded timestream"
