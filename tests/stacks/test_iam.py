"""What every role of a deployment may do, in full: a new permission has to be written down here."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from tests.stacks.templates import SETTINGS, Template, properties, templates, text

LOG = {
    ("logs:CreateLogStream", "${PollerLogC30EF9FB.Arn}"),
    ("logs:PutLogEvents", "${PollerLogC30EF9FB.Arn}"),
}
ACCOUNT_SSM = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}"
KEY = (
    "ssm:GetParameter",
    f"{ACCOUNT_SSM}:parameter/bridgewatch/roadsignals-key",
)


def writes(deployment: str) -> set[tuple[str, str]]:
    table = f"${{{deployment}-storage:ExportsOutputFnGetAttTableCD117FA1ArnE2C8C204}}"
    # Timestream cannot restrict DescribeEndpoints to a resource.
    return {("timestream:WriteRecords", table), ("timestream:DescribeEndpoints", "*")}


EXPECTED = {
    "default": {
        "PollerRoleEBEB422E": LOG | writes("bridgewatch") | {KEY},
        "SchedulerRoleForTargetd78d88F2D05005": {
            ("lambda:InvokeFunction", "${PollerFunctionD1C91003.Arn}"),
            ("lambda:InvokeFunction", "${PollerFunctionD1C91003.Arn}:*"),
        },
    },
    "netherlands": {
        "PollerRoleEBEB422E": LOG | writes("bridgewatch-netherlands"),
        "SchedulerRoleForTargetd78d88F2D05005": {
            ("lambda:InvokeFunction", "${PollerFunctionD1C91003.Arn}"),
            ("lambda:InvokeFunction", "${PollerFunctionD1C91003.Arn}:*"),
        },
    },
}


def as_list(value: Any) -> list[Any]:  # noqa: ANN401 - a policy's value, or a list of such values
    return value if isinstance(value, list) else [value]


def statements(template: Template) -> list[dict[str, Any]]:
    return [
        {**statement, "Roles": policy["Roles"]}
        for policy in properties(template, "AWS::IAM::Policy")
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def permissions(stacks: dict[str, Template]) -> dict[str, set[tuple[str, str]]]:
    found: dict[str, set[tuple[str, str]]] = {}
    for template in stacks.values():
        for statement in statements(template):
            assert statement["Effect"] == "Allow"
            pairs = product(as_list(statement["Action"]), as_list(statement["Resource"]))
            for role in statement["Roles"]:
                found.setdefault(role["Ref"], set()).update(
                    (action, text(resource)) for action, resource in pairs
                )
    return found


@pytest.mark.parametrize("settings", SETTINGS)
def test_every_permission_of_every_role_is_one_that_was_reviewed(settings: str) -> None:
    assert permissions(templates(settings)) == EXPECTED[settings]


@pytest.mark.parametrize("settings", SETTINGS)
def test_no_role_has_permissions_from_elsewhere(settings: str) -> None:
    roles = [
        role
        for template in templates(settings).values()
        for role in properties(template, "AWS::IAM::Role")
    ]

    assert roles
    assert not [role for role in roles if {"ManagedPolicyArns", "Policies"} & role.keys()]


@pytest.mark.parametrize("settings", SETTINGS)
def test_only_lambda_and_this_accounts_schedules_can_take_the_roles(settings: str) -> None:
    roles = properties(templates(settings)["poller"], "AWS::IAM::Role")

    trusted = {
        statement["Principal"]["Service"]: statement.get("Condition")
        for role in roles
        for statement in role["AssumeRolePolicyDocument"]["Statement"]
    }
    assert trusted.keys() == {"lambda.amazonaws.com", "scheduler.amazonaws.com"}
    (condition,) = trusted["scheduler.amazonaws.com"].values()
    assert condition["aws:SourceAccount"] == {"Ref": "AWS::AccountId"}
