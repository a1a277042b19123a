"""Timestream on a port of its own, and nothing around it."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import pytest

from embedded_timestream.query.engine import Engine
from embedded_timestream.server.embedded import EmbeddedTimestream
from embedded_timestream.server.folder import FolderBuckets
from tests.embedded_timestream.writing import NOON, WHERE, record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SIGNED = "AWS4-HMAC-SHA256 Credential=A/20260105/eu-west-1/timestream/aws4_request"
TOPIC = "arn:aws:sns:us-east-1:123456789012:runs"
ROLE = "arn:aws:iam::123456789012:role/scheduler"


@contextmanager
def connected(timestream: EmbeddedTimestream) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(timestream.endpoint.removeprefix("http://"))
    try:
        yield connection
    finally:
        connection.close()


def posted(
    connection: http.client.HTTPConnection,
    operation: str,
    body: bytes = b"{}",
    authorization: str = "",
) -> tuple[int, Any]:
    headers = {"X-Amz-Target": f"Timestream_20181101.{operation}", "Authorization": authorization}
    connection.request("POST", "/", body, headers)
    answer = connection.getresponse()
    return answer.status, json.load(answer)


def given(timestream: EmbeddedTimestream) -> None:
    """Set it to noon, with one record."""
    timestream.clock.move_to(NOON)
    timestream.write.create_database(DatabaseName=WHERE["DatabaseName"])
    timestream.write.create_table(**WHERE)
    timestream.write.write_records(**WHERE, Records=[record()])


def values(timestream: EmbeddedTimestream, query: str) -> list[str]:
    rows = timestream.query.query(QueryString=query)["Rows"]
    return [row["Data"][0]["ScalarValue"] for row in rows]


def test_one_connection_makes_many_calls(timestream: EmbeddedTimestream) -> None:
    with connected(timestream) as connection:
        created = posted(connection, "CreateDatabase", b'{"DatabaseName": "bridges"}')[0]
        unknown = posted(connection, "DropEverything")
        unreadable = posted(connection, "Query", b"{")
        status, listed = posted(connection, "ListDatabases")

    assert (created, status) == (200, 200)
    assert unknown == (404, {"__type": "com.amazon.coral.service#UnknownOperationException"})
    assert unreadable == (400, {"__type": "com.amazon.coral.service#SerializationException"})
    assert [one["DatabaseName"] for one in listed["Databases"]] == ["bridges"]


def test_whoever_waits_for_it_to_be_up_is_answered(timestream: EmbeddedTimestream) -> None:
    with connected(timestream) as connection:
        connection.request("GET", "/")

        assert connection.getresponse().status == 200


def test_a_request_without_a_length_is_refused(timestream: EmbeddedTimestream) -> None:
    with connected(timestream) as connection:
        connection.putrequest("POST", "/")
        connection.endheaders()

        assert connection.getresponse().status == 413


def test_what_fails_within_is_an_answer_too(
    timestream: EmbeddedTimestream,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Engine, "call", Mock(side_effect=ZeroDivisionError))

    with connected(timestream) as connection:
        status, told = posted(connection, "Query", b'{"QueryString": "SELECT 1"}')

    assert (status, told["__type"].partition("#")[2]) == (500, "InternalServerException")
    assert "Traceback" in capfd.readouterr().err


def test_a_connection_that_outlives_it_is_told_so() -> None:
    with EmbeddedTimestream() as timestream:
        connection = http.client.HTTPConnection(timestream.endpoint.removeprefix("http://"))
        posted(connection, "ListDatabases")

    status, told = posted(connection, "ListDatabases")
    connection.close()

    assert (status, told["Message"]) == (500, "This Timestream has ended.")


def test_each_region_is_a_timestream_of_its_own(timestream: EmbeddedTimestream) -> None:
    timestream.client("timestream-write", "eu-west-1").create_database(DatabaseName="bridges")

    assert timestream.write.list_databases()["Databases"] == []
    with connected(timestream) as connection:
        assert len(posted(connection, "ListDatabases", authorization=SIGNED)[1]["Databases"]) == 1


def test_a_directory_keeps_everything(tmp_path: Path) -> None:
    with EmbeddedTimestream(data=tmp_path) as timestream:
        given(timestream)

    with EmbeddedTimestream(data=tmp_path) as timestream:
        timestream.clock.move_to(NOON)

        assert values(timestream, "SELECT measure_name FROM bridges.status") == ["Hisingsbron"]


def test_unload_writes_files_into_a_folder(timestream: EmbeddedTimestream) -> None:
    given(timestream)

    timestream.query.query(
        QueryString="UNLOAD (SELECT measure_name FROM bridges.status) TO 's3://exports/all'"
        " WITH (compression = 'NONE')"
    )

    (results,) = (timestream.folder / "buckets" / "exports" / "all" / "results").iterdir()
    assert results.read_text() == "Hisingsbron\n"


def test_batch_load_reads_files_from_a_folder(timestream: EmbeddedTimestream) -> None:
    given(timestream)
    bucket = timestream.folder / "buckets" / "uploads"
    bucket.mkdir(parents=True)
    moment = round(NOON.timestamp() * 1000) - 1
    (bucket / "bridges.csv").write_text(f"time,city,status\n{moment},Gothenburg,Open\n")

    timestream.write.create_batch_load_task(
        TargetDatabaseName="bridges",
        TargetTableName="status",
        DataModelConfiguration={
            "DataModel": {
                "TimeColumn": "time",
                "DimensionMappings": [{"SourceColumn": "city"}],
                "MultiMeasureMappings": {
                    "TargetMultiMeasureName": "loaded",
                    "MultiMeasureAttributeMappings": [
                        {"SourceColumn": "status", "MeasureValueType": "VARCHAR"}
                    ],
                },
            }
        },
        DataSourceConfiguration={
            "DataSourceS3Configuration": {"BucketName": "uploads"},
            "DataFormat": "CSV",
        },
        ReportConfiguration={"ReportS3Configuration": {"BucketName": "reports"}},
    )

    assert values(
        timestream, "SELECT status FROM bridges.status WHERE measure_name = 'loaded'"
    ) == ["Open"]


def test_scheduled_queries_run_when_they_are_due_and_say_so_in_a_file(
    timestream: EmbeddedTimestream,
) -> None:
    given(timestream)
    timestream.query.create_scheduled_query(
        Name="hourly",
        QueryString="SELECT measure_name FROM bridges.status",
        ScheduleConfiguration={"ScheduleExpression": "rate(1 hour)"},
        NotificationConfiguration={"SnsConfiguration": {"TopicArn": TOPIC}},
        ScheduledQueryExecutionRoleArn=ROLE,
        ErrorReportConfiguration={"S3Configuration": {"BucketName": "reports"}},
    )

    before = timestream.run_scheduled_queries()
    timestream.clock.shift(timedelta(hours=1))
    after = timestream.run_scheduled_queries()

    assert (before, after) == (0, 1)
    lines = (timestream.folder / "topics" / "runs.jsonl").read_text().splitlines()
    messages = [json.loads(json.loads(line)["Message"]) for line in lines]
    assert messages[-1]["type"] == "AUTO_TRIGGER_SUCCESS"


@pytest.mark.parametrize("key", ["../../outside", "a//b", "a/./b", "å ö%2E", "..."])
def test_no_key_leaves_its_bucket(tmp_path: Path, key: str) -> None:
    buckets = FolderBuckets(tmp_path / "buckets")

    buckets.put("exports", key, b"content")

    assert buckets.read("exports", "") == [(key, b"content")]
    assert [one.name for one in tmp_path.iterdir()] == ["buckets"]


def program(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "embedded_timestream", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own


def test_a_port_that_is_taken_is_said_in_a_sentence(timestream: EmbeddedTimestream) -> None:
    port = timestream.endpoint.rpartition(":")[2]

    done = program("--port", port)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"127.0.0.1:{port} cannot be served on: Address already in use.\n"


def test_a_directory_that_cannot_be_is_said_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("no directory")

    done = program("--port", "0", "--data", str(file))

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(str(file))
    assert done.stderr.endswith(" cannot be used: Not a directory.\n")


def test_a_directory_that_another_has_is_said_in_a_sentence(tmp_path: Path) -> None:
    with EmbeddedTimestream(data=tmp_path) as timestream:
        given(timestream)

        done = program("--port", "0", "--data", str(tmp_path))

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "another process has it open" in done.stderr
