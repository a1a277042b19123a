"""The databases of one account and region: every call of Timestream's write API.

What a call does stands in the module of its subject (`control`, `records`, `table`); here is who
calls whom, one at a time, and what outlives the process.
"""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, ClassVar

import duckdb

from local.timestream import control, limits
from local.timestream.control import required
from local.timestream.errors import (
    ConflictException,
    RejectedRecordsException,
    ResourceNotFoundException,
    ServiceQuotaExceededException,
    TimestreamError,
    ValidationException,
)
from local.timestream.journal import Entry, Journal
from local.timestream.retention import Retention
from local.timestream.rows import Rows
from local.timestream.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from local.clock import Clock
    from local.timestream.control import Json

# The calls that only read are not worth a line in the journal.
_CHANGES = ("Create", "Update", "Delete", "WriteRecords", "TagResource", "UntagResource")


@dataclass
class Database:
    """One database and its tables, as the control calls describe it."""

    description: Json
    tables: dict[str, Listed] = field(default_factory=dict)


@dataclass
class Listed:
    """One table: what the control calls describe, and what it holds."""

    description: Json
    number: int
    table: Table


class Store:
    """Timestream's write API over DuckDB.

    :param clock: tells when a call is made.
    :param data: the directory that keeps everything; without it, memory does.
    :param prepare: called once with DuckDB's connection before its configuration is locked; the
        query half installs its functions there.
    """

    def __init__(
        self,
        clock: Clock,
        data: Path | None = None,
        *,
        account: str = "123456789012",
        region: str = "us-east-1",
        prepare: Callable[[DuckDBPyConnection], None] | None = None,
    ) -> None:
        self.clock = clock
        self.databases: dict[str, Database] = {}
        self._account = account
        self._region = region
        self._tags: dict[str, dict[str, str]] = {}  # by ARN
        self._dropped: list[Table] = []  # that DuckDB still has
        self._numbers = 0  # of tables, in order of creation
        self._sequence = 0  # of the last change
        self._flushed = 0  # the last change that DuckDB holds
        self._call_time: int | None = None  # of the change that is being made
        self._lock = threading.RLock()
        self._journal: Journal | None = None
        self._connection = duckdb.connect(":memory:")
        if data is not None:
            self._connection.close()
            data.mkdir(parents=True, exist_ok=True)
            self._connection = duckdb.connect(data / "timestream.duckdb")
        if prepare is not None:
            prepare(self._connection)
        for setting in (
            "GLOBAL TimeZone = 'UTC'",
            "GLOBAL enable_external_access = false",
            "GLOBAL lock_configuration = true",
        ):
            self._connection.execute(f"SET {setting}")
        if data is not None:
            self._open(Journal(data / "journal.jsonl"))

    def call(self, operation: str, request: Json) -> Json:
        """Make one call of the write API; request and answer are as the API's JSON.

        :param operation: in the API's spelling, "WriteRecords".
        :raises TimestreamError: as the service does.
        """
        method = self.OPERATIONS.get(operation)
        if method is None:
            raise ValidationException(f"The embedded Timestream does not do {operation}.")
        with self._lock:
            if not operation.startswith(_CHANGES):
                return method(self, request)
            change = Entry(self._sequence + 1, self.clock.now_ns(), operation, request)
            try:
                answer = self._change(change)
            except RejectedRecordsException:  # the other records are stored
                self._note(change)
                raise
            self._note(change)
            return answer

    def table(self, database: str, name: str) -> Table | None:
        """Look up a table; None if it or its database does not exist."""
        found = self.databases.get(database)
        listed = found.tables.get(name) if found else None
        return listed.table if listed else None

    def cursor(self) -> DuckDBPyConnection:
        """Open a DuckDB cursor that sees everything that was acknowledged."""
        with self._lock:
            self.flush()
            return self._connection.cursor()

    def flush(self) -> None:
        """Hand what waits in memory to DuckDB, and empty the journal."""
        with self._lock:
            if self._flushed == self._sequence:
                return
            self._connection.begin()
            for table in self._dropped:
                table.drop()
            for listed in self._listed():
                listed.table.flush()
            if self._journal is not None:
                self._connection.execute("CREATE OR REPLACE TABLE ts_catalog (saved VARCHAR)")
                self._connection.execute(
                    "INSERT INTO ts_catalog VALUES (?)", [json.dumps(self._saved())]
                )
            self._connection.commit()
            self._dropped.clear()
            self._flushed = self._sequence
            if self._journal is not None:
                self._journal.clear()

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            if self._journal is not None:
                self.flush()
                self._journal.close()
            self._connection.close()

    # What outlives the process

    def _change(self, change: Entry) -> Json:
        # One time for the whole call, when it is made and when it is made again.
        self._call_time = change.now
        try:
            return self.OPERATIONS[change.operation](self, change.request)
        finally:
            self._call_time = None

    def _note(self, change: Entry) -> None:
        self._sequence = change.sequence
        if self._journal is not None:
            self._journal.append(change)
        if any(listed.table.crowded for listed in self._listed()):
            self.flush()

    def _saved(self) -> Json:
        return {
            "sequence": self._sequence,
            "numbers": self._numbers,
            "tags": self._tags,
            "databases": [
                {
                    "description": database.description,
                    "tables": [
                        {
                            "description": listed.description,
                            "number": listed.number,
                            "retention": asdict(listed.table.retention),
                            "table": listed.table.save(),
                        }
                        for listed in database.tables.values()
                    ],
                }
                for database in self.databases.values()
            ],
        }

    def _open(self, journal: Journal) -> None:
        """Read what an earlier process left."""
        if self._connection.execute(
            "SELECT 1 FROM duckdb_tables() WHERE table_name = 'ts_catalog'"
        ).fetchone():
            row = self._connection.execute("SELECT saved FROM ts_catalog").fetchone()
            self._load(json.loads(row[0] if row else "{}"))
        for change in journal.entries():
            if change.sequence > self._sequence:
                with suppress(TimestreamError):  # the caller was told then
                    self._change(change)
                self._sequence = change.sequence
        self._journal = journal
        self._flushed = -1
        self.flush()

    def _load(self, saved: Json) -> None:
        self._sequence, self._numbers = saved["sequence"], saved["numbers"]
        self._tags = saved["tags"]
        for each in saved["databases"]:
            database = Database(each["description"])
            self.databases[database.description["DatabaseName"]] = database
            for one in each["tables"]:
                description = one["description"]
                table = self._new_table(one["number"], Retention(**one["retention"]), description)
                table.load(one["table"])
                database.tables[description["TableName"]] = Listed(
                    description, one["number"], table
                )

    # Databases

    def _create_database(self, request: Json) -> Json:
        name = control.new_name(request, "DatabaseName")
        tags = control.tags(request)
        if name in self.databases:
            raise ConflictException(f"The database {name} already exists.")
        if len(self.databases) >= limits.DATABASES:
            raise ServiceQuotaExceededException(
                f"The account has {limits.DATABASES} databases already."
            )
        arn = self._arn(name)
        self.databases[name] = Database(
            {
                "Arn": arn,
                "DatabaseName": name,
                "KmsKeyId": request.get("KmsKeyId") or self._default_key(),
                "CreationTime": self._seconds(),
                "LastUpdatedTime": self._seconds(),
            }
        )
        self._tags[arn] = tags
        return self._describe_database(request)

    def _describe_database(self, request: Json) -> Json:
        database = self._database(request)
        return {"Database": {**database.description, "TableCount": len(database.tables)}}

    def _update_database(self, request: Json) -> Json:
        database = self._database(request)
        database.description |= {
            "KmsKeyId": required(request, "KmsKeyId"),
            "LastUpdatedTime": self._seconds(),
        }
        return self._describe_database(request)

    def _delete_database(self, request: Json) -> Json:
        database = self._database(request)
        if database.tables:
            raise ValidationException(
                f"The database {request['DatabaseName']} cannot be deleted because it has tables."
            )
        del self.databases[request["DatabaseName"]]
        del self._tags[database.description["Arn"]]
        return {}

    def _list_databases(self, request: Json) -> Json:
        names, token = control.page(request, self.databases)
        found = [self._describe_database({"DatabaseName": name})["Database"] for name in names]
        return {"Databases": found, **token}

    # Tables

    def _create_table(self, request: Json) -> Json:
        name = control.new_name(request, "TableName")
        tags = control.tags(request)
        database = self._database(request)
        retention = control.retention(request, None, self._now())
        keys = control.partition_key(request, None)
        if name in database.tables:
            raise ConflictException(f"The table {name} already exists.")
        if sum(1 for _ in self._listed()) >= limits.TABLES:
            raise ServiceQuotaExceededException(f"The account has {limits.TABLES} tables already.")
        self._numbers += 1
        description: Json = {
            "Arn": self._arn(request["DatabaseName"], name),
            "TableName": name,
            "DatabaseName": request["DatabaseName"],
            "TableStatus": "ACTIVE",
            "CreationTime": self._seconds(),
            "MagneticStoreWriteProperties": {"EnableMagneticStoreWrites": False},
        }
        _describe(description, request, retention, keys)
        table = self._new_table(self._numbers, retention, description)
        database.tables[name] = Listed(description, self._numbers, table)
        self._tags[description["Arn"]] = tags
        description["LastUpdatedTime"] = self._seconds()
        return {"Table": description}

    def _describe_table(self, request: Json) -> Json:
        return {"Table": self._found(request).description}

    def _update_table(self, request: Json) -> Json:
        listed = self._found(request)
        old = listed.table.retention
        retention = control.retention(request, old, self._now())
        keys = control.partition_key(request, listed.description["Schema"]["CompositePartitionKey"])
        # A longer retention does not bring back what has aged out.
        self.flush()
        listed.table.purge()
        listed.table.retention = retention
        listed.table.required_dimensions = control.enforced(keys)
        _describe(listed.description, request, retention, keys)
        listed.description["LastUpdatedTime"] = self._seconds()
        return {"Table": listed.description}

    def _delete_table(self, request: Json) -> Json:
        listed = self._found(request)
        del self._database(request).tables[request["TableName"]]
        del self._tags[listed.description["Arn"]]
        self._dropped.append(listed.table)
        return {}

    def _list_tables(self, request: Json) -> Json:
        """Answer ListTables; without a database, the tables of all of them."""
        if request.get("DatabaseName"):
            databases = [self._database(request)]
        else:
            databases = list(self.databases.values())
        listed = {one.description["Arn"]: one for d in databases for one in d.tables.values()}
        arns, token = control.page(request, listed)
        return {"Tables": [listed[arn].description for arn in arns], **token}

    def _write_records(self, request: Json) -> Json:
        return self._found(request).table.write(request, self._now())

    # Tags

    def _tag_resource(self, request: Json) -> Json:
        tags = self._tags_of(request)
        added = control.tags({"Tags": required(request, "Tags")})
        if len(tags | added) > limits.TAGS:
            raise ServiceQuotaExceededException(f"The resource has more than {limits.TAGS} tags.")
        tags.update(added)
        return {}

    def _untag_resource(self, request: Json) -> Json:
        tags = self._tags_of(request)
        for key in required(request, "TagKeys"):
            tags.pop(key, None)
        return {}

    def _list_tags_for_resource(self, request: Json) -> Json:
        tags = self._tags_of(request)
        return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}

    # What the calls share

    def _database(self, request: Json) -> Database:
        name = required(request, "DatabaseName")
        if (database := self.databases.get(name)) is None:
            raise ResourceNotFoundException(f"The database {name} does not exist.")
        return database

    def _found(self, request: Json) -> Listed:
        database = self._database(request)
        name = required(request, "TableName")
        if (listed := database.tables.get(name)) is None:
            raise ResourceNotFoundException(f"The table {name} does not exist.")
        return listed

    def _listed(self) -> Iterator[Listed]:
        for database in self.databases.values():
            yield from database.tables.values()

    def _tags_of(self, request: Json) -> dict[str, str]:
        arn = required(request, "ResourceARN")
        if (tags := self._tags.get(arn)) is None:
            raise ResourceNotFoundException(f"The resource {arn} does not exist.")
        return tags

    def _new_table(self, number: int, retention: Retention, description: Json) -> Table:
        table = Table(Rows(self._connection, number), retention, self._now, self.flush)
        table.required_dimensions = control.enforced(description["Schema"]["CompositePartitionKey"])
        return table

    def _arn(self, database: str, table: str | None = None) -> str:
        arn = f"arn:aws:timestream:{self._region}:{self._account}:database/{database}"
        return f"{arn}/table/{table}" if table else arn

    def _default_key(self) -> str:
        return f"arn:aws:kms:{self._region}:{self._account}:key/timestream-default"

    def _now(self) -> int:
        return self.clock.now_ns() if self._call_time is None else self._call_time

    def _seconds(self) -> float:
        return self._now() // 10**6 / 1000

    OPERATIONS: ClassVar[dict[str, Callable[[Store, Json], Json]]] = {
        "CreateDatabase": _create_database,
        "CreateTable": _create_table,
        "DeleteDatabase": _delete_database,
        "DeleteTable": _delete_table,
        "DescribeDatabase": _describe_database,
        "DescribeTable": _describe_table,
        "ListDatabases": _list_databases,
        "ListTables": _list_tables,
        "ListTagsForResource": _list_tags_for_resource,
        "TagResource": _tag_resource,
        "UntagResource": _untag_resource,
        "UpdateDatabase": _update_database,
        "UpdateTable": _update_table,
        "WriteRecords": _write_records,
    }
    """The calls, by the API's spelling."""


def _describe(description: Json, request: Json, retention: Retention, keys: list[Json]) -> None:
    """Put what a CreateTable or UpdateTable sets into the table's description."""
    description["RetentionProperties"] = {
        "MemoryStoreRetentionPeriodInHours": retention.memory_hours,
        "MagneticStoreRetentionPeriodInDays": retention.magnetic_days,
    }
    description["Schema"] = {"CompositePartitionKey": keys}
    if (properties := request.get("MagneticStoreWriteProperties")) is not None:
        description["MagneticStoreWriteProperties"] = properties
