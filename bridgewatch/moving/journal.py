"""How far a move has come: a SQLite file, with a line for each bridge.

A page is noted once all of it is written. After a kill at most that page is written again, which
is harmless.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCHEMA = """
CREATE TABLE purpose (text TEXT NOT NULL);
CREATE TABLE bridge (
    name TEXT PRIMARY KEY, next INTEGER, accepted INTEGER, corrected INTEGER, duplicates INTEGER,
    units INTEGER
);
CREATE TABLE refusal (bridge TEXT, time INTEGER, status TEXT, reason TEXT);
"""
_NOTE = """
INSERT INTO bridge VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET
    next = excluded.next, accepted = accepted + excluded.accepted,
    corrected = corrected + excluded.corrected, duplicates = duplicates + excluded.duplicates,
    units = units + excluded.units
"""
_TOTALS = """
SELECT total(accepted), total(corrected), total(duplicates), total(units) FROM bridge
"""


class MoveError(Exception):
    """The journal cannot be used: the text says why, and what to do."""


@dataclass
class Moved:
    """What became of some records.

    :ivar accepted: how many the other table took, or had already with the same status.
    :ivar corrected: how many of these replaced another status there.
    :ivar duplicates: how many were corrected there since, and stay so.
    :ivar refusals: the others: bridge, time, status and reason.
    :ivar units: the writes that are billed.
    """

    accepted: int = 0
    corrected: int = 0
    duplicates: int = 0
    units: int = 0
    refusals: list[tuple[str, int, str, str]] = field(default_factory=list)

    @property
    def records(self) -> int:
        """How many they are."""
        return self.accepted + self.duplicates + len(self.refusals)


class MoveJournal:
    """The journal of one move; a context manager that keeps it while it is unfinished.

    :param purpose: what is moved from where to where. A journal resumes only the same.
    :raises MoveError: if it is another move's, in use, or no journal.
    """

    def __init__(self, path: Path, purpose: str) -> None:
        self._path = path
        self._is_done = False
        try:
            self._database = sqlite3.connect(path, isolation_level=None)
        except sqlite3.Error as error:
            raise _unusable(path, error) from error
        try:
            # Against a kill, the operating system's memory is as good as the disk.
            self._database.executescript(
                "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; "
                "PRAGMA synchronous = OFF; BEGIN IMMEDIATE; COMMIT;"
            )
            theirs = self._begun(purpose)
        except sqlite3.Error as error:
            self._database.close()
            raise _unusable(path, error) from error
        if theirs != purpose:
            self._database.close()
            raise MoveError(
                f"{path} is the journal of another unfinished move: finish that with the command "
                "that began it, delete the file, or name another one with --journal."
            )

    def _begun(self, purpose: str) -> str:
        """Begin it, unless it has been, and tell whose it is."""
        with self._database:
            self._database.execute("BEGIN")
            if not self._database.execute("SELECT * FROM sqlite_master").fetchone():
                for statement in _SCHEMA.split(";"):
                    self._database.execute(statement)
                self._database.execute("INSERT INTO purpose VALUES (?)", (purpose,))
        ((theirs,),) = self._database.execute("SELECT text FROM purpose")
        return str(theirs)

    def __enter__(self) -> Self:
        """Use it."""
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        """Close it, and remove it if it is done, or nothing was moved.

        :raises MoveError: in place of an error of SQLite's, such as that the disk is full.
        """
        empty = self._database.execute("SELECT * FROM bridge").fetchone() is None
        self._database.close()
        if self._is_done or empty:
            for suffix in ("", "-wal"):
                Path(f"{self._path}{suffix}").unlink(missing_ok=True)
        if isinstance(error, sqlite3.Error):
            raise MoveError(f"The journal {self._path} cannot be written: {error}.") from error

    def start(self, bridge: str) -> int:
        """Tell from which time on records of a bridge are to be moved."""
        found = self._database.execute("SELECT next FROM bridge WHERE name = ?", (bridge,))
        return next((int(time) for (time,) in found), 0)

    def note(self, bridge: str, last: int, moved: Moved) -> None:
        """Note that the records of a bridge up to a time were moved."""
        with self._database:
            self._database.execute("BEGIN")
            self._database.executemany("INSERT INTO refusal VALUES (?, ?, ?, ?)", moved.refusals)
            figures = (moved.accepted, moved.corrected, moved.duplicates, moved.units)
            self._database.execute(_NOTE, (bridge, last + 1, *figures))

    def moved(self) -> Moved:
        """Tell what was moved, this time and before."""
        ((accepted, corrected, duplicates, units),) = self._database.execute(_TOTALS)
        return Moved(
            int(accepted), int(corrected), int(duplicates), int(units), list(self.refusals())
        )

    def refusals(self) -> Iterator[tuple[str, int, str, str]]:
        """Give what was refused: bridge, time, status and reason."""
        return self._database.execute("SELECT * FROM refusal ORDER BY bridge, time, status")

    def done(self) -> None:
        """Note that it has served."""
        self._is_done = True


def _unusable(path: Path, error: sqlite3.Error) -> MoveError:
    return MoveError(
        f"The journal {path} cannot be used: {error}. If no other move is using it, name another "
        "one with --journal."
    )
