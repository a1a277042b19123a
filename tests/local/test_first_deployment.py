"""What a first deployment that fails leaves behind, with the genuine templates."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.stacks.templates import templates

if TYPE_CHECKING:
    from local.cloud import Cloud

STACK = "bridgewatch-everything-storage"


@pytest.mark.parametrize("example", ["default", "everything", "dynamodb"])
def test_a_failed_first_deployment_of_the_storage_stack_can_be_repeated(
    cloud: Cloud, example: str
) -> None:
    # given a storage stack whose last resource fails: but for a table that may not be deleted
    client = cloud.client("cloudformation")
    cloud.client("ssm").put_parameter(
        Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String", Overwrite=True
    )
    template = templates(example)["storage"]
    resources: dict[str, Any] = template["Resources"]
    protected = [
        name
        for name, one in resources.items()
        if one.get("Properties", {}).get("DeletionProtectionEnabled")
    ]
    broken = {
        "Type": "AWS::SQS::Queue",
        "Properties": {"QueueName": "no queue's name"},
        "DependsOn": [name for name in resources if name not in protected],
    }
    failing = {
        **{name: one for name, one in resources.items() if name not in protected},
        "Broken": broken,
        **{name: resources[name] for name in protected},
    }
    for name in protected:
        # What it depends on has been made; nothing but the stack's end comes after it.
        assert not [one for one in resources.values() if name in one.get("DependsOn", [])]
        failing[name] = {**resources[name], "DependsOn": ["Broken"]}
    before = everything(cloud)

    def create(resources: dict[str, Any]) -> str:
        body = json.dumps({**template, "Resources": resources})
        client.create_stack(StackName=STACK, TemplateBody=body, EnableTerminationProtection=True)
        return str(client.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"])

    # when, then: nothing stays that the next one would find in its way
    assert create(failing) == "ROLLBACK_COMPLETE"
    assert everything(cloud) == before

    # and the stack itself can go, as the guide says
    with pytest.raises(ClientError, match="TerminationProtection"):
        client.delete_stack(StackName=STACK)
    client.update_termination_protection(StackName=STACK, EnableTerminationProtection=False)
    client.delete_stack(StackName=STACK)
    assert create(resources) == "CREATE_COMPLETE"
    client.update_termination_protection(StackName=STACK, EnableTerminationProtection=False)
    client.delete_stack(StackName=STACK)


def everything(cloud: Cloud) -> dict[str, set[str]]:
    """Name the databases, tables, buckets and keys that there are."""
    kms = cloud.client("kms")
    keys = [kms.describe_key(KeyId=one["KeyId"]) for one in kms.list_keys()["Keys"]]
    return {
        "databases": {
            one["DatabaseName"]
            for one in cloud.client("timestream-write").list_databases()["Databases"]
        },
        "tables": set(cloud.client("dynamodb").list_tables()["TableNames"]),
        "buckets": {one["Name"] for one in cloud.client("s3").list_buckets()["Buckets"]},
        "keys": {key["KeyMetadata"]["KeyId"] for key in keys if key["KeyMetadata"]["Enabled"]},
    }
