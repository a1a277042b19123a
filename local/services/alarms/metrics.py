"""What was measured: CloudWatch's metrics, by the minute."""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from embedded_timestream.clock import NANOSECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

MINUTE_NS = 60 * NANOSECONDS

MINUTES_KEPT = 3 * 24 * 60
"""Longer than any alarm here looks back; an alarm may do so for a day, with periods of up to one:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"""


@dataclass(frozen=True, slots=True)
class Metric:
    """What names a metric: all of its dimensions do."""

    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, namespace: str, name: str, dimensions: Mapping[str, str]) -> Metric:
        """Name one by its dimensions' names and values."""
        return cls(namespace, name, frozenset(dimensions.items()))


@dataclass(slots=True)
class _Minute:
    """What was measured in a minute."""

    total: float
    count: int
    least: float
    most: float

    def take(self, value: float) -> None:
        self.total += value
        self.count += 1
        self.least = min(self.least, value)
        self.most = max(self.most, value)


_STATISTICS: Mapping[str, Callable[[list[_Minute]], float]] = {
    "Sum": lambda parts: sum(one.total for one in parts),
    "SampleCount": lambda parts: sum(one.count for one in parts),
    "Average": lambda parts: sum(one.total for one in parts) / sum(one.count for one in parts),
    "Minimum": lambda parts: min(one.least for one in parts),
    "Maximum": lambda parts: max(one.most for one in parts),
}


class Metrics:
    """All that was measured lately; threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minutes: dict[Metric, dict[int, _Minute]] = defaultdict(dict)

    def put(self, metric: Metric, time_ns: int, values: Iterable[float]) -> None:
        """Take what was measured at a time.

        :param time_ns: nanoseconds since 1970.
        """
        at = time_ns // MINUTE_NS
        with self._lock:
            minutes = self._minutes[metric]
            for value in values:
                if at in minutes:
                    minutes[at].take(value)
                else:
                    minutes[at] = _Minute(value, 1, value, value)
            if len(minutes) > 2 * MINUTES_KEPT:
                for old in sorted(minutes)[:-MINUTES_KEPT]:
                    del minutes[old]

    def statistic(self, metric: Metric, end: int, minutes: int, statistic: str) -> float | None:
        """Give a statistic of so many minutes, or None if nothing was measured in them.

        :param end: the minute after the last one, in minutes since 1970.
        :raises NotImplementedError: if the statistic is not one of the five simple ones.
        """
        if statistic not in _STATISTICS:
            raise NotImplementedError(f"an alarm on the statistic {statistic}")
        with self._lock:
            known = self._minutes.get(metric)
            if not known:
                return None
            found = [known[at] for at in range(end - minutes, end) if at in known]
            return _STATISTICS[statistic](found) if found else None
