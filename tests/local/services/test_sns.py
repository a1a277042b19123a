"""A topic on the embedded cloud, as its subscribers see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from local.cloud import Cloud


@pytest.mark.parametrize(
    ("protocol", "gone"),
    [("sqs", "arn:aws:sqs:eu-west-1:123456789012:deleted"), ("http", "http://127.0.0.1:1/gone")],
)
def test_a_subscriber_that_is_gone_keeps_nobody_from_being_told(
    cloud: Cloud, protocol: str, gone: str
) -> None:
    sns, sqs = cloud.client("sns"), cloud.client("sqs")
    topic = sns.create_topic(Name=f"alarms-{protocol}")["TopicArn"]
    queue = sqs.create_queue(QueueName=f"operator-{protocol}")["QueueUrl"]
    there = f"arn:aws:sqs:eu-west-1:123456789012:operator-{protocol}"
    sns.subscribe(TopicArn=topic, Protocol=protocol, Endpoint=gone)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=there)

    sns.publish(TopicArn=topic, Message="it rings")

    (message,) = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1)["Messages"]
    assert "it rings" in message["Body"]
