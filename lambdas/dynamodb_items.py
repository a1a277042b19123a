"""The items of a table in DynamoDB: how they are written, and read.

An observation is one item; so is each version of what is said about a bridge, its dimensions, which
shares the bridge's partition and has a negative "time", so that it needs no look:

| `bridge` | `time` | other attributes |
|---|---|---|
| the bridge's name | milliseconds since 1970 | `status`, `version`, `about`, `expires` |
| the bridge's name | the `about` of the observations that it goes with, negative | `dimensions` |
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from lambdas.observation import Observation, Status, from_milliseconds, in_milliseconds
from lambdas.store import StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.exceptions import ClientError
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

    Item = Mapping[str, AttributeValueTypeDef]

VERSION = 1
"""The version of an observation that was never corrected, as in Timestream."""

_MILLISECOND = timedelta(milliseconds=1)

# 52 bits: a number that every language reads exactly, and no bridge is said so much of that two
# of its versions meet (if they do, the second is refused).
_ABOUT_DIGITS = 13
LOWEST_ABOUT = -(16**_ABOUT_DIGITS)


def about(dimensions: Mapping[str, str]) -> int:
    """Give the number of what is said about a bridge: below zero, the same for the same pairs."""
    text = json.dumps(dict(dimensions), sort_keys=True)
    return -1 - int(hashlib.sha256(text.encode()).hexdigest()[:_ABOUT_DIGITS], 16)


@dataclass(frozen=True, slots=True)
class Kept:
    """An observation as it is kept.

    :param version: the version of its status.
    :param about: the number of its dimensions.
    """

    observation: Observation
    version: int
    about: int

    def item(self, retention: timedelta | None) -> dict[str, AttributeValueTypeDef]:
        """Write it as an item, which expires after the retention."""
        seen = self.observation
        item: dict[str, AttributeValueTypeDef] = {
            "bridge": {"S": seen.bridge},
            "time": {"N": str(in_milliseconds(seen.time))},
            "status": {"S": str(seen.status)},
            "version": {"N": str(self.version)},
            "about": {"N": str(self.about)},
        }
        if retention is not None:
            # A second of grace: what may still be read is never deleted.
            expires = (in_milliseconds(seen.time) + retention // _MILLISECOND) // 1000 + 1
            item["expires"] = {"N": str(expires)}
        return item

    @classmethod
    def of(cls, item: Item) -> Kept:
        """Read an item.

        :raises StoreError: if it is none of bridgewatch's.
        """
        try:
            bridge, time = item["bridge"]["S"], from_milliseconds(int(item["time"]["N"]))
            status = Status(item["status"]["S"])
            return cls(
                Observation(bridge, status, time),
                int(item["version"]["N"]),
                int(item["about"]["N"]),
            )
        except (KeyError, ValueError, OverflowError) as error:
            raise StoreError(
                f"The table holds an item that isn't bridgewatch's: {dict(item)} ({error!r}).",
                "UnknownItem",
            ) from error


def unlike(there: Kept, number: int) -> str | None:
    """Say why what is there, in place of what was to be put, is another record: if it is one.

    :param number: the number of the dimensions of what was to be put.
    """
    if there.about == number:
        return None
    seen = there.observation
    return (
        f"Another record of {seen.bridge} has this time already: it says {seen.status}, with other "
        "dimensions, and DynamoDB keeps one record for each bridge and time."
    )


def item_there(error: ClientError) -> Item:
    """Give the item for which a condition failed."""
    there: Item = error.response["Item"]  # type: ignore[typeddict-item] # of this error only
    return there


def dimensions_item(bridge: str, dimensions: Mapping[str, str]) -> dict[str, AttributeValueTypeDef]:
    """Write what is said about a bridge as an item."""
    return {
        "bridge": {"S": bridge},
        "time": {"N": str(about(dimensions))},
        "dimensions": {"M": {name: {"S": value} for name, value in dimensions.items()}},
    }


def dimensions_of(item: Item) -> tuple[int, dict[str, str]]:
    """Read an item that says something about a bridge: its number, and the dimensions."""
    pairs = {name: value["S"] for name, value in item["dimensions"]["M"].items()}
    return int(item["time"]["N"]), pairs
