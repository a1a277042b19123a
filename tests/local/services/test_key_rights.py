from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.cloud import REGION
from local.services.key_rights import access_key
from tests.local.deployed import TRUST

if TYPE_CHECKING:
    from local.cloud import Cloud

RECORD = {
    "Dimensions": [{"Name": "city", "Value": "Gothenburg"}],
    "MeasureName": "Hisingsbron",
    "MeasureValue": "Open",
    "MeasureValueType": "VARCHAR",
}


class Writer:
    """A function's role, and what it writes into a database."""

    def __init__(self, cloud: Cloud, name: str, key_arn: str | None) -> None:
        self._cloud, self._name = cloud, name
        key = {"KmsKeyId": key_arn} if key_arn else {}
        write = cloud.client("timestream-write")
        write.create_database(DatabaseName=name, **key)
        write.create_table(DatabaseName=name, TableName="observations")
        role = cloud.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
        self.client: Any = boto3.client(
            "timestream-write",
            region_name=REGION,
            endpoint_url=cloud.endpoint,
            aws_access_key_id=access_key(role["Role"]["Arn"]),
            aws_secret_access_key="embedded",
        )

    def may(self, action: str, resource: str) -> None:
        self._cloud.client("iam").put_role_policy(
            RoleName=self._name,
            PolicyName=action.partition(":")[0],
            PolicyDocument=json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}],
                }
            ),
        )

    def write(self) -> None:
        now = str(self._cloud.clock.now_ns() // 1_000_000)
        self.client.write_records(
            DatabaseName=self._name, TableName="observations", Records=[{**RECORD, "Time": now}]
        )


@pytest.fixture(scope="module")
def key(cloud: Cloud) -> str:
    return str(cloud.client("kms").create_key()["KeyMetadata"]["Arn"])


def test_a_function_writes_what_a_customers_key_encrypts_only_if_it_may_decrypt(
    cloud: Cloud, key: str
) -> None:
    writer = Writer(cloud, "encrypted", key)

    with pytest.raises(ClientError, match="kms:Decrypt") as error:
        writer.write()
    assert error.value.response["Error"]["Code"] == "AccessDeniedException"
    writer.may("kms:Decrypt", "arn:aws:kms:eu-west-1:123456789012:key/another")
    with pytest.raises(ClientError, match="kms:Decrypt"):
        writer.write()

    writer.may("kms:Decrypt", key)
    writer.write()


@pytest.mark.usefixtures("key")
def test_it_needs_no_right_to_a_key_of_awss(cloud: Cloud) -> None:
    Writer(cloud, "plain", None).write()
