"""Batch load: tasks that read CSV files from a bucket into a table.

A task is done when CreateBatchLoadTask answers; it is not kept beyond the process.
https://docs.aws.amazon.com/timestream/latest/developerguide/batch-load.html
"""

from __future__ import annotations

import csv
import io
import json
import secrets
import threading
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from embedded_timestream import limits
from embedded_timestream.errors import (
    RejectedRecordsException,
    ResourceNotFoundException,
    ValidationException,
)
from embedded_timestream.record_sizes import KIB, request_bytes, write_units
from embedded_timestream.write import control, mapping
from embedded_timestream.write.control import required

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from embedded_timestream.write.store import Store

Json = dict[str, Any]

_SEPARATORS = (",", "|", ";", "\t", " ")
_LIST_RESULTS = 100
_CONFIGURATIONS = (
    "DataModelConfiguration",
    "DataSourceConfiguration",
    "ReportConfiguration",
    "TargetDatabaseName",
    "TargetTableName",
    "RecordVersion",
)


class Buckets(Protocol):
    """What batch load needs of the cloud around it."""

    def read(self, bucket: str, prefix: str) -> list[tuple[str, bytes]]:
        """Give key and content of each object whose key starts with the prefix.

        :raises ValidationException: if there is no such bucket.
        """

    def put(self, bucket: str, key: str, body: bytes) -> None:
        """Put an object into a bucket.

        :raises ValidationException: if there is no such bucket.
        """


class BatchLoads:
    """The batch load tasks of one account and region."""

    def __init__(self, store: Store, buckets: Buckets) -> None:
        self._store = store
        self._buckets = buckets
        self._lock = threading.Lock()
        self._tasks: dict[str, Json] = {}  # as DescribeBatchLoadTask gives them

    def call(self, operation: str, request: Json) -> Json:
        """Make one call; request and answer are as the API's JSON.

        :raises TimestreamError: as the service does.
        """
        with self._lock:
            return self.OPERATIONS[operation](self, request)

    def _create(self, request: Json) -> Json:
        source = required(request, "DataSourceConfiguration")
        required(required(source, "DataSourceS3Configuration"), "BucketName")
        if required(source, "DataFormat") != "CSV":
            raise control.constraint("dataFormat", "Member must satisfy enum value set: [CSV]")
        if (separator := _csv(source).get("ColumnSeparator", ",")) not in _SEPARATORS:
            raise control.constraint("columnSeparator", f"Member must not be {separator!r}")
        required(required(request, "ReportConfiguration"), "ReportS3Configuration")
        where = [required(request, f"Target{what}Name") for what in ("Database", "Table")]
        if self._store.table(*where) is None:
            raise ResourceNotFoundException(f"The table {'.'.join(where)} does not exist.")
        now = self._store.clock.now_ns() // 10**6 / 1000
        task = {k: request[k] for k in _CONFIGURATIONS if k in request}
        task |= {"TaskId": secrets.token_hex(16).upper(), "CreationTime": now}
        load = _Load(self._store, task, self._model(request))
        try:
            for key, body in self._buckets.read(**_location(source["DataSourceS3Configuration"])):
                load.file(key, body)
            task["TaskStatus"] = "SUCCEEDED"
        except ValidationException as error:
            task |= {"TaskStatus": "FAILED", "ErrorMessage": error.message}
        task |= {"ProgressReport": load.progress, "LastUpdatedTime": now}
        self._tasks[task["TaskId"]] = task
        if load.errors:
            self._report(task, load.errors)
        return {"TaskId": task["TaskId"]}

    def _model(self, request: Json) -> Json:
        configuration = required(request, "DataModelConfiguration")
        if stored := configuration.get("DataModelS3Configuration"):
            found = dict(self._buckets.read(stored["BucketName"], stored["ObjectKey"]))
            if stored["ObjectKey"] not in found:
                raise ValidationException(f"The data model {stored['ObjectKey']} does not exist.")
            model: Json = json.loads(found[stored["ObjectKey"]])
        else:
            model = required(configuration, "DataModel")
        required(model, "TimeColumn")
        if ("MultiMeasureMappings" in model) == ("MixedMeasureMappings" in model):
            raise ValidationException(
                "Exactly one of MultiMeasureMappings and MixedMeasureMappings must be specified."
            )
        return model

    def _report(self, task: Json, errors: list[Json]) -> None:
        place = task["ReportConfiguration"]["ReportS3Configuration"]
        key = f"{place.get('ObjectKeyPrefix', '').rstrip('/')}/{task['TaskId']}/errors.json"
        body = json.dumps({"taskId": task["TaskId"], "errors": errors}).encode()
        self._buckets.put(place["BucketName"], key.lstrip("/"), body)

    def _describe(self, request: Json) -> Json:
        return {"BatchLoadTaskDescription": self._found(request)}

    def _list(self, request: Json) -> Json:
        status = request.get("TaskStatus")
        chosen = [k for k, t in self._tasks.items() if status in (None, t["TaskStatus"])]
        ids, token = control.page(request, chosen, _LIST_RESULTS)
        tasks = [
            {
                "TaskId": task["TaskId"],
                "TaskStatus": task["TaskStatus"],
                "DatabaseName": task["TargetDatabaseName"],
                "TableName": task["TargetTableName"],
                "CreationTime": task["CreationTime"],
                "LastUpdatedTime": task["LastUpdatedTime"],
            }
            for task in map(self._tasks.__getitem__, ids)
        ]
        return {"BatchLoadTasks": tasks, **token}

    def _resume(self, request: Json) -> Json:
        task = self._found(request)
        raise ValidationException(
            f"The batch load task {task['TaskId']} is {task['TaskStatus']} and cannot be resumed."
        )

    def _found(self, request: Json) -> Json:
        name = required(request, "TaskId")
        if (task := self._tasks.get(name)) is None:
            raise ResourceNotFoundException(f"The batch load task {name} does not exist.")
        return task

    OPERATIONS: ClassVar[dict[str, Callable[[BatchLoads, Json], Json]]] = {
        "CreateBatchLoadTask": _create,
        "DescribeBatchLoadTask": _describe,
        "ListBatchLoadTasks": _list,
        "ResumeBatchLoadTask": _resume,
    }
    """The calls, by the API's spelling."""


class _Load:
    """What one task does, as it goes on."""

    def __init__(self, store: Store, task: Json, model: Json) -> None:
        self._store = store
        self._task = task
        self._model = model
        self.errors: list[Json] = []
        self.progress = {
            "RecordsProcessed": 0,
            "RecordsIngested": 0,
            "ParseFailures": 0,
            "RecordIngestionFailures": 0,
            "FileFailures": 0,
            "BytesMetered": 0,
        }

    def file(self, key: str, body: bytes) -> None:
        """Load one file."""
        try:
            rows = list(self._rows(key, body))
            records = iter([r for row in rows for r in self._records(row)])
        except KeyError as error:
            self._fail_file(key, f"The file has no column {error}.")
            return
        except (UnicodeDecodeError, csv.Error) as error:
            self._fail_file(key, f"The file cannot be read: {error}.")
            return
        while batch := list(islice(records, limits.RECORDS)):
            try:
                self._write(key, batch)
            except ValidationException:
                # It refuses the whole call: find the record that it is about.
                for record in batch:
                    self._write_one(key, record)

    def _rows(self, key: str, body: bytes) -> Iterator[mapping.Row]:
        options = _csv(self._task["DataSourceConfiguration"])
        reader = csv.DictReader(
            io.StringIO(body.decode("utf-8-sig"), newline=""),
            delimiter=options.get("ColumnSeparator", ","),
            quotechar=options.get("QuoteChar", '"'),
            escapechar=options.get("EscapeChar"),
            strict=True,
        )
        for row in reader:
            self.progress["RecordsProcessed"] += 1
            if None in row or None in row.values():
                self.progress["ParseFailures"] += 1
                line = reader.line_num
                self.errors.append({"file": key, "line": line, "reason": "Wrong number of columns"})
                continue
            trimmed = {
                name: text.strip() if options.get("TrimWhiteSpace") else text
                for name, text in row.items()
            }
            yield {
                name: None if text in {"", options.get("NullValue")} else text
                for name, text in trimmed.items()
            }

    def _records(self, row: mapping.Row) -> Iterator[Json]:
        common = {
            "Dimensions": [
                {"Name": d.get("DestinationColumn") or d["SourceColumn"], "Value": value}
                for d in self._model["DimensionMappings"]
                if (value := row[d["SourceColumn"]]) is not None
            ],
            "Time": row[self._model["TimeColumn"]],
            "TimeUnit": self._model.get("TimeUnit", "MILLISECONDS"),
            "Version": self._task.get("RecordVersion", 1),
        }
        for measure in mapping.measures(self._model, row, str):
            yield {**common, **measure}

    def _write(self, key: str, records: list[Json]) -> None:
        where = {
            "DatabaseName": self._task["TargetDatabaseName"],
            "TableName": self._task["TargetTableName"],
        }
        rejected: list[Json] = []
        try:
            self._store.call("WriteRecords", {**where, "Records": records})
        except RejectedRecordsException as error:
            rejected = error.extra["RejectedRecords"]
        self.progress["BytesMetered"] += KIB * write_units(request_bytes({}, records))
        self.progress["RecordsIngested"] += len(records) - len(rejected)
        self._fail(key, [(one["Reason"], records[one["RecordIndex"]]) for one in rejected])

    def _write_one(self, key: str, record: Json) -> None:
        try:
            self._write(key, [record])
        except ValidationException as error:
            self._fail(key, [(error.message, record)])

    def _fail_file(self, key: str, reason: str) -> None:
        self.progress["FileFailures"] += 1
        self.errors.append({"file": key, "reason": reason})

    def _fail(self, key: str, failures: list[tuple[str, Json]]) -> None:
        self.progress["RecordIngestionFailures"] += len(failures)
        self.errors += [
            {"file": key, "reason": reason, "record": mapping.reported(record)}
            for reason, record in failures
        ]


def _csv(source: Json) -> Json:
    options: Json = source.get("CsvConfiguration") or {}
    return options


def _location(configuration: Json) -> dict[str, str]:
    return {
        "bucket": configuration["BucketName"],
        "prefix": configuration.get("ObjectKeyPrefix", ""),
    }
