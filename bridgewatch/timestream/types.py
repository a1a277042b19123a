"""The types of a query's columns, and Python's values of them.

| Timestream | Python |
|---|---|
| BIGINT, INTEGER | int |
| DOUBLE | float |
| BOOLEAN | bool |
| VARCHAR | str |
| TIMESTAMP | datetime in UTC, cut to microseconds |
| DATE, TIME | date, time |
| INTERVAL_DAY_TO_SECOND | timedelta, cut to microseconds |
| INTERVAL_YEAR_TO_MONTH | int: months |
| UNKNOWN (always null) | None |
| array | list |
| row | tuple, as a row may have fields without names |
| time series | list of (datetime, value) |

https://docs.aws.amazon.com/timestream/latest/developerguide/API_query_Type.html
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from operator import itemgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Datum = Mapping[str, Any]
    Type = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a query's results.

    :param name: as the query calls it; `_col0` and so on where it doesn't.
    :param type: its `Type`, as the API's JSON.
    """

    name: str
    type: Type

    def values(self, data: Sequence[Datum]) -> list[Any]:
        """Give the values of many rows: one by one, choosing what to do takes longer than doing.

        :raises KeyError: if a value is not of the column's type.
        """
        scalar = self.type.get("ScalarType")
        if scalar is None:
            convert = converter(self.type)
            return [convert(datum) for datum in data]
        try:
            texts = map(_SCALAR_VALUE, data)
            return list(texts if scalar == "VARCHAR" else map(_SCALARS[scalar], texts))
        except KeyError:  # some are null
            convert = converter(self.type)
            return [convert(datum) for datum in data]


def converter(type_: Type) -> Callable[[Datum], Any]:
    """Give what turns a Datum of a type into Python's value."""
    if "ScalarType" in type_:
        read = _SCALARS[type_["ScalarType"]]
        return lambda datum: None if "NullValue" in datum else read(datum["ScalarValue"])
    if "ArrayColumnInfo" in type_:
        element = converter(type_["ArrayColumnInfo"]["Type"])
        return lambda datum: (
            None if "NullValue" in datum else [element(one) for one in datum["ArrayValue"]]
        )
    if "TimeSeriesMeasureValueColumnInfo" in type_:
        value = converter(type_["TimeSeriesMeasureValueColumnInfo"]["Type"])
        return lambda datum: (
            None
            if "NullValue" in datum
            else [
                (_timestamp(one["Time"]), value(one["Value"])) for one in datum["TimeSeriesValue"]
            ]
        )
    fields = [converter(field["Type"]) for field in type_["RowColumnInfo"]]
    return lambda datum: (
        None
        if "NullValue" in datum
        else tuple(field(one) for field, one in zip(fields, datum["RowValue"]["Data"], strict=True))
    )


def _timestamp(text: str) -> datetime:
    # UTC without a zone, with nine decimals.
    return datetime.fromisoformat(text + "Z")


def _boolean(text: str) -> bool:
    return text == "true"


def _interval(text: str) -> timedelta:
    """Read `-5 20:00:00.000000000`: the sign is the whole interval's."""
    days, _, clock = text.lstrip("-").partition(" ")
    hours, minutes, seconds = clock.split(":")
    whole, _, fraction = seconds.partition(".")
    interval = timedelta(
        days=int(days),
        hours=int(hours),
        minutes=int(minutes),
        seconds=int(whole),
        microseconds=int(f"{fraction:0<6}"[:6]),
    )
    return -interval if text.startswith("-") else interval


def _months(text: str) -> int:
    """Read `-4-2`: minus four years and two months."""
    years, _, months = text.lstrip("-").partition("-")
    count = 12 * int(years) + int(months)
    return -count if text.startswith("-") else count


_SCALAR_VALUE = itemgetter("ScalarValue")
_SCALARS: dict[str, Callable[[str], Any]] = {
    "BIGINT": int,
    "INTEGER": int,
    "DOUBLE": float,
    "BOOLEAN": _boolean,
    "VARCHAR": str,
    "TIMESTAMP": _timestamp,
    "DATE": date.fromisoformat,
    "TIME": time.fromisoformat,
    "INTERVAL_DAY_TO_SECOND": _interval,
    "INTERVAL_YEAR_TO_MONTH": _months,
    "UNKNOWN": str,
}
