"""UNLOAD writes what a query answers to S3, and says where."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from embedded_timestream.query.engine import Engine
from tests.embedded_timestream.querying import answer, engine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

QUERY = (
    "SELECT time, temperature, humidity, raining, note, measure_name"
    " FROM bridges.sensors WHERE measure_name = 'air' ORDER BY time"
)


class Bucket:
    """What was put into S3, by bucket and key."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def put(self, bucket: str, key: str, content: bytes) -> None:
        self.objects[f"s3://{bucket}/{key}"] = content


@pytest.fixture
def bucket() -> Bucket:
    return Bucket()


@pytest.fixture
def timestream(bucket: Bucket) -> Iterator[Engine]:
    made = engine()
    yield Engine(made.store, bucket.put)
    made.close()


def unload(timestream: Engine, options: str, query: str = QUERY) -> list[str]:
    """Give the answer's row: how many rows, the metadata file, the manifest."""
    lines = answer(timestream, f"UNLOAD ({query}) TO 's3://exports/air' WITH ({options})")
    return lines[0].split(" | ")


def result_files(bucket: Bucket, manifest: str) -> list[str]:
    found: dict[str, Any] = json.loads(bucket.objects[manifest])
    return [file["url"] for file in found["result_files"]]


def test_csv_is_compressed_and_has_no_header_unless_it_is_asked_for(
    timestream: Engine, bucket: Bucket
) -> None:
    rows, _, manifest = unload(timestream, "format = 'CSV'")

    (file,) = result_files(bucket, manifest)
    assert rows == "2"
    assert file.startswith("s3://exports/air/results/")
    assert file.endswith(".csv.gz")
    assert gzip.decompress(bucket.objects[file]).decode().splitlines() == [
        "2026-01-05 11:58:29.999999999,1.5,80,true,cold,air",
        "2026-01-05 11:59:30.000000001,2.5,70,false,mild,air",
    ]


def test_csv_has_the_header_delimiter_and_escape_that_are_asked_for(
    timestream: Engine, bucket: Bucket
) -> None:
    _, _, manifest = unload(
        timestream,
        "include_header = 'true', field_delimiter = ';', compression = 'NONE'",
        "SELECT 'a;b' AS x, CAST(NULL AS varchar) AS y, 1e10 AS z",
    )
    (file,) = result_files(bucket, manifest)
    assert bucket.objects[file].decode().splitlines() == ["x;y;z", '"a;b";;1.0E10']


def test_parquet_keeps_types_and_nanoseconds(
    timestream: Engine, bucket: Bucket, tmp_path: Path
) -> None:
    _, _, manifest = unload(timestream, "format = 'PARQUET'")

    (file,) = result_files(bucket, manifest)
    (tmp_path / "result.parquet").write_bytes(bucket.objects[file])
    with duckdb.connect() as connection:
        read = connection.read_parquet(str(tmp_path / "result.parquet"))
        assert [str(kind) for kind in read.types] == [
            "TIMESTAMP_NS", "DOUBLE", "BIGINT", "BOOLEAN", "VARCHAR", "VARCHAR",
        ]  # fmt: skip
        nanoseconds = [row[0] for row in read.project("epoch_ns(time) % 1000000000").fetchall()]
    assert nanoseconds == [999_999_999, 1]


def test_each_partition_has_a_folder_and_its_files_lack_the_column(
    timestream: Engine, bucket: Bucket
) -> None:
    _, _, manifest = unload(
        timestream,
        "partitioned_by = ARRAY['measure_name'], compression = 'NONE'",
        "SELECT max(time) AS t, measure_name FROM bridges.status GROUP BY 2 ORDER BY 2",
    )
    files = result_files(bucket, manifest)
    assert [file.split("/")[-2] for file in files] == [
        "measure_name=Hisingsbron",
        "measure_name=Marieholmsbron",
    ]
    assert bucket.objects[files[0]] == b"2026-01-05 11:56:00.000000000\n"


def test_the_manifest_and_the_metadata_describe_the_files(
    timestream: Engine, bucket: Bucket
) -> None:
    _, metadata, manifest = unload(timestream, "compression = 'NONE'")

    (file,) = result_files(bucket, manifest)
    size = len(bucket.objects[file])
    assert json.loads(bucket.objects[manifest]) == {
        "result_files": [
            {"url": file, "file_metadata": {"content_length_in_bytes": size, "row_count": 2}}
        ],
        "query_metadata": {
            "content_length_in_bytes": size,
            "total_row_count": 2,
            "result_format": "CSV",
            "result_version": "Amazon Timestream version 1.0.0",
        },
        "author": {"name": "Amazon Timestream", "manifest_file_version": "1.0"},
    }
    described = json.loads(bucket.objects[metadata])
    assert described["ColumnInfo"][0] == {"Name": "time", "Type": {"ScalarType": "TIMESTAMP"}}


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        (
            "UNLOAD (SELECT 1 AS x) TO 'exports'",
            "UNLOAD writes to s3://bucket/folder, not to exports",
        ),
        (
            "UNLOAD (SELECT 1 AS x) TO 's3://b/f' WITH (format = 'JSON')",
            "The UNLOAD option format must be one of CSV, PARQUET",
        ),
        (
            "UNLOAD (SELECT 1 AS x) TO 's3://b/f' WITH (speed = 'high')",
            "UNLOAD does not have the option speed",
        ),
        (
            "UNLOAD (SELECT 1 AS x, 2 AS y) TO 's3://b/f' WITH (partitioned_by = ARRAY['x'])",
            "The partitioned_by columns must be the last ones of the query",
        ),
        (
            "UNLOAD (SELECT 1 AS x) TO 's3://b/f' WITH (partitioned_by = ARRAY['x'])",
            "UNLOAD needs a column that is not in partitioned_by",
        ),
        (
            "UNLOAD (SELECT TIME '10:00' AS x) TO 's3://b/f'",
            "UNLOAD of the type time is not supported by this embedded Timestream",
        ),
    ],
)
def test_what_unload_cannot_do_it_says(
    timestream: Engine, bucket: Bucket, statement: str, error: str
) -> None:
    assert answer(timestream, statement) == [f"! {error}"]
    assert bucket.objects == {}
