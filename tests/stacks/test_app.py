"""The app as the CDK command line runs it: a process of its own, with bundling and validation."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bridgewatch.settings import CDK_JSON, load_settings
from stacks.bundle import write_bundle
from tests.stacks.templates import ROOT, SETTINGS, STACKS


def run_app(output: Path, **context: object) -> subprocess.CompletedProcess[str]:
    """Run app.py as the CDK command line does: context and output in the environment."""
    flags = json.loads(CDK_JSON.read_text())["context"]
    environment = {
        "PATH": os.environ["PATH"],
        "JSII_NODE": os.environ["JSII_NODE"],
        "HOME": str(output),
        "CDK_OUTDIR": str(output),
        "CDK_CONTEXT_JSON": json.dumps({**flags, **context}),
    }
    return subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module", params=SETTINGS)
def assembly(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Synthesize one of SETTINGS without credentials, with nothing to be warned of."""
    output = tmp_path_factory.mktemp("cdk.out")
    path = SETTINGS[request.param]

    ran = run_app(output, **({"settings": str(path.relative_to(ROOT))} if path else {}))

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

    (name,) = protected
    assert name.endswith("-storage")


def test_cfn_lint_has_nothing_to_say_about_the_templates(assembly: Path) -> None:
    templates = sorted(assembly.glob("*.template.json"))
    cfn_lint = Path(sys.executable).with_name("cfn-lint")

    linted = subprocess.run(  # noqa: S603 - our own templates
        [cfn_lint, *templates], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert len(templates) == len(STACKS)
    assert linted.stdout == ""
    assert linted.returncode == 0


def test_everything_that_can_be_tagged_names_its_deployment(assembly: Path) -> None:
    # From CloudFormation's own schema, as far as these templates go.
    untaggable = {
        "AWS::IAM::Policy",
        "AWS::Lambda::EventInvokeConfig",
        "AWS::S3::BucketPolicy",
        "AWS::SNS::TopicPolicy",
        "AWS::Scheduler::Schedule",
    }

    for file in assembly.glob("*.template.json"):
        deployment = file.name.rpartition("-")[0].removesuffix("-cost")
        for name, resource in json.loads(file.read_text())["Resources"].items():
            if resource["Type"] not in untaggable:
                tags = resource["Properties"].get(
                    "Tags", resource["Properties"].get("ResourceTags")
                )
                assert tags == [{"Key": "bridgewatch:deployment", "Value": deployment}], name


def test_the_asset_is_the_bundle_with_the_settings_of_the_deployment(
    assembly: Path, tmp_path: Path
) -> None:
    (asset,) = assembly.glob("asset.*")
    deployment = next(assembly.glob("*-storage.template.json")).name.removesuffix(
        "-storage.template.json"
    )
    (settings,) = (
        settings
        for settings in map(load_settings, SETTINGS.values())
        if settings.deployment == deployment
    )

    write_bundle(tmp_path, settings.poller_configuration())

    def files(directory: Path) -> dict[str, bytes]:
        return {
            str(path.relative_to(directory)): path.read_bytes()
            for path in directory.rglob("*")
            if path.is_file()
        }

    assert files(asset) == files(tmp_path)


def test_a_wrong_setting_stops_synth_with_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text('{"bridges": [{"name": "b", "source": "s"}], "sources": {}}')

    ran = run_app(tmp_path / "out", settings=str(file))

    assert ran.returncode == 1
    assert ran.stderr == "sources is {}, but it must have at least 1.\n"
