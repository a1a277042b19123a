"""What a query scans is what its conditions on time leave, however that is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from embedded_timestream import functions
from embedded_timestream.query.engine import Engine
from embedded_timestream.write.store import Store
from embedded_timestream.write.table import Table
from tests.embedded_timestream.writing import MINUTE, NOON_NS, WHERE, StoppedClock, record

if TYPE_CHECKING:
    from collections.abc import Iterator

BYTES = len("station1") + len("bridge 0") + len("Open") + 8
CONDITIONS = [
    "time > ago(10m)",
    "time >= ago(10m)",
    "time < ago(10m)",
    "ago(10m) >= time",
    "time = ago(10m)",
    "time BETWEEN ago(20m) AND ago(10m)",
    "time BETWEEN ago(10m) AND ago(20m)",
    "time > now() - 10m AND time <= now() - 2m",
    "time > '2026-01-05 11:40:00' AND time < TIMESTAMP '2026-01-05 11:50:00'",
    "time > DATE '2026-01-05'",
    "time > date_trunc('hour', now())",
    "time > CAST(NULL AS timestamp)",
    "time <> ago(10m)",
    "bin(time, 10m) = ago(10m)",
    "time > ago(10m) AND bin(time, 5m) = ago(5m)",
    "NOT time > ago(10m)",
    "time > ago(10m) OR time < ago(20m)",
    "time IN (ago(1m), ago(2m))",
]


@pytest.fixture(scope="module")
def timestream() -> Iterator[Engine]:
    store = Store(StoppedClock(), prepare=functions.install)
    store.call("CreateDatabase", {"DatabaseName": "bridges"})
    store.call("CreateTable", WHERE)
    for first in (30, 0):  # so that some come late
        records = [
            record(name=f"bridge {minute % 3}", at=NOON_NS - minute * MINUTE)
            for minute in range(first, first + 30)
        ]
        store.call("WriteRecords", {**WHERE, "Records": records})
    yield Engine(store)
    store.close()


@pytest.mark.parametrize("series", ["few", "many"])
@pytest.mark.parametrize("condition", CONDITIONS)
def test_the_rows_that_are_read_are_metered(
    timestream: Engine, condition: str, series: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if series == "many":
        monkeypatch.setattr(Table, "count", lambda *_: None)

    query = f"SELECT count(*) FROM bridges.status WHERE {condition}"  # noqa: S608 - a case
    answer = timestream.query({"QueryString": query})

    (count,) = answer["Rows"][0]["Data"]
    assert answer["QueryStatus"]["CumulativeBytesScanned"] == BYTES * int(count["ScalarValue"])


def test_what_has_aged_out_is_not_read(timestream: Engine) -> None:
    clock = timestream.store.clock
    assert isinstance(clock, StoppedClock)
    everything = {"QueryString": "SELECT time FROM bridges.status"}
    retention = {
        "MemoryStoreRetentionPeriodInHours": 1,
        "MagneticStoreRetentionPeriodInDays": 1,
    }
    timestream.store.call("UpdateTable", {**WHERE, "RetentionProperties": retention})

    clock.now += 24 * 60 * MINUTE + 15 * MINUTE
    answer = timestream.query(everything)

    assert len(answer["Rows"]) == 46
    assert answer["QueryStatus"]["CumulativeBytesScanned"] == BYTES * 46
