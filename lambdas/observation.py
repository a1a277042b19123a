"""The values that everything else speaks of: bridges, their status, and what a poll saw."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum


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
