"""AWS's rules for counting what it bills, as functions.

How large a record is, is the embedded Timestream's business (`embedded_timestream.record_sizes`).
Each rule's words and address stand at its dimension in `bridgewatch.cost.usage`. Where AWS leaves
a rule open, the dearer reading is taken, and the comment says so.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

KIB = 1024
MEGABYTE = 10**6
# AWS does not say whether its GB has 10**9 or 2**30 bytes: 10**9 is the dearer. Queries are seen to
# be metered in MB of 10**6 (CumulativeBytesMetered is 10000000 for the smallest).
GIGABYTE = 10**9
HOURS_A_MONTH = 730
DAYS_A_MONTH = Fraction(HOURS_A_MONTH, 24)

# https://aws.amazon.com/pt/timestream/pricing/
QUERY_MINIMUM_BYTES = 10 * MEGABYTE

# https://docs.aws.amazon.com/timestream/latest/developerguide/tcu.html
QUERY_MINIMUM_SECONDS = 30
# An assumption. The page does not say how many units an isolated query gets: 4 are the least that
# an account can be limited to, and the service hands them out in multiples of 4.
TCU_A_QUERY = 4

# Requests that carry a payload are counted in units of this size:
# https://aws.amazon.com/eventbridge/pricing/, https://aws.amazon.com/sqs/pricing/
PAYLOAD_UNIT_BYTES = 64 * KIB

# https://aws.amazon.com/cloudwatch/pricing/ ; messages are compressed too, which is left out.
LOG_MESSAGE_BYTES = 26


def gigabyte_hours(size: Fraction | int, hours: Fraction | int) -> Fraction:
    """Count the GB-hours of that many bytes, kept that long."""
    return Fraction(size) * hours / GIGABYTE


def gigabyte_months(size: Fraction | int, hours: Fraction | int) -> Fraction:
    """Count the GB-months of that many bytes, kept that many hours."""
    return gigabyte_hours(size, hours) / HOURS_A_MONTH


def query_gigabytes(scanned: int) -> Fraction:
    """Count the GB that a query is billed for that scanned that many bytes."""
    whole_megabytes = (scanned + MEGABYTE // 2) // MEGABYTE * MEGABYTE
    return Fraction(max(whole_megabytes, QUERY_MINIMUM_BYTES), GIGABYTE)


def query_tcu_hours(seconds: Fraction | int, tcu: int = TCU_A_QUERY) -> Fraction:
    """Count the TCU-hours of an isolated query: one that shares its compute units with no other.

    :param seconds: how long it ran.
    :param tcu: how many units it was given.
    """
    return Fraction(tcu * max(ceil(seconds), QUERY_MINIMUM_SECONDS), 3600)


def lambda_gigabyte_seconds(
    milliseconds: Fraction | int, memory_mb: int, invocations: Fraction | int = 1
) -> Fraction:
    """Count the GB-seconds of invocations of a function.

    :param milliseconds: how long each one took, starting the container included.
    :param memory_mb: the function's memory, in MB of which 1024 are a GB.
    :param invocations: how many there were.
    """
    return Fraction(ceil(milliseconds), 1000) * Fraction(memory_mb, 1024) * invocations


def payload_units(size: int) -> int:
    """Count the requests that one with a payload of that many bytes is billed as."""
    return max(1, ceil(Fraction(size, PAYLOAD_UNIT_BYTES)))


def log_bytes(messages: Sequence[str]) -> tuple[int, int]:
    """Count the bytes of log messages: as they are taken in, and as they are kept."""
    taken_in = sum(len(message.encode()) for message in messages)
    return taken_in, taken_in + LOG_MESSAGE_BYTES * len(messages)
