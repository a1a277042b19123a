"""Openings that are announced, as one small item beside the beat, and how sure they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

PLANNED = "\x1fplanned"
"""The item's partition key: no bridge's name has a control character."""

A_BRIDGE = 20
"""How many of a bridge's are kept at most: the item is written often, and billed by the KiB."""

AHEAD = timedelta(days=3)
"""How far ahead."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


class Probability(StrEnum):
    """How sure it is, in the words of NDW's feed."""

    CERTAIN = "certain"
    PROBABLE = "probable"
    RISK = "riskOf"


@dataclass(frozen=True, slots=True)
class Planned:
    """An opening that is announced.

    :param end: None if it isn't told.
    """

    start: datetime
    end: datetime | None
    probability: Probability


def to_item(
    plans: Mapping[str, Sequence[Planned]], read: datetime
) -> dict[str, AttributeValueTypeDef]:
    """Write plans as DynamoDB's item: an opening is `1780000000/540/probable`.

    Without an end its length is empty.

    :param read: when they were read; what ends before or begins too late is left out.
    """
    kept = {
        bridge: [_text(one) for one in sorted(each, key=lambda one: one.start) if _near(one, read)]
        for bridge, each in plans.items()
    }
    return {
        "bridge": {"S": PLANNED},
        "time": {"N": "0"},
        "read": {"N": str((read - _EPOCH) // _SECOND)},
        "bridges": {
            "M": {
                bridge: {"L": [{"S": text} for text in each[:A_BRIDGE]]}
                for bridge, each in kept.items()
                if each
            }
        },
    }


def from_item(item: Mapping[str, AttributeValueTypeDef]) -> dict[str, tuple[Planned, ...]]:
    """Read plans from DynamoDB's item.

    :raises ValueError: if it is none.
    """
    try:
        return {
            bridge: tuple(_planned(one["S"]) for one in each["L"])
            for bridge, each in item["bridges"]["M"].items()
        }
    except (KeyError, ValueError, OverflowError) as error:
        raise ValueError(f"The item {PLANNED!r} holds no plans: {item!r}.") from error


def _near(one: Planned, read: datetime) -> bool:
    return (one.end or one.start) > read and one.start < read + AHEAD


def _text(one: Planned) -> str:
    start = (one.start - _EPOCH) // _SECOND
    length = "" if one.end is None else str((one.end - one.start) // _SECOND)
    return f"{start}/{length}/{one.probability}"


def _planned(text: str) -> Planned:
    start_seconds, length, probability = text.split("/")
    start = _EPOCH + int(start_seconds) * _SECOND
    end = start + int(length) * _SECOND if length else None
    return Planned(start, end, Probability(probability))
