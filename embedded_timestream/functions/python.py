"""The functions that Python computes better than SQL: Java's formats, and interpolation.

A message in ⟦⟧ reaches the caller as the service's error.
"""

from __future__ import annotations

import math
import statistics
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from embedded_timestream.functions import formats, patterns
from embedded_timestream.wire import java_double

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from duckdb import DuckDBPyConnection

Values = list[float | None]


def interpolate(how: str, times: list[int], values: Values, wanted: list[int]) -> Values:
    """Return a series' value at each wanted time; None outside the series.

    https://docs.aws.amazon.com/timestream/latest/developerguide/timeseries-specific-constructs.functions.interpolation.html

    :param how: linear, locf (the last value before) or spline (a natural cubic spline: which
        boundary condition AWS uses is not documented).
    :param times: nanoseconds, ascending; `values` and they are the series without its NULLs.
    :param wanted: nanoseconds.
    """
    points = [(t, v) for t, v in zip(times, values, strict=True) if v is not None]
    if not points:
        return [None] * len(wanted)
    xs, ys = [t for t, _ in points], [v for _, v in points]
    if how == "locf":
        return [ys[i - 1] if (i := bisect_right(xs, t)) else None for t in wanted]
    curve = _second_derivatives(xs, ys) if how == "spline" else None
    return [_between(xs, ys, curve, t) for t in wanted]


def _between(
    xs: Sequence[int], ys: Sequence[float], curve: Sequence[float] | None, t: int
) -> float | None:
    if not xs[0] <= t <= xs[-1]:
        return None
    right = bisect_left(xs, t)
    if xs[right] == t:
        return ys[right]
    left = right - 1
    width = xs[right] - xs[left]
    a, b = (xs[right] - t) / width, (t - xs[left]) / width
    value = a * ys[left] + b * ys[right]
    if curve is None:
        return value
    seconds = width / 1e9
    bend = (a**3 - a) * curve[left] + (b**3 - b) * curve[right]
    return value + bend * seconds * seconds / 6


def _second_derivatives(xs: Sequence[int], ys: Sequence[float]) -> list[float]:
    """Return the natural cubic spline's second derivatives (per second squared) at its points."""
    n = len(xs)
    h = [(xs[i + 1] - xs[i]) / 1e9 for i in range(n - 1)]
    upper, right = [0.0] * n, [0.0] * n
    for i in range(1, n - 1):
        slope = (ys[i + 1] - ys[i]) / h[i] - (ys[i] - ys[i - 1]) / h[i - 1]
        pivot = 2 * (h[i - 1] + h[i]) - h[i - 1] * upper[i - 1]
        upper[i] = h[i] / pivot
        right[i] = (6 * slope - h[i - 1] * right[i - 1]) / pivot
    curve = [0.0] * n
    for i in range(n - 2, 0, -1):
        curve[i] = right[i] - upper[i] * curve[i + 1]
    return curve


def places(times: list[int], wanted: list[int]) -> list[int]:
    """Return where each wanted time stands in a list, from 1; 0 where it is not."""
    known = {time: place for place, time in enumerate(times, 1)}
    return [known.get(time, 0) for time in wanted]


def correlation(
    how: str, times: list[int], values: Values, other_times: list[int], other_values: Values
) -> float | None:
    """Return Pearson's or Spearman's coefficient of two series; NaN if one does not vary.

    https://docs.aws.amazon.com/timestream/latest/developerguide/timeseries-specific-constructs.functions.correlation.html
    """
    if times != other_times:
        raise ValueError("⟦The two time series must have the same timestamps⟧")
    pairs = [(x, y) for x, y in zip(values, other_values, strict=True) if None not in (x, y)]
    columns = [[pair[i] or 0.0 for pair in pairs] for i in (0, 1)]
    if how == "spearman":
        columns = [_ranks(column) for column in columns]
    try:
        return statistics.correlation(*columns)
    except statistics.StatisticsError:  # fewer than two points, or a constant
        return math.nan


def _ranks(values: list[float]) -> list[float]:
    """Return each value's rank; equal values share the mean of theirs."""
    ordered = sorted(values)
    return [(bisect_left(ordered, v) + bisect_right(ordered, v) + 1) / 2 for v in values]


def levenshtein(left: str, right: str) -> int:
    """Count the characters to be inserted, removed or replaced to make one text of another."""
    row = list(range(len(right) + 1))
    for place, letter in enumerate(left, 1):
        before, row[0] = row[0], place
        for index, other in enumerate(right, 1):
            changed = before + (letter != other)
            before, row[index] = row[index], min(changed, row[index] + 1, row[index - 1] + 1)
    return row[-1]


def hamming(left: str, right: str) -> int:
    """Count the characters in which texts of the same length differ."""
    if len(left) != len(right):
        raise ValueError(
            "⟦The input strings to hamming_distance function must have the same length⟧"
        )
    return sum(one != other for one, other in zip(left, right, strict=True))


def to_base(number: int, base: int) -> str:
    """Write a whole number in a base from 2 to 36."""
    if not 2 <= base <= 36:  # noqa: PLR2004 - digits and letters
        raise ValueError("⟦Radix must be between 2 and 36⟧")
    digits = ""
    rest = abs(number)
    while rest:
        rest, digit = divmod(rest, base)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return ("-" if number < 0 else "") + (digits or "0")


def from_base(text: str, base: int) -> int:
    """Read a whole number in a base from 2 to 36."""
    if not 2 <= base <= 36:  # noqa: PLR2004
        raise ValueError("⟦Radix must be between 2 and 36⟧")
    try:
        number = int(text, base)
    except ValueError:
        raise ValueError(f"⟦Not a valid base-{base} number: {text}⟧") from None
    if not -(2**63) <= number < 2**63:
        raise ValueError(f"⟦Not a valid base-{base} number: {text}⟧")
    return number


def human_readable_seconds(seconds: float) -> str:
    """Write a duration as weeks, days, hours, minutes and seconds."""
    if not math.isfinite(seconds):
        raise ValueError(f"⟦Invalid argument found: {java_double(seconds)}⟧")
    rest = round(abs(seconds))
    parts = []
    for unit, size in (
        ("week", 604800),
        ("day", 86400),
        ("hour", 3600),
        ("minute", 60),
        ("second", 1),
    ):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {unit}{'' if count == 1 else 's'}")
    return ", ".join(parts) or "0 seconds"


def weighted_percentiles(values: Values, weights: Values, fractions: list[float]) -> Values:
    """Return, for each fraction, the smallest value that so much of the weight is not above."""
    pairs = sorted(
        (v, w) for v, w in zip(values, weights, strict=True) if v is not None and w is not None
    )
    total = sum(w for _, w in pairs)
    found: Values = []
    for fraction in fractions:
        below = 0.0
        for value, weight in pairs:
            below += weight
            if below >= fraction * total:
                found.append(value)
                break
        else:
            found.append(None)
    return found


_FUNCTIONS: tuple[tuple[str, Callable[..., object], list[str], str], ...] = (
    ("double_text", java_double, ["DOUBLE"], "VARCHAR"),
    ("interpolate", interpolate, ["VARCHAR", "BIGINT[]", "DOUBLE[]", "BIGINT[]"], "DOUBLE[]"),
    ("places", places, ["BIGINT[]", "BIGINT[]"], "BIGINT[]"),
    ("cube_root", math.cbrt, ["DOUBLE"], "DOUBLE"),
    (
        "correlation",
        correlation,
        ["VARCHAR", "BIGINT[]", "DOUBLE[]", "BIGINT[]", "DOUBLE[]"],
        "DOUBLE",
    ),
    ("levenshtein_of", levenshtein, ["VARCHAR", "VARCHAR"], "BIGINT"),
    ("hamming_of", hamming, ["VARCHAR", "VARCHAR"], "BIGINT"),
    ("number_to_base", to_base, ["BIGINT", "BIGINT"], "VARCHAR"),
    ("number_from_base", from_base, ["VARCHAR", "BIGINT"], "BIGINT"),
    ("readable_seconds", human_readable_seconds, ["DOUBLE"], "VARCHAR"),
    (
        "weighted_percentiles",
        weighted_percentiles,
        ["DOUBLE[]", "BIGINT[]", "DOUBLE[]"],
        "DOUBLE[]",
    ),
    (
        "weighted_whole_percentiles",
        weighted_percentiles,
        ["BIGINT[]", "BIGINT[]", "DOUBLE[]"],
        "BIGINT[]",
    ),
    ("pattern_groups", patterns.found_groups, ["VARCHAR", "VARCHAR", "BIGINT"], "VARCHAR[]"),
    (
        "pattern_pieces",
        patterns.pieces,
        ["VARCHAR", "VARCHAR"],
        "STRUCT(before VARCHAR, groups VARCHAR[])[]",
    ),
    ("java_replace", patterns.replace, ["VARCHAR", "VARCHAR", "VARCHAR"], "VARCHAR"),
    ("java_split", patterns.split, ["VARCHAR", "VARCHAR"], "VARCHAR[]"),
    ("mysql_format", formats.date_format, ["BIGINT", "VARCHAR"], "VARCHAR"),
    ("mysql_parse", formats.date_parse, ["VARCHAR", "VARCHAR"], "BIGINT"),
    ("joda_format", formats.format_datetime, ["BIGINT", "VARCHAR"], "VARCHAR"),
    ("joda_parse", formats.parse_datetime, ["VARCHAR", "VARCHAR"], "BIGINT"),
    ("iso8601_timestamp", formats.from_iso8601_timestamp, ["VARCHAR"], "BIGINT"),
    ("iso8601_date", formats.from_iso8601_date, ["VARCHAR"], "BIGINT"),
)


def install(connection: DuckDBPyConnection) -> None:
    """Let DuckDB call the functions of this module."""
    for name, function, parameters, result in _FUNCTIONS:
        connection.create_function(name, function, parameters, result)  # type: ignore[arg-type] # the stubs know no type names
