"""How long an opening usually lasts from here: this bridge's own, that lasted as long already."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median, quantiles
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta

    from lambdas.history import Opening

FEWEST = 20
"""Of fewer openings nothing is said."""


@dataclass(frozen=True, slots=True)
class Usual:
    """How much longer openings lasted that had lasted as long.

    :param median: half of them ended within this.
    :param most: 80 % of them did.
    :param openings: how many they were.
    """

    median: timedelta
    most: timedelta
    openings: int


def usual(openings: Iterable[Opening], elapsed: timedelta) -> Usual | None:
    """Tell how much longer an opening usually lasts.

    :param openings: the bridge's; those whose start or end is unknown say nothing.
    :param elapsed: how long this one has lasted; zero for one that is to come.
    :returns: None if fewer than 20 lasted so long.
    """
    left = [
        one.end - one.start - elapsed
        for one in openings
        if one.start and one.end and one.end - one.start >= elapsed
    ]
    if len(left) < FEWEST:
        return None
    seconds = [one.total_seconds() for one in left]
    most = quantiles(seconds, n=5, method="inclusive")[-1]
    unit = type(left[0])
    return Usual(unit(seconds=median(seconds)), unit(seconds=most), len(left))
