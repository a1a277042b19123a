"""UNLOAD: the rows of a query as files in S3, with a manifest and a metadata file beside them.

https://docs.aws.amazon.com/timestream/latest/developerguide/export-unload-concepts.html
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import duckdb

from embedded_timestream.errors import ValidationException
from embedded_timestream.query.json_text import NESTED, json_text
from embedded_timestream.sqltypes import BIGINT, VARCHAR, Type, physical
from embedded_timestream.wire import column_info, scalar_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from embedded_timestream.query.statements import Export

    Row = tuple[Any, ...]

ANSWER = ("rows", "metadataFile", "manifestFile")
ANSWER_TYPES = (BIGINT, VARCHAR, VARCHAR)
_OPTIONS = {  # and the values that they may have, the default first; None: any
    "format": ("CSV", "PARQUET"),
    "compression": ("GZIP", "NONE"),
    "encryption": ("SSE_S3", "SSE_KMS"),
    "include_header": ("false", "true"),
    "field_delimiter": None,
    "escaped_by": None,
    "kms_key": None,
    "max_file_size": None,
    "partitioned_by": None,
}
# https://docs.aws.amazon.com/timestream/latest/developerguide/supported-sql-constructs.UNLOAD.html
_SUPPORTED = {
    "bigint", "boolean", "date", "double", "integer", "timestamp", "varchar",
    "interval day to second", "interval year to month", *NESTED,
}  # fmt: skip
_SIZE = re.compile(r"(\d+(?:\.\d+)?)(MB|GB)", re.IGNORECASE)
_BYTES = {"MB": 10**6, "GB": 10**9}
_LEAST_SIZE, _MOST_SIZE = 16 * 10**6, 78 * 10**9
_AUTHOR = "Amazon Timestream"
_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"


class Put(Protocol):
    """Writes an object into a bucket, encrypted with a key of KMS's or, without one, of S3's."""

    def __call__(self, bucket: str, key: str, body: bytes, kms_key: str | None = None) -> None:
        """Write it.

        :raises ValidationException: if there is no such bucket.
        """


@dataclass(frozen=True)
class Column:
    """One column of the query."""

    name: str
    type: Type


@dataclass(frozen=True)
class Options:
    """What WITH (...) says, checked."""

    format: str
    compression: str
    header: bool
    delimiter: str
    escape: str
    partitioned_by: tuple[str, ...]
    file_bytes: float
    kms_key: str | None


def options(export: Export, columns: Sequence[Column]) -> Options:
    """Check an UNLOAD's options and its columns.

    :raises ValidationException: if an option, its value or a column's type is not supported.
    """
    given: dict[str, Any] = {name: words[0] if words else None for name, words in _OPTIONS.items()}
    for name, value in export.options.items():
        if name not in _OPTIONS:
            raise ValidationException(f"UNLOAD does not have the option {name}")
        words = _OPTIONS[name]
        found = next((w for w in words or () if w.lower() == str(value).lower()), None)
        if words and found is None:
            raise ValidationException(f"The UNLOAD option {name} must be one of {', '.join(words)}")
        given[name] = found or value
    for column in columns:
        if column.type.name not in _SUPPORTED:
            raise ValidationException(
                f"UNLOAD of the type {column.type} is not supported by this embedded Timestream"
            )
    partitions = tuple(given["partitioned_by"] or ())
    names = [column.name for column in columns]
    if partitions and tuple(names[len(names) - len(partitions) :]) != partitions:
        raise ValidationException("The partitioned_by columns must be the last ones of the query")
    if len(partitions) == len(names):
        raise ValidationException("UNLOAD needs a column that is not in partitioned_by")
    return Options(
        given["format"],
        given["compression"],
        given["include_header"] == "true",
        given["field_delimiter"] or ",",
        given["escaped_by"] or "\\",
        partitions,
        _file_bytes(given["max_file_size"]),
        _kms_key(given["encryption"], given["kms_key"]),
    )


def _file_bytes(text: str | None) -> float:
    if text is None:
        return _MOST_SIZE
    found = _SIZE.fullmatch(text)
    size = float(found[1]) * _BYTES[found[2].upper()] if found else 0
    if not _LEAST_SIZE <= size <= _MOST_SIZE:
        raise ValidationException(
            "The UNLOAD option max_file_size must be from 16MB to 78GB: 'X[MB|GB]'"
        )
    return size


def _kms_key(encryption: str, key: str | None) -> str | None:
    if (encryption == "SSE_KMS") != (key is not None):
        raise ValidationException(
            "The UNLOAD option kms_key goes with encryption = 'SSE_KMS', and only with it"
        )
    return key


def unload(
    export: Export, columns: Sequence[Column], rows: Iterable[Row], query_id: str, put: Put
) -> Row:
    """Write a query's rows to S3; return the answer's row: how many, and where the files are.

    :raises ValidationException: if the target or an option is wrong.
    """
    bucket, _, folder = export.target.removeprefix("s3://").partition("/")
    if not export.target.startswith("s3://") or not bucket:
        raise ValidationException(f"UNLOAD writes to s3://bucket/folder, not to {export.target}")
    chosen = options(export, columns)
    prefix = f"{folder.rstrip('/')}/" if folder else ""
    kept = len(columns) - len(chosen.partitioned_by)
    parts: dict[Row, list[Row]] = {}
    for row in rows:
        parts.setdefault(row[kept:], []).append(row[:kept])
    files: list[dict[str, Any]] = []
    suffix = f".{chosen.format.lower()}" + (".gz" if _gzipped(chosen) else "")
    for values, part in parts.items():
        path = "".join(
            f"{c.name}={_NO_VALUE if v is None else scalar_text(c.type, v)}/"
            for c, v in zip(columns[kept:], values, strict=True)
        )
        for content, count in _files(columns[:kept], part, chosen):
            key = f"{prefix}results/{path}{query_id}_{len(files):04}{suffix}"
            put(bucket, key, content, chosen.kms_key)
            size = {"content_length_in_bytes": len(content), "row_count": count}
            files.append({"url": f"s3://{bucket}/{key}", "file_metadata": size})
    total = sum(len(part) for part in parts.values())
    manifest = {
        "result_files": files,
        "query_metadata": {
            "content_length_in_bytes": sum(
                f["file_metadata"]["content_length_in_bytes"] for f in files
            ),
            "total_row_count": total,
            "result_format": chosen.format,
            "result_version": f"{_AUTHOR} version 1.0.0",
        },
        "author": {"name": _AUTHOR, "manifest_file_version": "1.0"},
    }
    metadata = {
        "ColumnInfo": [column_info(column.name, column.type) for column in columns],
        "Author": {"Name": _AUTHOR, "MetadataFileVersion": "1.0"},
    }
    answer: list[Any] = [total]
    for name, described in (("metadata", metadata), ("manifest", manifest)):
        key = f"{prefix}{query_id}_{name}.json"
        put(bucket, key, json.dumps(described, indent=1).encode(), chosen.kms_key)
        answer.append(f"s3://{bucket}/{key}")
    return tuple(answer)


def _files(
    columns: Sequence[Column], rows: list[Row], chosen: Options
) -> Iterator[tuple[bytes, int]]:
    """Write rows, to as many files as their size asks for: the content of each, and its rows."""
    content = _WRITERS[chosen.format](columns, rows, chosen)
    if len(content) <= chosen.file_bytes or len(rows) == 1:
        yield content, len(rows)
        return
    half = len(rows) // 2
    for part in (rows[:half], rows[half:]):
        yield from _files(columns, part, chosen)


def _text(column: Column, value: Any) -> str:  # noqa: ANN401 - what DuckDB fetched
    return (json_text if column.type.name in NESTED else scalar_text)(column.type, value)


def _gzipped(chosen: Options) -> bool:
    return chosen.format == "CSV" and chosen.compression == "GZIP"


def _csv(columns: Sequence[Column], rows: Iterable[Row], chosen: Options) -> bytes:
    text = io.StringIO()
    writer = csv.writer(
        text,
        delimiter=chosen.delimiter,
        escapechar=chosen.escape,
        doublequote=False,
        lineterminator="\n",
    )
    if chosen.header:
        writer.writerow(column.name for column in columns)
    for row in rows:
        writer.writerow(
            "" if value is None else _text(column, value)
            for column, value in zip(columns, row, strict=True)
        )
    content = text.getvalue().encode()
    return gzip.compress(content, mtime=0) if chosen.compression == "GZIP" else content


def _parquet(columns: Sequence[Column], rows: Iterable[Row], chosen: Options) -> bytes:
    """Write Parquet in a DuckDB of its own: the store's may not touch files."""
    values = [list(column) for column in zip(*rows, strict=True)]
    reads = []
    for index, column in enumerate(columns):
        name = '"' + column.name.replace('"', '""') + '"'
        if column.type.name == "timestamp":
            read = f"make_timestamp_ns(unnest(${index + 1}::BIGINT[]))"
        elif column.type.name in NESTED or column.type.name.startswith("interval"):
            values[index] = [None if v is None else _text(column, v) for v in values[index]]
            read = f"unnest(${index + 1}::VARCHAR[])"
        else:
            read = f"unnest(${index + 1}::{physical(column.type)}[])"
        reads.append(f"{read} AS {name}")
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE result AS SELECT {', '.join(reads)}", values)
        path = Path(folder) / "result.parquet"
        connection.table("result").write_parquet(
            str(path), compression="gzip" if chosen.compression == "GZIP" else "uncompressed"
        )
        return path.read_bytes()


_WRITERS = {"CSV": _csv, "PARQUET": _parquet}
