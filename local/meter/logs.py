"""What functions are billed, by what their logs say of them."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

from bridgewatch.cost import metering
from bridgewatch.cost.usage import Dimension, Usage
from embedded_timestream.clock import NANOSECONDS
from local.services.alarms import embedded_metrics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local.services.alarms.metrics import Metric

_REPORT = re.compile(r"^REPORT .*\tBilled Duration: (\d+) ms\tMemory Size: (\d+) MB")
_HOUR_NS = 3600 * NANOSECONDS


class Logs:
    """The log lines so far, and the invocations and custom metrics that they tell of."""

    def __init__(self) -> None:
        self._counted = Usage()
        self._kept: list[tuple[int, int]] = []
        self._metric_hours: set[tuple[Metric, int]] = set()

    def write(self, lines: Sequence[str], now_ns: int) -> None:
        """Take what an invocation logged."""
        taken_in, kept = metering.log_bytes(lines)
        self._kept.append((kept, now_ns))
        self._counted += Usage({Dimension.LOG_GB: Fraction(taken_in, metering.GIGABYTE)})
        for line in lines:
            if report := _REPORT.match(line):
                milliseconds, memory_mb = map(int, report.groups())
                self._counted += Usage(
                    {
                        Dimension.LAMBDA_REQUESTS: Fraction(1),
                        Dimension.LAMBDA_GB_SECONDS: metering.lambda_gigabyte_seconds(
                            milliseconds, memory_mb
                        ),
                    }
                )
            elif '"_aws"' in line:
                hour = now_ns // _HOUR_NS
                self._metric_hours.update(
                    (measured.metric, hour) for measured in embedded_metrics.read(line)
                )

    def usage(self, now_ns: int) -> Usage:
        """Tell what they have used until now; no retention ends that soon."""
        byte_hours = Fraction(sum(size * (now_ns - at_ns) for size, at_ns in self._kept), _HOUR_NS)
        return self._counted + Usage(
            {
                Dimension.LOG_GB_MONTHS: metering.gigabyte_months(byte_hours, 1),
                Dimension.METRICS: Fraction(len(self._metric_hours), metering.HOURS_A_MONTH),
            }
        )
