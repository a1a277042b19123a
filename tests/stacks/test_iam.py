"""What every role of a deployment may do, in full: a new permission has to be written down here."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import pytest

from bridgewatch.settings import load_settings
from tests.stacks.templates import (
    SETTINGS,
    Template,
    properties,
    synthesize,
    templates,
    text,
    with_settings,
)

Permissions = set[tuple[str, str]]

# Timestream knows no resource for these (stacks/timestream.py says where AWS says so).
ON_ALL = {
    "timestream:CancelQuery",
    "timestream:DescribeEndpoints",
    "timestream:ListDatabases",
    "timestream:SelectValues",
}

READER = {
    ("timestream:CancelQuery", "*"),
    ("timestream:DescribeEndpoints", "*"),
    ("timestream:DescribeTable", "Table"),
    ("timestream:ListDatabases", "*"),
    ("timestream:ListMeasures", "Table"),
    ("timestream:ListTables", "the database"),
    ("timestream:Select", "Table"),
    ("timestream:SelectValues", "*"),
}
WRITER = {
    ("s3:GetBucketAcl", "RejectedData"),
    ("s3:PutObject", "RejectedData/*"),
    ("timestream:DescribeEndpoints", "*"),
    ("timestream:WriteRecords", "Table"),
}
FUNCTIONS = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function"
SENDER = {("sqs:SendMessage", "QueuesDeadLetters"), ("sqs:SendMessage", "QueuesQueue")}
POLLER = {
    *WRITER,
    *SENDER,
    ("logs:CreateLogStream", "PollerLog"),
    ("logs:PutLogEvents", "PollerLog"),
}
REDRIVER = {
    *WRITER,
    *SENDER,
    ("logs:CreateLogStream", "RedriverLog"),
    ("logs:PutLogEvents", "RedriverLog"),
    ("sqs:DeleteMessage", "QueuesQueue"),
    ("sqs:GetQueueAttributes", "QueuesQueue"),
    ("sqs:ReceiveMessage", "QueuesQueue"),
}
SCHEDULER = {
    ("lambda:InvokeFunction", "PollerFunction"),
    ("lambda:InvokeFunction", "RedriverFunction"),
}
# With the condition that it is the fuse's own policy.
FUSE = {("iam:AttachRolePolicy", "Reader"), ("iam:DetachRolePolicy", "Reader")}
ENCRYPTED = {("kms:Decrypt", "Key"), ("kms:GenerateDataKey", "Key")}


def dynamodb(deployment: str, *actions: str) -> Permissions:
    table = (
        "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}"
        f":table/{deployment}-observations"
    )
    return {(f"dynamodb:{action}", table) for action in actions}


def reader_of_dynamodb(deployment: str) -> Permissions:
    return dynamodb(deployment, "DescribeTable", "GetItem", "Query")


def reads(parameter: str) -> Permissions:
    ssm = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}"
    return {("ssm:GetParameter", f"{ssm}:parameter/{parameter}")}


def of_notifier(deployment: str, *secrets: str) -> Permissions:
    schedules = (
        "arn:${AWS::Partition}:scheduler:${AWS::Region}:${AWS::AccountId}"
        f":schedule/{deployment}-notifier/*"
    )
    return {
        # PutItem with the condition that it is one of its own items.
        *dynamodb(deployment, "GetItem", "PutItem", "Query"),
        *(
            (f"dynamodb:{action}", "Table")
            for action in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
        ),
        # With the condition that it is for EventBridge Scheduler.
        ("iam:PassRole", "Waker"),
        ("logs:CreateLogStream", "NotifierLog"),
        ("logs:PutLogEvents", "NotifierLog"),
        *((f"scheduler:{verb}Schedule", schedules) for verb in ("Create", "Delete", "Update")),
        ("sns:Publish", "Changes"),
        ("sqs:SendMessage", "Undelivered"),
        *(permission for secret in secrets for permission in reads(f"{deployment}/{secret}")),
    }


EXPECTED: dict[str, dict[str, Permissions]] = {
    "notify": {
        "Reader": reader_of_dynamodb("bridgewatch-notify"),
        "PollerRole": (POLLER - WRITER)
        | dynamodb("bridgewatch-notify", "PutItem")
        | reads("bridgewatch-notify/roadsignals-key"),
        "RedriverRole": (REDRIVER - WRITER) | dynamodb("bridgewatch-notify", "PutItem"),
        "Scheduler": SCHEDULER,
        "NotifierRole": of_notifier("bridgewatch-notify", "operators", "phone", "smart-home"),
        "Waker": {("lambda:InvokeFunction", f"{FUNCTIONS}:bridgewatch-notify-notifier")},
    },
    "default": {
        "Reader": READER,
        "PollerRole": POLLER | reads("bridgewatch/roadsignals-key"),
        "RedriverRole": REDRIVER,
        "Scheduler": SCHEDULER,
    },
    "dynamodb": {
        "Reader": reader_of_dynamodb("bridgewatch-dynamodb"),
        "PollerRole": (POLLER - WRITER) | dynamodb("bridgewatch-dynamodb", "PutItem"),
        "RedriverRole": (REDRIVER - WRITER) | dynamodb("bridgewatch-dynamodb", "PutItem"),
        "Scheduler": SCHEDULER,
    },
    "netherlands": {
        "Reader": READER,
        "PollerRole": POLLER,
        "RedriverRole": REDRIVER,
        "Scheduler": SCHEDULER,
    },
    "everything": {
        "Reader": READER | {("kms:Decrypt", "Key")},
        "FuseRole": FUSE,
        "PollerRole": POLLER | ENCRYPTED | reads("bridgewatch-everything/roadsignals-key"),
        "RedriverRole": REDRIVER | ENCRYPTED,
        "Scheduler": SCHEDULER,
    },
}


def readable(resource: str) -> str:
    """Name a resource of ours as its construct is: without the CDK's hashes and exports."""
    return re.sub(
        r"^\$\{(?:[a-z-]+:ExportsOutputFnGetAtt)?([A-Za-z]+?)[0-9A-F]{8}(?:\.?(?:Stream)?Arn\w*)?\}"
        r"(/\*)?$",
        r"\1\2",
        re.sub(r"^arn:.*:database/[^/]+$", "the database", resource),
    )


def as_list(value: Any) -> list[Any]:  # noqa: ANN401 - a policy's value, or a list of such values
    return value if isinstance(value, list) else [value]


def statements(template: Template) -> list[dict[str, Any]]:
    return [
        {**statement, "Roles": policy["Roles"]}
        for policy in properties(template, "AWS::IAM::Policy")
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def permissions(stacks: dict[str, Template]) -> dict[str, Permissions]:
    found: dict[str, Permissions] = {}
    for template in stacks.values():
        for statement in statements(template):
            assert statement["Effect"] == "Allow"
            pairs = product(as_list(statement["Action"]), as_list(statement["Resource"]))
            for role in statement["Roles"]:
                name = re.sub("[0-9A-F]{8}$", "", role["Ref"])
                found.setdefault(name, set()).update(
                    (action, readable(text(resource))) for action, resource in pairs
                )
    return found


@pytest.mark.parametrize("settings", SETTINGS)
def test_every_permission_of_every_role_is_one_that_was_reviewed(settings: str) -> None:
    assert permissions(templates(settings)) == EXPECTED[settings]


def test_a_table_that_was_taken_up_is_named_by_its_arn() -> None:
    stacks = synthesize(with_settings({"storage.existing": True}))

    (written,) = (
        resource
        for action, resource in permissions(stacks)["PollerRole"]
        if action == "timestream:WriteRecords"
    )
    assert written == (
        "arn:${AWS::Partition}:timestream:${AWS::Region}:${AWS::AccountId}"
        ":database/bridgewatch/table/observations"
    )


@pytest.mark.parametrize("settings", SETTINGS)
def test_what_is_allowed_on_everything_cannot_be_restricted(settings: str) -> None:
    found = permissions(templates(settings)).values()

    # But for the schedules of the notifier's own group, which it makes, and the reports of what was
    # rejected, whose names Timestream makes up.
    on_all = {
        action
        for role in found
        for action, resource in role
        if "*" in resource and not resource.endswith(("-notifier/*", "RejectedData/*"))
    }
    assert on_all <= ON_ALL
    assert not [action for role in found for action, _ in role if "*" in action]


def test_the_fuse_attaches_its_own_policy_and_no_other() -> None:
    template = templates("everything")["cost-alarm"]

    (statement,) = statements(template)
    (denial,) = (
        name
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::IAM::ManagedPolicy"
    )
    assert statement["Condition"] == {"ArnEquals": {"iam:PolicyARN": {"Ref": denial}}}


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
def test_only_lambda_and_what_is_in_this_account_can_take_the_roles(settings: str) -> None:
    this_account = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    roles = [
        role
        for template in templates(settings).values()
        for role in properties(template, "AWS::IAM::Role")
    ]

    trusted = {
        principal: statement.get("Condition")
        for role in roles
        for statement in role["AssumeRolePolicyDocument"]["Statement"]
        for principal in map(text, statement["Principal"].values())
    }
    assert trusted == {
        "arn:${AWS::Partition}:iam::${AWS::AccountId}:root": None,
        # Lambda takes the role of a function that somebody of this account gave it.
        "lambda.amazonaws.com": None,
        "scheduler.amazonaws.com": this_account,
        **(
            {"budgets.amazonaws.com": this_account}
            if load_settings(SETTINGS[settings]).budget.fuse
            else {}
        ),
    }
