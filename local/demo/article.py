"""The article's workload, replayed on the embedded cloud with the meter running.

`python -m local article` does it, and renews docs/cost.md with what was counted.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from local.cloud import Cloud
from local.demo.article_bill import DAYS, QUERIES_A_DAY, write_counts
from local.meter import Meter
from local.simulated_time.clock import SimulatedClock

if TYPE_CHECKING:
    from bridgewatch.cost.usage import Usage

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "cost.md"

RECORDS = 3000
QUERY = 'SELECT "measure_value::varchar", "time" FROM "hisingsbron"."status" WHERE time >= ago(30d)'
START = datetime(2021, 9, 23, tzinfo=UTC)
DAY_SECONDS = 86_400


def replay(days: int = DAYS) -> Usage:
    """Write and query as the article's author did, on the embedded cloud.

    :param days: how many of the 90 days; at least 1.
    """
    clock = SimulatedClock(START)
    meter = Meter(clock)
    with Cloud(clock, meter=meter) as cloud:
        write, query = cloud.client("timestream-write"), cloud.client("timestream-query")
        table = {"DatabaseName": "hisingsbron", "TableName": "status"}
        write.create_database(DatabaseName=table["DatabaseName"])
        write.create_table(
            **table,
            RetentionProperties={
                "MemoryStoreRetentionPeriodInHours": 24,
                "MagneticStoreRetentionPeriodInDays": 3650,
            },
        )
        pages = query.get_paginator("query")
        due = [(second, "write") for second in _every(days, Fraction(RECORDS, DAYS))]
        due += [(second, "query") for second in _every(days, Fraction(QUERIES_A_DAY))]
        passed = 0
        for second, what in sorted(due):
            clock.sleep(second - passed)
            passed = second
            if what == "query":
                for _ in pages.paginate(QueryString=QUERY):
                    pass
            else:
                write.write_records(**table, Records=[_record(clock)], CommonAttributes={})
        return meter.usage()


def _every(days: int, times_a_day: Fraction) -> range:
    """Give the seconds at which something happens that often; the last one ends the last day."""
    step = int(DAY_SECONDS / times_a_day)
    return range(step, days * DAY_SECONDS + 1, step)


def _record(clock: SimulatedClock) -> dict[str, object]:
    """Make a record as the author's code does; its status does not matter to the bill."""
    return {
        "Dimensions": [{"Name": "bridge", "Value": "hisingsbron"}],
        "MeasureName": "HisingsbridgeStatus",
        "MeasureValue": "Closed",
        "MeasureValueType": "VARCHAR",
        "Time": str(clock.now_ns() // 10**6),
    }


def renew() -> None:
    """Replay the article, keep what was counted, and renew docs/cost.md."""
    write_counts(replay())
    cog = [sys.executable, "-m", "cogapp", "-r", "-I", str(ROOT), str(DOCUMENT)]
    subprocess.run(cog, check=True)  # noqa: S603 - our own document
