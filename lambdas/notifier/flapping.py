"""A bridge that changes more often than bridges do: told once, and then summed up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

CHANGES = 6
WITHIN = timedelta(minutes=15)
"""The sixth change within a quarter of an hour: no span can be raised and lowered that often."""


@dataclass(frozen=True, slots=True)
class Episode:
    """A time in which a bridge flaps.

    :param first: which change it began with: told as flapping; the later ones are summed up.
    :param last: which change was the last so far.
    :param calm: when there has been no change for `WITHIN`.
    """

    first: int
    last: int
    calm: datetime


def episodes(changes: Sequence[datetime]) -> list[Episode]:
    """Find them among the times of a bridge's changes.

    :param changes: in time order.
    """
    found: list[Episode] = []
    for index, time in enumerate(changes):
        if found and time < found[-1].calm:
            found[-1] = Episode(found[-1].first, index, time + WITHIN)
        elif index >= CHANGES - 1 and time - changes[index - CHANGES + 1] < WITHIN:
            found.append(Episode(index, index, time + WITHIN))
    return found
