"""Intervals: day-time ones are nanoseconds, year-month ones are months, both exact integers.

https://docs.aws.amazon.com/timestream/latest/developerguide/supported-data-types.html
"""

from __future__ import annotations

NANOSECONDS = {
    "nanosecond": 1,
    "microsecond": 1_000,
    "millisecond": 1_000_000,
    "second": 1_000_000_000,
    "minute": 60_000_000_000,
    "hour": 3_600_000_000_000,
    "day": 86_400_000_000_000,
    "week": 604_800_000_000_000,
}
MONTHS = {"month": 1, "quarter": 3, "year": 12}

# How a literal such as `15m` may write its unit.
UNITS = {
    **{unit: unit for unit in NANOSECONDS},
    **{unit: unit for unit in ("month", "year")},
    "ns": "nanosecond",
    "us": "microsecond",
    "ms": "millisecond",
    "s": "second",
    "m": "minute",
    "h": "hour",
    "d": "day",
    "w": "week",
    "mo": "month",
    "y": "year",
}
