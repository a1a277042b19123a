"""A DynamoDB table in a template: each property does what it says, and an update changes it."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from tests.local.services.test_cloudformation import Stack

if TYPE_CHECKING:
    from local.cloud import Cloud

TABLE: dict[str, Any] = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "TableName": "{name}",
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [
            {"AttributeName": "bridge", "KeyType": "HASH"},
            {"AttributeName": "time", "KeyType": "RANGE"},
        ],
        "AttributeDefinitions": [
            {"AttributeName": "bridge", "AttributeType": "S"},
            {"AttributeName": "time", "AttributeType": "N"},
        ],
        "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": True},
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        "OnDemandThroughput": {"MaxReadRequestUnits": 25, "MaxWriteRequestUnits": 10},
        "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
        "DeletionProtectionEnabled": True,
        "Tags": [{"Key": "a", "Value": "b"}],
    },
}


def with_properties(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - a template's values
    table = copy.deepcopy(TABLE)
    for key, value in changes.items():
        table["Properties"][key] = value
        if value is None:
            del table["Properties"][key]
    return table


class Described:
    """What AWS tells of a table, by several calls."""

    def __init__(self, cloud: Cloud, name: str) -> None:
        client = cloud.client("dynamodb")
        self.table = client.describe_table(TableName=name)["Table"]
        self.ttl = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        backups = client.describe_continuous_backups(TableName=name)
        recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        self.recovery = recovery["PointInTimeRecoveryStatus"]
        self.tags = client.list_tags_of_resource(ResourceArn=self.table["TableArn"])["Tags"]


def test_a_table_is_made_as_its_template_says(cloud: Cloud) -> None:
    stack = Stack(cloud)

    assert stack.create({"Table": TABLE}) == "CREATE_COMPLETE"

    found = Described(cloud, stack.name)
    assert found.table["OnDemandThroughput"] == TABLE["Properties"]["OnDemandThroughput"]
    assert found.table["DeletionProtectionEnabled"] is True
    assert found.table["StreamSpecification"] == {
        "StreamEnabled": True,
        "StreamViewType": "NEW_IMAGE",
    }
    assert (found.ttl["TimeToLiveStatus"], found.ttl["AttributeName"]) == ("ENABLED", "expires")
    assert found.recovery == "ENABLED"
    assert found.tags == [{"Key": "a", "Value": "b"}]


def test_an_update_changes_what_changed_and_keeps_the_items(cloud: Cloud) -> None:
    stack = Stack(cloud)
    stack.create({"Table": TABLE})
    key = {"bridge": {"S": "b"}, "time": {"N": "1"}}
    cloud.client("dynamodb").put_item(TableName=stack.name, Item=key)

    changed = with_properties(
        OnDemandThroughput={"MaxReadRequestUnits": 50},
        DeletionProtectionEnabled=False,
        PointInTimeRecoverySpecification=None,
        TimeToLiveSpecification=None,
        StreamSpecification=None,
        Tags=[{"Key": "c", "Value": "d"}],
    )
    assert stack.update({"Table": changed}) == "UPDATE_COMPLETE"

    found = Described(cloud, stack.name)
    assert found.table["OnDemandThroughput"] == {"MaxReadRequestUnits": 50}
    assert found.table["DeletionProtectionEnabled"] is False
    assert "StreamSpecification" not in found.table
    assert found.ttl["TimeToLiveStatus"] == "DISABLED"
    assert found.recovery == "DISABLED"
    assert found.tags == [{"Key": "c", "Value": "d"}]
    assert cloud.client("dynamodb").get_item(TableName=stack.name, Key=key)["Item"] == key


def test_a_protected_table_is_not_deleted_with_its_stack(cloud: Cloud) -> None:
    stack = Stack(cloud)
    stack.create({"Table": TABLE})

    assert stack.delete() == "DELETE_FAILED"

    assert "DeletionProtectionEnabled" in stack.failure()[1]
    stack.update({"Table": with_properties(DeletionProtectionEnabled=False)})
    assert stack.delete() == "DELETE_COMPLETE"
    assert stack.name not in cloud.client("dynamodb").list_tables()["TableNames"]
