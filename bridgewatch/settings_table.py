"""docs/settings.md's table of the settings, made from the model so that the two cannot disagree."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from bridgewatch.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator


def settings_table() -> str:
    """Write every setting with its default, what is allowed and its meaning, in Markdown."""
    schema = Settings.model_json_schema()
    rows = ["| setting | default | allowed | meaning |", "|---|---|---|---|"]
    for key, field, required in _fields(schema, schema["$defs"], ""):
        default = "required" if required else _code(field["default"])
        rows.append(f"| `{key}` | {default} | {_allowed(field)} | {field['description']} |")
    return "\n".join(rows) + "\n"


def _fields(
    model: dict[str, Any], models: dict[str, Any], prefix: str
) -> Iterator[tuple[str, dict[str, Any], bool]]:
    """Walk through the fields of a model and of the models in it: key, schema, required."""
    for name, field in model["properties"].items():
        key = prefix + name
        children = [models[model] for model in _models_in(field)]
        if not children or "default" not in field:
            yield key, field, name in model.get("required", ())
        elif field["default"] is None:
            yield key, field, False
        if len(children) > 1 and "additionalProperties" not in field:
            children = [_merged(children)]
        for child in children:
            yield from _fields(child, models, key + _step(field, child))


def _merged(children: list[dict[str, Any]]) -> dict[str, Any]:
    """Make one model of those of which a field holds one, whose `type` tells them apart."""
    merged = {name: field for child in children for name, field in child["properties"].items()}
    types = [child["properties"]["type"]["const"] for child in children]
    kind = {**children[0]["properties"]["type"], "enum": types}
    return {**children[0], "properties": {"type": kind} | merged | {"type": kind}}


def _models_in(field: dict[str, Any]) -> list[str]:
    """List the models that a field holds, by name."""
    return list(dict.fromkeys(re.findall(r'"#/\$defs/(\w+)"', json.dumps(field))))


def _step(field: dict[str, Any], child: dict[str, Any]) -> str:
    """Lead from a field to the fields of a model in it."""
    if field.get("type") == "array":
        return "[]."
    if "additionalProperties" in field:
        # A source is told by its type; everything else has names of one's own.
        return f".<{child['properties'].get('type', {}).get('const', 'name')}>."
    return "."


def _allowed(field: dict[str, Any]) -> str:
    field = field | next(iter(field.get("anyOf", ())), {})
    item = field.get("items", {})
    if "enum" in field:
        return ", ".join(_code(value) for value in field["enum"])
    if "const" in field:
        return _code(field["const"])
    if "maximum" in field:
        low = (
            f"over {field['exclusiveMinimum']}" if "exclusiveMinimum" in field else field["minimum"]
        )
        return f"{low} to {field['maximum']}"
    if "maximum" in item:
        return f"a list of {item['minimum']} to {item['maximum']}"
    return {"array": "a list", "object": "an object", "string": "text"}.get(
        field.get("type", "object"), ""
    )


def _code(value: object) -> str:
    return f"`{json.dumps(value)}`"
