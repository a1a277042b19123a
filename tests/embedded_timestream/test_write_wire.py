"""The unmodified SDK against the store, over HTTP."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import requests
from botocore.exceptions import ClientError
from moto.moto_api._internal.models import moto_api_backend
from moto.server import ThreadedMotoServer

from embedded_timestream.moto_adapter import install
from tests.embedded_timestream.writing import (
    HOUR,
    NOON,
    NOON_NS,
    WHERE,
    StoppedClock,
    record,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Connect = Callable[..., Any]


@pytest.fixture
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()
    moto_api_backend.reset()


@pytest.fixture
def connect(endpoint: str) -> Connect:
    """Give clients that know the address and nothing else, as AWS_ENDPOINT_URL tells it them."""

    def connect(region: str = "eu-west-1", service: Any = "timestream-write") -> Any:  # noqa: ANN401 - requests are plain dicts here
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=endpoint,
            aws_access_key_id="embedded",
            aws_secret_access_key="embedded",
        )

    return connect


def test_the_sdk_creates_writes_and_describes(connect: Connect) -> None:
    install(StoppedClock())
    client = connect()

    client.create_database(DatabaseName="bridges")
    client.create_table(**WHERE)
    answer = client.write_records(**WHERE, Records=[record(), record(at=NOON_NS + 1)])

    assert answer["RecordsIngested"] == {"Total": 2, "MemoryStore": 2, "MagneticStore": 0}
    assert [d["DatabaseName"] for d in client.list_databases()["Databases"]] == ["bridges"]
    assert client.describe_table(**WHERE)["Table"]["CreationTime"].timestamp() == NOON_NS / 10**9


def test_the_sdk_sees_which_records_were_rejected_and_why(connect: Connect) -> None:
    install(StoppedClock())
    client = connect()
    client.create_database(DatabaseName="bridges")
    client.create_table(**WHERE)
    client.write_records(**WHERE, Records=[record(Version=2)])

    with pytest.raises(client.exceptions.RejectedRecordsException) as rejected:
        client.write_records(**WHERE, Records=[record(at=NOON_NS + 1), record("Closed", Version=1)])

    response = rejected.value.response
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 419
    assert response["ResponseMetadata"]["RetryAttempts"] == 0
    assert response["Error"] == {
        "Code": "RejectedRecordsException",
        "Message": "One or more records have been rejected. See RejectedRecords for details.",
    }
    assert response["RejectedRecords"] == [
        {
            "RecordIndex": 1,
            "ExistingVersion": 2,
            "Reason": "The record version 1 is lower than the existing version 2. A higher version"
            " is required to update the measure value.",
        }
    ]


@pytest.mark.parametrize(
    ("operation", "request_", "code", "status"),
    [
        ("describe_table", WHERE, "ResourceNotFoundException", 404),
        ("create_database", {"DatabaseName": "bridges"}, "ConflictException", 409),
        ("create_database", {"DatabaseName": "a b c"}, "ValidationException", 400),
        (
            "describe_batch_load_task",
            {"TaskId": "ABC"},
            "ResourceNotFoundException",
            404,
        ),
    ],
)
def test_an_exception_has_its_code_and_status(
    connect: Connect, operation: str, request_: dict[str, str], code: str, status: int
) -> None:
    install(StoppedClock())
    client = connect()
    client.create_database(DatabaseName="bridges")

    with pytest.raises(ClientError) as error:
        getattr(client, operation)(**request_)

    assert error.value.response["Error"]["Code"] == code
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == status


@pytest.mark.parametrize("origin", [None, "https://example.org"], ids=["SDK", "browser"])
def test_a_browser_gets_what_moto_adds_to_the_same_answer(
    endpoint: str, origin: str | None
) -> None:
    install(StoppedClock())
    answer = requests.post(
        endpoint,
        data=json.dumps({"DatabaseName": "bridges"}),
        headers={
            "X-Amz-Target": "Timestream_20181101.CreateDatabase",
            "Authorization": "AWS4-HMAC-SHA256 Credential=embedded/20260105/eu-west-1/timestream"
            "/aws4_request, SignedHeaders=host, Signature=0",
            **({"Origin": origin} if origin else {}),
        },
        timeout=10,
    )

    assert answer.json()["Database"]["DatabaseName"] == "bridges"
    assert ("Access-Control-Allow-Origin" in answer.headers) == (origin is not None)


def test_accounts_and_regions_are_apart(connect: Connect) -> None:
    install(StoppedClock())
    connect("eu-west-1").create_database(DatabaseName="bridges")

    assert connect("us-east-1").list_databases()["Databases"] == []
    arn = connect("eu-west-1").describe_database(DatabaseName="bridges")["Database"]["Arn"]
    assert arn == "arn:aws:timestream:eu-west-1:123456789012:database/bridges"


def test_a_reset_forgets_everything_but_what_a_directory_keeps(
    connect: Connect, tmp_path: Path
) -> None:
    for data, left in ((None, []), (tmp_path, ["bridges"])):
        install(StoppedClock(), data)
        connect().create_database(DatabaseName="bridges")

        moto_api_backend.reset()

        assert [d["DatabaseName"] for d in connect().list_databases()["Databases"]] == left


def test_a_run_of_a_scheduled_query_reaches_a_queue_and_a_bucket(connect: Connect) -> None:
    install(StoppedClock())
    write, query, sns, sqs, s3 = (
        connect("us-east-1", service)
        for service in ("timestream-write", "timestream-query", "sns", "sqs", "s3")
    )
    write.create_database(DatabaseName="bridges")
    write.create_table(**WHERE)
    topic = sns.create_topic(Name="runs")["TopicArn"]
    queue = sqs.create_queue(QueueName="runs")["QueueUrl"]
    sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:runs"
    )
    s3.create_bucket(Bucket="reports")

    arn = query.create_scheduled_query(
        Name="late",
        QueryString="SELECT 'x' AS name, TIMESTAMP '2020-01-01 00:00:00' AS hour, 1e0 AS value",
        ScheduleConfiguration={"ScheduleExpression": "rate(1 hour)"},
        NotificationConfiguration={"SnsConfiguration": {"TopicArn": topic}},
        ErrorReportConfiguration={"S3Configuration": {"BucketName": "reports"}},
        ScheduledQueryExecutionRoleArn="arn:aws:iam::123456789012:role/runs",
        TargetConfiguration={
            "TimestreamConfiguration": {
                **WHERE,
                "TimeColumn": "hour",
                "DimensionMappings": [{"Name": "name", "DimensionValueType": "VARCHAR"}],
                "MixedMeasureMappings": [{"SourceColumn": "value", "MeasureValueType": "DOUBLE"}],
            }
        },
    )["Arn"]
    query.execute_scheduled_query(ScheduledQueryArn=arn, InvocationTime=NOON)
    query.tag_resource(ResourceARN=arn, Tags=[{"Key": "team", "Value": "bridges"}])

    bodies = [
        json.loads(message["Body"])
        for message in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    ]
    told = [json.loads(body["Message"]) for body in bodies]
    assert {message["type"] for message in told} == {
        "SCHEDULED_QUERY_CREATING",
        "SCHEDULED_QUERY_CREATED",
        "MANUAL_TRIGGER_FAILURE",
    }
    assert all(body["MessageAttributes"]["queryArn"]["Value"] == arn for body in bodies)
    described = query.describe_scheduled_query(ScheduledQueryArn=arn)["ScheduledQuery"]
    location = described["LastRunSummary"]["ErrorReportLocation"]["S3ReportLocation"]
    report = s3.get_object(Bucket=location["BucketName"], Key=location["ObjectKey"])
    assert len(json.loads(report["Body"].read())["errors"]) == 1
    assert query.list_tags_for_resource(ResourceARN=arn)["Tags"][0]["Key"] == "team"
    assert [q["Arn"] for q in query.list_scheduled_queries()["ScheduledQueries"]] == [arn]


def test_a_late_rejection_is_in_a_bucket_and_in_a_metric(connect: Connect) -> None:
    install(StoppedClock())
    write, s3, metrics = (connect("us-east-1", s) for s in ("timestream-write", "s3", "cloudwatch"))
    s3.create_bucket(Bucket="rejected")
    write.create_database(DatabaseName="bridges")
    where = {"BucketName": "rejected", "EncryptionOption": "SSE_S3"}
    write.create_table(
        **WHERE,
        MagneticStoreWriteProperties={
            "EnableMagneticStoreWrites": True,
            "MagneticStoreRejectedDataLocation": {"S3Configuration": where},
        },
    )
    late = NOON_NS - 8 * HOUR
    write.write_records(**WHERE, Records=[record(at=late, Version=2)])

    write.write_records(**WHERE, Records=[record("Closed", at=late)])

    assert s3.list_objects_v2(Bucket="rejected")["KeyCount"] == 1
    (point,) = metrics.get_metric_statistics(
        Namespace="AWS/Timestream",
        MetricName="MagneticStoreRejectedRecordCount",
        Dimensions=[
            {"Name": "DatabaseName", "Value": "bridges"},
            {"Name": "TableName", "Value": "status"},
            {"Name": "Operation", "Value": "WriteRecords"},
        ],
        StartTime=NOON,
        EndTime=NOON + timedelta(minutes=5),
        Period=300,
        Statistics=["Sum"],
    )["Datapoints"]
    assert point["Sum"] == 1


def test_a_batch_load_reads_files_from_a_bucket(connect: Connect) -> None:
    install(StoppedClock())
    write, s3 = (connect("us-east-1", service) for service in ("timestream-write", "s3"))
    write.create_database(DatabaseName="bridges")
    write.create_table(**WHERE)
    s3.create_bucket(Bucket="files")
    for number in range(2):
        line = f"{NOON_NS // 10**6},lane {number},1.5\n"
        s3.put_object(Bucket="files", Key=f"in/{number}.csv", Body=f"time,lane,wind\n{line}")

    task = write.create_batch_load_task(
        DataModelConfiguration={
            "DataModel": {
                "TimeColumn": "time",
                "DimensionMappings": [{"SourceColumn": "lane"}],
                "MixedMeasureMappings": [{"SourceColumn": "wind", "MeasureValueType": "DOUBLE"}],
            }
        },
        DataSourceConfiguration={
            "DataSourceS3Configuration": {"BucketName": "files", "ObjectKeyPrefix": "in/"},
            "DataFormat": "CSV",
        },
        ReportConfiguration={"ReportS3Configuration": {"BucketName": "files"}},
        TargetDatabaseName="bridges",
        TargetTableName="status",
    )["TaskId"]

    described = write.describe_batch_load_task(TaskId=task)["BatchLoadTaskDescription"]
    assert described["TaskStatus"] == "SUCCEEDED"
    assert described["ProgressReport"]["RecordsIngested"] == 2
    assert write.list_batch_load_tasks()["BatchLoadTasks"][0]["TaskId"] == task
