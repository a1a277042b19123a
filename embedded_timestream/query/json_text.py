"""Arrays, rows, maps and time series as JSON strings, which is how UNLOAD writes them.

https://docs.aws.amazon.com/timestream/latest/developerguide/export-unload-concepts.html
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from embedded_timestream.sqltypes import point
from embedded_timestream.wire import scalar_text

if TYPE_CHECKING:
    from embedded_timestream.sqltypes import Type

NESTED = frozenset({"array", "map", "row", "timeseries"})
_AS_THEY_ARE = frozenset({"boolean", "integer", "bigint", "varchar"})


def json_text(type_: Type, value: Any) -> str:  # noqa: ANN401 - what DuckDB fetched
    """Write a fetched value of a nested type: `[1,2]`, `{"x":23.0,"y":"hello"}`."""
    return json.dumps(_json(type_, value), ensure_ascii=False, separators=(",", ":"))


def _json(type_: Type, value: Any) -> Any:  # noqa: ANN401 - any of JSON's types
    if value is None or type_.name not in NESTED:
        return _scalar(type_, value)
    if type_.name == "row":
        names = (label or f"field{index}" for index, label in enumerate(type_.labels))
        parts = zip(names, type_.parts, value.values(), strict=True)
        return {name: _json(part, inner) for name, part, inner in parts}
    if type_.name == "map":
        keys, values = type_.parts
        entries = (entry.values() for entry in value)
        return {_key(keys, key): _json(values, inner) for key, inner in entries}
    element = point(type_.parts[0]) if type_.name == "timeseries" else type_.parts[0]
    return [_json(element, inner) for inner in value]


def _scalar(type_: Type, value: Any) -> Any:  # noqa: ANN401 - as above
    if value is None or type_.name in _AS_THEY_ARE:
        return value
    if type_.name == "double" and math.isfinite(value):
        return value
    return scalar_text(type_, value) + ("Z" if type_.name == "timestamp" else "")


def _key(type_: Type, value: Any) -> str:  # noqa: ANN401 - as above
    return json_text(type_, value) if type_.name in NESTED else scalar_text(type_, value)
