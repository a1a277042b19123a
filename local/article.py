"""The article's workload, replayed with the meter running, and what it cost then and costs now.

`python -m local article` writes docs/cost.md with it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from fractions import Fraction
from math import log10
from pathlib import Path
from typing import TYPE_CHECKING

from bridgewatch.cost import metering
from bridgewatch.cost.bill import Bill, QueryPricing, bill, dollars
from bridgewatch.cost.prices import ARTICLE, REGION, load_prices
from bridgewatch.cost.usage import Dimension, Usage
from local.clock import SimulatedClock
from local.cloud import Cloud
from local.meter import Meter

if TYPE_CHECKING:
    from collections.abc import Mapping

DOCUMENT = Path(__file__).parent.parent / "docs" / "cost.md"

# "I've collected data for 3 months which corresponds to ~3000 records, and the database is queried
# ~15 times a day for ~1000 records each time": 1,000 records are those of 30 days.
DAYS = 90
RECORDS = 3000
QUERIES_A_DAY = 15
QUERY = 'SELECT "measure_value::varchar", "time" FROM "hisingsbron"."status" WHERE time >= ago(30d)'
START = datetime(2021, 9, 23, tzinfo=UTC)
MONTHS = 3

DAY_SECONDS = 86_400
BAR_WIDTH = 40
SMALLEST_BAR_USD = Fraction("0.001")


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


def price(usage: Usage) -> Mapping[str, Bill]:
    """Price the three months in the three ways that docs/cost.md compares."""
    current, article = load_prices(), load_prices(ARTICLE)
    by_bytes, by_tcu = QueryPricing
    return {
        "prices of 2021": bill(
            usage, article, region=REGION, query_pricing=by_bytes, allowances=True
        ),
        "today, by bytes scanned": bill(
            usage, current, region=REGION, query_pricing=by_bytes, allowances=True
        ),
        "today, by TCU": bill(usage, current, region=REGION, query_pricing=by_tcu, allowances=True),
    }


def elsewhere(usage: Usage) -> Mapping[str, Usage]:
    """Give what a month of the same workload would use of other services.

    A query reads 1,000 records of 50 bytes: 50,000 bytes.
    """
    writes = usage[Dimension.WRITE_UNITS] / MONTHS
    scanned = usage[Dimension.QUERY_GB] / MONTHS
    queries = scanned / metering.query_gigabytes(0)
    days_a_query = 30
    return {
        "DynamoDB, on demand": Usage(
            {
                Dimension.DYNAMODB_WRITES: writes,
                # 12.5 units of 4 KB, half of them as it may read what is a moment old.
                Dimension.DYNAMODB_READS: queries * Fraction("12.5"),
            }
        ),
        "S3 and Athena, a file a day": Usage(
            {
                Dimension.OBJECT_WRITES: writes,
                Dimension.OBJECT_READS: queries * days_a_query,
                Dimension.ATHENA_GB: scanned,
            }
        ),
        "S3 and Athena, a file a record": Usage(
            {
                Dimension.OBJECT_WRITES: writes,
                Dimension.OBJECT_READS: queries * 1000,
                Dimension.ATHENA_GB: scanned,
            }
        ),
        "Timestream for InfluxDB, the smallest": Usage(
            {
                Dimension.INFLUXDB_HOURS: Fraction(metering.HOURS_A_MONTH),
                Dimension.INFLUXDB_GB_MONTHS: Fraction(20),
            }
        ),
    }


def variants(usage: Usage) -> Mapping[str, Fraction]:
    """Tell what the three months cost, in US dollars, each time with one thing changed."""
    bills = price(usage)
    then, by_bytes, by_tcu = bills.values()
    queries = usage[Dimension.QUERY_GB] / metering.query_gigabytes(0)
    scanned = Fraction(1000 * 50, metering.GIGABYTE)
    # From the day after which the author's code knew Timestream to the day of the article.
    days_on_timestream = 20
    one_unit = usage[Dimension.QUERY_TCU_HOURS] / metering.TCU_A_QUERY
    shared = usage[Dimension.QUERY_TCU_HOURS] / QUERIES_A_DAY
    return {
        "the article": Fraction("0.01"),
        "prices of 2021": then.usd,
        "prices of 2021, for 20 days": then.usd * days_on_timestream / DAYS,
        "prices of 2021, without the 10 MB minimum": _reprice(
            then, Dimension.QUERY_GB, queries * scanned
        ),
        "today, by bytes scanned": by_bytes.usd,
        "today, by TCU": by_tcu.usd,
        "today, by TCU, 1 unit a query": _reprice(by_tcu, Dimension.QUERY_TCU_HOURS, one_unit),
        "today, by TCU, a day's queries at once": _reprice(
            by_tcu, Dimension.QUERY_TCU_HOURS, shared
        ),
    }


def _reprice(priced: Bill, dimension: Dimension, count: Fraction) -> Fraction:
    (line,) = (line for line in priced.lines if line.price.dimension is dimension)
    return priced.usd - line.usd + line.price.of(count)


def render(document: str, usage: Usage) -> str:
    """Fill the generated parts of docs/cost.md in.

    :param document: its text; a part stands between `<!-- NAME -->` and `<!-- end -->`.
    :param usage: of the replay.
    """
    parts = {
        "counts": _counts(usage),
        "bills": _bills(usage),
        "chart": _chart(variants(usage)),
        "elsewhere": _elsewhere(usage),
    }
    for name, text in parts.items():
        document, found = re.subn(
            rf"(?s)(<!-- {name} -->\n).*?(<!-- end -->)", rf"\g<1>{text}\g<2>", document
        )
        if found != 1:
            raise ValueError(f"{DOCUMENT.name} has {found} parts named {name}, not one.")
    return document


def counts(document: str) -> Usage:
    """Read the replay's usage back from docs/cost.md."""
    rows = re.findall(r"(?m)^\| `(\w+)` \| ([\d.]+) \| \[", document)
    return Usage({Dimension[name.upper()]: Fraction(count) for name, count in rows})


def _counts(usage: Usage) -> str:
    rows = ["| dimension | count | how AWS counts it |", "|---|--:|---|"]
    rows += [
        f"| `{one.name.lower()}` | {_decimal(count)} | [{one.rule}]({one.source}) |"
        for one, count in usage.counts.items()
    ]
    return "\n".join(rows) + "\n"


def _decimal(count: Fraction) -> str:
    return dollars(count, 12).rstrip("0").rstrip(".")


def _bills(usage: Usage) -> str:
    bills = price(usage)
    rows = [f"| US dollars in {MONTHS} months | {' | '.join(bills)} |", "|---|--:|--:|--:|"]
    for dimension in usage.counts:
        cells = [_line(priced, dimension) for priced in bills.values()]
        rows.append(_row(f"`{dimension.name.lower()}`", cells))
    rows.append(_row("**together**", [dollars(priced.usd, 4) for priced in bills.values()]))
    rows.append(_row("a month", [dollars(priced.usd / MONTHS, 4) for priced in bills.values()]))
    return "\n".join(rows) + "\n"


def _row(name: str, cells: list[str]) -> str:
    return f"| {name} | {' | '.join(cells)} |"


def _line(priced: Bill, dimension: Dimension) -> str:
    for line in priced.lines:
        if line.price.dimension is dimension:
            return dollars(line.usd, 4)
    return ""


def _chart(amounts: Mapping[str, Fraction]) -> str:
    """Draw bars on a logarithmic scale."""
    width = max(map(len, amounts))
    longest = log10(max(amounts.values()) / SMALLEST_BAR_USD)
    lines = [
        f"{name:<{width}} {dollars(usd, 3):>7} "
        + "█" * round(BAR_WIDTH * log10(usd / SMALLEST_BAR_USD) / longest)
        for name, usd in amounts.items()
    ]
    return "```text\n" + "\n".join(lines) + "\n```\n"


def _elsewhere(usage: Usage) -> str:
    prices = load_prices()
    rows = ["| a month in us-east-1 | US dollars |", "|---|--:|"]
    for name, used in elsewhere(usage).items():
        priced = bill(used, prices, region=REGION, query_pricing=QueryPricing.TCU, allowances=False)
        rows.append(f"| {name} | {dollars(priced.usd, 4)} |")
    return "\n".join(rows) + "\n"


def write() -> None:
    """Replay the article and renew docs/cost.md."""
    document = render(DOCUMENT.read_text(encoding="utf-8"), replay())
    DOCUMENT.write_text(document, encoding="utf-8")
