"""What telling people takes in a month, beside what there is to tell.

What cannot be known before is an assumption, and errs on the dear side.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from bridgewatch.cost import metering
from bridgewatch.cost.metering import GIGABYTE
from bridgewatch.cost.usage import Dimension, Usage

# Looking at a bridge: AWS's SDK, three queries of what is near.
SECONDS_A_LOOK = Fraction("0.2")
# Telling ten targets at a time, of which one has to be waited for; loading what does it.
SECONDS_A_TELLING = Fraction("1.5")

# Between heartbeats nothing happens for longer than a container waits.
SECONDS_A_COLD_START = Fraction("1.5")

# The state of a bridge; observations of some hours, and the state.
WRITE_UNITS_A_STATE = 2
READ_UNITS_A_LOOK = 2
# Two looks, each with the state written; the targets' ledger read twice and written once.
WRITE_UNITS_A_TELLING = 2 * WRITE_UNITS_A_STATE + 1
READ_UNITS_A_TELLING = 2 * READ_UNITS_A_LOOK + 2

LOG_BYTES_A_LOOK = 400
LOG_MESSAGES_A_LOOK = 3
LOG_BYTES_A_TELLING = 300
"""For each target, and for the event."""

# A TLS handshake and a request, with their packets' headers.
BYTES_SENT_A_MESSAGE = 6000

WAKES_A_CHANGE = Fraction("0.6")
"""One of each opening, as if all lasted longer than a rule waits, and some of silences."""


@dataclass(frozen=True, kw_only=True)
class Notifications:
    """Who is told, and of what.

    :param topics: whether the topic is told: 0 or 1.
    :param others: how many other targets are told of each change, each with a secret.
    :param timed: whether there are rules about unknown statuses, which each record delays.
    """

    topics: int
    others: int
    timed: bool


def predict_notifications(
    told: Notifications,
    *,
    records: Fraction,
    changes: Fraction,
    function_mb: int,
    log_retention_days: int,
) -> Usage:
    """Predict what telling takes in a month.

    :param records: how many are written.
    :param changes: how many of them are changes: each is told to every target.
    """
    wakes = changes * WAKES_A_CHANGE
    runs = records + wakes
    messages = changes * (told.topics + told.others)
    seconds = runs * (SECONDS_A_COLD_START + SECONDS_A_LOOK) + changes * SECONDS_A_TELLING
    lines = runs * LOG_MESSAGES_A_LOOK + messages
    size = runs * LOG_BYTES_A_LOOK + (messages + changes) * LOG_BYTES_A_TELLING
    kept = size + lines * metering.LOG_MESSAGE_BYTES
    secrets = changes * told.others
    return Usage(
        {
            Dimension.LAMBDA_REQUESTS: runs,
            Dimension.LAMBDA_GB_SECONDS: metering.lambda_gigabyte_seconds(
                seconds * 1000 / runs, function_mb, runs
            ),
            Dimension.SCHEDULE_INVOCATIONS: wakes,
            Dimension.DYNAMODB_WRITES: records * WRITE_UNITS_A_STATE * told.timed
            + changes * WRITE_UNITS_A_TELLING,
            Dimension.DYNAMODB_READS: runs * READ_UNITS_A_LOOK + changes * READ_UNITS_A_TELLING,
            Dimension.NOTIFICATIONS: changes * told.topics,
            Dimension.PARAMETER_READS: secrets,
            Dimension.KMS_REQUESTS: secrets,
            Dimension.INTERNET_GB: changes * told.others * BYTES_SENT_A_MESSAGE / GIGABYTE,
            Dimension.LOG_GB: size / GIGABYTE,
            Dimension.LOG_GB_MONTHS: kept / GIGABYTE * log_retention_days / metering.DAYS_A_MONTH,
        }
    )
