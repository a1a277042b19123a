"""What happened at the bridges beside what is in the table.

A poll can only see what is there when it looks: an opening between two polls is nobody's loss. So
the changes that could be seen are those between the statuses at neighbouring polls.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from local.bridges.openings import Change, status_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from local.bridges.openings import Openings


@dataclass(frozen=True, slots=True)
class Comparison:
    """The changes that were to be seen, and those that were stored.

    :param seeable: between the statuses at neighbouring polls.
    :param stored: between neighbouring records.
    """

    seeable: frozenset[Change]
    stored: frozenset[Change]

    @property
    def lost(self) -> frozenset[Change]:
        """The changes that a poll could see and that the table does not show."""
        return self.seeable - self.stored

    @property
    def invented(self) -> frozenset[Change]:
        """The changes that the table shows and that no poll could see."""
        return self.stored - self.seeable


def compare(openings: Openings, polls: Sequence[datetime], records: Iterable[Change]) -> Comparison:
    """Compare what polls could see with what the table holds.

    :param openings: what truly happened.
    :param polls: when all bridges were looked at, in the order of time.
    :param records: all records of the table, in the order of time, heartbeats included.
    """
    return Comparison(frozenset(_seeable(openings, polls)), frozenset(_stored(records)))


def _seeable(openings: Openings, polls: Sequence[datetime]) -> Iterator[Change]:
    for bridge in openings:
        seen = (Change(time, bridge, status_at(openings, bridge, time)) for time in polls)
        yield from (after for before, after in pairwise(seen) if after.status != before.status)


def _stored(records: Iterable[Change]) -> Iterator[Change]:
    last: dict[str, str] = {}
    for record in records:
        if last.get(record.bridge, record.status) != record.status:
            yield record
        last[record.bridge] = record.status
