"""Query results as Arrow: the one module that needs pyarrow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa  # type: ignore[import-untyped] # it has no types

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridgewatch.timestream.types import Column, Type

_NANOSECONDS = pa.timestamp("ns", tz="UTC")
_SCALARS = {
    "BIGINT": pa.int64(),
    "INTEGER": pa.int32(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "VARCHAR": pa.string(),
    "TIMESTAMP": _NANOSECONDS,
    "DATE": pa.date32(),
    "TIME": pa.time64("us"),
    "INTERVAL_DAY_TO_SECOND": pa.duration("us"),
    "INTERVAL_YEAR_TO_MONTH": pa.int32(),
    "UNKNOWN": pa.null(),
}


def schema(columns: Sequence[Column]) -> pa.Schema:
    """Give the Arrow types of columns; times are exact to the nanosecond, in UTC."""
    return pa.schema([(column.name, _type(column.type)) for column in columns])


def batch(columns: Sequence[Column], rows: Sequence[Any]) -> pa.RecordBatch:
    """Turn a page into Arrow.

    :param rows: at least one, as the API's JSON.
    """
    data = zip(*(row["Data"] for row in rows), strict=True)
    arrays = [_array(column, one) for column, one in zip(columns, data, strict=True)]
    return pa.record_batch(arrays, schema(columns))


def _type(type_: Type) -> pa.DataType:
    if "ScalarType" in type_:
        return _SCALARS[type_["ScalarType"]]
    if "ArrayColumnInfo" in type_:
        return pa.list_(_type(type_["ArrayColumnInfo"]["Type"]))
    if "TimeSeriesMeasureValueColumnInfo" in type_:
        value = _type(type_["TimeSeriesMeasureValueColumnInfo"]["Type"])
        return pa.list_(pa.struct([("time", _NANOSECONDS), ("value", value)]))
    # Arrow wants names, which the fields of a row need not have.
    fields = enumerate(type_["RowColumnInfo"])
    return pa.struct([(one.get("Name") or f"field{i}", _type(one["Type"])) for i, one in fields])


def _array(column: Column, data: Sequence[Any]) -> pa.Array:
    type_ = _type(column.type)
    if type_ == _NANOSECONDS:
        # Arrow reads all nine decimals; Python's datetime has six.
        texts = [datum.get("ScalarValue") for datum in data]
        return pa.array(texts, pa.string()).cast(pa.timestamp("ns")).cast(type_)
    return pa.array([_nested(type_, value) for value in column.values(data)], type_)


def _nested(type_: pa.DataType, value: Any) -> Any:  # noqa: ANN401 - of any type of Timestream's
    """Name the fields of the rows in a value, as Arrow takes them."""
    if value is None:
        return None
    if pa.types.is_list(type_):
        return [_nested(type_.value_type, one) for one in value]
    if pa.types.is_struct(type_):
        return {
            type_.field(i).name: _nested(type_.field(i).type, one) for i, one in enumerate(value)
        }
    return value
