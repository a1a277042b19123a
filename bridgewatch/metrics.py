"""What CloudWatch last measured, found by what it lists.

Which dimensions a metric of Timestream's has isn't the same for all, and not always documented.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric in CloudWatch.

    :param statistic: what is asked of it, such as Sum.
    :param dimensions: which of those that are listed are meant: those that have at least these.
    """

    namespace: str
    name: str
    statistic: str
    dimensions: Mapping[str, str] = field(default_factory=dict)


def latest(
    cloudwatch: Any,  # noqa: ANN401 - boto3 makes it at run time
    metric: Metric,
    *,
    since: datetime,
    now: datetime,
    period_seconds: int,
) -> Iterator[tuple[dict[str, str], float]]:
    """Give the last value of each metric that is listed, with its dimensions, if it has any.

    :param cloudwatch: boto3's client.
    :param since: timezone-aware, as `now` is; older values are left out.
    :param period_seconds: what one value covers.
    :raises botocore.exceptions.ClientError: if CloudWatch refuses a request.
    """
    pages = cloudwatch.get_paginator("list_metrics").paginate(
        Namespace=metric.namespace,
        MetricName=metric.name,
        Dimensions=[{"Name": name, "Value": value} for name, value in metric.dimensions.items()],
    )
    for listed in (one for page in pages for one in page["Metrics"]):
        points = cloudwatch.get_metric_statistics(
            Namespace=metric.namespace,
            MetricName=metric.name,
            Dimensions=listed["Dimensions"],
            StartTime=since,
            EndTime=now,
            Period=period_seconds,
            Statistics=[metric.statistic],
        )["Datapoints"]
        if points:
            dimensions = {one["Name"]: one["Value"] for one in listed["Dimensions"]}
            yield dimensions, max(points, key=lambda one: one["Timestamp"])[metric.statistic]
