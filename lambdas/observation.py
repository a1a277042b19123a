"""The values that everything else speaks of: bridges, their status, and what a poll saw."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# What Timestream takes as a measure name, so that every store can keep every bridge
# (https://docs.aws.amazon.com/timestream/latest/developerguide/ts-limits.html).
NAME_BYTES = 256
_NAME = re.compile(r"[^\x00-\x1f]+")


class Status(StrEnum):
    """What the bridge does, seen from the road (docs/decisions/001-open-means-raised.md)."""

    OPEN = "Open"
    """The span is raised and road traffic is stopped."""
    CLOSED = "Closed"
    """The road is free."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What one poll saw of one bridge.

    :param bridge: the bridge's name.
    :param status: its status then.
    :param time: when it was seen; timezone-aware, kept in UTC and whole milliseconds, as Timestream
        keeps it.
    :raises ValueError: if `time` is naive.
    """

    bridge: str
    status: Status
    time: datetime

    def __post_init__(self) -> None:
        if self.time.tzinfo is None:
            raise ValueError(f"An observation's time is timezone-aware, not {self.time!r}.")
        time = self.time.astimezone(UTC)
        truncated_to_milliseconds = time.microsecond // 1000 * 1000
        object.__setattr__(self, "time", time.replace(microsecond=truncated_to_milliseconds))


def check_name(name: str) -> None:
    """Check that a bridge can have that name.

    :raises ValueError: if none can.
    """
    if not _NAME.fullmatch(name) or len(name.encode()) > NAME_BYTES:
        raise ValueError(
            f"{name!r} cannot be a bridge's name: 1 to {NAME_BYTES} bytes of UTF-8, "
            "without control characters."
        )


def in_milliseconds(time: datetime) -> int:
    """Count the milliseconds from 1970 to a time, rounded down.

    :raises ValueError: if it is naive.
    """
    if time.tzinfo is None:
        raise ValueError(f"A store's times are timezone-aware, not {time!r}.")
    return (time - EPOCH) // timedelta(milliseconds=1)


def from_milliseconds(milliseconds: int) -> datetime:
    """Give the time that many milliseconds after 1970, in UTC."""
    return EPOCH + timedelta(milliseconds=milliseconds)
