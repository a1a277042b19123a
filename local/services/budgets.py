"""Budget actions, which moto's AWS Budgets lacks: what one attaches to a role when it is executed.

Only actions that apply an IAM policy to roles. Nothing spends money here, so none executes by
itself: ExecuteBudgetAction does what AWS does when a budget is spent
(https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_ExecuteBudgetAction.html).
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from moto.budgets.exceptions import NotFoundException
from moto.budgets.responses import BudgetsResponse
from moto.core.exceptions import JsonRESTError
from moto.iam.models import iam_backends

if TYPE_CHECKING:
    from collections.abc import Callable

    from moto.budgets.models import BudgetsBackend

    from local.services.patches import Patches

Action = dict[str, Any]

STATUS = {
    "APPROVE_BUDGET_ACTION": "EXECUTION_SUCCESS",
    "REVERSE_BUDGET_ACTION": "REVERSE_SUCCESS",
    "RESET_BUDGET_ACTION": "STANDBY",
}
"""What an action is after each way to execute it."""


def install(patches: Patches) -> None:
    """Let moto's AWS Budgets answer about budget actions until `patches` is closed."""
    for operation in (
        create_budget_action,
        update_budget_action,
        delete_budget_action,
        describe_budget_actions_for_budget,
        execute_budget_action,
    ):
        patches.add(BudgetsResponse, operation.__name__, _serve(operation))


def _serve(
    operation: Callable[[BudgetsBackend, dict[str, Any]], dict[str, Any]],
) -> Callable[[BudgetsResponse], str]:
    def serve(self: BudgetsResponse) -> str:
        return json.dumps(operation(self.backend, json.loads(self.body)))

    return serve


def create_budget_action(backend: BudgetsBackend, request: dict[str, Any]) -> dict[str, Any]:
    """Keep an action of a budget, on standby."""
    backend.describe_budget(request["AccountId"], request["BudgetName"])
    _check(request)
    identity = {"ActionId": str(uuid.uuid4()), "BudgetName": request["BudgetName"]}
    given = {
        key: value for key, value in request.items() if key not in {"AccountId", "ResourceTags"}
    }
    _actions(backend)[identity["ActionId"]] = {**given, **identity, "Status": "STANDBY"}
    return {"AccountId": request["AccountId"], **identity}


def update_budget_action(backend: BudgetsBackend, request: dict[str, Any]) -> dict[str, Any]:
    """Change what is given of an action."""
    old = _action(backend, request)
    new = {**old, **{key: value for key, value in request.items() if key in old}}
    _check(new)
    _actions(backend)[request["ActionId"]] = new
    return {
        "AccountId": request["AccountId"],
        "BudgetName": request["BudgetName"],
        "OldAction": old,
        "NewAction": new,
    }


def delete_budget_action(backend: BudgetsBackend, request: dict[str, Any]) -> dict[str, Any]:
    """Forget an action; what it attached stays attached."""
    action = _action(backend, request)
    del _actions(backend)[request["ActionId"]]
    return {
        "AccountId": request["AccountId"],
        "BudgetName": request["BudgetName"],
        "Action": action,
    }


def describe_budget_actions_for_budget(
    backend: BudgetsBackend, request: dict[str, Any]
) -> dict[str, Any]:
    """List the actions of a budget, in one page."""
    found = _actions(backend).values()
    return {"Actions": [one for one in found if one["BudgetName"] == request["BudgetName"]]}


def execute_budget_action(backend: BudgetsBackend, request: dict[str, Any]) -> dict[str, Any]:
    """Attach the action's policy to its roles, or take it from them again."""
    action = _action(backend, request)
    definition = action["Definition"]["IamActionDefinition"]
    iam = iam_backends[backend.account_id]["aws"]
    for role in definition["Roles"]:
        if request["ExecutionType"] == "APPROVE_BUDGET_ACTION":
            iam.attach_role_policy(definition["PolicyArn"], role)
        elif request["ExecutionType"] == "REVERSE_BUDGET_ACTION":
            iam.detach_role_policy(definition["PolicyArn"], role)
    action["Status"] = STATUS[request["ExecutionType"]]
    return request


def budgets_with_actions(backend: BudgetsBackend) -> set[str]:
    """Name the budgets that have actions: those are billed."""
    return {action["BudgetName"] for action in _actions(backend).values()}


def _actions(backend: BudgetsBackend) -> dict[str, Action]:
    """Give the actions by their ids; they are on the backend, so that moto's reset clears them."""
    actions: dict[str, Action] = vars(backend).setdefault("actions", {})
    return actions


def _action(backend: BudgetsBackend, request: dict[str, Any]) -> Action:
    action = _actions(backend).get(request["ActionId"])
    if action is None or action["BudgetName"] != request["BudgetName"]:
        raise NotFoundException(f"Unable to find action: {request['ActionId']}.")
    return action


def _check(action: Action) -> None:
    """Refuse an action that names a role or policy which isn't there, or is of another type."""
    if action["ActionType"] != "APPLY_IAM_POLICY":
        raise JsonRESTError(
            "InvalidParameterException",
            f"The embedded cloud has no budget actions of type {action['ActionType']}.",
        )
    account = action["ExecutionRoleArn"].split(":")[4]
    iam = iam_backends[account]["aws"]
    definition = action["Definition"]["IamActionDefinition"]
    iam.get_role_by_arn(action["ExecutionRoleArn"])
    iam.get_policy(definition["PolicyArn"])
    for role in definition["Roles"]:
        iam.get_role(role)
