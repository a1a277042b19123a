"""Evaluates the alarms that are deployed, each minute of the clock, and tells their topics.

The alarms are moto's, and so is their state, which DescribeAlarms shows. Periods are complete
minutes, and an alarm with longer ones is evaluated each minute too, over those that end then.
"""

from __future__ import annotations

import json
import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from moto.cloudwatch.models import cloudwatch_backends
from moto.sqs.models import sqs_backends

from embedded_timestream.clock import EPOCH, utc
from local.services.alarms import expression
from local.services.alarms.evaluation import MORE_PERIODS, Rule, State, state
from local.services.alarms.metrics import MINUTE_NS, Metric
from local.services.sqs import metrics as queue_metrics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from moto.cloudwatch.models import Alarm

    from embedded_timestream.clock import Clock
    from local.services.alarms.metrics import Metrics

MINUTE = timedelta(minutes=1)
MINUTE_SECONDS = 60

LONGEST_CATCH_UP = 24 * 60
"""Minutes: so many are evaluated one after another, where time went on without this."""


class Sender(Protocol):
    """Sends a message to a queue or a topic of the cloud."""

    def send(self, region: str, target: str, body: str) -> None:
        """Send it.

        :param target: the ARN.
        """


class Transition(NamedTuple):
    """An alarm's change of state."""

    time: datetime
    alarm: str
    state: State


class AlarmRunner:
    """A `Recurring` of the schedule runner.

    :param sender: tells the topics.
    """

    def __init__(self, account: str, clock: Clock, metrics: Metrics, sender: Sender) -> None:
        self.transitions: list[Transition] = []
        """All changes of state, in the order of time."""
        self._account = account
        self._clock = clock
        self._metrics = metrics
        self._sender = sender
        self._minute = _minute(utc(clock))
        self._evaluating = threading.Lock()

    def next_due(self) -> datetime | None:
        """Tell when the next minute is over; None while no alarm is deployed."""
        if not any(self._alarms()):
            self._minute = _minute(utc(self._clock))
            return None
        return EPOCH + (self._minute + 1) * MINUTE

    def due(self, now: datetime) -> int:
        """Evaluate every alarm for each minute that has ended, and tell how many minutes."""
        with self._evaluating:
            first = max(self._minute, _minute(now) - LONGEST_CATCH_UP) + 1
            minutes = range(first, _minute(now) + 1)
            for minute in minutes:
                self._minute = minute
                for region, alarm in self._alarms():
                    self._evaluate(region, alarm, minute)
        return len(minutes)

    def _alarms(self) -> Iterator[tuple[str, Alarm]]:
        for region, backend in list(cloudwatch_backends[self._account].items()):
            for alarm in list(backend.alarms.values()):
                if not alarm.rule:  # a composite alarm
                    yield region, alarm

    def _evaluate(self, region: str, alarm: Alarm, minute: int) -> None:
        periods = int(alarm.evaluation_periods)
        rule = Rule(
            comparison=alarm.comparison_operator,
            threshold=float(alarm.threshold),
            datapoints=int(alarm.datapoints_to_alarm or periods),
            periods=periods,
            missing=alarm.treat_missing_data or "missing",
        )
        value, length = self._watched(region, alarm, minute)
        values = [value(minute - at * length) for at in range(periods + MORE_PERIODS)]
        before = State(alarm.state_value)
        after = state(rule, values, before)
        if after is not before:
            self._change(region, alarm, after, EPOCH + minute * MINUTE)

    def _watched(
        self, region: str, alarm: Alarm, minute: int
    ) -> tuple[Callable[[int], float | None], int]:
        """Give what tells an alarm's data point of the period before a minute, and the period."""
        if not alarm.metric_data_queries:
            length = int(alarm.period) // MINUTE_SECONDS
            metric = _metric(alarm.namespace, alarm.metric_name, alarm.dimensions)
            self._measure_queue(region, metric, minute)
            return lambda end: self._metrics.statistic(metric, end, length, alarm.statistic), length
        (result,) = (one for one in alarm.metric_data_queries if one.expression)
        watched = {one.id: one.metric_stat for one in alarm.metric_data_queries if one.metric_stat}
        metrics = {
            name: _metric(stat.metric.namespace, stat.metric.metric_name, stat.metric.dimensions)
            for name, stat in watched.items()
        }
        length = max(int(stat.period) for stat in watched.values()) // MINUTE_SECONDS

        def value(end: int) -> float | None:
            found = {
                name: self._metrics.statistic(metrics[name], end, length, stat.stat)
                for name, stat in watched.items()
            }
            return expression.evaluate(str(result.expression), found)

        return value, length

    def _measure_queue(self, region: str, metric: Metric, minute: int) -> None:
        """Measure a queue at the end of a minute, if that is what a metric is about."""
        if metric.namespace != "AWS/SQS":
            return
        name = dict(metric.dimensions).get("QueueName", "")
        queue = sqs_backends[self._account][region].queues.get(name)
        measured = queue_metrics(queue, self._clock).get(metric.name) if queue else None
        if measured is not None:
            self._metrics.put(metric, (minute - 1) * MINUTE_NS, [measured])

    def _change(self, region: str, alarm: Alarm, after: State, now: datetime) -> None:
        before = alarm.state_value
        alarm.update_state(f"As of {now:%Y-%m-%d %H:%M} UTC.", "{}", after)
        alarm.state_updated_timestamp = now.replace(tzinfo=None)
        self.transitions.append(Transition(now, alarm.name, after))
        actions = {
            State.ALARM: alarm.alarm_actions,
            State.OK: alarm.ok_actions,
            State.INSUFFICIENT_DATA: alarm.insufficient_data_actions,
        }[after]
        for target in actions if alarm.actions_enabled else ():
            self._sender.send(region, target, _message(self._account, region, alarm, before, now))


def _minute(time: datetime) -> int:
    return (time - EPOCH) // MINUTE


def _metric(namespace: str, name: str, dimensions: Any) -> Metric:  # noqa: ANN401 - of moto's
    return Metric.of(namespace, name, {one.name: one.value for one in dimensions})


def _message(account: str, region: str, alarm: Alarm, before: str, now: datetime) -> str:
    """Write what CloudWatch tells a topic.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
    """
    return json.dumps(
        {
            "AlarmName": alarm.name,
            "AlarmDescription": alarm.description,
            "AWSAccountId": account,
            "NewStateValue": alarm.state_value,
            "NewStateReason": alarm.state_reason,
            "StateChangeTime": now.strftime("%Y-%m-%dT%H:%M:%S.%f+0000"),
            "Region": region,
            "AlarmArn": alarm.alarm_arn,
            "OldStateValue": before,
            "OKActions": alarm.ok_actions,
            "AlarmActions": alarm.alarm_actions,
            "InsufficientDataActions": alarm.insufficient_data_actions,
        }
    )
