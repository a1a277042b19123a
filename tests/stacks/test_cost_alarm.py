from __future__ import annotations

from typing import Any

import pytest

from bridgewatch.settings import Budget, load_settings
from tests.stacks.templates import SETTINGS, Template, properties, synthesize, templates, text


@pytest.fixture(params=SETTINGS)
def template(request: pytest.FixtureRequest) -> Template:
    return templates(request.param)["cost-alarm"]


def of(budget: dict[str, Any]) -> Template:
    """Synthesize the stack for the default settings with another budget."""
    settings = load_settings().model_copy(update={"budget": Budget.model_validate(budget)})
    return synthesize(settings)["cost-alarm"]


def test_a_month_may_cost_a_dollar_in_the_whole_account(template: Template) -> None:
    (budget,) = properties(template, "AWS::Budgets::Budget")

    assert budget["Budget"] == {
        "BudgetType": "COST",
        "TimeUnit": "MONTHLY",
        "BudgetLimit": {"Amount": 1, "Unit": "USD"},
    }


def test_it_shouts_at_50_80_and_100_percent_and_when_100_are_forecast(template: Template) -> None:
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


def test_a_budget_can_be_restricted_to_services() -> None:
    template = of({"services": ["Amazon Timestream"], "monthly_usd": 2.5})

    (budget,) = properties(template, "AWS::Budgets::Budget")
    assert budget["Budget"]["CostFilters"] == {"Service": ["Amazon Timestream"]}
    assert budget["Budget"]["BudgetLimit"]["Amount"] == 2.5


def test_the_budget_has_no_name_so_that_its_thresholds_can_change(template: Template) -> None:
    (budget,) = properties(template, "AWS::Budgets::Budget")

    assert "BudgetName" not in budget["Budget"]


def test_only_this_accounts_budgets_may_write_to_the_topic_and_only_over_tls(
    template: Template,
) -> None:
    (policy,) = properties(template, "AWS::SNS::TopicPolicy")

    deny, allow = policy["PolicyDocument"]["Statement"]
    assert deny["Effect"] == "Deny"
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert allow["Effect"] == "Allow"
    assert allow["Principal"] == {"Service": "budgets.amazonaws.com"}
    assert allow["Action"] == "sns:Publish"
    assert allow["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    assert (
        text(allow["Condition"]["ArnLike"]["aws:SourceArn"])
        == "arn:${AWS::Partition}:budgets::${AWS::AccountId}:*"
    )


def test_the_outputs_have_stable_names(template: Template) -> None:
    assert template["Outputs"].keys() == {"AlarmTopicArn", "BudgetName"}
