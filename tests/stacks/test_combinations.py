"""Every combination of the settings that switch something on, and what each of them adds."""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from tests.stacks.templates import synthesize, with_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

SWITCHES = (
    "storage.kms_key",
    "storage.existing",
    "budget.fuse",
    "dashboard",
    "alarms.email",
)

ALWAYS = Counter(
    {
        "AWS::Budgets::Budget": 1,
        "AWS::CloudWatch::Alarm": 8,
        "AWS::IAM::Policy": 4,
        "AWS::IAM::Role": 4,
        "AWS::Lambda::EventInvokeConfig": 2,
        "AWS::Lambda::Function": 2,
        "AWS::Logs::LogGroup": 2,
        "AWS::S3::Bucket": 1,
        "AWS::S3::BucketPolicy": 1,
        "AWS::SNS::Topic": 1,
        "AWS::SNS::TopicPolicy": 1,
        "AWS::SQS::Queue": 2,
        "AWS::SQS::QueuePolicy": 2,
        "AWS::Scheduler::Schedule": 2,
        "AWS::Timestream::Database": 1,
        "AWS::Timestream::Table": 1,
    }
)
ADDED = {
    "storage.kms_key": {"AWS::KMS::Key": 1},
    "storage.existing": {
        "AWS::S3::Bucket": -1,
        "AWS::S3::BucketPolicy": -1,
        "AWS::Timestream::Database": -1,
        "AWS::Timestream::Table": -1,
    },
    "budget.fuse": {
        "AWS::Budgets::Budget": 1,
        "AWS::Budgets::BudgetsAction": 1,
        "AWS::IAM::ManagedPolicy": 1,
        "AWS::IAM::Policy": 1,
        "AWS::IAM::Role": 1,
    },
    "dashboard": {"AWS::CloudWatch::Dashboard": 1},
    "alarms.email": {"AWS::SNS::Subscription": 1},
}
VALUES = {"alarms.email": "operator@example.com"}


def imports(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value of a template
    match value:
        case {"Fn::ImportValue": name}:
            yield name
        case dict():
            for inner in value.values():
                yield from imports(inner)
        case list():
            for inner in value:
                yield from imports(inner)


@pytest.mark.parametrize("on", list(product((False, True), repeat=len(SWITCHES))), ids=str)
def test_each_switch_adds_what_it_says_and_nothing_else(on: tuple[bool, ...]) -> None:
    switched = [switch for switch, is_on in zip(SWITCHES, on, strict=True) if is_on]

    stacks = synthesize(with_settings({one: VALUES.get(one, True) for one in switched}))

    expected = Counter(ALWAYS)
    for switch in switched:
        expected.update(ADDED[switch])
    resources = [one for stack in stacks.values() for one in stack["Resources"].values()]
    assert Counter(resource["Type"] for resource in resources) == +expected
    exports = {
        output["Export"]["Name"]
        for stack in stacks.values()
        for output in stack["Outputs"].values()
        if "Export" in output
    }
    # An export that is missing would only be noticed when it is deployed.
    assert set(imports(list(stacks.values()))) == exports


@pytest.mark.parametrize("count", [1, 2, 100])
def test_more_bridges_need_no_more_resources(count: int) -> None:
    bridges = [{"name": f"Bro {n}", "source": "roadsignals"} for n in range(count)]

    stacks = synthesize(with_settings({"bridges": bridges}))

    resources = [one for stack in stacks.values() for one in stack["Resources"].values()]
    assert Counter(resource["Type"] for resource in resources) == ALWAYS


@pytest.mark.parametrize("seconds", [5, 60])
def test_polling_more_often_changes_the_configuration_and_not_the_schedule(seconds: int) -> None:
    settings = with_settings({"poll_seconds": seconds})

    stacks = synthesize(settings)

    assert settings.poller_configuration()["interval_seconds"] == seconds
    rates = {
        resource["Properties"]["ScheduleExpression"]
        for resource in stacks["poller"]["Resources"].values()
        if resource["Type"] == "AWS::Scheduler::Schedule"
    }
    assert rates == {"rate(1 minute)", "rate(5 minutes)"}
