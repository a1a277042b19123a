"""What is predicted to cost is what is deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bridgewatch.deployment import deployment
from bridgewatch.settings import load_settings
from tests.stacks.templates import SETTINGS, Template, properties, templates

if TYPE_CHECKING:
    from bridgewatch.cost.prediction import Deployment

# All that the templates may hold: what is new costs something, or says here that it doesn't.
FREE = {
    "AWS::Budgets::Budget",  # without actions
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",  # its objects are billed: records that were rejected
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Topic",
    "AWS::SNS::TopicPolicy",
    "AWS::Timestream::Database",
    "AWS::Timestream::Table",
}
PREDICTED = {"AWS::Lambda::Function", "AWS::Scheduler::Schedule", "AWS::CloudWatch::Alarm"}


@pytest.fixture(params=SETTINGS)
def deployed(request: pytest.FixtureRequest) -> tuple[list[Template], Deployment]:
    settings = load_settings(SETTINGS[request.param])
    return list(templates(request.param).values()), deployment(settings)


def test_the_function_s_memory_and_schedule_are_those_predicted(
    deployed: tuple[list[Template], Deployment],
) -> None:
    stacks, predicted = deployed
    (function,) = (
        found for stack in stacks for found in properties(stack, "AWS::Lambda::Function")
    )
    (schedule,) = (
        found for stack in stacks for found in properties(stack, "AWS::Scheduler::Schedule")
    )
    assert function["MemorySize"] == predicted.function_mb
    assert function["Architectures"] == ["arm64"]
    assert (schedule["ScheduleExpression"], predicted.poll_seconds) == ("rate(1 minute)", 60)


def test_there_are_as_many_alarms_and_dashboards_as_predicted(
    deployed: tuple[list[Template], Deployment],
) -> None:
    stacks, predicted = deployed
    for resource_type, count in (
        ("AWS::CloudWatch::Alarm", predicted.alarms),
        ("AWS::CloudWatch::Dashboard", predicted.dashboards),
    ):
        assert sum(len(properties(stack, resource_type)) for stack in stacks) == count


def test_nothing_is_deployed_that_the_prediction_does_not_know(
    deployed: tuple[list[Template], Deployment],
) -> None:
    stacks, _ = deployed
    types = {resource["Type"] for stack in stacks for resource in stack["Resources"].values()}
    assert types - FREE - PREDICTED == set()
