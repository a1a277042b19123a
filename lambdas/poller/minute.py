"""The polls of one minute: EventBridge Scheduler's finest rate, and the poller's may be finer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MINUTE = timedelta(minutes=1)


def scheduled_minute(event: object, now: datetime) -> datetime:
    """Tell when the minute began that an event of the schedule is for.

    :param event: its `time` is when it was due, in ISO 8601; anything else is an event for now.
    """
    try:
        due = datetime.fromisoformat(event["time"])  # type: ignore[index] # what it is, is tried
        late = now - due
    except (KeyError, TypeError, ValueError):
        return now
    # Of another minute: whoever invokes it now wants a poll now.
    return due if timedelta(0) <= late < MINUTE else now


def ticks(
    minute: datetime,
    interval: timedelta,
    now: Callable[[], datetime],
    sleep: Callable[[float], None],
) -> Iterator[None]:
    """Come back at once, and then at each multiple of the interval that is left in the minute.

    The ticks are counted from the minute's beginning: polls that take long, or start late, do not
    drift. A tick that passes while a poll still runs is left out, and the next minute's is its own.

    :param minute: when it began; not after now.
    :param sleep: waits for so many seconds.
    """
    tick = (now() - minute) // interval
    while True:
        yield
        # A clock may be a little early after a sleep: never the same tick twice.
        tick = max(tick, (now() - minute) // interval) + 1
        if tick * interval >= MINUTE:
            return
        sleep(max(0.0, (minute + tick * interval - now()).total_seconds()))
