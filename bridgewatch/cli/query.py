"""`bridgewatch query`: any SQL, and what it costs."""

import json
import re
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import date, datetime, timedelta
from datetime import time as clock
from fractions import Fraction
from itertools import chain, count
from math import ceil, isfinite
from typing import Annotated

import typer

from bridgewatch.cli.output import Output, note, print_csv, print_json_list, print_table
from bridgewatch.cli.reading import Place, reads
from bridgewatch.cost.bill import dollars
from bridgewatch.cost.metering import GIGABYTE, query_tcu_hours
from bridgewatch.cost.prices import REGION, PriceError, load_prices
from bridgewatch.cost.usage import Dimension
from bridgewatch.timestream.query import Query

_TIME_PREDICATE = re.compile(
    r"""\bwhere\b.*["\s(.]time\b"?\s*(?:[<>=]|between\b)""", re.IGNORECASE | re.DOTALL
)
_READS_A_TABLE = re.compile(r"\bfrom\b", re.IGNORECASE)
_LISTING = re.compile(r"\s*(?:show|describe)\b", re.IGNORECASE)


@reads
def query(
    place: Place,
    output: Output,
    sql: Annotated[str, typer.Argument(help='The query; "-" reads it from the standard input.')],
) -> None:
    """Run any SQL of Timestream's, and tell what it scanned, was metered and costs.

    https://docs.aws.amazon.com/timestream/latest/developerguide/reference.html
    """
    if sql == "-":
        sql = typer.get_text_stream("stdin").read()
    if warning := expensive(sql):
        note(warning)
    started = time.monotonic()
    with closing(place.query(sql)) as run:
        columns = [column.name for column in run.columns]
        if output is Output.JSON:
            keys = unique(columns)
            print_json_list(dict(zip(keys, map(_json, row), strict=True)) for row in run)
        elif output is Output.CSV:
            print_csv(columns, (map(_text, row) for row in run))
        else:
            print_table(columns, (map(_text, row) for row in run))
    note(_bill(place, run, ceil(time.monotonic() - started)))


def expensive(sql: str) -> str | None:
    """Say so if a query would be expensive: if it reads a table from its beginning."""
    if _READS_A_TABLE.search(sql) and not _TIME_PREDICATE.search(sql) and not _LISTING.match(sql):
        return (
            "This query has no condition on time, so Timestream scans the table from its "
            "beginning and bills all of it: add WHERE time > ago(7d)."
        )
    return None


def unique(names: Sequence[str]) -> list[str]:
    """Tell columns of one name apart, which SQL allows and JSON does not: time, time_2."""
    found: list[str] = []
    for name in names:
        numbered = (f"{name}_{number}" for number in count(2))
        found.append(next(one for one in chain([name], numbered) if one not in found))
    return found


def _bill(place: Place, run: Query, seconds: int) -> str:
    """Tell the price in both ways of paying: which one counts is the account's, once for all."""
    status = run.status
    said = f"scanned {status.bytes_scanned:,} bytes, metered {status.bytes_metered:,}"
    region = place.connection.session().region_name or REGION
    prices = load_prices()
    try:
        by_bytes = prices.price(Dimension.QUERY_GB, region).of(
            Fraction(status.bytes_metered, GIGABYTE)
        )
        by_tcu = prices.price(Dimension.QUERY_TCU_HOURS, region).of(query_tcu_hours(seconds))
    except PriceError as error:
        return f"{said}; {error}"
    return (
        f"{said}; {dollars(by_bytes)} USD if the account pays by bytes scanned, about "
        f"{dollars(by_tcu)} if by TCU."
    )


def _text(value: object) -> str:
    """Write a value for people, and for CSV."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, list | tuple):
        return json.dumps(_json(value), ensure_ascii=False)
    return str(value)


def _json(value: object) -> object:
    """Write a value as JSON has it: times and intervals as text."""
    if isinstance(value, list | tuple):
        return [_json(one) for one in value]
    if isinstance(value, date | clock | timedelta):
        return _text(value)
    if isinstance(value, float) and not isfinite(value):
        return str(value)  # JSON has no Infinity
    return value
