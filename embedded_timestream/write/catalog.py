"""The databases and tables of one account and region, and what the API's calls do to them.

Nothing here locks or outlives the process: the store sees to both.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, ClassVar

from embedded_timestream import limits
from embedded_timestream.errors import (
    ConflictException,
    ResourceNotFoundException,
    ServiceQuotaExceededException,
    ValidationException,
)
from embedded_timestream.write import control
from embedded_timestream.write.control import required
from embedded_timestream.write.late import Rejection
from embedded_timestream.write.retention import Retention
from embedded_timestream.write.rows import Rows
from embedded_timestream.write.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from duckdb import DuckDBPyConnection

    from embedded_timestream.write.control import Json


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


class Catalog:
    """The databases and tables, and the calls of the write API by their names.

    :param connection: the DuckDB database that holds the rows.
    :param now: tells the time of the call that is being made, in nanoseconds since 1970.
    :param reading: a context in which every table is flushed and nobody writes.
    """

    def __init__(
        self,
        connection: DuckDBPyConnection,
        now: Callable[[], int],
        reading: Callable[[], AbstractContextManager[None]],
        account: str,
        region: str,
    ) -> None:
        self.databases: dict[str, Database] = {}
        self.dropped: list[Table] = []  # that DuckDB still has
        self.rejected_later: list[Rejection] = []  # and not reported yet
        self._connection = connection
        self._now = now
        self._reading = reading
        self._account = account
        self._region = region
        self._tags: dict[str, dict[str, str]] = {}  # by ARN
        self._numbers = 0  # of tables, in order of creation

    def save(self) -> Json:
        """Give everything but the rows, as JSON can carry it."""
        return {
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

    def load(self, saved: Json) -> None:
        """Open again what an earlier process saved."""
        self._numbers, self._tags = saved["numbers"], saved["tags"]
        for each in saved["databases"]:
            database = Database(each["description"])
            self.databases[database.description["DatabaseName"]] = database
            for one in each["tables"]:
                description = one["description"]
                keys = description["Schema"]["CompositePartitionKey"]
                table = self._new_table(one["number"], Retention(**one["retention"]), keys)
                table.load(one["table"])
                database.tables[description["TableName"]] = Listed(
                    description, one["number"], table
                )

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

    def _create_table(self, request: Json) -> Json:
        name = control.new_name(request, "TableName")
        tags = control.tags(request)
        database = self._database(request)
        retention = control.retention(request, None, self._now())
        keys = control.partition_key(request, None)
        if name in database.tables:
            raise ConflictException(f"The table {name} already exists.")
        if sum(1 for _ in self.listed()) >= limits.TABLES:
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
        table = self._new_table(self._numbers, retention, keys)
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
        with self._reading():
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
        self.dropped.append(listed.table)
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
        listed = self._found(request)
        rejected_later: dict[int, str] = {}
        try:
            return listed.table.write(request, self._now(), rejected_later)
        finally:
            if rejected_later:
                self.rejected_later.append(Rejection(listed.description, request, rejected_later))

    def _tag_resource(self, request: Json) -> Json:
        return control.tag(self._tags_of(request), request)

    def _untag_resource(self, request: Json) -> Json:
        return control.untag(self._tags_of(request), request)

    def _list_tags_for_resource(self, request: Json) -> Json:
        return control.list_tags(self._tags_of(request))

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

    def listed(self) -> Iterator[Listed]:
        """Give every table."""
        for database in self.databases.values():
            yield from database.tables.values()

    def _tags_of(self, request: Json) -> dict[str, str]:
        arn = required(request, "ResourceARN")
        if (tags := self._tags.get(arn)) is None:
            raise ResourceNotFoundException(f"The resource {arn} does not exist.")
        return tags

    def _new_table(self, number: int, retention: Retention, keys: list[Json]) -> Table:
        table = Table(Rows(self._connection, number), retention, self._now, self._reading)
        table.required_dimensions = control.enforced(keys)
        return table

    def _arn(self, database: str, table: str | None = None) -> str:
        arn = f"arn:aws:timestream:{self._region}:{self._account}:database/{database}"
        return f"{arn}/table/{table}" if table else arn

    def _default_key(self) -> str:
        return f"arn:aws:kms:{self._region}:{self._account}:key/timestream-default"

    def _seconds(self) -> float:
        return self._now() // 10**6 / 1000

    OPERATIONS: ClassVar[dict[str, Callable[[Catalog, Json], Json]]] = {
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
