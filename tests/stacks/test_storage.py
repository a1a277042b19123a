from __future__ import annotations

import pytest

from bridgewatch.settings import load_settings
from tests.stacks.templates import SETTINGS, Template, properties, synthesize, templates

DATA = ("AWS::Timestream::Database", "AWS::Timestream::Table", "AWS::S3::Bucket")


@pytest.fixture(params=SETTINGS)
def template(request: pytest.FixtureRequest) -> Template:
    return templates(request.param)["storage"]


def test_records_are_kept_for_a_day_in_memory_and_ten_years_on_disk(template: Template) -> None:
    (table,) = properties(template, "AWS::Timestream::Table")

    # PascalCase and strings: CloudFormation refuses anything else, and the CDK does not check.
    assert table["RetentionProperties"] == {
        "MemoryStoreRetentionPeriodInHours": "24",
        "MagneticStoreRetentionPeriodInDays": "3650",
    }


def test_the_retention_follows_the_settings() -> None:
    settings = load_settings()
    storage = settings.storage.model_copy(update={"memory_hours": 8766, "magnetic_days": 73000})

    stacks = synthesize(settings.model_copy(update={"storage": storage}))

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
    assert {resource["DeletionPolicy"] for resource in data} == {"Retain"}
    assert {resource["UpdateReplacePolicy"] for resource in data} == {"Retain"}


def test_the_bucket_is_private_and_takes_no_plain_http(template: Template) -> None:
    (bucket,) = properties(template, "AWS::S3::Bucket")
    (policy,) = properties(template, "AWS::S3::BucketPolicy")

    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_the_outputs_have_stable_names(template: Template) -> None:
    assert {"DatabaseName", "TableName"} <= template["Outputs"].keys()
