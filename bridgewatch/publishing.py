"""Fills the table of recent observations, which the public sees, from the store.

Both are compared first, so that only what is missing or differs is written. What the table has and
the store doesn't is left: the store may be about to get it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lambdas.dynamodb_items import Kept
from lambdas.observation import in_milliseconds

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from lambdas.dynamodb import DynamoDbStore
    from lambdas.observation import Observation
    from lambdas.store import Refusal, Store

AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class Difference:
    """What a table of recent observations lacks.

    :param missing: observations that it doesn't have, in the order of time.
    :param corrected: what it says otherwise than the store, as the store says it and in a version
        that replaces it.
    :param alike: how many it has as the store has them.
    """

    missing: Sequence[Observation]
    corrected: Sequence[Kept]
    alike: int


def compare(
    store: Store,
    recent: DynamoDbStore,
    bridges: Collection[str],
    since: datetime,
    until: datetime,
) -> Difference:
    """Compare what a store and a table of recent observations say of some bridges.

    :raises StoreError: if one of them failed.
    """
    kept = {
        (one.observation.bridge, one.observation.time): one
        for bridge in bridges
        for page in recent.pages(bridge, in_milliseconds(since), in_milliseconds(until))
        for one in map(Kept.of, page)
    }
    missing: list[Observation] = []
    corrected: list[Kept] = []
    alike = 0
    for seen in store.read(bridges, since, until):
        there = kept.get((seen.bridge, seen.time))
        if there is None:
            missing.append(seen)
        elif there.observation.status is seen.status:
            alike += 1
        else:
            corrected.append(replace(there, observation=seen, version=there.version + 1))
    return Difference(missing, corrected, alike)


def fill(recent: DynamoDbStore, difference: Difference) -> Iterator[tuple[int, list[Refusal]]]:
    """Write what is missing, and correct what differs.

    :param recent: carries what is said about the bridges.
    :returns: after each part, how many were in it and what of it was refused.
    :raises StoreError: if the table failed; what was written stays, and can be done again.
    """
    missing = difference.missing
    for start in range(0, len(missing), AT_A_TIME):
        part = missing[start : start + AT_A_TIME]
        yield len(part), recent.write(part)
    for one in difference.corrected:
        recent.put(one)
        yield 1, []
