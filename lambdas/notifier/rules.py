"""When somebody is to be told, and who: the rules of the settings, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, tzinfo


class Kind(StrEnum):
    """What a rule waits for; FLAPPING, CALM and TEST are told, and not waited for."""

    OPENS = "opens"
    CLOSES = "closes"
    OPEN_FOR = "open_for"
    UNKNOWN_FOR = "unknown_for"
    KNOWN_AGAIN = "known_again"
    FLAPPING = "flapping"
    """It changes so often that what follows is summed up."""
    CALM = "calm"
    """It has stopped, and this is the sum."""
    TEST = "test"


DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """A part of the day, by the clock on the wall; it may pass midnight.

    :param start: its first moment.
    :param end: the moment after its last; if it is not after the start, it is the next day's.
    """

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Rule:
    """When somebody is to be told, and who.

    :param bridges: the names of those that it is about; empty means all.
    :param when: what it waits for.
    :param length: of OPEN_FOR and UNKNOWN_FOR, how long that has to last; of KNOWN_AGAIN, how long
        the status has to have been unknown. Zero for the others.
    :param hours: when it counts, or None for the whole day.
    :param weekdays: the days on which those hours begin, 0 is Monday; empty means every day.
    :param targets: the names of who is told.
    :param patience: what is older is not told any more.
    """

    name: str
    bridges: frozenset[str]
    when: Kind
    length: timedelta
    hours: Hours | None
    weekdays: frozenset[int]
    targets: tuple[str, ...]
    patience: timedelta

    def is_about(self, bridge: str) -> bool:
        """Tell whether it is about a bridge."""
        return not self.bridges or bridge in self.bridges

    def counts_at(self, moment: datetime, zone: tzinfo) -> bool:
        """Tell whether a moment is within its hours and weekdays.

        :param zone: the bridge's own, whose clock and calendar count.
        """
        local = moment.astimezone(zone)
        day = local.date()
        if self.hours is not None:
            now, start, end = local.time(), self.hours.start, self.hours.end
            if start < end:
                if not start <= now < end:
                    return False
            elif now < end:
                day -= DAY  # the night that began yesterday
            elif now < start:
                return False
        return not self.weekdays or day.weekday() in self.weekdays
