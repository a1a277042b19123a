"""The bytes of moto's items, each counted once for as long as it stays as it is."""

# ruff: noqa: ANN401 - moto's own items

from __future__ import annotations

from typing import Any

from bridgewatch.cost.dynamodb import item_bytes


def bytes_of(item: Any) -> int:
    """Count the bytes of an item; who changes it in place calls `forget_bytes`."""
    if not hasattr(item, "counted_bytes"):
        item.counted_bytes = item_bytes(
            {name: value.to_regular_json() for name, value in item.attrs.items()}
        )
    counted: int = item.counted_bytes
    return counted


def forget_bytes(item: Any) -> None:
    """Count the bytes of an item again when they are next asked for."""
    vars(item).pop("counted_bytes", None)
