"""UNLOAD writes what a query answers to S3, and says where."""

from __future__ import annotations

import csv
import gzip
import io
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
        self.kms_keys: set[str | None] = set()

    def put(self, bucket: str, key: str, body: bytes, kms_key: str | None = None) -> None:
        self.objects[f"s3://{bucket}/{key}"] = body
        self.kms_keys.add(kms_key)


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


NESTED = (
    "SELECT ARRAY[1, NULL] AS a,"
    " CAST(ROW(23.0, 'he said \"hi\"') AS ROW(x double, y varchar)) AS r, ROW(1, nan()) AS u,"
    " MAP(ARRAY['k'], ARRAY[DATE '2022-01-02']) AS m,"
    " (SELECT create_time_series(time, measure_value::double) FROM bridges.sensors"
    " WHERE measure_name = 'wind' AND time > ago(3m)) AS s, CAST(NULL AS array(bigint)) AS n"
)
AS_JSON = [
    "[1,null]",
    '{"x":23.0,"y":"he said \\"hi\\""}',
    '{"field0":1,"field1":"NaN"}',
    '{"k":"2022-01-02"}',
    (
        '[{"time":"2026-01-05 11:58:00.000000000Z","value":5.5},'
        '{"time":"2026-01-05 11:59:00.000000000Z","value":9.5}]'
    ),
]


def test_arrays_rows_maps_and_time_series_are_json_strings_in_csv(
    timestream: Engine, bucket: Bucket
) -> None:
    _, _, manifest = unload(timestream, "compression = 'NONE'", NESTED)

    (file,) = result_files(bucket, manifest)
    content = bucket.objects[file].decode()
    (row,) = csv.reader(io.StringIO(content), escapechar="\\", doublequote=False)
    assert row == [*AS_JSON, ""]
    assert content.startswith('"[1,null]","{\\"x\\":23.0,\\"y\\":\\"he said \\\\\\"hi')


def test_arrays_rows_maps_and_time_series_are_json_strings_in_parquet(
    timestream: Engine, bucket: Bucket, tmp_path: Path
) -> None:
    _, _, manifest = unload(timestream, "format = 'PARQUET'", NESTED)

    (file,) = result_files(bucket, manifest)
    (tmp_path / "result.parquet").write_bytes(bucket.objects[file])
    with duckdb.connect() as connection:
        read = connection.read_parquet(str(tmp_path / "result.parquet"))
        assert read.fetchall() == [(*AS_JSON, None)]


def test_quotes_and_escapes_are_escaped_in_csv(timestream: Engine, bucket: Bucket) -> None:
    _, _, manifest = unload(
        timestream, "compression = 'NONE'", "SELECT 'Time\"stream' AS x, 'Time\\stream' AS y"
    )

    (file,) = result_files(bucket, manifest)
    assert bucket.objects[file].decode() == 'Time\\"stream,Time\\\\stream\n'


@pytest.mark.parametrize("form", ["CSV", "PARQUET"])
def test_files_are_no_larger_than_they_may_be(
    timestream: Engine, bucket: Bucket, form: str
) -> None:
    wide = (
        "SELECT rpad(CAST(x AS varchar), 1000000, 'x') AS text"
        " FROM UNNEST(sequence(1, 20)) AS t (x)"
    )
    _, _, manifest = unload(
        timestream, f"compression = 'NONE', format = '{form}', max_file_size = '16.5mb'", wide
    )

    files = json.loads(bucket.objects[manifest])["result_files"]
    assert [file["file_metadata"]["row_count"] for file in files] == [10, 10]
    assert all(len(bucket.objects[file["url"]]) < 16_500_000 for file in files)


def test_every_object_is_encrypted_with_the_key_that_is_asked_for(
    timestream: Engine, bucket: Bucket
) -> None:
    unload(timestream, "encryption = 'SSE_S3'")
    assert bucket.kms_keys == {None}
    bucket.kms_keys.clear()

    unload(timestream, "encryption = 'SSE_KMS', kms_key = 'alias/exports'")
    assert bucket.kms_keys == {"alias/exports"}


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
        *(
            (
                f"UNLOAD (SELECT 1 AS x) TO 's3://b/f' WITH (max_file_size = '{size}')",
                "The UNLOAD option max_file_size must be from 16MB to 78GB: 'X[MB|GB]'",
            )
            for size in ("15.9MB", "79GB", "20", "20 MB")
        ),
        *(
            (
                f"UNLOAD (SELECT 1 AS x) TO 's3://b/f' WITH ({options})",
                "The UNLOAD option kms_key goes with encryption = 'SSE_KMS', and only with it",
            )
            for options in ("encryption = 'SSE_KMS'", "kms_key = 'alias/exports'")
        ),
    ],
)
def test_what_unload_cannot_do_it_says(
    timestream: Engine, bucket: Bucket, statement: str, error: str
) -> None:
    assert answer(timestream, statement) == [f"! {error}"]
    assert bucket.objects == {}
