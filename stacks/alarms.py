"""The alarms: each says what to do in its description, and resolves by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from constructs import Construct

if TYPE_CHECKING:
    from aws_cdk import aws_lambda as lambda_
    from aws_cdk import aws_sns as sns
    from aws_cdk import aws_sqs as sqs

    from stacks.store import Store

MINUTE = Duration.minutes(1)
FIVE_MINUTES = Duration.minutes(5)

GUIDE = "docs/operations.md says more."


class StoreAlarms(Protocol):
    """The alarms about one store."""

    def add_to(self, alarms: Alarms) -> None:
        """Add them to the others."""


class Alarms(Construct):
    """What can go wrong with a deployment, one alarm each, all to one topic.

    :param deployment: the deployment's name: the prefix of the alarms', and the namespace of the
        functions' metrics.
    :param topic: is told when an alarm rings, and when it resolves.
    :param heartbeat: whole minutes; a bridge may not be silent for longer.
    :param poller: the function that polls.
    :param store: where it writes.
    :param store_alarms: the alarms about that.
    :param queue: holds records that the store did not take.
    :param dead_letters: holds records that were given up.
    :param queued: for how long `queue` may never be empty: a multiple of five minutes, at most a
        day.
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
        store: Store,
        store_alarms: StoreAlarms,
        queue: sqs.IQueue,
        dead_letters: sqs.IQueue,
        queued: Duration,
    ) -> None:
        super().__init__(scope, construct_id)
        self._deployment = deployment
        self._topic = topic
        self.heartbeat = self._heartbeat(int(heartbeat.to_minutes()))
        self._poller_errors(poller)
        self._unkept_records(store)
        self._queue_age(store, queue, queued)
        self._dead_letters(store, dead_letters)
        store_alarms.add_to(self)

    def _heartbeat(self, heartbeat_minutes: int) -> cloudwatch.Alarm:
        # As long as whoever reads the history waits before there is a gap.
        minutes = heartbeat_minutes + 2
        # What is missing, not what is there: polls from before a deployment that adds bridges
        # missed none.
        return self.add(
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
        return self.add(
            "poller-errors",
            "The poller failed in 3 of 5 minutes: it crashed, ran out of time or memory, or could "
            "neither write nor queue. Its log says why.",
            poller.metric_errors(period=MINUTE, statistic="Sum"),
            cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            0,
            datapoints=3,
            of=5,
        )

    def _unkept_records(self, store: Store) -> cloudwatch.Alarm:
        return self.add(
            "unkept-records",
            f"Neither {store.title} nor the queue took records: they are only in the poller's "
            "log, in lines with 'only in this log', for as long as it is kept. Import those lines "
            "with python -m bridgewatch backfill.",
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

    def _queue_age(self, store: Store, queue: sqs.IQueue, queued: Duration) -> cloudwatch.Alarm:
        # Not ApproximateAgeOfOldestMessage: SQS leaves out of it what was received three times, as
        # the redriver does within a quarter of an hour
        # (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html).
        # A message is hidden while it is tried, two of every five minutes.
        return self.add(
            "queue-age",
            f"For {queued.to_minutes():g} minutes there have been records that {store.title} has "
            "not taken. Nothing is lost: the queue keeps them and the redriver tries every 5 "
            f"minutes. The redriver's log says what {store.title} answers; most often a permission "
            "or the table is missing.",
            queue.metric_approximate_number_of_messages_visible(
                period=FIVE_MINUTES, statistic="Maximum"
            ),
            cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            0,
            datapoints=int(queued.to_minutes() // FIVE_MINUTES.to_minutes()),
        )

    def _dead_letters(self, store: Store, dead_letters: sqs.IQueue) -> cloudwatch.Alarm:
        return self.add(
            "dead-letters",
            f"Records were given up: {store.title} refused them, or could not be reached for days. "
            "python -m bridgewatch redrive lists them with the reason, and returns them to the "
            "queue or exports them. They are kept for 14 days at most.",
            dead_letters.metric_approximate_number_of_messages_visible(
                period=FIVE_MINUTES, statistic="Maximum"
            ),
            cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            0,
        )

    def add(
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
        return alarm(
            self,
            name,
            deployment=self._deployment,
            description=description,
            metric=metric,
            comparison=comparison,
            threshold=threshold,
            topic=self._topic,
            datapoints=datapoints,
            of=of,
            missing=missing,
        )


def alarm(
    scope: Construct,
    name: str,
    *,
    deployment: str,
    description: str,
    metric: cloudwatch.IMetric,
    comparison: cloudwatch.ComparisonOperator,
    threshold: float,
    topic: sns.ITopic,
    datapoints: int = 1,
    of: int | None = None,
    missing: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING,
) -> cloudwatch.Alarm:
    """Make an alarm that rings when `datapoints` of the last `of` breach the threshold.

    :param topic: is told when it rings, and when it resolves.
    """
    made = cloudwatch.Alarm(
        scope,
        name,
        alarm_name=f"{deployment}-{name}",
        alarm_description=f"{description} {GUIDE}",
        metric=metric,
        comparison_operator=comparison,
        threshold=threshold,
        datapoints_to_alarm=datapoints,
        evaluation_periods=of or datapoints,
        treat_missing_data=missing,
    )
    action = actions.SnsAction(topic)
    made.add_alarm_action(action)
    made.add_ok_action(action)
    return made


def unobserved(deployment: str) -> cloudwatch.Metric:
    """Give the metric of how many bridges a poll did not observe: the best poll of each minute."""
    return cloudwatch.Metric(
        namespace=deployment,
        metric_name="Unobserved",
        dimensions_map={"service": "poller"},
        period=MINUTE,
        statistic="Minimum",
    )
