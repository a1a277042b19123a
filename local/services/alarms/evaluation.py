"""Which state an alarm has: CloudWatch's rules, as a pure function.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html and
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

MORE_PERIODS = 2
"""So many periods are looked at beyond those of the alarm, for where data points are missing. AWS
does not say how many; in its own examples it is two."""

COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


class State(StrEnum):
    """What CloudWatch calls an alarm's state."""

    OK = "OK"
    ALARM = "ALARM"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"


@dataclass(frozen=True)
class Rule:
    """When an alarm rings.

    :param comparison: a key of COMPARISONS.
    :param datapoints: how many have to breach the threshold.
    :param periods: of how many.
    :param missing: what a missing one counts as: missing, ignore, breaching, or notBreaching.
    """

    comparison: str
    threshold: float
    datapoints: int
    periods: int
    missing: str = "missing"


def state(rule: Rule, values: Sequence[float | None], before: State) -> State:
    """Decide the state.

    :param values: one a period, the newest first; None is a missing one. MORE_PERIODS more than
        the alarm has.
    :param before: the state until now.
    """
    breaches = COMPARISONS[rule.comparison]
    flags = [None if value is None else breaches(value, rule.threshold) for value in values]
    there = [flag for flag in flags if flag is not None][: rule.periods]
    breaching = sum(there)
    lacking = rule.periods - len(there)
    if rule.missing == "breaching":
        breaching += lacking
    if breaching >= rule.datapoints:
        return State.ALARM
    if rule.missing in {"breaching", "notBreaching"} or False in there:
        return State.OK
    if not there:
        return before if rule.missing == "ignore" else State.INSUFFICIENT_DATA
    oldest = max(at for at, flag in enumerate(flags) if flag)
    early = rule.missing == "missing" and oldest >= rule.datapoints - 1
    return State.ALARM if early else before
