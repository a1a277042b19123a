"""The alarms: each says what to do in its description, and resolves by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from constructs import Construct

if TYPE_CHECKING:
    from aws_cdk import aws_lambda as lambda_
    from aws_cdk import aws_sns as sns
    from aws_cdk import aws_sqs as sqs

    from stacks.timestream import Table

MINUTE = Duration.minutes(1)
FIVE_MINUTES = Duration.minutes(5)
HOUR = Duration.hours(1)

GUIDE = "docs/operations.md says more."


class Alarms(Construct):
    """What can go wrong with a deployment, one alarm each, all to one topic.

    Others of the account's queries count for `query-compute` and `query-bytes`: Timestream tells
    apart neither tables nor users there
    (https://docs.aws.amazon.com/timestream/latest/developerguide/metrics-dimensions.html).

    :param deployment: the deployment's name: the prefix of the alarms', and the namespace of the
        functions' metrics.
    :param topic: is told when an alarm rings, and when it resolves.
    :param heartbeat: whole minutes; a bridge may not be silent for longer.
    :param poller: the function that polls.
    :param table: where it writes.
    :param queue: holds records that Timestream did not take.
    :param dead_letters: holds records that were given up.
    :param queued: for how long `queue` may never be empty: a multiple of five minutes, at most a
        day.
    :param query_minutes: in how many minutes of an hour queries may use compute: 1 to 59.
    :param query_gigabytes: how much queries may scan in an hour.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deployment: str,
        topic: sns.ITopic,
        heartbeat: Duration,
        poller: lambda_.IFunction,
        table: Table,
        queue: sqs.IQueue,
        dead_letters: sqs.IQueue,
        queued: Duration,
        query_minutes: int,
        query_gigabytes: float,
    ) -> None:
        super().__init__(scope, construct_id)
        self._deployment = deployment
        self._action = actions.SnsAction(topic)
        self.heartbeat = self._heartbeat(int(heartbeat.to_minutes()))
        self._poller_errors(poller)
        self._unkept_records()
        self._queue_age(queue, queued)
        self._dead_letters(dead_letters)
        self._rejected_records(table)
        self._query_compute(query_minutes)
        self._query_bytes(query_gigabytes)

    def _heartbeat(self, heartbeat_minutes: int) -> cloudwatch.Alarm:
        # As long as whoever reads the history waits before there is a gap.
        minutes = heartbeat_minutes + 2
        # What is missing, not what is there: polls from before a deployment that adds bridges
        # missed none.
        return self._alarm(
            "heartbeat",
            f"For {minutes} minutes no poll observed every bridge, or none was made. Search the "
            "poller's log for 'No observation': it names the bridges and the reason. If there are "
            "no new lines, look whether the schedule is enabled (make resume).",
            unobserved(self._deployment),
            cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            0,
            datapoints=minutes,
            missing=cloudwatch.TreatMissingData.BREACHING,
        )

    def _poller_errors(self, poller: lambda_.IFunction) -> cloudwatch.Alarm:
        # One failed poll is made good by the next.
        return self._alarm(
            "poller-errors",
            "The poller failed in 3 of 5 minutes: it crashed, ran out of time or memory, or could "
            "neither write nor queue. Its log says why.",
            poller.metric_errors(period=MINUTE, statistic="Sum"),
            cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            0,
            datapoints=3,
            of=5,
        )

    def _unkept_records(self) -> cloudwatch.Alarm:
        return self._alarm(
            "unkept-records",
            "Neither Timestream nor the queue took records: they are only in the poller's log, in "
            "lines with 'only in this log', for as long as it is kept. Import those lines with "
            "python -m bridgewatch backfill.",
            cloudwatch.Metric(
                namespace=self._deployment,
                metric_name="RecordsUnkept",
                dimensions_map={"service": "poller"},
                period=FIVE_MINUTES,
                statistic="Sum",
            ),
            cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            0,
        )

    def _queue_age(self, queue: sqs.IQueue, queued: Duration) -> cloudwatch.Alarm:
        # Not ApproximateAgeOfOldestMessage: SQS leaves out of it what was received three times, as
        # the redriver does within a quarter of an hour
        # (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html).
        # A message is hidden while it is tried, two of every five minutes.
        return self._alarm(
            "queue-age",
            f"For {queued.to_minutes():g} minutes there have been records that Timestream has not "
            "taken. Nothing is lost: the queue keeps them and the redriver tries every 5 minutes. "
            "The redriver's log says what Timestream answers; most often a permission or the table "
            "is missing.",
            queue.metric_approximate_number_of_messages_visible(
                period=FIVE_MINUTES, statistic="Maximum"
            ),
            cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            0,
            datapoints=int(queued.to_minutes() // FIVE_MINUTES.to_minutes()),
        )

    def _dead_letters(self, dead_letters: sqs.IQueue) -> cloudwatch.Alarm:
        return self._alarm(
            "dead-letters",
            "Records were given up: Timestream refused them, or could not be reached for days. "
            "python -m bridgewatch redrive lists them with the reason, and returns them to the "
            "queue or exports them. They are kept for 14 days at most.",
            dead_letters.metric_approximate_number_of_messages_visible(
                period=FIVE_MINUTES, statistic="Maximum"
            ),
            cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            0,
        )

    def _rejected_records(self, table: Table) -> cloudwatch.Alarm:
        def count(metric_name: str) -> cloudwatch.Metric:
            return cloudwatch.Metric(
                namespace="AWS/Timestream",
                metric_name=metric_name,
                # https://docs.aws.amazon.com/timestream/latest/developerguide/metrics-dimensions.html
                dimensions_map={
                    "DatabaseName": table.database_name,
                    "TableName": table.table_name,
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
        return self._alarm(
            "rejected-records",
            "Timestream took late records and rejected them afterwards. The reports in the bucket "
            "RejectedData of the storage stack say which and why: usually another record of the "
            "same time is there already; python -m bridgewatch correct replaces that. If there is "
            "no report, Timestream may not write there.",
            either,
            cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            0,
        )

    def _query_compute(self, minutes: int) -> cloudwatch.Alarm:
        return self._alarm(
            "query-compute",
            f"Queries used compute (TCU) in more than {minutes} minutes of the last hour, each at "
            "0.02 USD or more. Find who queries (CloudTrail: timestream Query) and stop it: "
            "usually a dashboard that refreshes.",
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
            datapoints=minutes + 1,
            of=60,
        )

    def _query_bytes(self, gigabytes: float) -> cloudwatch.Alarm:
        return self._alarm(
            "query-bytes",
            f"Queries scanned more than {gigabytes:g} GB within an hour; each counts as 10 MB or "
            "more. Find who queries (CloudTrail: timestream Query) and stop it, or let it restrict "
            "time and measure_name.",
            cloudwatch.Metric(
                namespace="AWS/Timestream",
                metric_name="CumulativeBytesMetered",
                dimensions_map={"Operation": "Query"},
                period=HOUR,
                statistic="Sum",
            ),
            cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            gigabytes * 1e9,
        )

    def _alarm(
        self,
        name: str,
        description: str,
        metric: cloudwatch.IMetric,
        comparison: cloudwatch.ComparisonOperator,
        threshold: float,
        *,
        datapoints: int = 1,
        of: int | None = None,
        missing: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING,
    ) -> cloudwatch.Alarm:
        """Make an alarm that rings when `datapoints` of the last `of` breach the threshold."""
        alarm = cloudwatch.Alarm(
            self,
            name,
            alarm_name=f"{self._deployment}-{name}",
            alarm_description=f"{description} {GUIDE}",
            metric=metric,
            comparison_operator=comparison,
            threshold=threshold,
            datapoints_to_alarm=datapoints,
            evaluation_periods=of or datapoints,
            treat_missing_data=missing,
        )
        alarm.add_alarm_action(self._action)
        alarm.add_ok_action(self._action)
        return alarm


def unobserved(deployment: str) -> cloudwatch.Metric:
    """Give the metric of how many bridges a poll did not observe: the best poll of each minute."""
    return cloudwatch.Metric(
        namespace=deployment,
        metric_name="Unobserved",
        dimensions_map={"service": "poller"},
        period=MINUTE,
        statistic="Minimum",
    )
