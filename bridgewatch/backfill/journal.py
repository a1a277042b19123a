"""What a backfill has to send, and how far it has come: a SQLite file.

A table sorted by bridge and time sorts the observations and keeps each once, in little memory. What
has been sent is noted batch by batch, so that a killed backfill resumes: only the batches that were
on their way when it was killed are sent twice, and Timestream keeps a record once.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from itertools import chain, groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING, Self

from bridgewatch.backfill.entries import Observed, Opened
from bridgewatch.backfill.openings import Findings, observations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import timedelta

    from bridgewatch.observation_table import Outcome, Row

_SCHEMA = """
CREATE TABLE purpose (text TEXT NOT NULL);
CREATE TABLE observation (
    bridge TEXT, time INTEGER, status TEXT, PRIMARY KEY (bridge, time)
) WITHOUT ROWID;
CREATE TABLE opening (bridge TEXT, opened_at INTEGER, closed_at INTEGER);
CREATE TABLE staged (duplicates INTEGER NOT NULL);
CREATE TABLE sent (
    batch INTEGER PRIMARY KEY, accepted INTEGER, duplicates INTEGER, units INTEGER
);
CREATE TABLE refusal (bridge TEXT, time INTEGER, status TEXT, reason TEXT);
"""
_INSERT = {
    Observed: "INSERT INTO observation VALUES {} ON CONFLICT (bridge, time) "
    "DO UPDATE SET status = 'both' WHERE status <> excluded.status",
    Opened: "INSERT INTO opening VALUES {}",
}
BATCH = 100
"""So many observations a batch: what Timestream takes in one request."""

_ROWS_INSERTED = 100
"""So many at once take a third of the time that each by itself would."""
_SAYS_BOTH = "The files say Open and Closed at this very moment."


class JournalError(Exception):
    """The journal cannot be used: the text says why, and what to do."""


@dataclass(frozen=True)
class Plan:
    """What there is to send.

    :param observations: how many.
    :param bridges: of how many bridges.
    :param batches: in how many requests.
    :param first: the earliest one's time, in milliseconds since 1970; likewise `last`.
    """

    observations: int
    bridges: int
    batches: int
    first: int
    last: int


@dataclass(frozen=True)
class Progress:
    """What has been sent, this time and before.

    :param batches: how many batches.
    :param accepted: observations that the store took, or had already.
    :param duplicates: those that the files repeat, and those that it has in a higher version.
    :param refused: those that it refused, and those that contradict each other.
    :param units: the writes that are billed.
    """

    batches: int
    accepted: int
    duplicates: int
    refused: int
    units: int


class Journal:
    """The journal of one backfill; a context manager that keeps it while it is unfinished.

    :param path: where it is, or will be; None for one that nobody resumes.
    :param purpose: what is imported from where to where. A journal resumes only the same.
    :raises JournalError: if it is another backfill's, in use, or no journal.
    """

    def __init__(self, path: Path | None, purpose: str) -> None:
        self._path = path
        self._is_done = False
        try:
            # "" is SQLite's name for a file that is gone when it is closed.
            self._database = sqlite3.connect(
                "" if path is None else path, isolation_level=None, check_same_thread=False
            )
        except sqlite3.OperationalError as error:
            raise JournalError(
                f"The journal {path} cannot be opened: {error}. Name another one with --journal."
            ) from error
        try:
            # Against a kill, the operating system's memory is as good as the disk.
            self._database.executescript(
                "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; "
                "PRAGMA synchronous = OFF; BEGIN IMMEDIATE; COMMIT;"
            )
            self._open(purpose)
        except sqlite3.DatabaseError as error:
            self._database.close()
            raise JournalError(
                f"The journal {path} cannot be used: {error}. If no other backfill is using it, "
                "name another one with --journal."
            ) from error
        except JournalError:
            self._database.close()
            raise

    def _open(self, purpose: str) -> None:
        if not self._database.execute("SELECT * FROM sqlite_master").fetchone():
            self._database.executescript(f"BEGIN; {_SCHEMA} COMMIT;")
        if not self.is_staged:
            self._database.execute("DELETE FROM purpose")
            self._database.execute("INSERT INTO purpose VALUES (?)", (purpose,))
        ((theirs,),) = self._database.execute("SELECT text FROM purpose")
        if theirs != purpose:
            raise JournalError(
                f"{self._path} is the journal of another unfinished backfill: finish that with the "
                "command that began it, delete the file, or name another one with --journal."
            )

    def __enter__(self) -> Self:
        """Use it."""
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        """Close it, and remove it if it is done, or nothing of it was sent.

        :raises JournalError: in place of an error of SQLite's, such as that the disk is full.
        """
        if self.is_staged and not self._is_done and self.progress().batches:
            self._database.close()
        else:
            self._remove()
        if isinstance(error, sqlite3.Error):
            which = "of a dry run" if self._path is None else self._path
            raise JournalError(f"The journal {which} cannot be written: {error}.") from error

    @property
    def is_staged(self) -> bool:
        """Whether all that there is to send is in it."""
        return self._database.execute("SELECT * FROM staged").fetchone() is not None

    @property
    def has_openings(self) -> bool:
        """Whether there are openings among what there is to send."""
        return self._database.execute("SELECT * FROM opening").fetchone() is not None

    def stage(
        self, entries: Iterable[Observed | Opened], heartbeat: timedelta | None = None
    ) -> Findings:
        """Take in all that there is to send; all of it or, if `entries` fails, nothing.

        :param heartbeat: see `bridgewatch.backfill.openings.observations`.
        :returns: what is remarkable about the openings among it.
        """
        findings = Findings()
        with self._database:
            self._database.execute("BEGIN")
            number = self._insert(entries)
            openings = self._database.execute(
                "SELECT bridge, opened_at, closed_at FROM opening "
                "ORDER BY bridge, coalesce(opened_at, closed_at), opened_at IS NULL"
            )
            found = observations(map(Opened._make, openings), findings, heartbeat)
            number += self._insert(found)
            self._database.execute(
                "INSERT INTO refusal SELECT bridge, time, value, ? "
                "FROM observation, json_each('[\"Open\", \"Closed\"]') WHERE status = 'both'",
                (_SAYS_BOTH,),
            )
            # Of a contradiction neither is a duplicate.
            self._database.execute(
                "INSERT INTO staged SELECT ? - count(*) - total(status = 'both') FROM observation",
                (number,),
            )
            self._database.execute("DELETE FROM observation WHERE status = 'both'")
        return findings

    def _insert(self, entries: Iterable[Observed | Opened]) -> int:
        """Put in entries of any kind, and count the observations among them."""
        number = 0
        for kind, group in groupby(entries, type):
            while some := list(islice(group, _ROWS_INSERTED)):
                places = ", ".join(["(?, ?, ?)"] * len(some))
                self._database.execute(
                    _INSERT[kind].format(places), list(chain.from_iterable(some))
                )
                number += len(some) if kind is Observed else 0
        return number

    def plan(self) -> Plan | None:
        """Tell what there is to send; None if there is nothing."""
        ((number, bridges, first, last),) = self._database.execute(
            "SELECT count(*), count(DISTINCT bridge), min(time), max(time) FROM observation"
        )
        batches = -(-number // BATCH)
        return Plan(number, bridges, batches, first, last) if number else None

    def by_bridge(self) -> dict[str, int]:
        """Count the observations of each bridge."""
        return dict(
            self._database.execute("SELECT bridge, count(*) FROM observation GROUP BY bridge")
        )

    def count(self, before: int) -> int:
        """Count the observations before a time, in milliseconds since 1970."""
        ((number,),) = self._database.execute(
            "SELECT count(*) FROM observation WHERE time < ?", (before,)
        )
        return int(number)

    def rows(self) -> Iterator[Row]:
        """Give what there is to send, by bridge and time."""
        return self._database.execute(
            "SELECT bridge, time, status FROM observation ORDER BY bridge, time"
        )

    def unsent(self) -> Iterator[tuple[int, list[Row]]]:
        """Give the batches that have not been sent, each with its number."""
        sent = {number for (number,) in self._database.execute("SELECT batch FROM sent")}
        for number, batch in enumerate(self.batches()):
            if number not in sent:
                yield number, batch

    def batches(self) -> Iterator[list[Row]]:
        """Give what there is to send as requests take it: always in the same batches."""
        rows = self.rows()
        return iter(lambda: list(islice(rows, BATCH)), [])

    def note(self, number: int, batch: Sequence[Row], outcome: Outcome) -> None:
        """Note that a batch was sent, and what became of it."""
        refused = [(*batch[index], reason) for index, reason in outcome.refusals.items()]
        with self._database:
            if refused:  # otherwise there is one statement, which is whole by itself
                self._database.execute("BEGIN")
                self._database.executemany("INSERT INTO refusal VALUES (?, ?, ?, ?)", refused)
            self._database.execute(
                "INSERT INTO sent VALUES (?, ?, ?, ?)",
                (number, outcome.accepted, outcome.duplicates, outcome.units),
            )

    def progress(self) -> Progress:
        """Tell what has been sent, this time and before."""
        (figures,) = self._database.execute(
            "SELECT count(*), total(accepted), total(duplicates) + (SELECT duplicates FROM staged),"
            " (SELECT count(*) FROM refusal), total(units) FROM sent"
        )
        return Progress(*map(int, figures))

    def refusals(self) -> Iterator[tuple[str, int, str, str]]:
        """Give what was refused: bridge, time, status and reason."""
        return self._database.execute("SELECT * FROM refusal ORDER BY bridge, time, status")

    def done(self) -> None:
        """Note that it has served."""
        self._is_done = True

    def _remove(self) -> None:
        self._database.close()
        if self._path is not None:
            for suffix in ("", "-wal"):
                Path(f"{self._path}{suffix}").unlink(missing_ok=True)
