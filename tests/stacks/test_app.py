from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import aws_cdk
import pytest
from aws_cdk import App

import app
from bridgewatch.settings import CDK_JSON, load_settings
from stacks.bundle import write_bundle
from tests.stacks.templates import (
    ROOT,
    SETTINGS,
    STACKS,
    synthesize,
    templates,
    with_settings,
)


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the app as the CDK command line does: a process that bundles and validates.

    Nothing of this process's environment is there: no credentials, no region, no home.
    """
    output = tmp_path_factory.mktemp("cdk.out")
    environment = {
        "PATH": os.environ["PATH"],
        "JSII_NODE": os.environ["JSII_NODE"],
        "CDK_OUTDIR": str(output),
        "CDK_CONTEXT_JSON": json.dumps(json.loads(CDK_JSON.read_text())["context"]),
    }

    ran = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    assert "WARNING" not in ran.stdout + ran.stderr
    return output


def test_no_stack_is_tied_to_an_account_or_region_and_nothing_is_looked_up(assembly: Path) -> None:
    manifest = json.loads((assembly / "manifest.json").read_text())
    stacks = [
        artifact
        for artifact in manifest["artifacts"].values()
        if artifact["type"] == "aws:cloudformation:stack"
    ]

    assert len(stacks) == len(STACKS)
    assert {stack["environment"] for stack in stacks} == {"aws://unknown-account/unknown-region"}
    assert "missing" not in manifest


def test_only_the_data_is_protected_from_being_deleted(assembly: Path) -> None:
    manifest = json.loads((assembly / "manifest.json").read_text())

    protected = [
        name
        for name, artifact in manifest["artifacts"].items()
        if artifact.get("properties", {}).get("terminationProtection")
    ]

    assert protected == ["bridgewatch-storage"]


def test_the_assets_are_the_bundles_the_pollers_with_the_settings(
    assembly: Path, tmp_path: Path
) -> None:
    def files(directory: Path) -> dict[str, bytes]:
        return {
            str(path.relative_to(directory)): path.read_bytes()
            for path in directory.rglob("*")
            if path.is_file()
        }

    poller, redriver = tmp_path / "poller", tmp_path / "redriver"
    poller.mkdir()
    redriver.mkdir()
    write_bundle(poller, "poller", load_settings().poller_configuration())
    write_bundle(redriver, "redriver")

    assets = [files(asset) for asset in assembly.glob("asset.*")]
    assert len(assets) == 2
    assert files(poller) in assets
    assert files(redriver) in assets


def test_a_wrong_setting_stops_synth_with_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "settings.json"
    file.write_text('{"bridges": [{"name": "b", "source": "s"}], "sources": {}}')
    monkeypatch.setattr(app, "App", lambda: App(context={"settings": str(file)}))

    # Python prints what a SystemExit says to stderr, and exits with 1.
    with pytest.raises(SystemExit) as stopped:
        app.main()

    assert stopped.value.code == "sources is {}, but it must have at least 1."


MORE_TO_LINT: dict[str, tuple[str, dict[str, Any]]] = {
    "told-and-shown-from-dynamodb": ("notify", {"page": True}),
    "told-and-shown-beside-timestream": (
        "notify",
        {"page": True, "storage": {"type": "timestream", "kms_key": True}},
    ),
    "page-at-its-own-address": (
        "default",
        {
            "page": {
                "domain": {
                    "name": "bridges.example.org",
                    "certificate": "arn:aws:acm:us-east-1:123456789012:certificate/0123abcd",
                },
                "flat_rate_web_acl": (
                    "arn:aws:wafv2:us-east-1:123456789012:global/webacl/page/0123abcd"
                ),
            },
            "reserve_concurrency": False,
        },
    ),
    "dynamodb-and-all-switches": (
        "dynamodb",
        {"storage.kms_key": True, "budget.fuse": True, "dashboard": True, "alarms.email": "a@b.se"},
    ),
    "dynamodb-taken-up": (
        "dynamodb",
        {
            "storage.existing": True,
            "storage.existing_key": (
                "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
            ),
        },
    ),
}
"""By a name of its own: which of SETTINGS, and what is changed of it."""


@pytest.mark.parametrize("named", [5, "", True, {"bridges": []}])
def test_settings_that_name_no_file_stop_synth_with_one_sentence(
    named: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "App", lambda: App(context={"settings": named}))

    with pytest.raises(SystemExit, match="names a file: -c settings=FILE"):
        app.main()


def test_cfn_lint_has_nothing_to_say_about_any_template(tmp_path: Path) -> None:
    deployments = {settings: templates(settings) for settings in SETTINGS} | {
        name: synthesize(with_settings(changes, settings))
        for name, (settings, changes) in MORE_TO_LINT.items()
    }
    files = []
    for name, stacks in deployments.items():
        for stack, template in stacks.items():
            files.append(tmp_path / f"{name}-{stack}.template.json")
            files[-1].write_text(json.dumps(template))
    cfn_lint = Path(sys.executable).with_name("cfn-lint")

    linted = subprocess.run(  # noqa: S603 - our own templates
        [cfn_lint, *files], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (linted.stdout, linted.returncode) == ("", 0)


@pytest.mark.parametrize("settings", SETTINGS)
def test_everything_that_can_be_tagged_names_its_deployment(settings: str) -> None:
    untaggable = {
        "AWS::IAM::Policy",
        "AWS::CloudWatch::Dashboard",
        "AWS::IAM::ManagedPolicy",
        "AWS::Lambda::EventInvokeConfig",
        "AWS::S3::BucketPolicy",
        "AWS::SNS::Subscription",
        "AWS::SNS::TopicPolicy",
        "AWS::SQS::QueuePolicy",
        "AWS::Scheduler::Schedule",
    }
    tag = {
        "Key": "bridgewatch:deployment",
        "Value": load_settings(SETTINGS[settings]).deployment,
    }

    for template in templates(settings).values():
        for name, resource in template["Resources"].items():
            if resource["Type"] not in untaggable:
                of_budgets = resource["Type"].startswith("AWS::Budgets::")
                tags = "ResourceTags" if of_budgets else "Tags"
                assert resource["Properties"][tags] == [tag], name


def test_the_feature_flags_are_the_ones_that_the_cdk_recommends_but_for_one() -> None:
    (library,) = (Path(aws_cdk.__file__).parent / "_jsii").glob("aws-cdk-lib@*.tgz")
    with tarfile.open(library) as archive:
        file = archive.extractfile("package/recommended-feature-flags.json")
        assert file
        recommended = json.load(file)
    context = json.loads(CDK_JSON.read_text())["context"]
    del context["bridgewatch"]

    # An export that another stack imports cannot be deleted: the data outlives the poller.
    assert context == {**recommended, "@aws-cdk/core:defaultCrossStackReferences": "strong"}
