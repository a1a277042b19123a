"""The history in DynamoDB: its table, and what keeps it from being lost or dear."""

from __future__ import annotations

import re
from typing import Any

import pytest
from aws_cdk import App, Duration, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb

from stacks.dynamodb import ObservationTable
from tests.stacks.templates import (
    SETTINGS,
    Template,
    named,
    outputs,
    properties,
    synthesize,
    templates,
    with_settings,
)

TABLE = "AWS::DynamoDB::Table"


@pytest.fixture
def template() -> Template:
    return templates("dynamodb")["storage"]


def with_storage(**changes: object) -> dict[str, Template]:
    settings = {f"storage.{key}": value for key, value in changes.items()}
    return synthesize(with_settings(settings, "dynamodb"))


def table_of(stacks: dict[str, Template]) -> dict[str, Any]:
    (table,) = properties(stacks["storage"], TABLE)
    return table


def test_one_on_demand_table_is_keyed_by_bridge_and_time(template: Template) -> None:
    (table,) = properties(template, TABLE)

    assert table["TableName"] == "bridgewatch-dynamodb-observations"
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["KeySchema"] == [
        {"AttributeName": "bridge", "KeyType": "HASH"},
        {"AttributeName": "time", "KeyType": "RANGE"},
    ]
    assert table["AttributeDefinitions"] == [
        {"AttributeName": "bridge", "AttributeType": "S"},
        {"AttributeName": "time", "AttributeType": "N"},
    ]
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}


def test_what_it_may_cost_is_capped_by_the_settings_or_by_what_a_poll_may_need() -> None:
    bridges = [{"name": f"Bro {n}", "source": "roadsignals"} for n in range(12)]
    many = with_settings({"bridges": bridges, "storage": {"type": "dynamodb"}})

    limits = [
        table_of(stacks)["OnDemandThroughput"]
        for stacks in (
            templates("dynamodb"),
            synthesize(many),
            with_storage(max_read_units=100, max_write_units=1),
        )
    ]
    assert limits == [
        {"MaxReadRequestUnits": 25, "MaxWriteRequestUnits": 10},
        {"MaxReadRequestUnits": 25, "MaxWriteRequestUnits": 36},
        {"MaxReadRequestUnits": 100, "MaxWriteRequestUnits": 1},
    ]


def test_it_has_backups_unless_the_settings_say_otherwise(template: Template) -> None:
    (table,) = properties(template, TABLE)
    without = table_of(with_storage(point_in_time_recovery=False))

    enabled = "PointInTimeRecoveryEnabled"
    assert table["PointInTimeRecoverySpecification"][enabled] is True
    assert without["PointInTimeRecoverySpecification"][enabled] is False


def test_it_is_kept_whatever_becomes_of_the_stack(template: Template) -> None:
    ((name, table),) = (
        (name, one) for name, one in template["Resources"].items() if one["Type"] == TABLE
    )

    assert table["Properties"]["DeletionProtectionEnabled"] is True
    assert table["DeletionPolicy"] == "RetainExceptOnCreate"
    assert table["UpdateReplacePolicy"] == "Retain"
    # Made last: a creation that fails before leaves nothing that is protected from its rollback.
    others = {one["Type"] for key, one in template["Resources"].items() if key != name}
    waited_for = {template["Resources"][key]["Type"] for key in table["DependsOn"]}
    assert others == {"AWS::IAM::Role", "AWS::IAM::Policy"}
    assert "AWS::IAM::Policy" in waited_for


def test_the_writers_know_how_long_a_record_is_kept() -> None:
    stacks = with_storage(retention_days=30)

    for function in ("Poller", "Redriver"):
        variables = named(stacks["poller"], "AWS::Lambda::Function", function)["Environment"]
        assert (
            variables["Variables"].items()
            >= {
                "BRIDGEWATCH_STORE": "dynamodb",
                "BRIDGEWATCH_TABLE": "bridgewatch-dynamodb-observations",
                "BRIDGEWATCH_RETENTION_DAYS": "30",
            }.items()
        )


def test_a_key_of_ones_own_encrypts_it_and_its_users_may_use_that() -> None:
    stacks = with_storage(kms_key=True)

    assert table_of(stacks)["SSESpecification"].keys() == {
        "KMSMasterKeyId",
        "SSEEnabled",
        "SSEType",
    }
    (policy,) = properties(stacks["storage"], "AWS::IAM::Policy")
    actions = [one["Action"] for one in policy["PolicyDocument"]["Statement"]]
    assert ["kms:Decrypt", "kms:DescribeKey"] in actions


def test_a_table_that_exists_is_taken_up_as_it_is() -> None:
    stacks = with_storage(existing=True)

    assert not properties(stacks["storage"], TABLE)
    assert outputs(stacks["storage"]) == {"Store", "TableName", "ReaderRoleArn"}


def test_the_outputs_have_stable_names(template: Template) -> None:
    assert outputs(template) == {"Store", "TableName", "ReaderRoleArn"}


def test_the_fuse_denies_reading_from_the_store_that_there_is() -> None:
    denied = {}
    for name in ("default", "dynamodb"):
        stacks = synthesize(with_settings({"budget.fuse": True}, name))
        (policy,) = properties(stacks["cost-alarm"], "AWS::IAM::ManagedPolicy")
        (statement,) = policy["PolicyDocument"]["Statement"]
        denied[name] = statement["Action"]

    assert denied == {
        "default": ["timestream:Select", "timestream:SelectValues"],
        "dynamodb": ["dynamodb:GetItem", "dynamodb:Query"],
    }


@pytest.mark.parametrize("settings", SETTINGS)
def test_a_stack_takes_no_other_store_than_the_one_that_it_was_made_with(settings: str) -> None:
    template = templates(settings)["storage"]

    parameter = template["Parameters"]["StoreType"]
    assert parameter["AllowedValues"] == [parameter["Default"]]
    # CloudFormation answers with it when an update keeps the value from before.
    assert "docs/operations.md, Move to the other store" in parameter["ConstraintDescription"]
    assert template["Outputs"]["Store"]["Value"] == {"Ref": "StoreType"}


def test_the_two_stores_stacks_tell_each_other_apart() -> None:
    descriptions = [templates(name)["storage"]["Description"] for name in ("default", "dynamodb")]

    assert descriptions == [
        "bridgewatch: the history of the bridges, in Timestream",
        "bridgewatch: the history of the bridges, in DynamoDB",
    ]


def test_a_table_can_have_a_stream_and_go_with_its_stack() -> None:
    app = App()

    ObservationTable(
        Stack(app, "Stack"),
        "Recent",
        table_name="bridgewatch-recent",
        retention=Duration.days(30),
        stream=dynamodb.StreamViewType.NEW_IMAGE,
        deletion_protection=False,
        removal_policy=RemovalPolicy.DESTROY,
    )

    template = app.synth().get_stack_by_name("Stack").template
    (table,) = template["Resources"].values()
    assert table["Properties"]["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}
    assert table["DeletionPolicy"] == "Delete"
    assert not table["Properties"]["DeletionProtectionEnabled"]


def test_a_name_that_dynamodb_refuses_is_refused_before() -> None:
    sentence = "table_name has 2 characters; DynamoDB takes 3 to 255."
    with pytest.raises(ValueError, match=re.escape(sentence)):
        ObservationTable(
            Stack(App(), "Stack"), "Table", table_name="ab", retention=Duration.days(1)
        )
