"""Scheduled queries: the calls on them, and their runs.

A run asks the query, writes its rows to the target table and says on a topic how it went. What is
rejected is reported in a bucket, and the next run is made all the same; what the service calls
non-recoverable disables the query.
https://docs.aws.amazon.com/timestream/latest/developerguide/scheduledqueries.html
"""

from __future__ import annotations

import json
import re
import secrets
import threading
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from embedded_timestream import files, limits
from embedded_timestream.clock import NANOSECONDS, utc
from embedded_timestream.errors import (
    ConflictException,
    RejectedRecordsException,
    ResourceNotFoundException,
    ServiceQuotaExceededException,
    TimestreamError,
    ValidationException,
)
from embedded_timestream.record_sizes import KIB, request_bytes, write_units
from embedded_timestream.scheduled_queries.run import Run
from embedded_timestream.scheduled_queries.schedule_expression import parse
from embedded_timestream.write import control, mapping
from embedded_timestream.write.control import required

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from embedded_timestream.query.engine import Engine
    from embedded_timestream.write.store import Store

Json = dict[str, Any]

_NAME = re.compile(r"[a-zA-Z0-9|!\-_*'()]([a-zA-Z0-9]|[!\-_*'()/.])+")
_NAME_CHARACTERS = 64
_MAX_QUERIES = 10_000  # an account: ts-limits.html
_LIST_RESULTS = 1000
_FAILED_RUNS = 5  # that a description holds
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Surroundings(Protocol):
    """What scheduled queries need of the cloud around them."""

    def publish(self, topic: str, message: str, attributes: dict[str, str]) -> None:
        """Send a message to a topic, by its ARN.

        :raises ValidationException: if there is no such topic.
        """

    def put(self, bucket: str, key: str, body: bytes) -> None:
        """Put an object into a bucket.

        :raises ValidationException: if there is no such bucket.
        """


class ScheduledQueries:
    """The scheduled queries of one account and region.

    :param saved: the file that keeps them; without it, memory does.
    """

    def __init__(  # noqa: PLR0913 - what it connects
        self,
        store: Store,
        engine: Engine,
        surroundings: Surroundings,
        *,
        account: str,
        region: str,
        saved: Path | None = None,
    ) -> None:
        self._store = store
        self._engine = engine
        self._surroundings = surroundings
        self._prefix = f"arn:aws:timestream:{region}:{account}:scheduled-query/"
        self._saved = saved
        self._version = 0  # of the records that the last run wrote
        self._lock = threading.RLock()
        self._queries: dict[str, Json] = {}  # DescribeScheduledQuery's, and Tags, by ARN
        if saved is not None and saved.exists():
            self._queries = json.loads(saved.read_text(encoding="utf-8"))

    def call(self, operation: str, request: Json) -> Json:
        """Make one call; request and answer are as the API's JSON.

        :raises TimestreamError: as the service does.
        """
        with self._lock:
            answer = self.OPERATIONS[operation](self, request)
            if not operation.startswith(("Describe", "List")):
                self._save()
            return answer

    def next_due(self) -> datetime | None:
        """Tell when the next run is due, if one is."""
        with self._lock:
            times = [q["NextInvocationTime"] for q in self._queries.values() if _waits(q)]
            return _at(min(times)) if times else None

    def due(self, now: datetime) -> int:
        """Make every run that is due by now, in order of time.

        :returns: how many there were.
        """
        runs = 0
        with self._lock:
            while (time := self.next_due()) is not None and time <= now:
                query = min(
                    filter(_waits, self._queries.values()), key=lambda q: q["NextInvocationTime"]
                )
                following = parse(_expression(query)).after(time)
                query["NextInvocationTime"] = following and following.timestamp()
                self._run(query, time, "AUTO")
                self._save()
                runs += 1
        return runs

    def _create(self, request: Json) -> Json:
        name = str(required(request, "Name"))
        if not _NAME.fullmatch(name) or len(name) > _NAME_CHARACTERS:
            raise control.constraint("name", f"Member must satisfy the pattern {_NAME.pattern}")
        token = request.get("ClientToken")
        for query in self._queries.values():
            if query["Name"] == name or (token and query.get("ClientToken") == token):
                if token and query["Request"] == request:
                    return {"Arn": query["Arn"]}
                raise ConflictException(f"A scheduled query named {name} already exists.")
        if len(self._queries) >= _MAX_QUERIES:
            raise ServiceQuotaExceededException(
                f"The account has {_MAX_QUERIES} scheduled queries already."
            )
        now = utc(self._store.clock)
        self._check(request, now)
        arn = f"{self._prefix}{name}-{secrets.token_hex(8)}"
        described = (
            "Name",
            "QueryString",
            "ScheduleConfiguration",
            "NotificationConfiguration",
            "TargetConfiguration",
            "ScheduledQueryExecutionRoleArn",
            "KmsKeyId",
            "ErrorReportConfiguration",
        )
        query = {member: request[member] for member in described if member in request}
        query |= {"Arn": arn, "CreationTime": now.timestamp(), "State": "ENABLED"}
        query |= {"Tags": control.tags(request), "ClientToken": token, "Request": request}
        query["NextInvocationTime"] = _next(query, now)
        self._notify(query, {"type": "SCHEDULED_QUERY_CREATING", "arn": arn})
        self._queries[arn] = query
        self._notify(query, {"type": "SCHEDULED_QUERY_CREATED", "arn": arn})
        return {"Arn": arn}

    def _check(self, request: Json, now: datetime) -> None:
        required(request, "ScheduledQueryExecutionRoleArn")
        notification = required(request, "NotificationConfiguration")
        required(required(notification, "SnsConfiguration"), "TopicArn")
        report = required(request, "ErrorReportConfiguration")
        required(required(report, "S3Configuration"), "BucketName")
        expression = required(required(request, "ScheduleConfiguration"), "ScheduleExpression")
        if not expression.startswith(("rate(", "cron(")):
            raise ValidationException(f"Invalid schedule expression: {expression}")
        try:
            parse(expression)
        except ValueError as error:
            raise ValidationException(str(error)) from None
        text = at_runtime(required(request, "QueryString"), now)
        prepared = self._engine.call("PrepareQuery", {"QueryString": text, "ValidateOnly": True})
        target = request.get("TargetConfiguration", {}).get("TimestreamConfiguration")
        if target is None:
            return
        if self._store.table(target["DatabaseName"], target["TableName"]) is None:
            raise ValidationException(
                f"The target table {target['DatabaseName']}.{target['TableName']} does not exist."
            )
        mapping.check(
            target,
            {c["Name"]: c["Type"].get("ScalarType", "a collection") for c in prepared["Columns"]},
        )

    def _describe(self, request: Json) -> Json:
        query = self._found(request)
        hidden = ("Tags", "ClientToken", "Request")
        shown = {k: v for k, v in query.items() if k not in hidden and v is not None}
        if query["State"] == "DISABLED":
            shown.pop("NextInvocationTime", None)
        return {"ScheduledQuery": shown}

    def _list(self, request: Json) -> Json:
        arns, token = control.page(request, self._queries, _LIST_RESULTS)
        listed = []
        for arn in arns:
            shown = self._describe({"ScheduledQueryArn": arn})["ScheduledQuery"]
            members = (
                "Arn",
                "Name",
                "CreationTime",
                "State",
                "PreviousInvocationTime",
                "NextInvocationTime",
                "ErrorReportConfiguration",
            )
            entry = {member: shown[member] for member in members if member in shown}
            if target := shown.get("TargetConfiguration", {}).get("TimestreamConfiguration"):
                destination = {k: target[k] for k in ("DatabaseName", "TableName")}
                entry["TargetDestination"] = {"TimestreamDestination": destination}
            if last := shown.get("LastRunSummary"):
                entry["LastRunStatus"] = last["RunStatus"]
            listed.append(entry)
        return {"ScheduledQueries": listed, **token}

    def _update(self, request: Json) -> Json:
        query = self._found(request)
        state = required(request, "State")
        if state not in {"ENABLED", "DISABLED"}:
            raise control.constraint("state", "Member must be ENABLED or DISABLED")
        self._switch(query, state)
        return {}

    def _delete(self, request: Json) -> Json:
        query = self._found(request)
        del self._queries[query["Arn"]]
        self._notify(query, {"type": "SCHEDULED_QUERY_DELETED", "arn": query["Arn"]})
        return {}

    def _execute(self, request: Json) -> Json:
        query = self._found(request)
        self._run(query, _at(float(required(request, "InvocationTime"))), "MANUAL")
        return {}

    def _tag(self, request: Json) -> Json:
        return control.tag(self._tags_of(request), request)

    def _untag(self, request: Json) -> Json:
        return control.untag(self._tags_of(request), request)

    def _list_tags(self, request: Json) -> Json:
        return control.list_tags(self._tags_of(request))

    def _tags_of(self, request: Json) -> dict[str, str]:
        tags: dict[str, str] = self._found({"ScheduledQueryArn": request["ResourceARN"]})["Tags"]
        return tags

    def _found(self, request: Json) -> Json:
        arn = required(request, "ScheduledQueryArn")
        if (query := self._queries.get(arn)) is None:
            raise ResourceNotFoundException(f"The scheduled query {arn} does not exist.")
        return query

    def _switch(self, query: Json, state: str) -> None:
        query["State"] = state
        query["NextInvocationTime"] = _next(query, utc(self._store.clock))
        update = {"type": "SCHEDULED_QUERY_UPDATED", "arn": query["Arn"], "state": state}
        self._notify(query, update)

    def _run(self, query: Json, invocation: datetime, trigger: str) -> None:
        """Make one run, and keep and tell how it went.

        :param trigger: AUTO or MANUAL.
        """
        started = self._store.clock.now_ns()
        run = Run(query, invocation, trigger, started)
        recoverable = True
        try:
            self._write(run)
        except TimestreamError as error:
            run.failure = error.message
            recoverable = False
        if run.rejected:
            run.failure = f"Records rejected: {run.count_rejected()}. See the error report."
            self._report(run)
        elapsed = (self._store.clock.now_ns() - started) // 10**6
        summary = run.summary(elapsed)
        query["LastRunSummary"] = summary
        query["PreviousInvocationTime"] = summary["InvocationTime"]
        if run.failure is not None:
            failed = [summary, *query.get("RecentlyFailedRuns", ())]
            query["RecentlyFailedRuns"] = failed[:_FAILED_RUNS]
        self._notify(query, run.message(elapsed))
        if not recoverable:
            self._switch(query, "DISABLED")

    def _write(self, run: Run) -> None:
        rows = self._rows(run)
        target = run.query.get("TargetConfiguration", {}).get("TimestreamConfiguration")
        if target is None:
            run.rows = sum(1 for _ in rows)
            return
        where = {k: target[k] for k in ("DatabaseName", "TableName")}
        records = self._records(run, rows, target)
        while batch := list(islice(records, limits.RECORDS)):
            run.data_writes += KIB * write_units(request_bytes({}, batch))
            rejected = []
            try:
                self._store.call("WriteRecords", {**where, "Records": batch})
            except RejectedRecordsException as error:
                rejected = error.extra["RejectedRecords"]
            run.ingested += len(batch) - len(rejected)
            for one in rejected:
                record = mapping.reported(batch[one["RecordIndex"]])
                run.rejected.setdefault(one["Reason"], []).append(record)

    def _rows(self, run: Run) -> Iterator[mapping.Row]:
        request = {"QueryString": at_runtime(run.query["QueryString"], run.invocation)}
        while True:
            page = self._engine.call("Query", request)
            names = [column["Name"] for column in page["ColumnInfo"]]
            for row in page["Rows"]:
                yield dict(
                    zip(names, (datum.get("ScalarValue") for datum in row["Data"]), strict=True)
                )
            run.bytes_metered = page["QueryStatus"]["CumulativeBytesMetered"]
            run.bytes_scanned = page["QueryStatus"]["CumulativeBytesScanned"]
            if "NextToken" not in page:
                return
            request["NextToken"] = page["NextToken"]

    def _records(self, run: Run, rows: Iterator[mapping.Row], target: Json) -> Iterator[Json]:
        # The time in milliseconds, and more where simulated time stands still.
        self._version = max(self._version + 1, run.started // 10**6)
        for row in rows:
            run.rows += 1
            yield from mapping.records(target, row, self._version)

    def _report(self, run: Run) -> None:
        configuration = run.query["ErrorReportConfiguration"]["S3Configuration"]
        report = secrets.token_hex(16).upper()
        errors = [{"reason": r, "records": rejected} for r, rejected in run.rejected.items()]
        name = run.query["Arn"].removeprefix(self._prefix)
        moments = f"{int(run.invocation.timestamp())}/{run.trigger}/{run.started // NANOSECONDS}"
        prefix = configuration.get("ObjectKeyPrefix", "").rstrip("/")
        key = f"{prefix}/{name}/{moments}/{report}.json".lstrip("/")
        body = json.dumps({"reportId": report, "errors": errors}).encode()
        try:
            self._surroundings.put(configuration["BucketName"], key, body)
        except ValidationException as error:
            run.failure = error.message
            return
        run.report = {"BucketName": configuration["BucketName"], "ObjectKey": key}

    def _notify(self, query: Json, message: Json) -> None:
        # The types are those that AWS's own samples tell apart:
        # https://github.com/awslabs/amazon-timestream-tools (sample_apps_reinvent2021)
        topic = query["NotificationConfiguration"]["SnsConfiguration"]["TopicArn"]
        attributes = {"queryArn": query["Arn"], "notificationType": message["type"]}
        self._surroundings.publish(topic, json.dumps(message), attributes)

    def _save(self) -> None:
        if self._saved is not None:
            files.replace(self._saved, json.dumps(self._queries))

    OPERATIONS: ClassVar[dict[str, Callable[[ScheduledQueries, Json], Json]]] = {
        "CreateScheduledQuery": _create,
        "DeleteScheduledQuery": _delete,
        "DescribeScheduledQuery": _describe,
        "ExecuteScheduledQuery": _execute,
        "ListScheduledQueries": _list,
        "ListTagsForResource": _list_tags,
        "TagResource": _tag,
        "UntagResource": _untag,
        "UpdateScheduledQuery": _update,
    }
    """The calls, by the API's spelling; those on tags are for scheduled queries' ARNs."""


def at_runtime(query: str, time: datetime) -> str:
    """Put the time of a run where a query says @scheduled_runtime.

    :raises ValidationException: if the text has no words of SQL.
    """
    from sqlglot import tokenize  # noqa: PLC0415 - it loads when a query comes
    from sqlglot.errors import SqlglotError  # noqa: PLC0415

    try:
        tokens = tokenize(query, dialect="trino")
    except SqlglotError:
        raise ValidationException("The query syntax is invalid.") from None
    literal = f"TIMESTAMP '{time:%Y-%m-%d %H:%M:%S.%f}000'"
    for at, name in reversed(list(pairwise(tokens))):
        if at.text == "@" and name.text == "scheduled_runtime":
            query = query[: at.start] + literal + query[name.end + 1 :]
    return query


def _expression(query: Json) -> str:
    return str(query["ScheduleConfiguration"]["ScheduleExpression"])


def _next(query: Json, now: datetime) -> float | None:
    following = parse(_expression(query)).after(now)
    return following.timestamp() if following else None


def _waits(query: Json) -> bool:
    return query["State"] == "ENABLED" and query["NextInvocationTime"] is not None


def _at(seconds: float) -> datetime:
    return _EPOCH + timedelta(seconds=seconds)
