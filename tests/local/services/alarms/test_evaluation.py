from __future__ import annotations

import pytest

from local.services.alarms import expression
from local.services.alarms.evaluation import Rule, State, state

KEEP = None
OK, ALARM, NO_DATA = State.OK, State.ALARM, State.INSUFFICIENT_DATA
TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")


def drawn(picture: str) -> list[float | None]:
    """Read AWS's drawings: 0 is within the threshold, X breaches it, - is missing."""
    return [{"0": 0.0, "X": 1.0, "-": None}[one] for one in reversed(picture.split())]


# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
@pytest.mark.parametrize(
    ("picture", "datapoints", "periods", "expected"),
    [
        ("0 - X - X", 3, 3, (OK, OK, OK, OK)),
        ("0 - - - -", 3, 3, (OK, OK, OK, OK)),
        ("- - - - -", 3, 3, (NO_DATA, KEEP, ALARM, OK)),
        ("0 X X - X", 3, 3, (ALARM, ALARM, ALARM, ALARM)),
        ("- - X - -", 3, 3, (ALARM, KEEP, ALARM, OK)),
        ("0 - X - X", 2, 3, (ALARM, ALARM, ALARM, ALARM)),
        ("0 0 X 0 X", 2, 3, (ALARM, ALARM, ALARM, ALARM)),
        ("0 - X - -", 2, 3, (OK, OK, ALARM, OK)),
        ("- - - - 0", 2, 3, (OK, OK, ALARM, OK)),
        ("- - - X -", 2, 3, (ALARM, KEEP, ALARM, OK)),
    ],
)
@pytest.mark.parametrize("before", [OK, ALARM])
def test_states_are_those_of_awss_own_tables(
    picture: str, datapoints: int, periods: int, expected: tuple[State | None, ...], before: State
) -> None:
    rules = [
        Rule("GreaterThanThreshold", 0.5, datapoints, periods, missing) for missing in TREATMENTS
    ]

    found = [state(rule, drawn(picture), before) for rule in rules]

    assert found == [before if one is KEEP else one for one in expected]


@pytest.mark.parametrize(
    ("comparison", "breaching"),
    [
        ("GreaterThanThreshold", {3}),
        ("GreaterThanOrEqualToThreshold", {2, 3}),
        ("LessThanThreshold", {1}),
        ("LessThanOrEqualToThreshold", {1, 2}),
    ],
)
def test_a_threshold_is_compared_as_it_says(comparison: str, breaching: set[int]) -> None:
    rule = Rule(comparison, 2, 1, 1, "notBreaching")

    assert {one for one in (1, 2, 3) if state(rule, [one], OK) is ALARM} == breaching


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a + b", 5),
        ("a - b * 2", -4),
        ("FILL(nothing, 0) + FILL(a, 7)", 2),
        ("nothing + a", None),
    ],
)
def test_metric_math(text: str, value: float | None) -> None:
    assert expression.evaluate(text, {"a": 2, "b": 3, "nothing": None}) == value


@pytest.mark.parametrize("text", ["SELECT SUM(a)", "ANOMALY_BAND(a)", "c", "a if b else a"])
def test_metric_math_beyond_that_is_named(text: str) -> None:
    with pytest.raises(NotImplementedError, match="the metric math"):
        expression.evaluate(text, {"a": 2, "b": 3})
