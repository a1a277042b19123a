"""Batch load: what of a CSV file arrives, and what is reported."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from embedded_timestream.errors import ResourceNotFoundException, ValidationException
from embedded_timestream.write.batch_load import BatchLoads
from tests.embedded_timestream.writing import NOON_NS, WHERE, Given

if TYPE_CHECKING:
    from collections.abc import Iterator

NOON = NOON_NS // 10**6
MODEL: dict[str, Any] = {
    "TimeColumn": "time",
    "DimensionMappings": [{"SourceColumn": "lane", "DestinationColumn": "track"}],
    "MeasureNameColumn": "bridge",
    "MultiMeasureMappings": {
        "MultiMeasureAttributeMappings": [
            {"SourceColumn": "wind"},
            {
                "SourceColumn": "cars",
                "TargetMultiMeasureAttributeName": "count",
                "MeasureValueType": "BIGINT",
            },
        ]
    },
}
HEADER = "time,lane,bridge,wind,cars\n"


class World:
    """A table, and buckets that are dictionaries."""

    def __init__(self) -> None:
        self.given = Given()
        self.objects: dict[str, bytes] = {}
        self.loads = BatchLoads(self.given.store, self)

    def read(self, bucket: str, prefix: str) -> list[tuple[str, bytes]]:
        if bucket != "files":
            raise ValidationException(f"The bucket {bucket} does not exist.")
        return [(k, v) for k, v in sorted(self.objects.items()) if k.startswith(prefix)]

    def put(self, bucket: str, key: str, body: bytes) -> None:
        assert bucket == "reports"
        self.objects[key] = body

    def load(self, *files: str, **members: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        for number, file in enumerate(files):
            self.objects[f"in/{number}.csv"] = file.encode()
        task = self.loads.call("CreateBatchLoadTask", request(**members))["TaskId"]
        description: dict[str, Any] = self.loads.call("DescribeBatchLoadTask", {"TaskId": task})[
            "BatchLoadTaskDescription"
        ]
        return description

    def report(self) -> list[dict[str, Any]]:
        (body,) = [v for k, v in self.objects.items() if k.startswith("out/")]
        errors: list[dict[str, Any]] = json.loads(body)["errors"]
        return errors


def request(
    model: dict[str, Any] = MODEL, csv: dict[str, Any] | None = None, **members: object
) -> dict[str, Any]:
    return {
        "DataModelConfiguration": {"DataModel": model},
        "DataSourceConfiguration": {
            "DataSourceS3Configuration": {"BucketName": "files", "ObjectKeyPrefix": "in/"},
            "DataFormat": "CSV",
            **({"CsvConfiguration": csv} if csv else {}),
        },
        "ReportConfiguration": {
            "ReportS3Configuration": {"BucketName": "reports", "ObjectKeyPrefix": "out/"}
        },
        "TargetDatabaseName": WHERE["DatabaseName"],
        "TargetTableName": WHERE["TableName"],
        **members,
    }


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.given.store.close()


def test_the_rows_of_all_files_are_loaded(world: World) -> None:
    rows = [f"{NOON - i},left,Hisingsbron,{i}.5,{i}\n" for i in range(250)]

    task = world.load(HEADER + "".join(rows[:120]), HEADER + "".join(rows[120:]))

    assert task["TaskStatus"] == "SUCCEEDED"
    assert task["ProgressReport"] == {
        "RecordsProcessed": 250,
        "RecordsIngested": 250,
        "ParseFailures": 0,
        "RecordIngestionFailures": 0,
        "FileFailures": 0,
        "BytesMetered": task["ProgressReport"]["BytesMetered"],
    }
    assert task["ProgressReport"]["BytesMetered"] % 1024 == 0
    assert world.given.columns() == [
        "track varchar",
        "measure_name varchar",
        "time timestamp",
        "wind double",
        "count bigint",
    ]
    assert len(world.given.rows()) == 250
    assert world.given.rows()[-1] == ("left", "Hisingsbron", NOON_NS, 0.5, 0)


def test_a_new_version_replaces_what_was_loaded(world: World) -> None:
    world.load(f"{HEADER}{NOON},left,Hisingsbron,1.5,1\n")

    world.load(f"{HEADER}{NOON},left,Hisingsbron,2.5,1\n", RecordVersion=2)

    assert world.given.rows() == [("left", "Hisingsbron", NOON_NS, 2.5, 1)]


@pytest.mark.parametrize(
    ("csv", "text"),
    [
        ({"ColumnSeparator": "|"}, "time|lane|bridge|wind|cars\n{t}|a,b|x|1.5|1\n"),
        ({"ColumnSeparator": "\t"}, "time\tlane\tbridge\twind\tcars\n{t}\ta,b\tx\t1.5\t1\n"),
        ({}, 'time,lane,bridge,wind,cars\n{t},"a,b",x,1.5,1\n'),
        ({"QuoteChar": "'"}, "time,lane,bridge,wind,cars\n{t},'a,b',x,1.5,1\n"),
        ({"EscapeChar": "\\"}, "time,lane,bridge,wind,cars\n{t},a\\,b,x,1.5,1\n"),
        ({"TrimWhiteSpace": True}, 'time,lane,bridge,wind,cars\n{t}, "a,b" ,x, 1.5,1\n'),
        ({}, '\ufefftime,lane,bridge,wind,cars\r\n{t},"a,b",x,1.5,1\r\n'),
    ],
)
def test_files_may_be_written_in_several_ways(world: World, csv: dict[str, Any], text: str) -> None:
    if csv.get("TrimWhiteSpace"):
        text = text.replace(' "a,b" ', '"a,b "')

    task = world.load(text.format(t=NOON), csv=csv)

    assert task["ProgressReport"]["RecordsIngested"] == 1
    assert world.given.rows() == [("a,b", "x", NOON_NS, 1.5, 1)]


def test_a_value_that_is_missing_or_null_is_not_written(world: World) -> None:
    text = f"{HEADER}{NOON},left,a,-,3\n{NOON},-,b,,4\n{NOON},right,c,-,-\n"

    of_two = [*MODEL["DimensionMappings"], {"SourceColumn": "bridge"}]
    model = {**MODEL, "DimensionMappings": of_two}

    task = world.load(text, model=model, csv={"NullValue": "-"})

    assert task["ProgressReport"]["RecordsProcessed"] == 3
    assert world.given.rows() == [("a", "left", "a", NOON_NS, 3), ("b", None, "b", NOON_NS, 4)]


def test_a_row_without_any_dimension_is_refused_alone(world: World) -> None:
    text = f"{HEADER}{NOON},left,a,1.5,3\n{NOON},,b,1.5,4\n"

    task = world.load(text)

    assert task["ProgressReport"]["RecordsIngested"] == 1
    (error,) = world.report()
    assert error["reason"] == "At least one dimension is required for a record."


@pytest.mark.parametrize("unit", ["SECONDS", "MILLISECONDS", "MICROSECONDS", "NANOSECONDS"])
def test_times_are_in_the_unit_of_the_model(world: World, unit: str) -> None:
    factor = {"SECONDS": 10**9, "MILLISECONDS": 10**6, "MICROSECONDS": 10**3, "NANOSECONDS": 1}
    time = NOON_NS // factor[unit]

    world.load(f"{HEADER}{time},left,a,1,3\n", model={**MODEL, "TimeUnit": unit})

    assert world.given.rows()[0][2] == NOON_NS


def test_what_cannot_be_loaded_is_counted_and_reported(world: World) -> None:
    task = world.load(
        f"{HEADER}"
        f"{NOON},left,a,1.5,1\n"
        f"{NOON},left,b,1.5,many\n"
        f"{NOON},left,c\n"
        f"yesterday,left,d,1.5,1\n"
        f"{NOON - 10**9},left,e,1.5,1\n",
        "time,lane\n1,2\n",
    )

    assert task["TaskStatus"] == "SUCCEEDED"
    progress = {k: v for k, v in task["ProgressReport"].items() if k != "BytesMetered"}
    assert progress == {
        "RecordsProcessed": 6,
        "RecordsIngested": 1,
        "ParseFailures": 1,
        "RecordIngestionFailures": 3,
        "FileFailures": 1,
    }
    reasons = [(e["file"], e.get("line"), e["reason"]) for e in world.report()]
    assert [(file, line) for file, line, _ in reasons] == [
        ("in/0.csv", 4),
        ("in/0.csv", None),
        ("in/0.csv", None),
        ("in/0.csv", None),
        ("in/1.csv", None),
    ]
    assert [reason.partition(" outside")[0] for _, _, reason in reasons] == [
        "Wrong number of columns",
        "The measure value 'many' is not a valid BIGINT.",
        "Invalid time for record.",
        "The record timestamp is",
        "The file has no column 'bridge'.",
    ]


def test_a_task_whose_files_cannot_be_reached_fails(world: World) -> None:
    source = {"DataSourceS3Configuration": {"BucketName": "none"}, "DataFormat": "CSV"}

    task = world.load(DataSourceConfiguration=source)

    assert task["TaskStatus"] == "FAILED"
    assert task["ErrorMessage"] == "The bucket none does not exist."


def test_the_data_model_may_stand_in_a_bucket(world: World) -> None:
    world.objects["model.json"] = json.dumps(MODEL).encode()
    stored = {"BucketName": "files", "ObjectKey": "model.json"}

    world.load(
        f"{HEADER}{NOON},left,a,1.5,1\n",
        DataModelConfiguration={"DataModelS3Configuration": stored},
    )

    assert len(world.given.rows()) == 1


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"DataModelConfiguration": None}, "dataModelConfiguration"),
        ({"model": {**MODEL, "TimeColumn": None}}, "timeColumn"),
        ({"model": {**MODEL, "MixedMeasureMappings": []}}, "Exactly one of"),
        ({"csv": {"ColumnSeparator": "x"}}, "columnSeparator"),
        ({"DataSourceConfiguration": {"DataSourceS3Configuration": {}}}, "bucketName"),
        ({"ReportConfiguration": {}}, "reportS3Configuration"),
    ],
)
def test_a_task_that_says_too_little_is_refused(
    world: World, members: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationException, match=message):
        world.load(**members)


def test_a_table_or_a_task_that_does_not_exist_is_not_found(world: World) -> None:
    with pytest.raises(ResourceNotFoundException):
        world.load(TargetTableName="none")
    for operation in ("DescribeBatchLoadTask", "ResumeBatchLoadTask"):
        with pytest.raises(ResourceNotFoundException):
            world.loads.call(operation, {"TaskId": "NONE"})


def test_tasks_are_listed_by_their_status_and_none_is_resumed(world: World) -> None:
    done = world.load(HEADER)["TaskId"]
    source = {"DataSourceS3Configuration": {"BucketName": "none"}, "DataFormat": "CSV"}
    failed = world.load(DataSourceConfiguration=source)["TaskId"]

    listed = world.loads.call("ListBatchLoadTasks", {})["BatchLoadTasks"]
    only = world.loads.call("ListBatchLoadTasks", {"TaskStatus": "FAILED"})["BatchLoadTasks"]

    assert {task["TaskId"] for task in listed} == {done, failed}
    assert [task["TaskId"] for task in only] == [failed]
    with pytest.raises(ValidationException, match="cannot be resumed"):
        world.loads.call("ResumeBatchLoadTask", {"TaskId": done})
