from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from local.cloud import Cloud
from local.services.alarms import embedded_metrics
from local.simulated_time.clock import SimulatedClock

if TYPE_CHECKING:
    from collections.abc import Iterator

START = datetime(2026, 6, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with Cloud(SimulatedClock(START)) as cloud:
        yield cloud


def put_alarm(cloud: Cloud, **changes: Any) -> str:  # noqa: ANN401 - a request's members
    """Watch the queue `work`; return the URL of a queue that is told."""
    sqs, sns = cloud.client("sqs"), cloud.client("sns")
    topic = sns.create_topic(Name="alarms")["TopicArn"]
    told = sqs.create_queue(QueueName="told")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=told, AttributeNames=["QueueArn"])["Attributes"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"])
    alarm: dict[str, Any] = {
        "AlarmName": "queue",
        "Namespace": "AWS/SQS",
        "MetricName": "ApproximateNumberOfMessagesVisible",
        "Dimensions": [{"Name": "QueueName", "Value": "work"}],
        "Statistic": "Maximum",
        "Period": 60,
        "EvaluationPeriods": 3,
        "Threshold": 0,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
        "AlarmActions": [topic],
        "OKActions": [topic],
    }
    cloud.client("cloudwatch").put_metric_alarm(**{**alarm, **changes})
    return str(told)


def pass_minutes(cloud: Cloud, minutes: int) -> None:
    clock = cloud.clock
    assert isinstance(clock, SimulatedClock)
    now = datetime.fromtimestamp(clock.now_ns() / 1e9, UTC)
    cloud.schedules.run(clock, now + minutes * MINUTE)


def state(cloud: Cloud) -> str:
    (alarm,) = cloud.client("cloudwatch").describe_alarms()["MetricAlarms"]
    return str(alarm["StateValue"])


def test_an_alarm_on_a_queue_rings_in_time_tells_its_topic_and_resolves(cloud: Cloud) -> None:
    sqs = cloud.client("sqs")
    work = sqs.create_queue(QueueName="work")["QueueUrl"]
    told = put_alarm(cloud)
    sqs.send_message(QueueUrl=work, MessageBody="stuck")

    pass_minutes(cloud, 3)
    assert state(cloud) == "OK"
    pass_minutes(cloud, 1)
    assert state(cloud) == "ALARM"
    sqs.purge_queue(QueueUrl=work)
    pass_minutes(cloud, 2)
    assert state(cloud) == "OK"

    # Waiting, as a short poll of a nearly empty queue may find nothing.
    messages = sqs.receive_message(QueueUrl=told, MaxNumberOfMessages=10, WaitTimeSeconds=1)[
        "Messages"
    ]
    bodies = [json.loads(json.loads(one["Body"])["Message"]) for one in messages]
    assert [one["NewStateValue"] for one in bodies] == ["ALARM", "OK"]
    assert [(one.state, one.time - START) for one in cloud.alarms.transitions] == [
        ("ALARM", 3 * MINUTE),
        ("OK", 4 * MINUTE),
    ]


def test_what_is_received_again_and_again_is_forgotten_by_its_age_and_not_by_its_number(
    cloud: Cloud,
) -> None:
    # given: an hour's alarm on each, and a message that a redriver tries every five minutes
    sqs = cloud.client("sqs")
    work = sqs.create_queue(QueueName="work")["QueueUrl"]
    hour = {"Period": 300, "EvaluationPeriods": 12, "DatapointsToAlarm": 12}
    put_alarm(cloud, AlarmName="number", **hour)
    put_alarm(
        cloud,
        AlarmName="age",
        MetricName="ApproximateAgeOfOldestMessage",
        **{**hour, "EvaluationPeriods": 1, "DatapointsToAlarm": 1, "Threshold": 3600},
    )
    sqs.send_message(QueueUrl=work, MessageBody="stuck")

    for _ in range(20):
        pass_minutes(cloud, 5)
        sqs.receive_message(QueueUrl=work, WaitTimeSeconds=1, VisibilityTimeout=120)

    ((alarm, state_, after),) = (
        (one.alarm, one.state, one.time - START) for one in cloud.alarms.transitions
    )
    assert (alarm, state_) == ("number", "ALARM")
    # Its periods end with each minute: the first of twelve has four minutes of before.
    assert 55 * MINUTE < after <= 60 * MINUTE


def test_an_alarm_for_which_missing_data_breach_rings_at_once(cloud: Cloud) -> None:
    put_alarm(cloud, TreatMissingData="breaching")  # there is no such queue

    pass_minutes(cloud, 2)

    assert state(cloud) == "ALARM"


def test_an_alarm_without_enabled_actions_tells_nobody(cloud: Cloud) -> None:
    told = put_alarm(cloud, TreatMissingData="breaching", ActionsEnabled=False)

    pass_minutes(cloud, 2)

    assert state(cloud) == "ALARM"
    answer = cloud.client("sqs").receive_message(QueueUrl=told, WaitTimeSeconds=1)
    assert "Messages" not in answer


def test_metrics_are_read_out_of_a_log() -> None:
    about = {
        "Timestamp": 1_780_000_000_000,
        "CloudWatchMetrics": [
            {"Namespace": "a", "Dimensions": [["service"]], "Metrics": [{"Name": "Polls"}]}
        ],
    }
    line = json.dumps({"_aws": about, "service": "poller", "Polls": [1.0, 2.0]})

    (measured,) = embedded_metrics.read(line)

    assert (measured.metric.namespace, measured.metric.name) == ("a", "Polls")
    assert measured.metric.dimensions == {("service", "poller")}
    assert (measured.time_ms, measured.values) == (1_780_000_000_000, [1.0, 2.0])
    assert not list(embedded_metrics.read("START RequestId: 1"))
