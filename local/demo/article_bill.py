"""What the article's workload costs: then and now, with one thing changed, and elsewhere.

Each function that makes Markdown fills in a part of docs/cost.md, from the counts of the replay
(`local.demo.article`), which article_counts.csv keeps.
"""

from __future__ import annotations

import csv
from fractions import Fraction
from math import log10
from pathlib import Path
from typing import TYPE_CHECKING

from bridgewatch.cost import metering
from bridgewatch.cost.bill import Bill, QueryPricing, bill, dollars
from bridgewatch.cost.prices import ARTICLE, REGION, load_prices
from bridgewatch.cost.usage import Dimension, Usage

if TYPE_CHECKING:
    from collections.abc import Mapping

COUNTS = Path(__file__).with_name("article_counts.csv")

# "I've collected data for 3 months which corresponds to ~3000 records, and the database is queried
# ~15 times a day for ~1000 records each time."
DAYS = 90
MONTHS = 3
QUERIES_A_DAY = 15
QUERY_RECORDS = 1000
RECORD_BYTES = 50

BAR_WIDTH = 40
SMALLEST_BAR_USD = Fraction("0.001")


def counts() -> Usage:
    """Read what the replay counted."""
    with COUNTS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return Usage({Dimension[row["dimension"].upper()]: Fraction(row["count"]) for row in rows})


def write_counts(usage: Usage) -> None:
    """Keep what a replay counted."""
    with COUNTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("dimension", "count"))
        for dimension, count in usage.counts.items():
            writer.writerow((dimension.name.lower(), _decimal(count)))


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
                Dimension.OBJECT_READS: queries * QUERY_RECORDS,
                Dimension.ATHENA_GB: scanned,
            }
        ),
        "S3 Tables and Athena": Usage(
            {
                Dimension.OBJECT_WRITES: writes,
                # Each INSERT is a query too.
                Dimension.ATHENA_GB: scanned + writes * metering.query_gigabytes(0),
                # What a day's writes are compacted to.
                Dimension.TABLE_OBJECTS: Fraction(days_a_query),
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
    scanned = Fraction(QUERY_RECORDS * RECORD_BYTES, metering.GIGABYTE)
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


def counts_table(usage: Usage) -> str:
    """List the counts with AWS's rules for them, in Markdown."""
    rows = ["| dimension | count | how AWS counts it |", "|---|--:|---|"]
    rows += [
        f"| `{one.name.lower()}` | {_decimal(count)} | [{one.rule}]({one.source}) |"
        for one, count in usage.counts.items()
    ]
    return "\n".join(rows) + "\n"


def _decimal(count: Fraction) -> str:
    return dollars(count, 12).rstrip("0").rstrip(".")


def bills_table(usage: Usage) -> str:
    """Compare the bills line by line, in Markdown."""
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


def chart(usage: Usage) -> str:
    """Draw the variants as bars on a logarithmic scale."""
    amounts = variants(usage)
    width = max(map(len, amounts))
    longest = log10(max(amounts.values()) / SMALLEST_BAR_USD)
    lines = [
        f"{name:<{width}} {dollars(usd, 3):>7} "
        + "█" * round(BAR_WIDTH * log10(usd / SMALLEST_BAR_USD) / longest)
        for name, usd in amounts.items()
    ]
    return "```text\n" + "\n".join(lines) + "\n```\n"


def elsewhere_table(usage: Usage) -> str:
    """List what a month costs elsewhere, in Markdown."""
    prices = load_prices()
    rows = ["| a month in us-east-1 | US dollars |", "|---|--:|"]
    for name, used in elsewhere(usage).items():
        priced = bill(used, prices, region=REGION, query_pricing=QueryPricing.TCU, allowances=False)
        rows.append(f"| {name} | {dollars(priced.usd, 4)} |")
    return "\n".join(rows) + "\n"
