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


class SettableClock:
    """The computer's own time, until it is set: then it stands still until it is moved."""

    def __init__(self) -> None:
        self._set: int | None = None

    def now_ns(self) -> int:
        """Nanoseconds since 1970-01-01T00:00:00Z."""
        return time.time_ns() if self._set is None else self._set

    def sleep(self, seconds: float) -> None:
        """Let that many seconds pass: at once, if the time stands still."""
        if self._set is None:
            time.sleep(seconds)
        else:
            self._set += round(seconds * NANOSECONDS)

    def move_to(self, moment: datetime) -> None:
        """Stop the time at this moment.

        :raises ValueError: if it is naive.
        """
        if moment.tzinfo is None:
            raise ValueError(f"A clock is set to a timezone-aware time, not to {moment!r}.")
        self._set = (moment - EPOCH) // timedelta(microseconds=1) * 1000

    def shift(self, delta: timedelta | float) -> None:
        """Stop the time, if it goes, and move it by this much; a number is of seconds."""
        seconds = delta.total_seconds() if isinstance(delta, timedelta) else delta
        self._set = self.now_ns() + round(seconds * NANOSECONDS)

    def release(self) -> None:
        """Let the time be the computer's again."""
        self._set = None


def utc(clock: Clock) -> datetime:
    """Tell the clock's time as a timezone-aware datetime, truncated to microseconds."""
    return EPOCH + timedelta(microseconds=clock.now_ns() // 1000)
