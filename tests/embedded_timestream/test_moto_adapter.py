"""For those who have `mock_aws`: a real Timestream in moto's place, for as long as they want it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
import requests
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.timestreamwrite.models import timestreamwrite_backends
from moto.timestreamwrite.responses import TimestreamWriteResponse

from embedded_timestream import moto_adapter
from tests.embedded_timestream.writing import NOON_NS, WHERE, StoppedClock, record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def _installed(clock: StoppedClock) -> Iterator[None]:
    with moto_adapter.installed(clock):
        yield


def client(service: Any) -> Any:  # noqa: ANN401 - requests are plain dicts here
    return boto3.client(service, region_name="eu-west-1")


def write_one() -> None:
    write = client("timestream-write")
    write.create_database(DatabaseName=WHERE["DatabaseName"])
    write.create_table(**WHERE)
    write.write_records(**WHERE, Records=[record()])


def count() -> str:
    answer = client("timestream-query").query(QueryString="SELECT count(*) FROM bridges.status")
    value: str = answer["Rows"][0]["Data"][0]["ScalarValue"]
    return value


@pytest.mark.usefixtures("_installed")
@mock_aws
def test_what_is_written_in_mock_aws_is_really_queried() -> None:
    write_one()

    assert count() == "1"


@pytest.mark.usefixtures("_installed")
@mock_aws
def test_where_aws_has_no_timestream_that_is_said() -> None:
    stockholm = boto3.client("timestream-write", region_name="eu-north-1")

    with pytest.raises(ClientError, match="Timestream for LiveAnalytics is not in eu-north-1"):
        stockholm.list_databases()


@pytest.mark.usefixtures("_installed")
def test_each_mock_aws_begins_with_nothing() -> None:
    with mock_aws():
        write_one()

    with mock_aws():
        assert client("timestream-write").list_databases()["Databases"] == []
        write_one()
        assert count() == "1"


def test_a_directory_keeps_what_is_written_from_one_mock_aws_to_the_next(
    clock: StoppedClock, tmp_path: Path
) -> None:
    with moto_adapter.installed(clock, tmp_path):
        with mock_aws():
            write_one()

        with mock_aws():
            assert count() == "1"


@pytest.mark.usefixtures("_installed")
@mock_aws
def test_the_time_is_the_clocks(clock: StoppedClock) -> None:
    write_one()
    clock.sleep(3600)

    answer = client("timestream-query").query(QueryString="SELECT to_milliseconds(now())")

    (value,) = answer["Rows"][0]["Data"]
    assert int(value["ScalarValue"]) == NOON_NS // 10**6 + 3_600_000


@pytest.mark.usefixtures("_installed")
@mock_aws
def test_unload_writes_to_motos_buckets() -> None:
    write_one()
    s3 = client("s3")
    s3.create_bucket(
        Bucket="exports", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )

    client("timestream-query").query(
        QueryString="UNLOAD (SELECT measure_name FROM bridges.status) TO 's3://exports/all'"
        " WITH (compression = 'NONE')"
    )

    keys = [one["Key"] for one in s3.list_objects_v2(Bucket="exports")["Contents"]]
    (results,) = [key for key in keys if key.startswith("all/results/")]
    assert s3.get_object(Bucket="exports", Key=results)["Body"].read() == b"Hisingsbron\n"


@pytest.mark.usefixtures("_installed")
@mock_aws
def test_an_unknown_call_is_a_404_as_at_the_service() -> None:
    answer = requests.post(
        "https://ingest.timestream.eu-west-1.amazonaws.com/",
        headers={"X-Amz-Target": "Timestream_20181101.DropEverything"},
        data="{}",
        timeout=10,
    )

    assert (answer.status_code, answer.json()["__type"]) == (
        404,
        "com.amazon.coral.service#UnknownOperationException",
    )


def test_what_was_there_before_is_back_afterwards() -> None:
    before = timestreamwrite_backends.backend, dict(vars(TimestreamWriteResponse))

    with moto_adapter.installed():
        assert timestreamwrite_backends.backend is not before[0]

    assert (timestreamwrite_backends.backend, dict(vars(TimestreamWriteResponse))) == before
