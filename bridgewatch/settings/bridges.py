"""The bridges to watch, and what their records say about them."""

from __future__ import annotations

from typing import Annotated, TypeAlias
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from bridgewatch.settings.model import Model, Text, at_most_bytes, must

# https://docs.aws.amazon.com/timestream/latest/developerguide/ts-limits.html
MEASURE_NAME_BYTES = 256
DIMENSION_NAME_BYTES = 60
DIMENSIONS_PER_TABLE = 128
RECORD_BYTES = 2048


def _not_reserved(name: str) -> str:
    if name == "source":
        raise ValueError("every record has that dimension already: the name of its source")
    if name in {"measure_value", "time", "ts_non_existent_col"} or name.startswith(
        ("ts_", "measure_name")
    ):
        raise ValueError(
            "Timestream reserves it: measure_value, time, ts_non_existent_col, "
            "and what starts with ts_ or measure_name"
        )
    if name.lower() in {"measure_name", "time"}:
        raise ValueError(f"in SQL it would stand for the column {name.lower()}")
    return name


DimensionName: TypeAlias = Annotated[
    Text,
    must("have no colon", r"[^:]+"),
    at_most_bytes(DIMENSION_NAME_BYTES),
    AfterValidator(_not_reserved),
]


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("it must be a time zone, such as Europe/Stockholm") from None
    return name


TimeZone: TypeAlias = Annotated[str, AfterValidator(_time_zone)]


class Bridge(Model):
    """One movable bridge."""

    name: Annotated[Text, at_most_bytes(MEASURE_NAME_BYTES)] = Field(
        description="What the bridge is called; its records' measure name, at most 256 bytes."
    )
    source: str = Field(description="Which of `sources` tells its status.")
    code: Text | None = Field(
        default=None,
        description="What the source calls it. For `ndw`, its ISRS code; for `json`, what replaces "
        "`{code}` in the source's `url` or `pointer`.",
    )
    dimensions: dict[DimensionName, Text] = Field(
        default={},
        description="What else its records say about it, such as its city: names of at most 60 "
        "bytes, with values. `source` is added by itself. Part of a record's identity: a changed "
        "dimension begins a new time series.",
    )
    timezone: TimeZone = Field(
        default="UTC",
        exclude=True,  # the poller knows UTC only
        description="Whose hours and weekdays `stats` counts in, such as `Europe/Stockholm`.",
    )

    @property
    def record_dimensions(self) -> dict[str, str]:
        """The dimensions of its records: its own, and its source."""
        return {**self.dimensions, "source": self.source}

    @property
    def record_bytes(self) -> int:
        """The size of its records, as Timestream counts it.

        https://docs.aws.amazon.com/timestream/latest/developerguide/metering-and-pricing.writes.html
        """
        time = 8
        words = [self.name, "Closed"]
        words += [word for pair in self.record_dimensions.items() for word in pair]
        return time + sum(len(word.encode()) for word in words)
