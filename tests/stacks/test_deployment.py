"""What is predicted to cost is what is deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bridgewatch.deployment import deployment
from bridgewatch.settings import load_settings
from tests.stacks.templates import SETTINGS, Template, properties, templates, watched

if TYPE_CHECKING:
    from bridgewatch.cost.prediction import Deployment

# All that the templates may hold: what is new costs something, or says here that it doesn't.
FREE = {
    "AWS::Budgets::Budget",
    "AWS::DynamoDB::Table",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::EventSourceMapping",  # Lambda reads streams for nothing
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",  # its objects are billed: records that were rejected
    "AWS::S3::BucketPolicy",
    "AWS::Scheduler::ScheduleGroup",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::Queue",  # requests to it are billed
    "AWS::SQS::QueuePolicy",
    "AWS::Timestream::Database",
    "AWS::Timestream::Table",
}
PREDICTED = {"AWS::CloudWatch::Alarm", "AWS::Lambda::Function", "AWS::Scheduler::Schedule"}
COUNTED = {
    "AWS::CloudWatch::Dashboard": "dashboards",
    "AWS::KMS::Key": "customer_keys",
    "AWS::Budgets::BudgetsAction": "budget_actions",
}


@pytest.fixture(params=SETTINGS)
def deployed(request: pytest.FixtureRequest) -> tuple[list[Template], Deployment]:
    settings = load_settings(SETTINGS[request.param])
    return list(templates(request.param).values()), deployment(settings)


def found(stacks: list[Template], resource_type: str) -> list[dict[str, Any]]:
    return [one for stack in stacks for one in properties(stack, resource_type)]


def test_the_functions_memory_and_schedules_are_those_predicted(
    deployed: tuple[list[Template], Deployment],
) -> None:
    stacks, predicted = deployed
    for function in found(stacks, "AWS::Lambda::Function"):
        assert function["MemorySize"] == predicted.function_mb
        assert function["Architectures"] == ["arm64"]
    rates = {
        schedule["ScheduleExpression"] for schedule in found(stacks, "AWS::Scheduler::Schedule")
    }
    assert rates == {"rate(1 minute)", f"rate({predicted.redrive_seconds // 60} minutes)"}


def test_the_alarms_watch_as_many_metrics_as_predicted(
    deployed: tuple[list[Template], Deployment],
) -> None:
    stacks, predicted = deployed
    metrics = [
        metric for alarm in found(stacks, "AWS::CloudWatch::Alarm") for metric in watched(alarm)
    ]
    assert len(metrics) == predicted.alarm_metrics


@pytest.mark.parametrize("resource_type", COUNTED)
def test_there_are_as_many_as_predicted(
    deployed: tuple[list[Template], Deployment], resource_type: str
) -> None:
    stacks, predicted = deployed
    assert len(found(stacks, resource_type)) == getattr(predicted, COUNTED[resource_type])


def test_nothing_is_deployed_that_the_prediction_does_not_know(
    deployed: tuple[list[Template], Deployment],
) -> None:
    stacks, _ = deployed
    types = {resource["Type"] for stack in stacks for resource in stack["Resources"].values()}
    # An alias of a key is free.
    assert types - FREE - PREDICTED - COUNTED.keys() - {"AWS::KMS::Alias"} == set()
