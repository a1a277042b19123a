"""How long a table keeps its rows, and where a record goes that is written now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from embedded_timestream import limits

MINUTE = 60 * 10**9  # nanoseconds
HOUR = 60 * MINUTE
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Retention:
    """The two stores of a table. Every time is in nanoseconds since 1970.

    :param memory_hours: how old a row of the memory store may get.
    :param magnetic_days: how long it then stays in the magnetic store: the two add up
        (https://docs.aws.amazon.com/timestream/latest/developerguide/storage.html).
    :param magnetic_writes: whether a record too old for the memory store goes to the magnetic one.
    :param memory_floor: since when the memory store has been filling; enlarging it does not bring
        back what has left it
        (https://docs.aws.amazon.com/timestream/latest/developerguide/API_UpdateTable.html).
    """

    memory_hours: int = limits.MEMORY_HOURS_DEFAULT
    magnetic_days: int = limits.MAGNETIC_DAYS_DEFAULT
    magnetic_writes: bool = False
    memory_floor: int = 0

    def memory_from(self, now: int) -> int:
        """Tell the oldest time that the memory store takes."""
        return max(now - self.memory_hours * HOUR, self.memory_floor)

    def kept_from(self, now: int) -> int:
        """Tell the oldest time that is still there, and that the magnetic store takes."""
        return max(now - self.memory_hours * HOUR - self.magnetic_days * DAY, 0)

    def writable(self, now: int) -> tuple[int, int]:
        """Tell the first time that a record may have, and the first that is too far ahead.

        The service's own messages name a beginning that is 25 minutes earlier. Nothing promises
        them, so a record that needs them is rejected here.
        """
        since = self.kept_from(now) if self.magnetic_writes else self.memory_from(now)
        return since, now + limits.FUTURE_MINUTES * MINUTE + 1

    def refusal(self, now: int) -> str:
        """Give the service's reason for refusing a record that is not `writable`."""
        since, until = map(_text, self.writable(now))
        window = "data ingestion window" if self.magnetic_writes else "memory store"
        return f"The record timestamp is outside the time range [{since}, {until}) of the {window}."

    def changed(
        self, now: int, memory_hours: int, magnetic_days: int, *, magnetic_writes: bool
    ) -> Retention:
        """Give what holds after the table is updated."""
        return replace(
            self,
            memory_hours=memory_hours,
            magnetic_days=magnetic_days,
            magnetic_writes=magnetic_writes,
            memory_floor=self.memory_from(now),
        )


def _text(time: int) -> str:
    instant = datetime.fromtimestamp(time // 10**9, tz=UTC)
    return f"{instant:%Y-%m-%dT%H:%M:%S}.{time // 10**6 % 1000:03}Z"
