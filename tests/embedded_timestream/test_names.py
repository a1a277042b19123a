"""Names are case sensitive: `Host` beside `host` is another column.

https://docs.aws.amazon.com/timestream/latest/developerguide/ts-limits.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from embedded_timestream import functions
from embedded_timestream.query.engine import Engine
from embedded_timestream.write.store import Store
from tests.embedded_timestream.querying import answer
from tests.embedded_timestream.writing import (
    NOON_NS,
    SECOND,
    WHERE,
    StoppedClock,
    dimensions,
    multi,
    record,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RECORDS = [
    record("Open", Dimensions=dimensions(Host="north", host="south", Time="noon")),
    record("Closed", Dimensions=dimensions(host="west"), at=NOON_NS - SECOND),
    record(
        multi(Speed=("DOUBLE", "1.5"), speed=("BIGINT", "2"), SPEED=("TIMESTAMP", "3")),
        "MULTI",
        name="wind",
        Dimensions=dimensions(HOST="east"),
        at=NOON_NS - 2 * SECOND,
    ),
]


@pytest.fixture(params=["written", "opened again"])
def timestream(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    def store() -> Store:
        return Store(StoppedClock(), tmp_path, prepare=functions.install)

    made = store()
    made.call("CreateDatabase", {"DatabaseName": "bridges"})
    made.call("CreateTable", WHERE)
    for one in RECORDS:
        made.call("WriteRecords", {**WHERE, "Records": [one]})
    if request.param == "opened again":
        made.close()
        made = store()
    yield Engine(made)
    made.close()


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("SELECT Host, host FROM bridges.status WHERE time = now()", ["north | south"]),
        (
            'SELECT "Host", "host", "HOST" FROM bridges.status ORDER BY time',
            ["NULL | NULL | east", "NULL | west | NULL", "north | south | NULL"],
        ),
        ("SELECT host FROM bridges.status WHERE Host = 'north' GROUP BY host", ["south"]),
        ("SELECT s.Host FROM bridges.status AS s WHERE s.host = 'south'", ["north"]),
        (
            "SELECT hOST FROM bridges.status",
            ["! line 1:8: Column 'hOST' is ambiguous"],
        ),
        (
            "SELECT Time, time FROM bridges.status ORDER BY time DESC LIMIT 1",
            ["noon | 2026-01-05 12:00:00.000000000"],
        ),
        (
            "SELECT Speed, speed, SPEED FROM bridges.status WHERE measure_name = 'wind'",
            ["1.5 | 2 | 1970-01-01 00:00:00.000000003"],
        ),
        (
            "SELECT * FROM bridges.status WHERE time = now()",
            [
                "north | noon | south | NULL | Hisingsbron | 2026-01-05 12:00:00.000000000 | Open"
                + " | NULL" * 3
            ],
        ),
        (
            "SELECT Host, host FROM bridges.status AS a JOIN bridges.status USING (Host, host)",
            ["north | south"],
        ),
        (
            "DESCRIBE bridges.status",
            [
                "Host | varchar | DIMENSION",
                "Time | varchar | DIMENSION",
                "host | varchar | DIMENSION",
                "HOST | varchar | DIMENSION",
                "measure_name | varchar | MEASURE_NAME",
                "time | timestamp | TIMESTAMP",
                "measure_value::varchar | varchar | MEASURE_VALUE",
                "Speed | double | MULTI",
                "speed | bigint | MULTI",
                "SPEED | timestamp | MULTI",
            ],
        ),
        (
            "SHOW MEASURES FROM bridges.status LIKE 'w%'",
            ["wind | multi | [(HOST, varchar)]"],
        ),
    ],
)
def test_names_that_differ_in_case_are_told_apart(
    timestream: Engine, query: str, rows: list[str]
) -> None:
    assert answer(timestream, query) == rows


def test_a_record_is_replaced_among_columns_that_differ_in_case(timestream: Engine) -> None:
    newer = {**RECORDS[2], "Version": 2}
    newer["MeasureValues"] = multi(Speed=("DOUBLE", "9.5"), speed=("BIGINT", "8"))
    timestream.store.call("WriteRecords", {**WHERE, "Records": [newer]})

    query = "SELECT Speed, speed, SPEED, HOST FROM bridges.status WHERE measure_name = 'wind'"
    assert answer(timestream, query) == ["9.5 | 8 | NULL | east"]
