"""What a public page takes in a month, beside what there is to show.

What cannot be known before is an assumption, and errs on the dear side.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from bridgewatch.cost import dynamodb, metering
from bridgewatch.cost.metering import GIGABYTE
from bridgewatch.cost.usage import Dimension, Usage

# A page, its style, script and icon, its first look for news, and another every 20 s for 2 minutes.
REQUESTS_A_VISIT = 11
# The page packed, and what changed of it once a minute.
BYTES_A_VISIT = 30_000
# Of few visitors nearly each finds nothing kept; of many, CloudFront asks once for all: each page
# at most every 5 s, at as many of its places as visitors are near.
FORWARDED_A_VISIT = 5
MOST_FORWARDED = 6_000_000

# Measured (bench/page.py) on a whole processor; 512 MB are a third of one.
SECONDS_AN_ANSWER = Fraction("0.03")
SECONDS_A_COLD_START = Fraction(3)
# A container waits for some minutes for the next visitor.
COLD_STARTS_A_VISIT = Fraction(1, 10)
MOST_COLD_STARTS = 10_000

READ_UNITS_AN_ANSWER = 1
DAYS_SHOWN = 30

LOG_BYTES_AN_ANSWER = 250
LOG_MESSAGES_AN_ANSWER = 3

# The beat: its own attributes, and for a bridge its name, a status, a time, and what a map takes.
BEAT_BYTES = 70
BEAT_BYTES_A_BRIDGE = 40


@dataclass(frozen=True, kw_only=True)
class PageVisits:
    """A page, and who comes.

    :param visits: in a month.
    :param bridges: how many it shows.
    :param memory_mb: the memory of its function.
    :param item_bytes: the bytes of a recent observation.
    :param beside: whether it has a table of its own, beside a store that it cannot read.
    """

    visits: int
    bridges: int
    memory_mb: int
    item_bytes: int
    beside: bool


def predict_page(
    page: PageVisits,
    *,
    polls: Fraction,
    records: Fraction,
    cold_starts: Fraction,
    log_retention_days: int,
) -> Usage:
    """Predict what a page takes in a month.

    :param polls: how many are made: each leaves a beat.
    :param records: how many are written, of all bridges.
    :param cold_starts: how often the poller starts: it says anew what its bridges are.
    """
    requests = page.visits * REQUESTS_A_VISIT
    answers = Fraction(min(page.visits * FORWARDED_A_VISIT, MOST_FORWARDED))
    starts = min(page.visits * COLD_STARTS_A_VISIT, Fraction(MOST_COLD_STARTS))
    shown = ceil(records / page.bridges / metering.DAYS_A_MONTH * DAYS_SHOWN) * page.item_bytes
    beat = dynamodb.write_units(BEAT_BYTES + BEAT_BYTES_A_BRIDGE * page.bridges)
    beside = records + cold_starts * page.bridges if page.beside else Fraction(0)
    logged = answers * LOG_BYTES_AN_ANSWER
    kept = logged + answers * LOG_MESSAGES_AN_ANSWER * metering.LOG_MESSAGE_BYTES
    seconds = answers * SECONDS_AN_ANSWER + starts * SECONDS_A_COLD_START
    size = shown + dynamodb.STORAGE_BYTES * shown // max(page.item_bytes, 1)
    return Usage(
        {
            Dimension.CLOUDFRONT_REQUESTS: Fraction(requests),
            Dimension.CLOUDFRONT_FUNCTION_RUNS: Fraction(requests),
            Dimension.CLOUDFRONT_GB: Fraction(page.visits * BYTES_A_VISIT, GIGABYTE),
            Dimension.LAMBDA_REQUESTS: answers,
            Dimension.LAMBDA_GB_SECONDS: seconds * Fraction(page.memory_mb, 1024),
            Dimension.DYNAMODB_WRITES: polls * beat + beside,
            Dimension.DYNAMODB_READS: answers * READ_UNITS_AN_ANSWER
            + starts * dynamodb.read_units(shown, consistent=False),
            Dimension.DYNAMODB_GB_MONTHS: Fraction(size * page.bridges * page.beside, GIGABYTE),
            Dimension.LOG_GB: logged / GIGABYTE,
            Dimension.LOG_GB_MONTHS: kept / GIGABYTE * (log_retention_days / metering.DAYS_A_MONTH),
        }
    )
