"""What a month costs, in the words that the command line, the demo and the chaos share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridgewatch.cost.bill import dollars

if TYPE_CHECKING:
    from fractions import Fraction


def month_in_words(usd: Fraction, without_allowances: Fraction) -> str:
    """Tell the price of a month, and for whom.

    :param usd: with AWS's always-free allowances.
    """
    return (
        f"A month of this costs {dollars(usd)} US dollars, in an account that uses AWS's free\n"
        "allowances for little else, as most do; "
        f"{dollars(without_allowances)} where they are used up."
    )
