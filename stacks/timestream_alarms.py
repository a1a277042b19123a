"""The alarms about Timestream: what it rejected late, and what queries cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from stacks.alarms import FIVE_MINUTES, MINUTE

if TYPE_CHECKING:
    from stacks.alarms import Alarms
    from stacks.timestream import Table

HOUR = Duration.hours(1)


@dataclass(frozen=True, kw_only=True)
class TimestreamAlarms:
    """Three alarms.

    Others of the account's queries count for `query-compute` and `query-bytes`: Timestream tells
    apart neither tables nor users there
    (https://docs.aws.amazon.com/timestream/latest/developerguide/metrics-dimensions.html).

    :param table: where records are written.
    :param query_minutes: in how many minutes of an hour queries may use compute: 1 to 59.
    :param query_gigabytes: how much queries may scan in an hour.
    """

    table: Table
    query_minutes: int
    query_gigabytes: float

    def add_to(self, alarms: Alarms) -> None:
        """Add them to the others."""
        self._rejected_records(alarms)
        self._query_compute(alarms)
        self._query_bytes(alarms)

    def _rejected_records(self, alarms: Alarms) -> cloudwatch.Alarm:
        def count(metric_name: str) -> cloudwatch.Metric:
            return cloudwatch.Metric(
                namespace="AWS/Timestream",
                metric_name=metric_name,
                # https://docs.aws.amazon.com/timestream/latest/developerguide/metrics-dimensions.html
                dimensions_map={
                    "DatabaseName": self.table.database_name,
                    "TableName": self.table.table_name,
                    "Operation": "WriteRecords",
                },
                statistic="Sum",
            )

        # Each appears only when there is something to count.
        either = cloudwatch.MathExpression(
            expression="FILL(rejected, 0) + FILL(unreported, 0)",
            using_metrics={
                "rejected": count("MagneticStoreRejectedRecordCount"),
                "unreported": count("MagneticStoreRejectedUploadUserFailures"),
            },
            period=FIVE_MINUTES,
        )
        return alarms.add(
            "rejected-records",
            "Timestream took late records and rejected them afterwards. The reports in the bucket "
            "RejectedData of the storage stack say which and why: usually another record of the "
            "same time is there already; python -m bridgewatch correct replaces that. If there is "
            "no report, Timestream may not write there.",
            either,
            cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            0,
        )

    def _query_compute(self, alarms: Alarms) -> cloudwatch.Alarm:
        return alarms.add(
            "query-compute",
            f"Queries used compute (TCU) in more than {self.query_minutes} minutes of the last "
            "hour, each at 0.02 USD or more. Find who queries (CloudTrail: timestream "
            "Query) and stop it: usually a dashboard that refreshes.",
            cloudwatch.Metric(
                namespace="AWS/Usage",
                metric_name="ResourceCount",
                dimensions_map={
                    "Service": "Timestream",
                    "Resource": "QueryTCU",
                    "Type": "Resource",
                    "Class": "OnDemand",
                },
                period=MINUTE,
                statistic="Maximum",
            ),
            cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            0,
            datapoints=self.query_minutes + 1,
            of=60,
        )

    def _query_bytes(self, alarms: Alarms) -> cloudwatch.Alarm:
        return alarms.add(
            "query-bytes",
            f"Queries scanned more than {self.query_gigabytes:g} GB within an hour; each "
            "counts as 10 MB or more. Find who queries (CloudTrail: timestream "
            "Query) and stop it, or let it restrict time and measure_name.",
            cloudwatch.Metric(
                namespace="AWS/Timestream",
                metric_name="CumulativeBytesMetered",
                dimensions_map={"Operation": "Query"},
                period=HOUR,
                statistic="Sum",
            ),
            cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            self.query_gigabytes * 1e9,
        )
