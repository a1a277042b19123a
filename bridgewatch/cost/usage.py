"""How much of each thing that AWS bills was used."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_TIMESTREAM = "https://docs.aws.amazon.com/timestream/latest/developerguide/"


class Dimension(Enum):
    """One thing that AWS bills.

    Its name in lower case is the column `dimension` of prices.csv. `rule` says in words how AWS
    counts it, `source` is the address where AWS says so.
    """

    WRITE_UNITS = (
        "the bytes of each WriteRecords request, in started units of 1 KiB",
        _TIMESTREAM + "metering-and-pricing.writes.html",
    )
    MEMORY_GB_HOURS = (
        "the bytes of each record, for as long as the memory store keeps it",
        _TIMESTREAM + "metering-and-pricing.storage.html",
    )
    MAGNETIC_GB_MONTHS = (
        "the bytes of each record, for as long as the magnetic store keeps it",
        _TIMESTREAM + "metering-and-pricing.storage.html#magnetic",
    )
    QUERY_GB = (
        "the bytes that a query scanned, to the nearest MB, at least 10 MB",
        "https://aws.amazon.com/pt/timestream/pricing/",
    )
    QUERY_TCU_HOURS = (
        "the compute units that a query was given, by the second, at least 30 seconds",
        _TIMESTREAM + "tcu.html",
    )
    LAMBDA_REQUESTS = (
        "each invocation of a function",
        "https://aws.amazon.com/lambda/pricing/",
    )
    LAMBDA_GB_SECONDS = (
        "the duration of each invocation, in started milliseconds, times the function's memory",
        "https://aws.amazon.com/lambda/pricing/",
    )
    SCHEDULE_INVOCATIONS = (
        "each invocation of a schedule's target, in started 64 KiB of its input",
        "https://aws.amazon.com/eventbridge/pricing/",
    )
    LOG_GB = (
        "the bytes of the messages that a log group takes in",
        "https://aws.amazon.com/cloudwatch/pricing/",
    )
    LOG_GB_MONTHS = (
        "the bytes of the messages that a log group keeps, with 26 for each message",
        "https://aws.amazon.com/cloudwatch/pricing/",
    )
    METRICS = (
        "each combination of a custom metric's name and dimensions, by the hour that it appears in",
        "https://aws.amazon.com/cloudwatch/pricing/",
    )
    ALARMS = (
        "each metric that an alarm watches at standard resolution, for a month",
        "https://aws.amazon.com/cloudwatch/pricing/",
    )
    DASHBOARDS = (
        "each dashboard, for a month",
        "https://aws.amazon.com/cloudwatch/pricing/",
    )
    QUEUE_REQUESTS = (
        "each request to a queue, in started 64 KiB of its messages",
        "https://aws.amazon.com/sqs/pricing/",
    )
    NOTIFICATIONS = (
        "each message published to a topic, in started 64 KiB",
        "https://aws.amazon.com/sns/pricing/",
    )
    OBJECT_WRITES = (
        "each PUT, COPY, POST or LIST request",
        "https://aws.amazon.com/s3/pricing/",
    )
    OBJECT_READS = (
        "each GET request, and each other one but DELETE",
        "https://aws.amazon.com/s3/pricing/",
    )
    OBJECT_GB_MONTHS = (
        "the bytes of the objects, for as long as they are kept",
        "https://aws.amazon.com/s3/pricing/",
    )
    PARAMETER_READS = (
        "each standard parameter that is read",
        "https://aws.amazon.com/systems-manager/pricing/",
    )
    KMS_REQUESTS = (
        "each request to a key, such as the one that decrypts a SecureString",
        "https://aws.amazon.com/kms/pricing/",
    )
    KMS_KEYS = (
        "each customer-managed key, for a month",
        "https://aws.amazon.com/kms/pricing/",
    )
    BUDGET_ACTION_DAYS = (
        "each day of a budget that has actions; a budget that only sends messages is free",
        "https://aws.amazon.com/aws-cost-management/aws-budgets/pricing/",
    )
    COST_EXPLORER_REQUESTS = (
        "each request to Cost Explorer's API",
        "https://aws.amazon.com/aws-cost-management/aws-cost-explorer/pricing/",
    )
    INTERNET_GB = (
        "the bytes that are sent out of AWS",
        "https://aws.amazon.com/ec2/pricing/on-demand/",
    )
    DYNAMODB_WRITES = (
        "each write of an item, in started units of 1 KB, and each whose condition failed",
        "https://aws.amazon.com/dynamodb/pricing/on-demand/",
    )
    DYNAMODB_READS = (
        "the bytes that a query reads, in started units of 4 KB, halved unless consistent",
        "https://aws.amazon.com/dynamodb/pricing/on-demand/",
    )
    DYNAMODB_GB_MONTHS = (
        "the bytes of each item and 100 more, for as long as the table keeps it",
        "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html",
    )
    DYNAMODB_BACKUP_GB_MONTHS = (
        "the size of a table with point-in-time recovery",
        "https://aws.amazon.com/dynamodb/pricing/on-demand/",
    )
    CLOUDFRONT_REQUESTS = (
        "each request of a visitor, whether its answer was kept or not",
        "https://aws.amazon.com/cloudfront/pricing/",
    )
    CLOUDFRONT_GB = (
        "the bytes that are sent to visitors",
        "https://aws.amazon.com/cloudfront/pricing/",
    )
    CLOUDFRONT_FUNCTION_RUNS = (
        "each run of a CloudFront function",
        "https://aws.amazon.com/cloudfront/pricing/",
    )
    ATHENA_GB = (
        "the bytes that a query scanned, at least 10 MB",
        "https://aws.amazon.com/athena/pricing/",
    )
    TABLE_OBJECTS = (
        "each object of an S3 table that is monitored, for a month",
        "https://aws.amazon.com/s3/pricing/",
    )
    INFLUXDB_HOURS = (
        "each hour that an instance runs",
        "https://aws.amazon.com/timestream/pricing/",
    )
    INFLUXDB_GB_MONTHS = (
        "the size of its disk, at least 20 GB",
        "https://aws.amazon.com/timestream/pricing/",
    )

    def __init__(self, rule: str, source: str) -> None:
        self.rule = rule
        self.source = source


@dataclass(frozen=True)
class Usage:
    """How much was used, in the units of prices.csv.

    :param counts: by dimension; what is not in it was not used.
    """

    counts: Mapping[Dimension, Fraction] = field(default_factory=dict)

    def __getitem__(self, dimension: Dimension) -> Fraction:
        """Tell how much of this was used: 0 if nothing is known of it."""
        return self.counts.get(dimension, Fraction(0))

    def __add__(self, other: Usage) -> Usage:
        """Take both together."""
        added = {dimension: self[dimension] + count for dimension, count in other.counts.items()}
        return Usage({**self.counts, **added})

    def __mul__(self, factor: Fraction | int) -> Usage:
        """Take it that many times, such as 730/168 to make a month's of a week's."""
        return Usage({dimension: count * factor for dimension, count in self.counts.items()})
