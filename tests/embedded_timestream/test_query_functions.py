"""Functions that are not DuckDB's own, held to what must be true of them whatever the values."""

from __future__ import annotations

import math
import re
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedded_timestream.functions.patterns import found_groups, pieces, replace, split
from embedded_timestream.functions.python import interpolate
from tests.embedded_timestream.querying import engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from embedded_timestream.query.engine import Engine

SECOND = 10**9
values = st.floats(-1e6, 1e6)
series = st.dictionaries(st.integers(0, 10**6), values, min_size=2, max_size=12).map(
    lambda points: sorted((second * SECOND, value) for second, value in points.items())
)
letters = st.text("ab", max_size=6)
# What RE2 and Java write and mean alike.
patterns = st.recursive(
    st.sampled_from(["a", "b", ".", "[ab]", "^", "a?"]),
    lambda inner: st.one_of(
        inner.map("({})".format),
        inner.map("(?:{})+".format),
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map("|".join),
    ),
    max_leaves=4,
)


@pytest.fixture(scope="module")
def timestream() -> Iterator[Engine]:
    made = engine()
    yield made
    made.close()


@pytest.mark.parametrize("how", ["linear", "spline", "locf"])
@given(points=series)
def test_an_interpolation_passes_through_the_points(
    how: str, points: list[tuple[int, float]]
) -> None:
    times, given_values = (list(column) for column in zip(*points, strict=True))

    assert interpolate(how, times, given_values, times) == given_values


@pytest.mark.parametrize("how", ["linear", "spline"])
@given(points=series, slope=st.floats(-10, 10), at=st.floats(0, 1))
def test_on_a_straight_line_an_interpolation_stays_on_it(
    how: str, points: list[tuple[int, float]], slope: float, at: float
) -> None:
    times = [time for time, _ in points]
    line: list[float | None] = [slope * time / SECOND for time in times]
    wanted = times[0] + int(at * (times[-1] - times[0]))

    (found,) = interpolate(how, times, line, [wanted])

    assert found == pytest.approx(slope * wanted / SECOND, rel=1e-6, abs=1e-3)


@given(points=series)
def test_a_spline_bends_smoothly_and_not_at_all_at_its_ends(
    points: list[tuple[int, float]],
) -> None:
    # given times a second apart, so that differences are easily taken
    times = [place * SECOND for place in range(len(points))]
    curve: list[float | None] = [value for _, value in points]
    tolerance = 1e-2 * max(1.0, *(abs(value) for _, value in points))
    step = SECOND // 1000

    def bend(time: int) -> float:
        around = interpolate("spline", times, curve, [time - step, time, time + step])
        before, here, after = (value if value is not None else math.nan for value in around)
        return (before - 2 * here + after) * 1e6

    # then the second derivative falls to nothing at the ends and never jumps
    assert bend(times[0] + step) == pytest.approx(bend(times[0] + 2 * step) / 2, abs=tolerance)
    for left, right in pairwise(times[1:-1]):
        middle = (left + right) // 2
        mean = (bend(left + 2 * step) + bend(right - 2 * step)) / 2
        assert bend(middle) == pytest.approx(mean, abs=tolerance)


@settings(max_examples=60, deadline=None)
@given(pattern=patterns, text=letters)
def test_re2_and_java_agree_on_what_both_can(timestream: Engine, pattern: str, text: str) -> None:
    # given the same question to RE2 and, for its group or its escape, to Java's patterns
    sql = (
        f"SELECT regexp_extract_all('{text}', '{pattern}'), "
        f"regexp_extract_all('{text}', '{pattern}', 0), "
        f"regexp_like('{text}', '{pattern}'), "
        f"cardinality(regexp_extract_all('{text}', '{pattern}', 0)) > 0, "
        f"regexp_replace('{text}', '{pattern}', '-'), "
        f"regexp_replace('{text}', '{pattern}', '\\-'), "
        f"regexp_split('{text}', '{pattern}'), "
        f"split(regexp_replace('{text}', '{pattern}', '-'), '-')"
    )

    (row,) = timestream.query({"QueryString": sql})["Rows"]

    answers = row["Data"]
    assert answers[::2] == answers[1::2]


@given(pattern=patterns, text=letters)
def test_a_text_is_its_pieces(pattern: str, text: str) -> None:
    whole = f"({pattern})"

    cut = pieces(text, whole)

    assert "".join(p["before"] + (p["groups"] or [""])[0] for p in cut) == text
    assert [p["before"] for p in cut] == split(text, whole)
    assert [(p["groups"] or [None])[0] for p in cut[:-1]] == found_groups(text, whole, 0)
    assert replace(text, whole, "$1") == text


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (r"\Qa.b\E+", "a.bbb", ["a.bbb"]),
        (r"\Q(", "f(x)", ["("]),
        (r"(?<first>a)\k<first>", "aa", ["aa"]),
        (r"(?<!a)b", "abb", ["b"]),
        (r"a\z", "aa", ["a"]),
        (r"a\Z", "a\n", ["a"]),
        (r"\h+", "a \t\u3000b", [" \t\u3000"]),
        (r"\\Q", r"a\Q", [r"\Q"]),
    ],
)
def test_java_is_spelled_as_in_java(pattern: str, text: str, found: list[str]) -> None:
    assert found_groups(text, pattern, 0) == found


@pytest.mark.parametrize("pattern", ["(", "a{2,1}", "[b-a]", r"\p{L}", "(?<1>a)"])
def test_what_is_no_pattern_says_so(pattern: str) -> None:
    with pytest.raises(ValueError, match=re.compile("^⟦.*⟧$")):
        found_groups("a", pattern, 0)
