"""Buckets and topics behind other endpoints: what `--s3` and `--sns` name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto.moto_api._internal.models import moto_api_backend
from moto.server import ThreadedMotoServer

from embedded_timestream.errors import ValidationException
from embedded_timestream.server.aws import S3Buckets, SnsTopics
from embedded_timestream.server.embedded import EmbeddedTimestream

if TYPE_CHECKING:
    from collections.abc import Iterator

NOBODY = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()
    moto_api_backend.reset()


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")


def client(service: Any, endpoint: str) -> Any:  # noqa: ANN401 - requests are plain dicts here
    return boto3.client(
        service, region_name="us-east-1", endpoint_url=endpoint,
        aws_access_key_id="embedded", aws_secret_access_key="embedded",
    )  # fmt: skip


def test_unload_writes_to_a_bucket_behind_another_endpoint(elsewhere: str) -> None:
    s3 = client("s3", elsewhere)
    s3.create_bucket(Bucket="exports")

    with EmbeddedTimestream(buckets=S3Buckets(elsewhere)) as timestream:
        timestream.query.query(
            QueryString="UNLOAD (SELECT 'Open' AS status) TO 's3://exports/all'"
            " WITH (compression = 'NONE')"
        )

    found = S3Buckets(elsewhere).read("exports", "all/results/")
    assert [content for _, content in found] == [b"Open\n"]


def test_messages_go_to_a_topic_behind_another_endpoint(elsewhere: str) -> None:
    sqs, sns = client("sqs", elsewhere), client("sns", elsewhere)
    queue = sqs.create_queue(QueueName="runs")["QueueUrl"]
    topic = sns.create_topic(Name="runs")["TopicArn"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"])

    SnsTopics(elsewhere).publish(topic, "done", {"notificationType": "AUTO_TRIGGER_SUCCESS"})

    (message,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    told = json.loads(message["Body"])
    assert told["Message"] == "done"
    assert told["MessageAttributes"]["notificationType"]["Value"] == "AUTO_TRIGGER_SUCCESS"


def test_what_is_not_there_is_a_validation_exception(elsewhere: str) -> None:
    buckets, topics = S3Buckets(elsewhere), SnsTopics(elsewhere)

    with pytest.raises(ValidationException, match="s3://nowhere/a cannot be written"):
        buckets.put("nowhere", "a", b"")
    with pytest.raises(ValidationException, match="The bucket nowhere cannot be read"):
        buckets.read("nowhere", "")
    with pytest.raises(ValidationException, match="cannot be written to"):
        topics.publish("arn:aws:sns:us-east-1:123456789012:nowhere", "", {})


def test_nobody_behind_the_endpoint_is_a_validation_exception() -> None:
    with pytest.raises(ValidationException, match="Could not connect"):
        S3Buckets(NOBODY).put("exports", "a", b"")
