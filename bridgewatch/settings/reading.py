"""How settings are read from a file, and how a mistake becomes one sentence."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Never

from pydantic import ValidationError

from bridgewatch.settings.deployment import Settings
from bridgewatch.settings.model import sentence, shown
from bridgewatch.settings.sources import source_types
from bridgewatch.settings.storage import STORES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic_core import ErrorDetails


_SURROGATE = re.compile("[\ud800-\udfff]")

_UNREADABLE = "bridgewatch is nested too deep, or has a lone surrogate."

CDK_JSON = Path(__file__).parents[2] / "cdk.json"


class SettingsError(Exception):
    """A wrong setting, as one sentence: the key, the value and what is allowed."""


def load_settings(path: Path | None = None) -> Settings:
    """Read and check the settings.

    :param path: a file that holds the settings as one JSON object, or a cdk.json that holds them in
        its context under `bridgewatch`; without it, this project's cdk.json.
    :raises SettingsError: one sentence that says what is wrong first, and how much more is.
    """
    file = path or CDK_JSON
    try:
        text = file.read_text(encoding="utf-8-sig")
        document = json.loads(text, object_pairs_hook=_object, parse_constant=_no_number)
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}.") from error
    except RecursionError as error:
        raise SettingsError(f"{file} is not JSON: it is nested too deep.") from error
    except ValueError as error:
        raise SettingsError(f"{file} is not JSON: {error}.") from error
    if path is None or (isinstance(document, dict) and "context" in document):
        try:
            document = document["context"]["bridgewatch"]
        except (KeyError, TypeError) as error:
            rule = "has no settings: they are its context's key `bridgewatch`"
            raise SettingsError(f"{file} {rule}.") from error
    return parse_settings(document)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of JSON, in which each key stands once and all text is text.

    Of a key that stands twice, JSON's readers take the last one and say nothing.
    """
    made: dict[str, Any] = {}
    for key, value in pairs:
        if key in made:
            raise ValueError(f"the key {shown(key)} stands twice in one object")
        if any(_SURROGATE.search(text) for text in _texts(key, value)):
            raise ValueError(f"the text at the key {shown(key)} has a lone surrogate (\\ud800)")
        made[key] = value
    return made


def _texts(key: str, value: object) -> Iterator[str]:
    """Give the text of a key and its value that no object within has given."""
    yield key
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, str):
            yield one


def _no_number(word: str) -> Never:
    raise ValueError(f"{word} is no number")


def parse_settings(document: object) -> Settings:
    """Check settings that were read from somewhere.

    :param document: the settings as JSON values.
    :raises SettingsError: one sentence that says what is wrong first, and how much more is.
    """
    try:
        # As JSON, strictly: true is no number, "24" neither, and a list is how JSON writes a tuple.
        return Settings.model_validate_json(json.dumps(document), strict=True)
    except RecursionError as error:
        raise SettingsError(_UNREADABLE) from error
    except ValidationError as error:
        # pydantic also calls a list too short whose only value is wrong.
        details = [one for one in error.errors() if one["type"] != "too_short" or not one["input"]]
        sentences = [line for detail in details for line in _explain(detail, document)]
        more = f" (and {len(sentences) - 1} more)" if sentences[1:] else ""
        raise SettingsError(sentences[0] + more) from error


def _explain(error: ErrorDetails, document: object) -> list[str]:
    key = _dotted(error["loc"], document)
    context = error.get("ctx", {})
    match error["type"]:
        case "value_error" if not key:
            return str(context["error"]).splitlines()
        case "json_invalid":  # by what Python's JSON takes and pydantic's does not
            return [_UNREADABLE]
        case "missing" | "extra_forbidden" | "union_tag_not_found" as kind:
            return [_about_keys(kind, key, error["loc"])]
        case "union_tag_invalid":
            # pydantic writes them as 'json', 'ndw'.
            types = " or ".join(re.findall(r"\w+", context["expected_tags"]))
            return [sentence(f"{key}.type", context["tag"], f"it must be {types}")]
        case "value_error":
            rule = str(context["error"])
        case "too_short":
            rule = f"it must have at least {context['min_length']}"
        case "model_type" | "model_attributes_type" | "dict_type":
            rule = "it must be an object"
        case "tuple_type":
            rule = "it must be a list"
        case _:
            rule = error["msg"].partition(",")[0] if "parsing" in error["type"] else error["msg"]
            rule = rule.replace("Input should", "it must").replace("'", "")
    return [sentence(key or "bridgewatch", error["input"], rule)]


def _dotted(location: tuple[int | str, ...], document: object) -> str:
    """Write a key as `bridges[0].source`, without the steps that only pydantic knows."""
    dotted = ""
    value: Any = document
    for step in location:
        if isinstance(step, int):
            dotted += f"[{step}]"
        elif step != "[key]" and not _is_tag(step, dotted, value):
            name = shown(step).removeprefix('"').removesuffix('"')
            dotted += f".{name}" if dotted else name
        else:
            continue
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            value = None
    return dotted


def _about_keys(kind: str, key: str, location: tuple[int | str, ...]) -> str:
    """Say that a key is missing, or that it is none."""
    if kind == "missing":
        return f"{key} is missing, but it is required."
    if kind == "union_tag_not_found":
        return f"{key}.type is missing, but it must be {' or '.join(source_types())}."
    for name, model in STORES.items():
        if location[0] == "storage" and location[-1] in model.model_fields:
            return f"{key} is a setting of {name} only, but that is not the storage.type."
    return f"{key} is not a setting; docs/settings.md lists them."


def _is_tag(step: str, dotted: str, value: object) -> bool:
    """Tell whether a step of pydantic's is the type of a source or store, which is no key."""
    if dotted == "storage":
        return step in STORES
    in_source = dotted.startswith("sources.") and dotted.count(".") == 1
    return in_source and isinstance(value, dict) and step == value.get("type")
