"""Scheduled queries: what they write, what they report and what they tell."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from embedded_timestream import functions
from embedded_timestream.errors import (
    ConflictException,
    ResourceNotFoundException,
    ValidationException,
)
from embedded_timestream.query.engine import Engine
from embedded_timestream.scheduled_queries.service import ScheduledQueries, at_runtime
from embedded_timestream.write.mapping import nanoseconds
from embedded_timestream.write.store import Store
from tests.embedded_timestream.writing import (
    HOUR,
    MINUTE,
    NOON,
    NOON_NS,
    WHERE,
    StoppedClock,
    dimensions,
    record,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path


TOPIC = "arn:aws:sns:us-east-1:123456789012:runs"
TARGET = {"DatabaseName": "bridges", "TableName": "hourly"}
QUERY = """
    SELECT city, measure_name AS bridge, bin(time, 1h) AS hour,
        count(*) AS readings, avg(measure_value::double) AS wind, max(time) AS latest
    FROM "bridges"."status"
    WHERE time > @scheduled_runtime - 2h AND time <= @scheduled_runtime
    GROUP BY city, measure_name, bin(time, 1h)
"""


class Recorder:
    """Surroundings that keep what they are told."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.attributes: list[dict[str, str]] = []
        self.objects: dict[str, Any] = {}

    def publish(self, topic: str, message: str, attributes: dict[str, str]) -> None:
        if topic != TOPIC:
            raise ValidationException(f"The topic {topic} does not exist.")
        self.messages.append(json.loads(message))
        self.attributes.append(attributes)

    def put(self, bucket: str, key: str, body: bytes) -> None:
        if bucket != "reports":
            raise ValidationException(f"The bucket {bucket} does not exist.")
        self.objects[key] = json.loads(body)


class World:
    """A store with readings of two bridges, and scheduled queries over it."""

    def __init__(self, saved: Path | None = None) -> None:
        self.clock = StoppedClock()
        self.around = Recorder()
        self.store = Store(self.clock, prepare=functions.install)
        self.store.call("CreateDatabase", {"DatabaseName": "bridges"})
        self.store.call("CreateTable", dict(WHERE))
        self.store.call("CreateTable", dict(TARGET))
        self.write(
            *(record(f"{i}", "DOUBLE", at=NOON_NS - i * 20 * MINUTE) for i in range(6)),
            record("7", "DOUBLE", name="Jordfallsbron"),
        )
        self.engine = Engine(self.store)
        self.queries = self.opened(saved)

    def opened(self, saved: Path | None) -> ScheduledQueries:
        return ScheduledQueries(
            self.store,
            self.engine,
            self.around,
            account="123456789012",
            region="us-east-1",
            saved=saved,
        )

    def write(self, *records: dict[str, Any]) -> None:
        common = {"Dimensions": dimensions(city="Gothenburg")}
        request = {**WHERE, "Records": list(records), "CommonAttributes": common}
        self.store.call("WriteRecords", request)

    def create(self, **members: Any) -> str:  # noqa: ANN401 - JSON
        return str(self.queries.call("CreateScheduledQuery", definition(**members))["Arn"])

    def describe(self, arn: str) -> dict[str, Any]:
        query: dict[str, Any] = self.queries.call(
            "DescribeScheduledQuery", {"ScheduledQueryArn": arn}
        )["ScheduledQuery"]
        return query

    def execute(self, arn: str, at: datetime = NOON) -> dict[str, Any]:
        """Run a query by hand, and give the notification."""
        self.queries.call(
            "ExecuteScheduledQuery", {"ScheduledQueryArn": arn, "InvocationTime": at.timestamp()}
        )
        return next(m for m in reversed(self.around.messages) if "scheduledQueryRunSummary" in m)

    def rows(self, table: str = "hourly") -> list[list[str | None]]:
        answer = self.engine.call("Query", {"QueryString": f'SELECT * FROM "bridges"."{table}"'})  # noqa: S608 - ours
        return sorted([value.get("ScalarValue") for value in row["Data"]] for row in answer["Rows"])


MULTI: dict[str, Any] = {
    "TimeColumn": "hour",
    "DimensionMappings": [{"Name": "city", "DimensionValueType": "VARCHAR"}],
    "MeasureNameColumn": "bridge",
    "MultiMeasureMappings": {
        "MultiMeasureAttributeMappings": [
            {
                "SourceColumn": "wind",
                "TargetMultiMeasureAttributeName": "mean_wind",
                "MeasureValueType": "DOUBLE",
            },
            {"SourceColumn": "readings", "MeasureValueType": "BIGINT"},
            {"SourceColumn": "latest", "MeasureValueType": "TIMESTAMP"},
        ]
    },
}


def definition(target: dict[str, Any] | None = MULTI, **members: object) -> dict[str, Any]:
    request: dict[str, Any] = {
        "Name": "hourly",
        "QueryString": QUERY,
        "ScheduleConfiguration": {"ScheduleExpression": "rate(1 hour)"},
        "NotificationConfiguration": {"SnsConfiguration": {"TopicArn": TOPIC}},
        "ErrorReportConfiguration": {
            "S3Configuration": {"BucketName": "reports", "ObjectKeyPrefix": "errors"}
        },
        "ScheduledQueryExecutionRoleArn": "arn:aws:iam::123456789012:role/runs",
        "TargetConfiguration": {"TimestreamConfiguration": {**TARGET, **(target or {})}},
        **members,
    }
    if target is None:
        del request["TargetConfiguration"]
    return request


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.store.close()


def test_a_new_query_is_enabled_described_and_told(world: World) -> None:
    arn = world.create(Tags=[{"Key": "team", "Value": "bridges"}])

    assert re.fullmatch(
        r"arn:aws:timestream:us-east-1:123456789012:scheduled-query/hourly-[0-9a-f]{16}", arn
    )
    expected = {k: v for k, v in definition().items() if k != "Tags"}
    assert world.describe(arn) == {
        **expected,
        "Arn": arn,
        "State": "ENABLED",
        "CreationTime": NOON.timestamp(),
        "NextInvocationTime": (NOON + timedelta(hours=1)).timestamp(),
    }
    assert world.around.messages == [
        {"type": "SCHEDULED_QUERY_CREATING", "arn": arn},
        {"type": "SCHEDULED_QUERY_CREATED", "arn": arn},
    ]
    assert world.around.attributes == [
        {"queryArn": arn, "notificationType": "SCHEDULED_QUERY_CREATING"},
        {"queryArn": arn, "notificationType": "SCHEDULED_QUERY_CREATED"},
    ]


def test_a_run_writes_multi_measure_records(world: World) -> None:
    world.execute(world.create())

    assert world.rows() == [
        [
            "Gothenburg", "Hisingsbron", "2026-01-05 10:00:00.000000000",
            "4.5", "2", "2026-01-05 10:40:00.000000000",
        ],
        [
            "Gothenburg", "Hisingsbron", "2026-01-05 11:00:00.000000000",
            "2.0", "3", "2026-01-05 11:40:00.000000000",
        ],
        [
            "Gothenburg", "Hisingsbron", "2026-01-05 12:00:00.000000000",
            "0.0", "1", "2026-01-05 12:00:00.000000000",
        ],
        [
            "Gothenburg", "Jordfallsbron", "2026-01-05 12:00:00.000000000",
            "7.0", "1", "2026-01-05 12:00:00.000000000",
        ],
    ]  # fmt: skip


def mixed(*mappings: dict[str, Any], **members: object) -> dict[str, Any]:
    without = {k: v for k, v in MULTI.items() if k != "MultiMeasureMappings"}
    return {**without, "MixedMeasureMappings": list(mappings), **members}


SINGLE = {"SourceColumn": "wind", "MeasureValueType": "DOUBLE"}


def measures(world: World) -> list[tuple[str | None, ...]]:
    """Give the measure names of the target table with the values that its rows have."""
    return sorted({(row[1], *row[3:]) for row in world.rows()}, key=str)


def test_a_mapping_without_names_calls_measures_after_their_columns(world: World) -> None:
    target = mixed(
        SINGLE,
        {"SourceColumn": "readings", "TargetMeasureName": "count", "MeasureValueType": "BIGINT"},
        MeasureNameColumn=None,
    )
    query = QUERY.replace("AND time <=", "AND measure_name = 'Jordfallsbron' AND time <=")

    world.execute(world.create(target=target, QueryString=query))

    assert measures(world) == [("count", None, "1"), ("wind", "7.0", None)]


def test_a_mapping_is_chosen_by_the_measure_name_of_the_row(world: World) -> None:
    target = mixed(
        {**SINGLE, "MeasureName": "Jordfallsbron", "TargetMeasureName": "wind at Jordfall"},
        {
            "MeasureName": "Hisingsbron",
            "MeasureValueType": "MULTI",
            "MultiMeasureAttributeMappings": [
                {"SourceColumn": "readings", "MeasureValueType": "BIGINT"}
            ],
        },
    )

    told = world.execute(world.create(target=target))

    assert told["type"] == "MANUAL_TRIGGER_SUCCESS"
    # The order of the two measures' columns is that of the rows, which is not set.
    assert [(row[0], *sorted(map(str, row[1:]))) for row in measures(world)] == [
        ("Hisingsbron", "1", "None"),
        ("Hisingsbron", "2", "None"),
        ("Hisingsbron", "3", "None"),
        ("wind at Jordfall", "7.0", "None"),
    ]


def test_what_has_no_value_is_not_written(world: World) -> None:
    query = """
        SELECT CAST(NULL AS VARCHAR) AS city, 'x' AS bridge, now() AS hour,
            CAST(NULL AS DOUBLE) AS wind, 1 AS readings, CAST(NULL AS TIMESTAMP) AS latest
    """

    dimensions_of_it = [*MULTI["DimensionMappings"], {"Name": "bridge"}]
    target = {**MULTI, "DimensionMappings": dimensions_of_it}

    world.execute(world.create(target=target, QueryString=query))

    assert world.rows() == [["x", "x", "2026-01-05 12:00:00.000000000", "1"]]


def test_a_later_run_replaces_what_an_earlier_one_wrote(world: World) -> None:
    arn = world.create()
    world.execute(arn)
    world.write(record("100", "DOUBLE", at=NOON_NS - 1))
    world.clock.now += MINUTE

    told = world.execute(arn)

    assert told["type"] == "MANUAL_TRIGGER_SUCCESS"
    assert len(world.rows()) == 4
    assert world.rows()[1][3:5] == ["26.5", "4"]


def test_a_run_is_summed_up_and_told(world: World) -> None:
    arn = world.create()
    world.clock.now += 5 * 10**9

    told = world.execute(arn)

    stats = {
        "ExecutionTimeInMillis": 0,
        "DataWrites": 1024,
        "BytesMetered": 10_000_000,
        "RecordsIngested": 4,
        "QueryResultRows": 4,
    }
    summary = world.describe(arn)["LastRunSummary"]
    assert stats.items() <= summary["ExecutionStats"].items()
    assert summary["InvocationTime"] == NOON.timestamp()
    assert summary["TriggerTime"] == NOON.timestamp() + 5
    assert summary["RunStatus"] == "MANUAL_TRIGGER_SUCCESS"
    assert told["type"] == "MANUAL_TRIGGER_SUCCESS"
    assert told["arn"] == arn
    assert told["nextInvocationEpochSecond"] == NOON.timestamp() + 3600
    run = told["scheduledQueryRunSummary"]
    assert run["invocationEpochSecond"] == NOON.timestamp()
    assert run["triggerTimeMillis"] == (NOON.timestamp() + 5) * 1000
    assert run["runStatus"] == "MANUAL_TRIGGER_SUCCESS"
    assert run["executionStats"]["recordsIngested"] == 4
    assert "failureReason" not in run


TOO_LATE = """
    SELECT 'Malmö' AS city, 'bridge' AS bridge, TIMESTAMP '2030-12-16 00:00:00' AS hour,
        1.5 AS wind, 1 AS readings, now() AS latest
    UNION ALL
    SELECT 'Lund' AS city, 'bridge' AS bridge, now() AS hour,
        2.5 AS wind, 1 AS readings, now() AS latest
"""


def test_rejected_records_are_reported_in_the_bucket(world: World) -> None:
    arn = world.create(QueryString=TOO_LATE)

    told = world.execute(arn)

    assert told["type"] == "MANUAL_TRIGGER_FAILURE"
    summary = told["scheduledQueryRunSummary"]
    assert summary["executionStats"]["recordsIngested"] == 1
    assert summary["executionStats"]["queryResultRows"] == 2
    location = summary["errorReportLocation"]["s3ReportLocation"]
    assert location["bucketName"] == "reports"
    name = arn.rpartition("/")[2]
    noon = int(NOON.timestamp())
    assert location["objectKey"].startswith(f"errors/{name}/{noon}/MANUAL/{noon}/")
    report = world.around.objects[location["objectKey"]]
    assert report["reportId"] in location["objectKey"]
    (error,) = report["errors"]
    assert "outside the time range" in error["reason"]
    assert error["records"] == [
        {
            "dimensions": [{"name": "city", "value": "Malmö", "dimensionValueType": None}],
            "measureName": "bridge",
            "measureValue": None,
            "measureValues": [
                {"name": "mean_wind", "value": "1.5", "type": "DOUBLE"},
                {"name": "readings", "value": "1", "type": "BIGINT"},
                {"name": "latest", "value": str(NOON_NS), "type": "TIMESTAMP"},
            ],
            "measureValueType": "MULTI",
            "time": "1923609600000000000",
            "timeUnit": "NANOSECONDS",
            "version": NOON_NS // 10**6,
        }
    ]
    described = world.describe(arn)
    assert described["State"] == "ENABLED"
    assert described["LastRunSummary"]["ErrorReportLocation"]["S3ReportLocation"] == {
        "BucketName": "reports",
        "ObjectKey": location["objectKey"],
    }
    assert world.rows()[0][0] == "Lund"


def test_what_cannot_be_recovered_disables_the_query(world: World) -> None:
    arn = world.create()
    world.store.call("DeleteTable", TARGET)

    told = world.execute(arn)

    assert told["type"] == "MANUAL_TRIGGER_FAILURE"
    assert "hourly does not exist" in told["scheduledQueryRunSummary"]["failureReason"]
    assert world.around.messages[-1] == {
        "type": "SCHEDULED_QUERY_UPDATED",
        "arn": arn,
        "state": "DISABLED",
    }
    described = world.describe(arn)
    assert described["State"] == "DISABLED"
    assert "NextInvocationTime" not in described
    assert world.around.objects == {}


def test_the_last_five_failed_runs_are_kept(world: World) -> None:
    arn = world.create(QueryString=TOO_LATE)
    for minute in range(7):
        world.clock.now += MINUTE
        world.execute(arn, NOON + timedelta(minutes=minute))

    failed = world.describe(arn)["RecentlyFailedRuns"]

    minutes = [(run["InvocationTime"] - NOON.timestamp()) / 60 for run in failed]
    assert minutes == [6, 5, 4, 3, 2]


def test_the_enabled_queries_run_when_they_are_due(world: World) -> None:
    arn = world.create(Name="every_hour")
    world.create(
        Name="at_half_past",
        ScheduleConfiguration={"ScheduleExpression": "cron(30 * * * ? *)"},
    )
    off = world.create(Name="disabled")
    request = {"ScheduledQueryArn": off, "State": "DISABLED"}
    world.queries.call("UpdateScheduledQuery", request)
    world.around.messages.clear()

    assert world.queries.next_due() == NOON + timedelta(minutes=30)
    assert world.queries.due(NOON + timedelta(minutes=29, seconds=59)) == 0
    world.clock.now += 2 * HOUR
    assert world.queries.due(NOON + timedelta(hours=2)) == 4

    runs = [
        (m["arn"].split("/")[1].split("-")[0], m["type"], m["scheduledQueryRunSummary"])
        for m in world.around.messages
    ]
    assert [(name, run["invocationEpochSecond"] - NOON.timestamp()) for name, _, run in runs] == [
        ("at_half_past", 1800),
        ("every_hour", 3600),
        ("at_half_past", 5400),
        ("every_hour", 7200),
    ]
    assert {kind for _, kind, _ in runs} == {"AUTO_TRIGGER_SUCCESS"}
    assert world.describe(arn)["PreviousInvocationTime"] == NOON.timestamp() + 7200
    assert world.queries.next_due() == NOON + timedelta(hours=2, minutes=30)


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no name": ({"Name": None}, "name"),
    "a name that is none": ({"Name": "a b"}, "name"),
    "a name of 65 characters": ({"Name": "a" * 65}, "name"),
    "no topic": ({"NotificationConfiguration": {"SnsConfiguration": {}}}, "topicArn"),
    "a topic that is none": (
        {"NotificationConfiguration": {"SnsConfiguration": {"TopicArn": TOPIC + "x"}}},
        "topic",
    ),
    "no bucket": ({"ErrorReportConfiguration": {"S3Configuration": {}}}, "bucketName"),
    "no role": ({"ScheduledQueryExecutionRoleArn": None}, "scheduledQueryExecutionRoleArn"),
    "no schedule": ({"ScheduleConfiguration": {}}, "scheduleExpression"),
    "a schedule that is none": (
        {"ScheduleConfiguration": {"ScheduleExpression": "hourly"}},
        "schedule expression",
    ),
    "a schedule in seconds": (
        {"ScheduleConfiguration": {"ScheduleExpression": "rate(30 seconds)"}},
        "Schedule Expression",
    ),
    "a query that is none": ({"QueryString": "SELECT FROM"}, "line 1:"),
    "a column that does not exist": (
        {"QueryString": 'SELECT nothing FROM "bridges"."status"'},
        "Column 'nothing' does not exist",
    ),
    "a target that does not exist": (
        {"target": {**MULTI, "TableName": "none"}},
        "bridges.none does not exist",
    ),
    "a time column that does not exist": (
        {"target": {**MULTI, "TimeColumn": "none"}},
        "'none' does not exist",
    ),
    "a time column that is no time": (
        {"target": {**MULTI, "TimeColumn": "wind"}},
        "'wind' of the result is of type DOUBLE, not TIMESTAMP",
    ),
    "a dimension that is no text": (
        {"target": {**MULTI, "DimensionMappings": [{"Name": "wind"}]}},
        "'wind' of the result is of type DOUBLE, not VARCHAR",
    ),
    "no measures": ({"target": {**MULTI, "MultiMeasureMappings": None}}, "Exactly one of"),
    "measures in both ways": ({"target": {**MULTI, **mixed(SINGLE)}}, "Exactly one of"),
    "a multi-measure without name": (
        {"target": {**MULTI, "MeasureNameColumn": None}},
        "TargetMultiMeasureName is required",
    ),
    "a mapping without measure name": (
        {"target": mixed(SINGLE)},
        "MeasureName is required",
    ),
    "a mapping without source": (
        {"target": mixed({"MeasureValueType": "DOUBLE", "MeasureName": "x"})},
        "SourceColumn is required",
    ),
    "a mapping of another type": (
        {"target": mixed({**SINGLE, "MeasureValueType": "BIGINT", "MeasureName": "x"})},
        "'wind' of the result is of type DOUBLE, not BIGINT",
    ),
    "a MULTI without attributes": (
        {"target": mixed({"MeasureValueType": "MULTI", "MeasureName": "x"})},
        "must not be empty",
    ),
}


@pytest.mark.parametrize(("members", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_a_query_that_could_not_run_is_refused(
    world: World, members: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationException, match=re.escape(message)):
        world.create(**members)

    assert world.queries.call("ListScheduledQueries", {})["ScheduledQueries"] == []


def test_a_name_is_taken_once_but_a_request_may_be_repeated(world: World) -> None:
    arn = world.create(ClientToken="x" * 32)

    assert world.create(ClientToken="x" * 32) == arn
    with pytest.raises(ConflictException):
        world.create(ClientToken="y" * 32)
    with pytest.raises(ConflictException):
        world.create(Name="other", ClientToken="x" * 32)


def test_queries_are_listed_in_pages_with_their_last_run(world: World) -> None:
    arns = sorted(world.create(Name=f"query_{i}") for i in range(5))
    world.execute(arns[0])

    first = world.queries.call("ListScheduledQueries", {"MaxResults": 3})
    second = world.queries.call("ListScheduledQueries", {"NextToken": first["NextToken"]})

    listed = [*first["ScheduledQueries"], *second["ScheduledQueries"]]
    assert [query["Arn"] for query in listed] == arns
    assert listed[0]["LastRunStatus"] == "MANUAL_TRIGGER_SUCCESS"
    assert listed[0]["TargetDestination"] == {"TimestreamDestination": TARGET}
    assert "LastRunStatus" not in listed[1]


def test_a_deleted_query_is_gone_and_told(world: World) -> None:
    arn = world.create()

    world.queries.call("DeleteScheduledQuery", {"ScheduledQueryArn": arn})

    assert world.around.messages[-1] == {"type": "SCHEDULED_QUERY_DELETED", "arn": arn}
    assert world.queries.next_due() is None
    for operation in ("Describe", "Execute", "Update", "Delete"):
        with pytest.raises(ResourceNotFoundException):
            world.queries.call(f"{operation}ScheduledQuery", {"ScheduledQueryArn": arn})


def test_tags_are_kept_with_their_query(world: World) -> None:
    resource = {"ResourceARN": world.create(Tags=[{"Key": "team", "Value": "bridges"}])}

    world.queries.call("TagResource", {**resource, "Tags": [{"Key": "cost", "Value": "1"}]})
    world.queries.call("UntagResource", {**resource, "TagKeys": ["team"]})

    tags = world.queries.call("ListTagsForResource", resource)["Tags"]
    assert tags == [{"Key": "cost", "Value": "1"}]


def test_a_file_keeps_the_queries_and_their_runs(tmp_path: Path) -> None:
    saved = tmp_path / "scheduled_queries.json"
    world = World(saved)
    arn = world.create()
    world.execute(arn)
    before = world.describe(arn)

    world.queries = world.opened(saved)

    assert world.describe(arn) == before
    assert world.queries.next_due() == NOON + timedelta(hours=1)
    world.store.close()


@pytest.mark.parametrize(
    ("query", "at_noon"),
    [
        ("SELECT 1", "SELECT 1"),
        ("SELECT @scheduled_runtime", "SELECT TIMESTAMP '2026-01-05 12:00:00.000000000'"),
        ("SELECT '@scheduled_runtime'", "SELECT '@scheduled_runtime'"),
        ('SELECT "@scheduled_runtime"', 'SELECT "@scheduled_runtime"'),
        ("SELECT 1 -- @scheduled_runtime", "SELECT 1 -- @scheduled_runtime"),
        ("SELECT @other", "SELECT @other"),
    ],
)
def test_the_time_of_the_run_is_put_where_the_query_asks_for_it(query: str, at_noon: str) -> None:
    assert at_runtime(query, NOON) == at_noon


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01 00:00:00.000000001", 1),
        ("2026-01-05 12:00:00.123456789", NOON_NS + 123456789),
        ("2262-04-11 23:47:16.854775806", 2**63 - 2),
    ],
)
def test_a_timestamp_is_read_to_the_nanosecond(text: str, expected: int) -> None:
    assert nanoseconds(text) == expected
