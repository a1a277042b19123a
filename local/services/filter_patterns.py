"""Which events pass a filter of an event source mapping: the part of its language that we use.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def parse(pattern: str) -> Mapping[str, Any]:
    """Read a pattern.

    :raises NotImplementedError: if it has a comparison that is not known here.
    """
    document: dict[str, Any] = json.loads(pattern)
    _check(document)
    return document


def _check(pattern: object) -> None:
    match pattern:
        case dict():
            for inner in pattern.values():
                _check(inner)
        case list():
            for rule in pattern:
                if isinstance(rule, dict) and rule.keys() - {"exists", "prefix"}:
                    raise NotImplementedError(f"the comparison {json.dumps(rule)} of a filter")
        case _:
            raise NotImplementedError(f"the filter {json.dumps(pattern)}: a list is needed")


def matches(pattern: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """Tell whether an event passes: each key of the pattern must match."""
    for key, wanted in pattern.items():
        value = event.get(key)
        if isinstance(wanted, list):
            if not any(_is_like(rule, value, there=key in event) for rule in wanted):
                return False
        elif not matches(wanted, value if isinstance(value, dict) else {}):
            return False
    return True


def _is_like(rule: object, value: object, *, there: bool) -> bool:
    match rule:
        case {"exists": bool(wanted)}:
            return there is wanted
        case {"prefix": str(start)}:
            return isinstance(value, str) and value.startswith(start)
        case _:
            return there and value == rule
