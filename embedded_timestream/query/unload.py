"""UNLOAD: the rows of a query as files in S3, with a manifest and a metadata file beside them.

https://docs.aws.amazon.com/timestream/latest/developerguide/export-unload-concepts.html
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from embedded_timestream.errors import ValidationException
from embedded_timestream.sqltypes import BIGINT, VARCHAR, Type, physical
from embedded_timestream.wire import column_info, scalar_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from embedded_timestream.query.statements import Export

    Row = tuple[Any, ...]
    Put = Callable[[str, str, bytes], None]

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
    "interval day to second", "interval year to month",
}  # fmt: skip
_AUTHOR = "Amazon Timestream"
_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"


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
    )


def unload(
    export: Export, columns: Sequence[Column], rows: Iterable[Row], query_id: str, put: Put
) -> Row:
    """Write a query's rows to S3; return the answer's row: how many, and where the files are.

    :param put: writes an object: bucket, key, content.
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
        content = _WRITERS[chosen.format](columns[:kept], part, chosen)
        key = f"{prefix}results/{path}{query_id}_{len(files):04}{suffix}"
        put(bucket, key, content)
        size = {"content_length_in_bytes": len(content), "row_count": len(part)}
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
        put(bucket, key, json.dumps(described, indent=1).encode())
        answer.append(f"s3://{bucket}/{key}")
    return tuple(answer)


def _gzipped(chosen: Options) -> bool:
    return chosen.format == "CSV" and chosen.compression == "GZIP"


def _csv(columns: Sequence[Column], rows: Iterable[Row], chosen: Options) -> bytes:
    text = io.StringIO()
    writer = csv.writer(
        text, delimiter=chosen.delimiter, escapechar=chosen.escape, lineterminator="\n"
    )
    if chosen.header:
        writer.writerow(column.name for column in columns)
    for row in rows:
        writer.writerow(
            "" if value is None else scalar_text(column.type, value)
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
        elif column.type.name.startswith("interval"):
            values[index] = [v and scalar_text(column.type, v) for v in values[index]]
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
