from __future__ import annotations

import json

import pytest

from bridgewatch.settings import load_settings
from lambdas.delivery import RESERVE_SECONDS
from local.chaos.effects import LONGEST_RUN_SECONDS
from tests.stacks.templates import (
    SETTINGS,
    Template,
    named,
    outputs,
    properties,
    synthesize,
    templates,
    text,
    with_settings,
)

FUNCTIONS = ("Poller", "Redriver")


@pytest.fixture(params=SETTINGS)
def template(request: pytest.FixtureRequest) -> Template:
    return templates(request.param)["poller"]


@pytest.mark.parametrize(
    ("schedule", "rate", "function"),
    [
        ("Schedule", "rate(1 minute)", "PollerFunction"),
        ("RedriverSchedule", "rate(5 minutes)", "RedriverFunction"),
    ],
)
def test_each_function_is_invoked_at_its_rate_and_never_again(
    template: Template, schedule: str, rate: str, function: str
) -> None:
    found = named(template, "AWS::Scheduler::Schedule", schedule)

    assert found["ScheduleExpression"] == rate
    assert found["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert found["State"] == "ENABLED"
    assert text(found["Target"]["Arn"]).startswith(f"${{{function}")
    assert found["Target"]["RetryPolicy"] == {
        "MaximumRetryAttempts": 0,
        "MaximumEventAgeInSeconds": 60,
    }


def test_what_freezes_in_the_simulation_is_ended_by_lambda(template: Template) -> None:
    assert all(
        function["Timeout"] < LONGEST_RUN_SECONDS
        for function in properties(template, "AWS::Lambda::Function")
    )


def test_lambda_itself_does_not_repeat_an_invocation(template: Template) -> None:
    configurations = properties(template, "AWS::Lambda::EventInvokeConfig")

    assert len(configurations) == len(FUNCTIONS)
    for configuration in configurations:
        assert configuration["MaximumRetryAttempts"] == 0
        assert configuration["MaximumEventAgeInSeconds"] == 60


@pytest.mark.parametrize(
    ("function", "handler"),
    [
        ("Poller", "lambdas.poller.handler.handler"),
        ("Redriver", "lambdas.redriver.handler.handler"),
    ],
)
def test_each_function_runs_the_newest_python_on_arm64(
    template: Template, function: str, handler: str
) -> None:
    found = named(template, "AWS::Lambda::Function", function)

    assert found["Runtime"] == "python3.14"
    assert found["Architectures"] == ["arm64"]
    assert found["Handler"] == handler


def test_the_last_poll_of_a_minute_has_time_to_write_or_to_queue(template: Template) -> None:
    found = named(template, "AWS::Lambda::Function", "Poller")

    # The smallest interval's last poll begins at second 55 and may look for half an interval.
    assert found["Timeout"] >= 57.5 + RESERVE_SECONDS


def test_the_redriver_has_time_to_write_and_ends_before_its_next_run(template: Template) -> None:
    found = named(template, "AWS::Lambda::Function", "Redriver")

    assert RESERVE_SECONDS + 20 <= found["Timeout"] < 300


@pytest.mark.parametrize("function", FUNCTIONS)
def test_one_container_runs_at_a_time_unless_the_account_cannot_spare_it(function: str) -> None:
    default = synthesize(with_settings({}))["poller"]
    without = synthesize(with_settings({"reserve_concurrency": False}))["poller"]

    reserved = "ReservedConcurrentExecutions"
    assert named(default, "AWS::Lambda::Function", function)[reserved] == 1
    assert reserved not in named(without, "AWS::Lambda::Function", function)


def test_the_poller_is_told_when_it_was_due(template: Template) -> None:
    found = named(template, "AWS::Scheduler::Schedule", "Schedule")

    assert json.loads(found["Target"]["Input"]) == {"time": "<aws.scheduler.scheduled-time>"}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_environment_names_what_the_stacks_made_and_holds_no_settings(
    template: Template, function: str
) -> None:
    found = named(template, "AWS::Lambda::Function", function)

    variables = found["Environment"]["Variables"]
    # Where people are told, or shown, what the poller sees.
    recent = {"BRIDGEWATCH_RECENT_TABLE", "BRIDGEWATCH_SIGHT_TABLE"}
    assert variables.keys() - recent == {
        "BRIDGEWATCH_STORE",
        {"timestream": "BRIDGEWATCH_DATABASE", "dynamodb": "BRIDGEWATCH_RETENTION_DAYS"}[
            variables["BRIDGEWATCH_STORE"]
        ],
        "BRIDGEWATCH_DEAD_LETTER_QUEUE_URL",
        "BRIDGEWATCH_QUEUE_URL",
        "BRIDGEWATCH_TABLE",
        "POWERTOOLS_LOG_LEVEL",
        "POWERTOOLS_METRICS_NAMESPACE",
        "POWERTOOLS_SERVICE_NAME",
    }


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_log_is_kept_as_long_as_the_settings_say_and_is_the_functions_own(
    settings: str, function: str
) -> None:
    template = templates(settings)["poller"]
    found = named(template, "AWS::Lambda::Function", function)

    log = template["Resources"][found["LoggingConfig"]["LogGroup"]["Ref"]]["Properties"]
    assert log["RetentionInDays"] == load_settings(SETTINGS[settings]).log_retention_days
    assert log["LogGroupName"] == f"/aws/lambda/{found['FunctionName']}"


def test_schedules_begin_once_their_role_may_invoke(template: Template) -> None:
    schedules = [
        one for one in template["Resources"].values() if one["Type"] == "AWS::Scheduler::Schedule"
    ]

    assert len(schedules) == 2
    for schedule in schedules:
        assert "AWS::IAM::Policy" in {
            template["Resources"][name]["Type"] for name in schedule["DependsOn"]
        }


def test_the_outputs_have_stable_names(template: Template) -> None:
    assert outputs(template) == {
        "DeadLetterQueueUrl",
        "PollerName",
        "QueueUrl",
        "RedriverName",
        "ScheduleName",
        "HeartbeatAlarmName",
    }


def test_the_description_names_the_bridges_as_far_as_lambda_lets_it() -> None:
    settings = load_settings()
    bridges = tuple(settings.bridges[0].model_copy(update={"name": f"Bro {n}"}) for n in range(99))

    template = synthesize(settings.model_copy(update={"bridges": bridges}))["poller"]

    function = named(template, "AWS::Lambda::Function", "Poller")
    assert function["Description"].startswith("Polls Bro 0, Bro 1, Bro 2, ")
    assert function["Description"].endswith(" ...")
    assert len(function["Description"]) <= 256


class TestQueues:
    def test_they_are_encrypted_and_keep_what_they_hold_as_long_as_sqs_can(
        self, template: Template
    ) -> None:
        queues = properties(template, "AWS::SQS::Queue")

        assert len(queues) == 2
        for queue in queues:
            assert queue["MessageRetentionPeriod"] == 14 * 86400
            assert queue.get("SqsManagedSseEnabled") or queue["KmsMasterKeyId"]

    def test_their_key_is_ones_own_if_the_settings_say_so(self) -> None:
        by_default = templates("default")["poller"]
        with_key = synthesize(with_settings({"storage.kms_key": True}))["poller"]

        for queue in properties(by_default, "AWS::SQS::Queue"):
            assert queue["SqsManagedSseEnabled"] is True
        for queue in properties(with_key, "AWS::SQS::Queue"):
            assert "Key" in queue["KmsMasterKeyId"]["Fn::ImportValue"]

    def test_they_take_no_plain_http(self, template: Template) -> None:
        policies = properties(template, "AWS::SQS::QueuePolicy")

        assert len(policies) == 2
        for policy in policies:
            (statement,) = policy["PolicyDocument"]["Statement"]
            assert (statement["Effect"], statement["Action"]) == ("Deny", "sqs:*")
            assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}

    def test_records_are_given_up_after_the_most_tries_that_sqs_counts(
        self, template: Template
    ) -> None:
        queue = named(template, "AWS::SQS::Queue", "QueuesQueue")

        assert queue["RedrivePolicy"]["maxReceiveCount"] == 1000
        assert "DeadLetters" in text(queue["RedrivePolicy"]["deadLetterTargetArn"])

    def test_what_a_run_received_returns_before_the_next_run_and_not_during_it(
        self, template: Template
    ) -> None:
        run = named(template, "AWS::Lambda::Function", "Redriver")["Timeout"]

        for queue in properties(template, "AWS::SQS::Queue"):
            assert run < queue["VisibilityTimeout"] < 300
