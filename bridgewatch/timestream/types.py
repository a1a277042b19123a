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

As texts, times and intervals are whole: `2026-11-23T12:00:00.123456789Z`, and `-5 20:00:00.250000`
for minus five days, twenty hours and a quarter of a second. There are no decimals, six or nine.

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
    Scalars = Mapping[str, Callable[[str], Any]]
    """What reads a scalar's text, by the name of its type."""


def _timestamp(text: str) -> datetime:
    # UTC without a zone, with nine decimals.
    return datetime.fromisoformat(text + "Z")


def _short(text: str) -> str:
    """Leave out decimals that say nothing: all of them, or the last three."""
    whole, _, decimals = text.partition(".")
    if not decimals.strip("0"):
        return whole
    return f"{whole}.{decimals.removesuffix('000')}"


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
PYTHON: Scalars = {
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
"""What reads each scalar type, as the table above has it."""
TEXTS: Scalars = {
    **PYTHON,
    "TIMESTAMP": lambda text: f"{_short(text).replace(' ', 'T')}Z",
    "DATE": str,
    "TIME": _short,
    "INTERVAL_DAY_TO_SECOND": _short,
}
"""The same with times and intervals as texts, which lose nothing."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a query's results.

    :param name: as the query calls it; `_col0` and so on where it doesn't.
    :param type: its `Type`, as the API's JSON.
    """

    name: str
    type: Type

    def values(self, data: Sequence[Datum], scalars: Scalars = PYTHON) -> list[Any]:
        """Give the values of many rows: one by one, choosing what to do takes longer than doing.

        :param scalars: `PYTHON`, or `TEXTS` for times and intervals as texts.
        :raises KeyError: if a value is not of the column's type.
        """
        scalar = self.type.get("ScalarType")
        if scalar is None:
            convert = converter(self.type, scalars)
            return [convert(datum) for datum in data]
        try:
            texts = map(_SCALAR_VALUE, data)
            return list(texts if scalar == "VARCHAR" else map(scalars[scalar], texts))
        except KeyError:  # some are null
            convert = converter(self.type, scalars)
            return [convert(datum) for datum in data]


def converter(type_: Type, scalars: Scalars) -> Callable[[Datum], Any]:
    """Give what turns a Datum of a type into a value."""
    if "ScalarType" in type_:
        read = scalars[type_["ScalarType"]]
        return lambda datum: None if "NullValue" in datum else read(datum["ScalarValue"])
    if "ArrayColumnInfo" in type_:
        element = converter(type_["ArrayColumnInfo"]["Type"], scalars)
        return lambda datum: (
            None if "NullValue" in datum else [element(one) for one in datum["ArrayValue"]]
        )
    if "TimeSeriesMeasureValueColumnInfo" in type_:
        value = converter(type_["TimeSeriesMeasureValueColumnInfo"]["Type"], scalars)
        time_ = scalars["TIMESTAMP"]
        return lambda datum: (
            None
            if "NullValue" in datum
            else [(time_(one["Time"]), value(one["Value"])) for one in datum["TimeSeriesValue"]]
        )
    fields = [converter(field["Type"], scalars) for field in type_["RowColumnInfo"]]
    return lambda datum: (
        None
        if "NullValue" in datum
        else tuple(field(one) for field, one in zip(fields, datum["RowValue"]["Data"], strict=True))
    )
