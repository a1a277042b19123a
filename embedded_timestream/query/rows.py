"""From what DuckDB fetched to the rows of an answer: column by column, as that is faster by far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from embedded_timestream.wire import column_data

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from embedded_timestream.sqltypes import Type

    Json = dict[str, Any]


def answered(types: Sequence[Type], chunks: Iterable[Sequence[Any]]) -> Iterator[tuple[Json, int]]:
    """Give each row as the API has it, with its size in bytes, for the limit of a page.

    :param chunks: rows as DuckDB fetched them, many at a time.
    """
    columns_of = [column_data(type_) for type_ in types]
    for chunk in chunks:
        columns = [
            of(values) for of, values in zip(columns_of, zip(*chunk, strict=True), strict=True)
        ]
        sizes = zip(*(map(_size, column) for column in columns), strict=True)
        for row, size in zip(zip(*columns, strict=True), map(sum, sizes), strict=True):
            yield {"Data": list(row)}, size


def row_size(row: Json) -> int:
    """Count the bytes of a row as `answered` does."""
    return sum(map(_size, row["Data"]))


def _size(value: Json) -> int:
    """Count the bytes of a Datum, for the limit of a page."""
    if (text := value.get("ScalarValue")) is not None:
        return len(text)
    content = next(iter(value.values()))
    if isinstance(content, dict):  # of a row
        return sum(map(_size, content["Data"]))
    if isinstance(content, list):
        return sum(
            len(part["Time"]) + _size(part["Value"]) if "Time" in part else _size(part)
            for part in content
        )
    return 1
