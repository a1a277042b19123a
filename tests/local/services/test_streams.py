"""Event source mappings of DynamoDB's streams: what is handed over, in which order, and again."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.conftest import START
from tests.local.deployed import Deployed
from tests.unit.lambdas.observation_table import create_table

if TYPE_CHECKING:
    from local.cloud import Cloud
    from local.simulated_time.clock import SimulatedClock

TELLS = """
    def handler(event, context):
        print("took", [record["dynamodb"]["Keys"]["time"]["N"] for record in event["Records"]])
"""
FAILS_AT_THREE = """
    def handler(event, context):
        times = [record["dynamodb"]["Keys"]["time"]["N"] for record in event["Records"]]
        print("took", times)
        if "3" in times:
            raise ValueError
"""
FILTERS = {
    "Filters": [
        {"Pattern": json.dumps({"dynamodb": {"NewImage": {"status": {"S": ["Open", "Closed"]}}}})},
        {"Pattern": json.dumps({"dynamodb": {"NewImage": {"sight": {"S": [{"exists": True}]}}}})},
    ]
}


class Streamed:
    """A table with a stream, and a function that is invoked by it."""

    def __init__(self, cloud: Cloud, code: str, **mapping: Any) -> None:  # noqa: ANN401 - of the mapping
        self.cloud = cloud
        self.function = Deployed(cloud, "listener", code)
        self.dynamodb = cloud.client("dynamodb")
        stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
        table = create_table(self.dynamodb, "bridges", StreamSpecification=stream)
        self.put(0)
        cloud.client("lambda").create_event_source_mapping(
            EventSourceArn=table["LatestStreamArn"],
            FunctionName="listener",
            StartingPosition="LATEST",
            **mapping,
        )

    def put(self, time: int, **attributes: str) -> None:
        given = attributes or {"status": "Open"}
        self.dynamodb.put_item(
            TableName="bridges",
            Item={
                "bridge": {"S": "Hisingsbron"},
                "time": {"N": str(time)},
                **{name: {"S": value} for name, value in given.items()},
            },
        )

    def took(self) -> list[str]:
        return [line[5:] for line in self.function.log() if line.startswith("took")]


def run(cloud: Cloud, clock: SimulatedClock, seconds: float) -> None:
    cloud.schedules.run(clock, START + timedelta(seconds=seconds))


def test_what_is_written_from_then_on_is_handed_over_in_order(
    simulated_cloud: Cloud, clock: SimulatedClock
) -> None:
    streamed = Streamed(simulated_cloud, TELLS)

    streamed.put(1)
    streamed.put(2)
    run(simulated_cloud, clock, 1)
    streamed.put(3)
    run(simulated_cloud, clock, 2)

    assert streamed.took() == ["['1', '2']", "['3']"]


def test_a_filter_lets_pass_what_it_says(simulated_cloud: Cloud, clock: SimulatedClock) -> None:
    streamed = Streamed(simulated_cloud, TELLS, FilterCriteria=FILTERS)

    streamed.put(1, status="Open")
    streamed.put(2, state="{}")
    streamed.put(3, sight="Hisingsbron")
    streamed.put(4, status="Ajar")
    run(simulated_cloud, clock, 1)

    assert streamed.took() == ["['1', '3']"]


def test_a_batch_that_fails_comes_again_in_halves_and_holds_up_what_follows(
    simulated_cloud: Cloud, clock: SimulatedClock
) -> None:
    streamed = Streamed(
        simulated_cloud,
        FAILS_AT_THREE,
        BisectBatchOnFunctionError=True,
        MaximumRecordAgeInSeconds=60,
    )

    for time in (1, 2, 3, 4):
        streamed.put(time)
    run(simulated_cloud, clock, 10)
    assert "['4']" not in streamed.took()
    run(simulated_cloud, clock, 200)

    assert streamed.took()[:3] == ["['1', '2', '3', '4']", "['1', '2']", "['3', '4']"]
    assert streamed.took()[-1] == "['4']"


def test_what_is_given_up_is_told_to_the_destination(
    simulated_cloud: Cloud, clock: SimulatedClock
) -> None:
    sqs = simulated_cloud.client("sqs")
    queue = sqs.create_queue(QueueName="given-up")["QueueUrl"]
    streamed = Streamed(
        simulated_cloud,
        FAILS_AT_THREE,
        MaximumRetryAttempts=1,
        DestinationConfig={
            "OnFailure": {
                "Destination": sqs.get_queue_attributes(
                    QueueUrl=queue, AttributeNames=["QueueArn"]
                )["Attributes"]["QueueArn"]
            }
        },
    )

    streamed.put(3)
    run(simulated_cloud, clock, 10)

    (message,) = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1)["Messages"]
    assert json.loads(message["Body"])["DDBStreamBatchInfo"]["batchSize"] == 1
    assert streamed.took() == ["['3']", "['3']"]


def test_a_comparison_that_is_not_known_here_is_refused(simulated_cloud: Cloud) -> None:
    unknown = json.dumps({"dynamodb": {"NewImage": {"time": {"N": [{"numeric": [">", 0]}]}}}})

    with pytest.raises(Exception, match="numeric"):
        Streamed(simulated_cloud, TELLS, FilterCriteria={"Filters": [{"Pattern": unknown}]})
