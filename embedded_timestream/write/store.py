"""Timestream's write API for one account and region: one call at a time, and nothing lost.

What a call does stands in the module of its subject (`catalog`, `table`).
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import duckdb

from embedded_timestream.clock import utc
from embedded_timestream.errors import (
    InternalServerException,
    RejectedRecordsException,
    TimestreamError,
    ValidationException,
)
from embedded_timestream.write.catalog import Catalog
from embedded_timestream.write.journal import Entry, Journal
from embedded_timestream.write.rows import KEPT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from embedded_timestream.clock import Clock
    from embedded_timestream.write import late
    from embedded_timestream.write.catalog import Database
    from embedded_timestream.write.control import Json
    from embedded_timestream.write.table import Table

_CATALOG = f"{KEPT}.ts_catalog"
_SAVE = f"INSERT INTO {_CATALOG} VALUES (?)"  # noqa: S608 - a name of ours
_LOAD = f"SELECT saved FROM {_CATALOG}"  # noqa: S608 - a name of ours
# The calls that only read are not worth a line in the journal.
_CHANGES = ("Create", "Update", "Delete", "WriteRecords", "TagResource", "UntagResource")


class Store:
    """Timestream's write API over DuckDB.

    :param clock: tells when a call is made.
    :param data: the directory that keeps everything; without it, memory does.
    :param fsync: whether a call is only answered once it is on the disk, so that it outlives the
        computer's power and not only the process; every change then waits for the disk.
    :param prepare: called once with DuckDB's connection, before the first cursor is opened; the
        query half installs its functions there.
    :param surroundings: get the reports on late records that are rejected, if they are wanted.
    """

    def __init__(  # noqa: PLR0913 - what it connects, and how
        self,
        clock: Clock,
        data: Path | None = None,
        *,
        account: str = "123456789012",
        region: str = "us-east-1",
        fsync: bool = False,
        prepare: Callable[[DuckDBPyConnection], None] | None = None,
        surroundings: late.Surroundings | None = None,
    ) -> None:
        self.clock = clock
        self.account = account
        self.region = region
        self._sequence = 0  # of the last change
        self._flushed = 0  # the last change that DuckDB holds
        self._is_closed = False
        self._journal_lags = False  # behind what is in memory
        self._call_time: int | None = None  # of the change that is being made
        self._lock = threading.RLock()
        self._journal: Journal | None = None
        self._prepare = prepare
        self._data = data
        self._surroundings = surroundings
        if data is not None:
            data.mkdir(parents=True, exist_ok=True)
        self._connection = duckdb.connect(":memory:")
        self._catalog = self._empty_catalog()
        # Apart from the functions, which are not to outlive the process.
        where = str(data / "timestream.duckdb").replace("'", "''") if data else ":memory:"
        # What a file has anyway: a table in memory takes half as much.
        compressed = "" if data else " (COMPRESS)"
        self._connection.execute(f"ATTACH '{where}' AS {KEPT}{compressed}")
        for setting in (
            "GLOBAL TimeZone = 'UTC'",
            "GLOBAL enable_external_access = false",
            "GLOBAL lock_configuration = true",
        ):
            self._connection.execute(f"SET {setting}")
        if data is not None:
            self._open(Journal(data / "journal.jsonl", fsync=fsync))

    @property
    def databases(self) -> dict[str, Database]:
        """The databases by name."""
        return self._catalog.databases

    def call(self, operation: str, request: Json) -> Json:
        """Make one call of the write API; request and answer are as the API's JSON.

        :param operation: in the API's spelling, "WriteRecords".
        :raises TimestreamError: as the service does.
        """
        method = Catalog.OPERATIONS.get(operation)
        if method is None:
            raise ValidationException(f"The embedded Timestream does not do {operation}.")
        with self._lock:
            if self._is_closed:
                raise _ended()
            if not operation.startswith(_CHANGES):
                return method(self._catalog, request)
            change = Entry(self._sequence + 1, self.clock.now_ns(), operation, request)
            try:
                answer = self._change(change)
            except RejectedRecordsException:  # the other records are stored
                self._note(change)
                self._report_late_rejections()
                raise
            self._note(change)
            self._report_late_rejections()
            return answer

    def table(self, database: str, name: str) -> Table | None:
        """Look up a table; None if it or its database does not exist."""
        found = self._catalog.databases.get(database)
        listed = found.tables.get(name) if found else None
        return listed.table if listed else None

    def cursor(self) -> DuckDBPyConnection:
        """Open a DuckDB cursor that sees everything that was acknowledged."""
        with self._reading():
            if self._prepare is not None:
                self._prepare(self._connection)
                self._prepare = None
            return self._connection.cursor()

    def flush(self) -> None:
        """Hand what waits in memory to DuckDB, and empty the journal.

        :raises InternalServerException: if it can't, as on a full disk; then all of it waits on.
        """
        with self._lock:
            if self._flushed == self._sequence:
                return
            tables = [listed.table for listed in self._catalog.listed()]
            try:
                self._connection.begin()
                self._hand_over(tables)
                self._connection.commit()
            except duckdb.Error as error:
                with suppress(duckdb.Error):  # if committing failed, it is rolled back already
                    self._connection.rollback()
                for table in tables:
                    table.unflushed()
                raise InternalServerException(f"What waits cannot be kept: {error}") from error
            for table in tables:
                table.flushed()
            self._catalog.dropped.clear()
            self._flushed = self._sequence
            self._journal_lags = False
            if self._journal is not None:
                self._journal.clear()

    def _hand_over(self, tables: Iterable[Table]) -> None:
        for table in self._catalog.dropped:
            table.drop()
        for table in tables:
            table.flush()
        if self._data is not None:
            saved = json.dumps({"sequence": self._sequence, **self._catalog.save()})
            self._connection.execute(f"CREATE OR REPLACE TABLE {_CATALOG} (saved VARCHAR)")
            self._connection.execute(_SAVE, [saved])

    def reset(self) -> None:
        """Forget everything, on disk too."""
        with self._lock:
            for table in (*self._catalog.dropped, *(one.table for one in self._catalog.listed())):
                table.drop()
            self._catalog = self._empty_catalog()
            self._sequence += 1
            self.flush()

    def close(self) -> None:
        """Let go of the files; what is asked afterwards is answered so."""
        with self._lock:
            if self._journal is not None:
                with suppress(InternalServerException):  # then the journal keeps it
                    self.flush()
                self._journal.close()
            self._is_closed = True
            with suppress(duckdb.ResourceInUseException):  # a query that runs keeps it until then
                self._connection.close()

    def _empty_catalog(self) -> Catalog:
        return Catalog(self._connection, self._now, self._reading, self.account, self.region)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Hold still what is acknowledged, with all of it in DuckDB."""
        with self._lock:
            if self._is_closed:
                raise _ended()
            self.flush()
            yield

    def _now(self) -> int:
        return self.clock.now_ns() if self._call_time is None else self._call_time

    def _change(self, change: Entry) -> Json:
        # One time for the whole call, when it is made and when it is made again.
        self._call_time = change.now
        try:
            return Catalog.OPERATIONS[change.operation](self._catalog, change.request)
        finally:
            self._call_time = None

    def _note(self, change: Entry) -> None:
        self._sequence = change.sequence
        if self._journal is not None:
            try:
                self._journal.append(change)
            except OSError as error:
                # What follows may build on it: before that is acknowledged, DuckDB has to have it.
                self._journal_lags = True
                raise InternalServerException(f"The journal: {error.strerror}.") from error
        if self._journal_lags or any(listed.table.crowded for listed in self._catalog.listed()):
            self.flush()

    def _report_late_rejections(self) -> None:
        rejected, self._catalog.rejected_later = self._catalog.rejected_later, []
        if self._surroundings is not None:
            for rejection in rejected:
                rejection.report(self._surroundings, utc(self.clock))

    def _open(self, journal: Journal) -> None:
        """Read what an earlier process left."""
        self._connection.execute(f"CREATE TABLE IF NOT EXISTS {_CATALOG} (saved VARCHAR)")
        for (text,) in self._connection.execute(_LOAD).fetchall():
            saved = json.loads(text)
            self._sequence = saved["sequence"]
            self._catalog.load(saved)
        for change in journal.entries():
            if change.sequence > self._sequence:
                with suppress(TimestreamError):  # the caller was told then
                    self._change(change)
                self._sequence = change.sequence
        self._catalog.rejected_later.clear()  # they were reported then
        self._journal = journal
        self.flush()
        # Also of a line that a kill has torn.
        journal.clear()


def _ended() -> InternalServerException:
    return InternalServerException("This Timestream has ended.")
