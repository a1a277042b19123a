"""The genuine CDK command line against the embedded cloud, with an assembly of one small stack."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from local.cloud import Cloud

ROLE = (
    "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/"
    "cdk-hnb659fds-%s-role-${AWS::AccountId}-${AWS::Region}"
)
BUCKET = "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"
VERSION_PARAMETER = "/cdk-bootstrap/hnb659fds/version"


class Cdk:
    def __init__(self, cloud: Cloud, directory: Path) -> None:
        self._assembly = directory
        self._environment = {**os.environ, **cloud.environment()}

    def __call__(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - the pinned CDK command line
            [Path(sys.executable).parent / "cdk", *words, "--no-notices", "--app", self._assembly],
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def deploy(self) -> subprocess.CompletedProcess[str]:
        return self("deploy", "--all", "--method=direct", "--require-approval=never")

    def diff(self) -> int:
        return self("diff", "--fail", "--method=template").returncode

    def synthesize(self, memory_hours: str, **more: object) -> None:
        """Write what `cdk synth` would: a stack whose template is published as an asset."""
        resources = {
            "Database": {"Type": "AWS::Timestream::Database", "DeletionPolicy": "Retain"},
            "Table": {
                "Type": "AWS::Timestream::Table",
                "Properties": {
                    "DatabaseName": {"Ref": "Database"},
                    "RetentionProperties": {
                        "MemoryStoreRetentionPeriodInHours": memory_hours,
                        "MagneticStoreRetentionPeriodInDays": "7",
                    },
                },
            },
            **more,
        }
        template = {
            "Resources": resources,
            "Outputs": {"TableArn": {"Value": {"Fn::GetAtt": ["Table", "Arn"]}}},
            "Parameters": {
                "BootstrapVersion": {
                    "Type": "AWS::SSM::Parameter::Value<String>",
                    "Default": VERSION_PARAMETER,
                }
            },
        }
        text = json.dumps(template)
        name = hashlib.sha256(text.encode()).hexdigest()
        assets = {
            name: {
                "source": {"path": "small.template.json", "packaging": "file"},
                "destinations": {
                    "here": {
                        "bucketName": BUCKET,
                        "objectKey": f"{name}.json",
                        "assumeRoleArn": ROLE % "file-publishing",
                    }
                },
            }
        }
        stack = {
            "templateFile": "small.template.json",
            "assumeRoleArn": ROLE % "deploy",
            "cloudFormationExecutionRoleArn": ROLE % "cfn-exec",
            "stackTemplateAssetObjectUrl": f"s3://{BUCKET}/{name}.json",
            "requiresBootstrapStackVersion": 6,
            "bootstrapStackVersionSsmParameter": VERSION_PARAMETER,
            "additionalDependencies": ["small.assets"],
        }
        manifest = {
            "small.assets": {
                "type": "cdk:asset-manifest",
                "properties": {"file": "small.assets.json"},
            },
            "small": {
                "type": "aws:cloudformation:stack",
                "environment": "aws://unknown-account/unknown-region",
                "properties": stack,
                "dependencies": ["small.assets"],
            },
        }
        for file, content in (
            ("small.template.json", template),
            ("small.assets.json", {"version": "48.0.0", "files": assets}),
            ("manifest.json", {"version": "48.0.0", "artifacts": manifest}),
        ):
            (self._assembly / file).write_text(json.dumps(content), encoding="utf-8")


@pytest.fixture(scope="module")
def cdk(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Cdk:
    cdk = Cdk(cloud, tmp_path_factory.mktemp("assembly"))
    cdk.synthesize("24")
    done = cdk("bootstrap", f"aws://{cloud.account}/eu-west-1")
    assert done.returncode == 0, done.stdout
    return cdk


def test_bootstrap_deploy_diff_and_destroy_work(cdk: Cdk, cloud: Cloud) -> None:
    cdk.synthesize("24")
    assert cdk.diff() == 1

    first = cdk.deploy()
    assert first.returncode == 0, first.stdout
    assert "small.TableArn = arn:aws:timestream:eu-west-1:123456789012:database/" in first.stdout
    assert cdk.diff() == 0
    assert "small (no changes)" in cdk.deploy().stdout

    cdk.synthesize("48")
    assert cdk.diff() == 1
    again = cdk.deploy()
    assert again.returncode == 0, again.stdout
    assert cdk.diff() == 0

    destroyed = cdk("destroy", "--all", "--force")
    assert destroyed.returncode == 0, destroyed.stdout
    [database] = cloud.client("timestream-write").list_databases()["Databases"]
    assert database["DatabaseName"].startswith("small-Database-")  # it is to be retained
    assert database["TableCount"] == 0


def test_a_deployment_with_an_unknown_type_fails_by_its_name(cdk: Cdk) -> None:
    cdk.synthesize("24", Odd={"Type": "AWS::Odd::Thing"})

    done = cdk.deploy()

    assert done.returncode == 1
    assert "Unrecognized resource types: [AWS::Odd::Thing]" in done.stdout
