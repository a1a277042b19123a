"""The unmodified SDK asks, over HTTP: shapes, pages, exceptions, UNLOAD into moto's S3."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto.moto_api._internal.models import moto_api_backend
from moto.server import ThreadedMotoServer

from embedded_timestream.moto_adapter import install
from tests.embedded_timestream.querying import STATUS, text
from tests.embedded_timestream.writing import StoppedClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_timestream_query import TimestreamQueryClient

WHERE = {"DatabaseName": "bridges", "TableName": "status"}


@pytest.fixture(scope="module")
def connection() -> Iterator[dict[str, str]]:
    """Serve a table of seven records; give what a client has to know."""
    install(StoppedClock())
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    known = {
        "region_name": "eu-west-1",
        "endpoint_url": f"http://{host}:{port}",
        "aws_access_key_id": "embedded",
        "aws_secret_access_key": "embedded",
    }
    write: Any = boto3.client("timestream-write", **known)  # type: ignore[call-overload] # a dict
    write.create_database(DatabaseName="bridges")
    write.create_table(**WHERE)
    write.write_records(**WHERE, Records=STATUS)
    yield known
    server.stop()
    moto_api_backend.reset()


@pytest.fixture
def client(connection: dict[str, str]) -> TimestreamQueryClient:
    made: TimestreamQueryClient = boto3.client(  # type: ignore[call-overload] # a dict
        "timestream-query", **connection
    )
    return made


def test_the_sdk_reads_types_rows_and_what_it_costs(client: TimestreamQueryClient) -> None:
    answer = client.query(
        QueryString='SELECT measure_name, count(*) AS n, max(time) FROM "bridges"."status"'
        " WHERE time > ago(1h) GROUP BY measure_name ORDER BY n DESC"
    )
    assert [(c["Name"], c["Type"]["ScalarType"]) for c in answer["ColumnInfo"]] == [
        ("measure_name", "VARCHAR"),
        ("n", "BIGINT"),
        ("_col2", "TIMESTAMP"),
    ]
    assert [[text(dict(v)) for v in row["Data"]] for row in answer["Rows"]] == [
        ["Hisingsbron", "5", "2026-01-05 11:56:00.000000000"],
        ["Marieholmsbron", "2", "2026-01-05 11:40:00.000000000"],
    ]
    assert answer["QueryStatus"]["CumulativeBytesMetered"] == 10_000_000


def test_the_sdks_paginator_reads_every_page(client: TimestreamQueryClient) -> None:
    pages = client.get_paginator("query").paginate(
        QueryString="SELECT time FROM bridges.status", PaginationConfig={"PageSize": 2}
    )
    assert [len(page["Rows"]) for page in pages] == [2, 2, 2, 1]


def test_the_sdk_raises_the_services_exception(client: TimestreamQueryClient) -> None:
    with pytest.raises(client.exceptions.ValidationException) as raised:
        client.query(QueryString="SELECT nope FROM bridges.status")
    error = raised.value.response
    assert error["Error"]["Message"] == "line 1:8: Column 'nope' does not exist"
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_unload_writes_into_the_bucket_of_the_same_cloud(
    client: TimestreamQueryClient, connection: dict[str, str]
) -> None:
    storage: Any = boto3.client("s3", **connection)  # type: ignore[call-overload] # a dict
    storage.create_bucket(
        Bucket="exports", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    answer = client.query(
        QueryString="UNLOAD (SELECT time FROM bridges.status) TO 's3://exports/all'"
        " WITH (encryption = 'SSE_KMS', kms_key = 'alias/exports')"
    )
    rows, _, manifest = (value["ScalarValue"] for value in answer["Rows"][0]["Data"])
    key = manifest.removeprefix("s3://exports/")
    stored = storage.get_object(Bucket="exports", Key=key)
    written = json.loads(stored["Body"].read())
    assert (stored["ServerSideEncryption"], stored["SSEKMSKeyId"]) == ("aws:kms", "alias/exports")
    assert rows == "7"
    assert written["query_metadata"]["total_row_count"] == 7


def test_unload_into_a_missing_bucket_fails_in_words(client: TimestreamQueryClient) -> None:
    with pytest.raises(client.exceptions.ValidationException, match="nowhere does not exist"):
        client.query(QueryString="UNLOAD (SELECT 1 AS x) TO 's3://nowhere/x'")
