"""A table of recent observations in memory, whose items are decoded as those of DynamoDB."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from lambdas import beat
from lambdas.beat import Beat, Sighting
from lambdas.dynamodb_items import Kept
from lambdas.observation import Status, in_milliseconds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from lambdas.observation import Observation
    from lambdas.plans import Planned

Item = dict[str, Any]


class ItemTable:
    """:param items: as DynamoDB gives them, in the order of time for each bridge."""

    def __init__(self, items: Sequence[Item], bridges: int, now: datetime) -> None:
        self._items: dict[str, list[Item]] = defaultdict(list)
        for item in items:
            self._items[item["bridge"]["S"]].append(item)
        since = now - timedelta(minutes=20)
        sighting = Sighting(Status.CLOSED, since, now)
        self._beat = Beat(now, {f"Bro {number}": sighting for number in range(bridges)})

    def poll(self, now: datetime) -> None:
        """Let every bridge be seen, as it was."""
        seen = {name: replace(one, seen=now) for name, one in self._beat.bridges.items()}
        self._beat = Beat(now, seen)

    def beat(self) -> Beat:
        """Give the last poll's beat, read from its item."""
        return beat.from_item(beat.to_item(self._beat))

    def observations(self, bridge: str, since: datetime, until: datetime) -> list[Observation]:
        """Give a bridge's observations, read from their items."""

        def position(moment: datetime) -> int:
            milliseconds = in_milliseconds(moment)
            return bisect_left(items, milliseconds, key=lambda item: int(item["time"]["N"]))

        items = self._items[bridge]
        return [Kept.of(item).observation for item in items[position(since) : position(until)]]

    def planned(self) -> Mapping[str, Sequence[Planned]]:
        """Nothing is announced."""
        return {}
