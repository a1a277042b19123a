"""What a month costs, in the words that the command line, the demo and the chaos share."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from bridgewatch.cost.bill import dollars
from bridgewatch.cost.metering import query_gigabytes, query_tcu_hours
from bridgewatch.cost.prediction import DynamoDbTable
from bridgewatch.cost.usage import Dimension

if TYPE_CHECKING:
    from bridgewatch.cost.prediction import Deployment
    from bridgewatch.cost.prices import PriceList

RECORDS_READ = 1000
"""Of so many the price of reading is told: about a month of a bridge."""

DYNAMODB_READ_BYTES = 4096
"""https://aws.amazon.com/dynamodb/pricing/on-demand/"""


def month_in_words(usd: Fraction, without_allowances: Fraction) -> str:
    """Tell the price of a month, and for whom.

    :param usd: with AWS's always-free allowances.
    """
    return (
        f"A month of this costs {dollars(usd)} US dollars, in an account that uses AWS's free\n"
        "allowances for little else, as most do; "
        f"{dollars(without_allowances)} where they are used up."
    )


def reading_in_words(deployment: Deployment, prices: PriceList, region: str) -> str:
    """Tell what reading adds to that, as nobody knows beforehand how much is read."""
    if isinstance(deployment.store, DynamoDbTable):
        # Half a unit for each 4 KB, as reads are eventually consistent.
        units = Fraction(RECORDS_READ * deployment.record_bytes, 2 * DYNAMODB_READ_BYTES)
        usd = dollars(prices.price(Dimension.DYNAMODB_READS, region).of(units))
        return f"Reading {RECORDS_READ:,} records adds {usd} US dollars."
    by_bytes = prices.price(Dimension.QUERY_GB, region).of(query_gigabytes(0))
    by_tcu = prices.price(Dimension.QUERY_TCU_HOURS, region).of(
        query_tcu_hours(0, deployment.tcu_a_query)
    )
    return (
        f"Each query adds {dollars(by_bytes)} US dollars if the account pays by bytes scanned, "
        f"{dollars(by_tcu)} if by TCU."
    )
