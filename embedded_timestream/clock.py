"""What time it is for the store: the computer's own time, or one that is set."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

NANOSECONDS = 1_000_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    """What time it is, and waiting."""

    def now_ns(self) -> int:
        """Nanoseconds since 1970-01-01T00:00:00Z."""

    def sleep(self, seconds: float) -> None:
        """Let that many seconds pass; simulated time passes at once."""


class SystemClock:
    """The computer's own time."""

    def now_ns(self) -> int:
        """Nanoseconds since 1970-01-01T00:00:00Z."""
        return time.time_ns()

    def sleep(self, seconds: float) -> None:
        """Wait for that many real seconds."""
        time.sleep(seconds)


def utc(clock: Clock) -> datetime:
    """Tell the clock's time as a timezone-aware datetime, truncated to microseconds."""
    return EPOCH + timedelta(microseconds=clock.now_ns() // 1000)
