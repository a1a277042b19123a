from __future__ import annotations

from typing import Any

import pytest

from bridgewatch.settings import SERVICES
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


@pytest.fixture(params=SETTINGS)
def template(request: pytest.FixtureRequest) -> Template:
    return templates(request.param)["cost-alarm"]


def of(budget: dict[str, Any]) -> Template:
    """Synthesize the stack for the default settings with another budget."""
    changes = {f"budget.{key}": value for key, value in budget.items()}
    return synthesize(with_settings(changes))["cost-alarm"]


def test_a_month_may_cost_a_dollar_for_the_services_that_a_deployment_uses() -> None:
    (budget,) = properties(templates("default")["cost-alarm"], "AWS::Budgets::Budget")

    assert budget["Budget"] == {
        "BudgetType": "COST",
        "TimeUnit": "MONTHLY",
        "BudgetLimit": {"Amount": 1, "Unit": "USD"},
        "CostFilters": {"Service": list(SERVICES)},
    }
    assert "Amazon Timestream" in SERVICES


def test_it_shouts_at_50_80_and_100_percent_and_when_100_are_forecast() -> None:
    template = templates("default")["cost-alarm"]
    (budget,) = properties(template, "AWS::Budgets::Budget")
    (topic,) = (
        name
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::SNS::Topic"
    )

    notifications = budget["NotificationsWithSubscribers"]
    assert [
        (one["Notification"]["NotificationType"], one["Notification"]["Threshold"])
        for one in notifications
    ] == [("ACTUAL", 50), ("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100)]
    for one in notifications:
        assert one["Notification"]["ComparisonOperator"] == "GREATER_THAN"
        assert one["Notification"]["ThresholdType"] == "PERCENTAGE"
        assert one["Subscribers"] == [{"SubscriptionType": "SNS", "Address": {"Ref": topic}}]


def test_an_email_address_gets_every_message_as_well() -> None:
    template = of({"email": "operator@example.com", "actual_percent": [90]})

    (budget,) = properties(template, "AWS::Budgets::Budget")
    for one in budget["NotificationsWithSubscribers"]:
        topic, email = one["Subscribers"]
        assert topic["SubscriptionType"] == "SNS"
        assert email == {"SubscriptionType": "EMAIL", "Address": "operator@example.com"}


def test_a_budget_on_no_services_is_one_on_the_whole_account() -> None:
    template = of({"services": []})

    (budget,) = properties(template, "AWS::Budgets::Budget")
    assert "CostFilters" not in budget["Budget"]


def test_a_budget_can_be_restricted_to_other_services() -> None:
    template = of({"services": ["Amazon Timestream"], "monthly_usd": 2.5})

    (budget,) = properties(template, "AWS::Budgets::Budget")
    assert budget["Budget"]["CostFilters"] == {"Service": ["Amazon Timestream"]}
    assert budget["Budget"]["BudgetLimit"]["Amount"] == 2.5


def test_the_budget_has_no_name_so_that_its_thresholds_can_change(template: Template) -> None:
    for budget in properties(template, "AWS::Budgets::Budget"):
        assert "BudgetName" not in budget["Budget"]


def test_only_this_accounts_budgets_and_alarms_may_write_to_the_topic_and_only_over_tls(
    template: Template,
) -> None:
    (policy,) = properties(template, "AWS::SNS::TopicPolicy")

    deny, *allowed = policy["PolicyDocument"]["Statement"]
    assert deny["Effect"] == "Deny"
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    sources = {}
    for allow in allowed:
        condition = allow["Condition"]
        assert (allow["Effect"], allow["Action"]) == ("Allow", "sns:Publish")
        assert condition["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
        sources[allow["Principal"]["Service"]] = text(condition["ArnLike"]["aws:SourceArn"])
    assert sources == {
        "budgets.amazonaws.com": "arn:${AWS::Partition}:budgets::${AWS::AccountId}:*",
        "cloudwatch.amazonaws.com": (
            "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:*"
        ),
    }


def test_nobody_is_subscribed_to_the_topic_but_whom_the_settings_name() -> None:
    by_default = templates("default")["cost-alarm"]
    with_email = synthesize(with_settings({"alarms.email": "operator@example.com"}))["cost-alarm"]

    assert not properties(by_default, "AWS::SNS::Subscription")
    (subscription,) = properties(with_email, "AWS::SNS::Subscription")
    assert subscription["Protocol"] == "email"
    assert subscription["Endpoint"] == "operator@example.com"


@pytest.fixture(scope="module")
def fused() -> dict[str, Template]:
    return synthesize(with_settings({"budget.fuse": True}))


class TestFuse:
    def test_there_is_none_by_default(self) -> None:
        template = templates("default")["cost-alarm"]

        assert not properties(template, "AWS::Budgets::BudgetsAction")
        assert not properties(template, "AWS::IAM::ManagedPolicy")

    def test_it_denies_queries_and_nothing_else(self, fused: dict[str, Template]) -> None:
        (policy,) = properties(fused["cost-alarm"], "AWS::IAM::ManagedPolicy")

        (statement,) = policy["PolicyDocument"]["Statement"]
        assert statement == {
            "Effect": "Deny",
            "Action": ["timestream:Select", "timestream:SelectValues"],
            "Resource": "*",
        }

    def test_it_blows_by_itself_when_its_own_budget_is_spent(
        self, fused: dict[str, Template]
    ) -> None:
        (action,) = properties(fused["cost-alarm"], "AWS::Budgets::BudgetsAction")

        assert action["BudgetName"]["Ref"].startswith("FuseBudget")
        assert action["NotificationType"] == "ACTUAL"
        assert action["ActionThreshold"] == {"Type": "PERCENTAGE", "Value": 100}
        assert action["ApprovalModel"] == "AUTOMATIC"
        assert action["ActionType"] == "APPLY_IAM_POLICY"

    @pytest.mark.parametrize(
        ("changes", "service", "usd"),
        [
            ({}, "Amazon Timestream", 1),
            ({"budget.monthly_usd": 20}, "Amazon Timestream", 20),
            ({"budget.monthly_usd": 20, "budget.fuse_usd": 5}, "Amazon Timestream", 5),
            ({"storage": {"type": "dynamodb"}}, "Amazon DynamoDB", 1),
        ],
    )
    def test_nothing_but_the_store_counts_for_it(
        self, changes: dict[str, Any], service: str, usd: float
    ) -> None:
        template = synthesize(with_settings({"budget.fuse": True, **changes}))["cost-alarm"]

        (budget,) = (
            resource["Properties"]
            for name, resource in template["Resources"].items()
            if resource["Type"] == "AWS::Budgets::Budget" and name.startswith("FuseBudget")
        )
        assert budget["Budget"]["CostFilters"] == {"Service": [service]}
        assert budget["Budget"]["BudgetLimit"] == {"Amount": usd, "Unit": "USD"}
        # and the one that sends messages still counts what a deployment uses
        assert (
            "AWS Lambda"
            in named(template, "AWS::Budgets::Budget", "Budget")["Budget"]["CostFilters"]["Service"]
        )

    def test_its_role_may_do_its_part_before_it_is_made(self, fused: dict[str, Template]) -> None:
        resources = fused["cost-alarm"]["Resources"]
        (action,) = (
            one for one in resources.values() if one["Type"] == "AWS::Budgets::BudgetsAction"
        )

        assert {"AWS::IAM::Policy", "AWS::SNS::TopicPolicy"} <= {
            resources[name]["Type"] for name in action["DependsOn"]
        }

    def test_it_is_for_the_reader_alone(self, fused: dict[str, Template]) -> None:
        (action,) = properties(fused["cost-alarm"], "AWS::Budgets::BudgetsAction")

        (role,) = action["Definition"]["IamActionDefinition"]["Roles"]
        (exported,) = (
            output["Value"]
            for output in fused["storage"]["Outputs"].values()
            if output.get("Export", {}).get("Name") == role["Fn::ImportValue"]
        )
        reader = fused["storage"]["Resources"][exported["Ref"]]
        assert reader["Properties"]["Description"] == "Queries the history of the bridges"


def test_the_outputs_have_stable_names(template: Template) -> None:
    fuse = {"FuseBudgetName"} if properties(template, "AWS::Budgets::BudgetsAction") else set()
    assert outputs(template) == {"AlarmTopicArn", "BudgetName"} | fuse
