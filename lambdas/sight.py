"""Marks about bridges that the poller does not see: how one is written as an item of the table.

Records say nothing of a source that is silent: a status counts as known until the next record is
overdue. So, where somebody wants to be told, the poller marks a bridge that it does not see, once,
and again when it sees it. Bridges' names have no control characters: nothing collides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.observation import from_milliseconds, in_milliseconds

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

PREFIX = "\x1fnotify"
MARK = "0"
"""The sort key of a bridge's mark, in its partition of items that are no observations."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A mark about one bridge.

    :param unseen: the first poll that did not see it; None if it is seen again.
    :param seen: the last poll that saw it, or None if that container of the poller saw none.
    """

    unseen: datetime | None
    seen: datetime | None


def partition(bridge: str) -> str:
    """Give the partition key of the items about a bridge that are no observations."""
    return f"{PREFIX}/{bridge}"


def to_item(bridge: str, sight: Sight) -> dict[str, AttributeValueTypeDef]:
    """Write a mark as DynamoDB's item."""
    item: dict[str, AttributeValueTypeDef] = {
        "bridge": {"S": partition(bridge)},
        "time": {"N": MARK},
        "sight": {"S": bridge},
    }
    for name, time in (("unseen", sight.unseen), ("seen", sight.seen)):
        if time is not None:
            item[name] = {"N": str(in_milliseconds(time))}
    return item


def from_item(item: Mapping[str, AttributeValueTypeDef]) -> Sight:
    """Read what `to_item` wrote."""

    def time(name: str) -> datetime | None:
        return from_milliseconds(int(item[name]["N"])) if name in item else None

    return Sight(time("unseen"), time("seen"))
