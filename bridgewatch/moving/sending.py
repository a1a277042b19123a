"""Writing pages of records, many at a time, and settling what contradicts one that is there."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridgewatch.moving.journal import Moved
from bridgewatch.moving.pages import pages, unfit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bridgewatch.moving.journal import MoveJournal
    from bridgewatch.moving.pages import Kind, Page
    from bridgewatch.observation_table import ObservationTable, Record, Writer

BATCH = 100
"""So many records at once: what Timestream takes in one request."""


@dataclass(frozen=True)
class Move:
    """One move.

    :param source: what is moved.
    :param writer: writes to where it is moved.
    :param concurrency: how many batches are written at a time, at most.
    """

    source: ObservationTable
    writer: Writer
    concurrency: int

    def run(
        self, bridges: Sequence[str], journal: MoveJournal, moved: Callable[[Moved], None]
    ) -> None:
        """Move all records of these bridges that the journal does not have yet.

        :param moved: is told of each page what became of it.
        :raises StoreError: if a store failed; the rest can be moved later.
        """
        with ThreadPoolExecutor(self.concurrency) as threads:
            for bridge in bridges:
                with closing(self.source.records(bridge, journal.start(bridge))) as records:
                    for page in pages(records):
                        done = self._page(page, threads)
                        journal.note(bridge, page.last, done)
                        moved(done)

    def _page(self, page: Page, threads: ThreadPoolExecutor) -> Moved:
        writing = [
            threads.submit(self._write, kind, records[start : start + BATCH])
            for kind, records in page.kinds().items()
            for start in range(0, len(records), BATCH)
        ]
        total = Moved()
        for record in page.records:
            if reason := unfit(record):
                total.refusals.append((record.bridge, record.time, record.status, reason))
        for one in writing:
            done = one.result()
            total.accepted += done.accepted
            total.corrected += done.corrected
            total.duplicates += done.duplicates
            total.units += done.units
            total.refusals += done.refusals
        return total

    def _write(self, kind: Kind, records: Sequence[Record]) -> Moved:
        """Write records that have dimensions and version in common."""
        dimensions, version = kind
        rows = [(record.bridge, record.time, record.status) for record in records]
        writer = self.writer.carrying({records[0].bridge: dict(dimensions)})
        outcome = writer.write(rows, version)
        refused = [
            (*rows[index], reason)
            for index, reason in outcome.refusals.items()
            if index not in outcome.contradicted
        ]
        done = Moved(outcome.accepted, 0, outcome.duplicates, outcome.units, refused)
        if outcome.contradicted:
            # What is there was never corrected, or as often: what is moved is a correction of it.
            again = [rows[index] for index in sorted(outcome.contradicted)]
            corrected = writer.write(again, time.time_ns() // 1_000_000)
            done.accepted += corrected.accepted
            done.corrected += corrected.accepted
            done.duplicates += corrected.duplicates
            done.units += corrected.units
            done.refusals += [
                (*again[index], reason) for index, reason in corrected.refusals.items()
            ]
        return done
