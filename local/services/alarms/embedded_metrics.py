"""Metrics in logs: CloudWatch's embedded metric format.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from local.services.alarms.metrics import Metric

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Measured(NamedTuple):
    """What a line of a log measures.

    :param time_ms: milliseconds since 1970.
    """

    metric: Metric
    time_ms: int
    values: Sequence[float]


def read(line: str) -> Iterator[Measured]:
    """Read what a line measures; most lines of a log measure nothing."""
    if '"_aws"' not in line:
        return
    document = json.loads(line)
    about = document["_aws"]
    for directive in about["CloudWatchMetrics"]:
        for names in directive["Dimensions"]:
            dimensions = {name: document[name] for name in names}
            for one in directive["Metrics"]:
                value = document[one["Name"]]
                yield Measured(
                    Metric.of(directive["Namespace"], one["Name"], dimensions),
                    about["Timestamp"],
                    value if isinstance(value, list) else [value],
                )
