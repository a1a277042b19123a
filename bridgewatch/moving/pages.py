"""The records of a bridge, in pages that are moved as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from bridgewatch.observation_table import WRITTEN_VERSION
from lambdas.observation import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bridgewatch.observation_table import Record

RECORDS = 1000
"""So many a page, or a few more: what has one time is never divided."""

_STATUSES = frozenset(status.value for status in Status)

Kind = tuple[frozenset[tuple[str, str]], int]
"""What records have to have in common to be written together: dimensions, and version."""


@dataclass(frozen=True)
class Page:
    """Some records of one bridge, in time order, at least one."""

    records: Sequence[Record]

    @property
    def last(self) -> int:
        """The time of the last, in milliseconds since 1970."""
        return self.records[-1].time

    def kinds(self) -> dict[Kind, list[Record]]:
        """Group those that can be moved by what they are to have in common."""
        kinds: dict[Kind, list[Record]] = {}
        for record in self.records:
            if unfit(record) is None:
                kind = frozenset(record.dimensions.items()), record.version or WRITTEN_VERSION
                kinds.setdefault(kind, []).append(record)
        return kinds


def pages(records: Iterable[Record]) -> Iterator[Page]:
    """Divide the records of a bridge, which are in time order, into pages."""
    page: list[Record] = []
    for _, of_one_time in groupby(records, key=lambda record: record.time):
        page += of_one_time
        if len(page) >= RECORDS:
            yield Page(page)
            page = []
    if page:
        yield Page(page)


def unfit(record: Record) -> str | None:
    """Say why a record cannot be moved, if it cannot: it is none of bridgewatch's."""
    if record.stray:
        return f"It has what no observation has: {record.stray}."
    if record.status not in _STATUSES:
        return f"Its status {record.status!r} is neither Open nor Closed."
    return None
