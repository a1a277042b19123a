"""What the stacks synthesize, for the tests to look at."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from aws_cdk import App

from app import add_stacks
from bridgewatch.settings import CDK_JSON, Settings, load_settings, parse_settings

if TYPE_CHECKING:
    from pathlib import Path

ROOT = CDK_JSON.parent
STACKS = ("storage", "poller", "cost-alarm")
SETTINGS: dict[str, Path | None] = {
    "default": None,
    **{path.stem: path for path in sorted((ROOT / "examples").glob("*.json"))},
}

Template: TypeAlias = dict[str, Any]


def new_app() -> App:
    """Make an app with the feature flags of cdk.json, which neither bundles nor validates."""
    context = json.loads(CDK_JSON.read_text())["context"]
    return App(
        context={**context, "aws:cdk:bundling-stacks": []},
        builtin_cloud_formation_validation=False,
    )


def synthesize(settings: Settings) -> dict[str, Template]:
    """Synthesize a deployment: the template of each stack, by its name without the prefix."""
    app = new_app()
    add_stacks(app, settings)
    prefix = f"{settings.deployment}-"
    return {stack.stack_name.removeprefix(prefix): stack.template for stack in app.synth().stacks}


@cache
def templates(name: str) -> dict[str, Template]:
    """Synthesize one of SETTINGS, once."""
    return synthesize(load_settings(SETTINGS[name]))


def with_settings(changes: dict[str, Any], name: str = "default") -> Settings:
    """Give one of SETTINGS with changes, such as {"budget.fuse": True}, checked as ever."""
    document = load_settings(SETTINGS[name]).model_dump(mode="json", by_alias=True)
    for key, value in changes.items():
        *models, field = key.split(".")
        parent = document
        for model in models:
            parent = parent[model]
        parent[field] = value
    return parse_settings(document)


def outputs(template: Template) -> set[str]:
    """Name the outputs of a template, but for those that the CDK adds for other stacks."""
    return {name for name in template["Outputs"] if not name.startswith("ExportsOutput")}


def named(template: Template, resource_type: str, name: str) -> dict[str, Any]:
    """Give the properties of the resource of a type whose logical id starts with `name`."""
    (found,) = (
        resource["Properties"]
        for logical_id, resource in template["Resources"].items()
        if resource["Type"] == resource_type and logical_id.startswith(name)
    )
    return dict(found)


def properties(template: Template, resource_type: str) -> list[dict[str, Any]]:
    """List the properties of every resource of a type."""
    return [
        resource["Properties"]
        for resource in template["Resources"].values()
        if resource["Type"] == resource_type
    ]


def text(value: Any) -> str:  # noqa: ANN401 - any JSON value of a template
    """Write a value of a template in one line: intrinsic functions as ${...}."""
    match value:
        case str():
            return value
        case {"Ref": name}:
            return f"${{{name}}}"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"${{{name}.{attribute}}}"
        case {"Fn::ImportValue": name}:
            return f"${{{name}}}"
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(map(text, parts))
        case _:
            raise ValueError(f"no way to write {value}")


def watched(alarm: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the metrics that an alarm watches; a query over metrics is one without a name."""
    if "MetricName" in alarm:
        return [alarm]
    named = [one["MetricStat"]["Metric"] for one in alarm["Metrics"] if "MetricStat" in one]
    queries = [one for one in alarm["Metrics"] if "SELECT" in text(one.get("Expression", ""))]
    return named + [{"MetricName": ""} for _ in queries]
