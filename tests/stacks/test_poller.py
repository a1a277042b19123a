from __future__ import annotations

import pytest

from bridgewatch.settings import load_settings
from tests.stacks.templates import SETTINGS, Template, properties, synthesize, templates


@pytest.fixture(params=SETTINGS)
def template(request: pytest.FixtureRequest) -> Template:
    return templates(request.param)["poller"]


def test_the_poller_is_invoked_once_a_minute_and_never_again(template: Template) -> None:
    (schedule,) = properties(template, "AWS::Scheduler::Schedule")

    assert schedule["ScheduleExpression"] == "rate(1 minute)"
    assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert schedule["State"] == "ENABLED"
    assert schedule["Target"]["RetryPolicy"] == {
        "MaximumRetryAttempts": 0,
        "MaximumEventAgeInSeconds": 60,
    }


def test_lambda_itself_does_not_repeat_an_invocation(template: Template) -> None:
    (configuration,) = properties(template, "AWS::Lambda::EventInvokeConfig")

    assert configuration["MaximumRetryAttempts"] == 0
    assert configuration["MaximumEventAgeInSeconds"] == 60


def test_the_poller_runs_the_newest_python_on_arm64_within_its_minute(template: Template) -> None:
    (function,) = properties(template, "AWS::Lambda::Function")

    assert function["Runtime"] == "python3.14"
    assert function["Architectures"] == ["arm64"]
    assert function["Handler"] == "lambdas.poller.handler.handler"
    assert function["Timeout"] < 60


def test_the_environment_names_what_the_stacks_made_and_holds_no_settings(
    template: Template,
) -> None:
    (function,) = properties(template, "AWS::Lambda::Function")

    assert function["Environment"]["Variables"].keys() == {
        "BRIDGEWATCH_DATABASE",
        "BRIDGEWATCH_TABLE",
        "POWERTOOLS_LOG_LEVEL",
        "POWERTOOLS_METRICS_NAMESPACE",
        "POWERTOOLS_SERVICE_NAME",
    }


def test_the_log_is_kept_for_a_month_and_is_the_functions_own(template: Template) -> None:
    (log,) = properties(template, "AWS::Logs::LogGroup")
    (function,) = properties(template, "AWS::Lambda::Function")

    assert log["RetentionInDays"] == 30
    assert log["LogGroupName"] == f"/aws/lambda/{function['FunctionName']}"
    (name,) = (
        name
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Logs::LogGroup"
    )
    assert function["LoggingConfig"] == {"LogGroup": {"Ref": name}}


def test_the_outputs_have_stable_names(template: Template) -> None:
    assert template["Outputs"].keys() == {"PollerName", "ScheduleName"}


def test_the_description_names_the_bridges_as_far_as_lambda_lets_it() -> None:
    settings = load_settings()
    bridges = tuple(settings.bridges[0].model_copy(update={"name": f"Bro {n}"}) for n in range(99))

    template = synthesize(settings.model_copy(update={"bridges": bridges}))["poller"]

    (function,) = properties(template, "AWS::Lambda::Function")
    assert function["Description"].startswith("Polls Bro 0, Bro 1, Bro 2, ")
    assert function["Description"].endswith(" ...")
    assert len(function["Description"]) <= 256
