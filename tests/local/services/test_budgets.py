"""Budget actions through the ordinary API: what AWS does when a budget is spent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.local.deployed import role

if TYPE_CHECKING:
    from local.cloud import Cloud

DENIAL = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Action": "timestream:Select", "Resource": "*"}],
}


class Account:
    def __init__(self, cloud: Cloud) -> None:
        self.budgets, self.iam = cloud.client("budgets"), cloud.client("iam")
        self.budget = {"AccountId": cloud.account, "BudgetName": "month"}
        self.policy: str = self.iam.create_policy(
            PolicyName="denial", PolicyDocument=json.dumps(DENIAL)
        )["Policy"]["Arn"]
        self.role = role(cloud)

    def action(self, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any member of the request
        return {
            **self.budget,
            "NotificationType": "ACTUAL",
            "ActionType": "APPLY_IAM_POLICY",
            "ActionThreshold": {
                "ActionThresholdType": "PERCENTAGE",
                "ActionThresholdValue": 100,
            },
            "Definition": {
                "IamActionDefinition": {
                    "PolicyArn": self.policy,
                    "Roles": [self.role.rpartition("/")[2]],
                }
            },
            "ExecutionRoleArn": self.role,
            "ApprovalModel": "AUTOMATIC",
            "Subscribers": [{"SubscriptionType": "EMAIL", "Address": "me@example.com"}],
            **changes,
        }

    def create(self) -> dict[str, str]:
        answer = self.budgets.create_budget_action(**self.action())
        return {**self.budget, "ActionId": answer["ActionId"]}

    def denied(self) -> bool:
        attached = self.iam.list_attached_role_policies(RoleName=self.role.rpartition("/")[2])
        return self.policy in [one["PolicyArn"] for one in attached["AttachedPolicies"]]

    def status(self) -> list[str]:
        actions = self.budgets.describe_budget_actions_for_budget(**self.budget)["Actions"]
        return [action["Status"] for action in actions]


@pytest.fixture
def account(simulated_cloud: Cloud) -> Account:
    limit = {"Amount": "1", "Unit": "USD"}
    account = Account(simulated_cloud)
    account.budgets.create_budget(
        AccountId=simulated_cloud.account,
        Budget={
            "BudgetName": "month",
            "BudgetType": "COST",
            "TimeUnit": "MONTHLY",
            "BudgetLimit": limit,
        },
    )
    return account


def test_an_action_waits_until_it_is_executed_and_can_be_reversed(account: Account) -> None:
    action = account.create()
    assert (account.status(), account.denied()) == (["STANDBY"], False)

    account.budgets.execute_budget_action(**action, ExecutionType="APPROVE_BUDGET_ACTION")
    assert (account.status(), account.denied()) == (["EXECUTION_SUCCESS"], True)

    account.budgets.execute_budget_action(**action, ExecutionType="REVERSE_BUDGET_ACTION")
    assert (account.status(), account.denied()) == (["REVERSE_SUCCESS"], False)


def test_a_deleted_action_is_gone_and_leaves_what_it_did(account: Account) -> None:
    action = account.create()
    account.budgets.execute_budget_action(**action, ExecutionType="APPROVE_BUDGET_ACTION")

    account.budgets.delete_budget_action(**action)

    assert (account.status(), account.denied()) == ([], True)
    with pytest.raises(ClientError, match="Unable to find action"):
        account.budgets.delete_budget_action(**action)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"BudgetName": "year"}, "the budget doesn't exist"),
        ({"ActionType": "RUN_SSM_DOCUMENTS"}, "has no budget actions of type RUN_SSM_DOCUMENTS"),
        ({"ExecutionRoleArn": "arn:aws:iam::123456789012:role/nobody"}, "nobody"),
    ],
)
def test_an_action_that_could_not_work_is_refused(
    account: Account, changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ClientError, match=reason):
        account.budgets.create_budget_action(**account.action(**changes))
