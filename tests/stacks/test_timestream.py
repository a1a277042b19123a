from __future__ import annotations

from typing import Any

import pytest
from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Template

from stacks.timestream import TimestreamDatabase, TimestreamTable
from tests.stacks.templates import text


@pytest.fixture
def stack() -> Stack:
    return Stack()


def table_in(stack: Stack, **props: Any) -> TimestreamTable:  # noqa: ANN401 - any prop
    defaults = {
        "database": TimestreamDatabase(stack, "Database", database_name="db1"),
        "table_name": "table1",
        "memory_store_retention": Duration.hours(1),
        "magnetic_store_retention": Duration.days(1),
    }
    return TimestreamTable(stack, "Table", **{**defaults, **props})


def granted(stack: Stack) -> list[dict[str, Any]]:
    (policy,) = Template.from_stack(stack).find_resources("AWS::IAM::Policy").values()
    statements: list[dict[str, Any]] = policy["Properties"]["PolicyDocument"]["Statement"]
    return statements


def test_a_reader_may_query_the_table_and_not_write_to_it(stack: Stack) -> None:
    reader = iam.User(stack, "Reader")

    table_in(stack).grant_read(reader)

    on_table, on_all, on_database = granted(stack)
    assert on_table["Action"] == [
        "timestream:DescribeTable",
        "timestream:ListMeasures",
        "timestream:Select",
    ]
    assert on_table["Resource"] == {"Fn::GetAtt": ["TableCD117FA1", "Arn"]}
    assert on_all["Action"] == [
        "timestream:CancelQuery",
        "timestream:DescribeEndpoints",
        "timestream:ListDatabases",
        "timestream:SelectValues",
    ]
    assert on_all["Resource"] == "*"
    # Without which the menus of Grafana stay empty.
    assert on_database["Action"] == "timestream:ListTables"
    assert text(on_database["Resource"]).endswith(":database/${DatabaseB269D8BB}")


def test_a_writer_may_write_to_the_table_and_not_query_it(stack: Stack) -> None:
    writer = iam.User(stack, "Writer")

    table_in(stack).grant_write(writer)

    on_table, on_all = granted(stack)
    assert on_table["Action"] == "timestream:WriteRecords"
    assert on_table["Resource"] == {"Fn::GetAtt": ["TableCD117FA1", "Arn"]}
    assert on_all["Action"] == "timestream:DescribeEndpoints"


def test_without_a_bucket_late_records_are_rejected_at_once(stack: Stack) -> None:
    table_in(stack)

    Template.from_stack(stack).has_resource_properties(
        "AWS::Timestream::Table",
        {"MagneticStoreWriteProperties": {"EnableMagneticStoreWrites": False}},
    )


def test_another_removal_policy_can_be_chosen(stack: Stack) -> None:
    table_in(stack, removal_policy=RemovalPolicy.DESTROY)

    template = Template.from_stack(stack)
    template.has_resource("AWS::Timestream::Table", {"DeletionPolicy": "Delete"})
    template.has_resource("AWS::Timestream::Database", {"DeletionPolicy": "RetainExceptOnCreate"})


@pytest.mark.parametrize(
    ("props", "sentence"),
    [
        ({"memory_store_retention": Duration.hours(0)}, "memory_store_retention is 0 hours"),
        ({"memory_store_retention": Duration.hours(8767)}, "Timestream takes 1 to 8766"),
        ({"magnetic_store_retention": Duration.days(0)}, "magnetic_store_retention is 0 days"),
        ({"magnetic_store_retention": Duration.days(73001)}, "Timestream takes 1 to 73000"),
        ({"table_name": "ab"}, "table_name is 2 bytes; Timestream takes 3 to 256"),
        ({"table_name": "x" * 257}, "table_name is 257 bytes"),
        ({"memory_store_retention": Duration.minutes(90)}, "whole number"),
    ],
)
def test_a_prop_outside_the_services_limits_fails_at_synth(
    stack: Stack, props: dict[str, Any], sentence: str
) -> None:
    with pytest.raises((ValueError, RuntimeError), match=sentence):
        table_in(stack, **props)
