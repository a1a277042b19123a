"""What functions are billed, by what their logs say of them."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from typing import TYPE_CHECKING

from bridgewatch.cost import metering
from bridgewatch.cost.usage import Dimension, Usage
from embedded_timestream.clock import NANOSECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_REPORT = re.compile(r"^REPORT .*\tBilled Duration: (\d+) ms\tMemory Size: (\d+) MB")
_HOUR_NS = 3600 * NANOSECONDS


class Logs:
    """The log lines so far, and the invocations and custom metrics that they tell of."""

    def __init__(self) -> None:
        self._counted = Usage()
        self._kept: list[tuple[int, int]] = []
        self._metric_hours: set[tuple[object, ...]] = set()

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
                self._metric_hours.update((*metric, hour) for metric in _metrics(line))

    def usage(self, now_ns: int) -> Usage:
        """Tell what they have used until now; no retention ends that soon."""
        byte_hours = Fraction(sum(size * (now_ns - at_ns) for size, at_ns in self._kept), _HOUR_NS)
        return self._counted + Usage(
            {
                Dimension.LOG_GB_MONTHS: metering.gigabyte_months(byte_hours, 1),
                Dimension.METRICS: Fraction(len(self._metric_hours), metering.HOURS_A_MONTH),
            }
        )


def _metrics(line: str) -> Iterator[tuple[object, ...]]:
    """List the custom metrics that a log line in the embedded metric format is data of.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    document = json.loads(line)
    for directive in document["_aws"]["CloudWatchMetrics"]:
        for dimensions in directive["Dimensions"]:
            values = tuple((dimension, document[dimension]) for dimension in dimensions)
            for metric in directive["Metrics"]:
                yield directive["Namespace"], metric["Name"], values
