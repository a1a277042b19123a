from __future__ import annotations

import pytest

from bridgewatch.settings import load_settings
from tests.stacks.templates import (
    SETTINGS,
    Template,
    named,
    outputs,
    properties,
    synthesize,
    templates,
    text,
    with_settings,
)

DATA = ("AWS::Timestream::Database", "AWS::Timestream::Table", "AWS::S3::Bucket")


IN_TIMESTREAM = [
    name for name, path in SETTINGS.items() if load_settings(path).storage.type == "timestream"
]


@pytest.fixture(params=IN_TIMESTREAM)
def template(request: pytest.FixtureRequest) -> Template:
    return templates(request.param)["storage"]


def test_records_are_kept_for_a_day_in_memory_and_ten_years_on_disk() -> None:
    template = templates("default")["storage"]
    (table,) = properties(template, "AWS::Timestream::Table")

    # PascalCase and strings: CloudFormation refuses anything else, and the CDK does not check.
    assert table["RetentionProperties"] == {
        "MemoryStoreRetentionPeriodInHours": "24",
        "MagneticStoreRetentionPeriodInDays": "3650",
    }


def test_the_retention_follows_the_settings() -> None:
    settings = with_settings({"storage.memory_hours": 8766, "storage.magnetic_days": 73000})

    stacks = synthesize(settings)

    (table,) = properties(stacks["storage"], "AWS::Timestream::Table")
    assert table["RetentionProperties"] == {
        "MemoryStoreRetentionPeriodInHours": "8766",
        "MagneticStoreRetentionPeriodInDays": "73000",
    }


def test_late_records_are_taken_and_rejected_ones_reported_in_the_bucket(
    template: Template,
) -> None:
    (table,) = properties(template, "AWS::Timestream::Table")
    (bucket,) = (
        name
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::S3::Bucket"
    )

    assert table["MagneticStoreWriteProperties"] == {
        "EnableMagneticStoreWrites": True,
        "MagneticStoreRejectedDataLocation": {
            "S3Configuration": {"BucketName": {"Ref": bucket}, "EncryptionOption": "SSE_S3"}
        },
    }


def test_deleting_the_stack_keeps_the_data(template: Template) -> None:
    resources = template["Resources"].values()
    data = [resource for resource in resources if resource["Type"] in DATA]

    assert len(data) == len(DATA)
    # But not what a creation made that was rolled back: the next one would find the names taken.
    assert {resource["DeletionPolicy"] for resource in data} == {"RetainExceptOnCreate"}
    assert {resource["UpdateReplacePolicy"] for resource in data} == {"Retain"}


def test_the_bucket_is_private_and_takes_no_plain_http(template: Template) -> None:
    (bucket,) = properties(template, "AWS::S3::Bucket")
    (policy,) = properties(template, "AWS::S3::BucketPolicy")

    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_the_outputs_have_stable_names(template: Template) -> None:
    assert outputs(template) == {"Store", "DatabaseName", "TableName", "ReaderRoleArn"}


def test_only_this_account_can_take_the_reader_role(template: Template) -> None:
    (reader,) = properties(template, "AWS::IAM::Role")

    (statement,) = reader["AssumeRolePolicyDocument"]["Statement"]
    assert (
        text(statement["Principal"]["AWS"]) == "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"
    )


def test_there_is_no_key_of_ones_own_unless_the_settings_say_so() -> None:
    by_default = templates("default")["storage"]
    with_key = synthesize(with_settings({"storage.kms_key": True}))["storage"]

    assert not properties(by_default, "AWS::KMS::Key")
    assert "KmsKeyId" not in properties(by_default, "AWS::Timestream::Database")[0]
    ((name, key),) = (
        (name, resource)
        for name, resource in with_key["Resources"].items()
        if resource["Type"] == "AWS::KMS::Key"
    )
    (database,) = properties(with_key, "AWS::Timestream::Database")
    assert database["KmsKeyId"] == {"Fn::GetAtt": [name, "Arn"]}
    assert key["DeletionPolicy"] == "RetainExceptOnCreate"
    assert key["Properties"]["EnableKeyRotation"]


KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.mark.parametrize("store", ["timestream", "dynamodb"])
def test_who_reads_and_writes_a_table_that_exists_may_use_its_key(store: str) -> None:
    storage = {"type": store, "existing": True, "existing_key": KEY}
    stacks = synthesize(with_settings({"storage": storage}))

    decrypting = {
        role["Ref"].rpartition("Role")[0] or role["Ref"][:6]
        for stack in stacks.values()
        for policy in properties(stack, "AWS::IAM::Policy")
        for statement in policy["PolicyDocument"]["Statement"]
        for role in policy["Roles"]
        if "kms:Decrypt" in statement["Action"] and statement["Resource"] == KEY
    }
    assert decrypting == {"Reader", "Poller", "Redriver"}
    # and nobody else's key is made or changed
    assert not [one for stack in stacks.values() for one in properties(stack, "AWS::KMS::Key")]


def test_a_table_that_exists_is_taken_up_as_it_is() -> None:
    stacks = synthesize(with_settings({"storage.existing": True}))

    assert {one["Type"] for one in stacks["storage"]["Resources"].values()} == {
        "AWS::IAM::Role",
        "AWS::IAM::Policy",
    }
    assert outputs(stacks["storage"]) == {"Store", "DatabaseName", "TableName", "ReaderRoleArn"}
    poller = named(stacks["poller"], "AWS::Lambda::Function", "Poller")
    variables = poller["Environment"]["Variables"]
    assert variables["BRIDGEWATCH_DATABASE"] == "bridgewatch"
    assert variables["BRIDGEWATCH_TABLE"] == "observations"
