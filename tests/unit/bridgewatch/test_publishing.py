from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bridgewatch.publishing import compare, fill
from lambdas.dynamodb_items import Kept
from lambdas.observation import Observation, in_milliseconds
from lambdas.store import Refusal
from tests.unit.lambdas.memory_store import MemoryStore
from tests.unit.lambdas.moments import CLOSED, NOON, OPEN, minute, seen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Item = dict[str, dict[str, str]]
WINDOW = NOON - timedelta(days=1), NOON + timedelta(days=1)


class MemoryTable:
    """A table of recent observations, as far as publishing knows it."""

    def __init__(self, *kept: Kept) -> None:
        self.kept = {(one.observation.bridge, one.observation.time): one for one in kept}
        self.writes = 0

    def pages(self, bridge: str, first: int, end: int) -> Iterator[list[Item]]:
        for one in self.kept.values():
            time = in_milliseconds(one.observation.time)
            if one.observation.bridge == bridge and first <= time < end:
                yield [
                    {
                        "bridge": {"S": bridge},
                        "time": {"N": str(time)},
                        "status": {"S": one.observation.status},
                        "version": {"N": str(one.version)},
                        "about": {"N": str(one.about)},
                    }
                ]

    def write(self, observations: Sequence[Observation]) -> list[Refusal]:
        self.writes += len(observations)
        refused = [one for one in observations if one.bridge == "Refused"]
        for one in observations:
            if one not in refused:
                self.kept[one.bridge, one.time] = Kept(one, 1, -5)
        return [Refusal(one, "not this one") for one in refused]

    def put(self, kept: Kept) -> Kept | None:
        key = kept.observation.bridge, kept.observation.time
        assert kept.version > self.kept[key].version
        self.kept[key] = kept
        return None


def published(store: MemoryStore, table: MemoryTable, *bridges: str) -> tuple[int, int, int]:
    difference = compare(store, table, bridges, *WINDOW)  # type: ignore[arg-type] # what it uses
    parts = list(fill(table, difference))  # type: ignore[arg-type] # likewise
    count = sum(count for count, _ in parts)
    return count, difference.alike, sum(len(refusals) for _, refusals in parts)


def test_an_empty_table_gets_all_of_it_and_a_second_time_nothing() -> None:
    store, table = MemoryStore(), MemoryTable()
    store.write([seen(CLOSED, n) for n in range(1200)])

    assert published(store, table, "Hisingsbron") == (1200, 0, 0)
    assert published(store, table, "Hisingsbron") == (0, 1200, 0)
    assert table.writes == 1200


def test_what_was_corrected_in_the_store_is_corrected_by_a_higher_version() -> None:
    store, table = MemoryStore(), MemoryTable(Kept(seen(CLOSED, 1), 3, -5))
    store.write([seen(OPEN, 1)])

    assert published(store, table, "Hisingsbron") == (1, 0, 0)

    assert table.kept["Hisingsbron", minute(1)] == Kept(seen(OPEN, 1), 4, -5)


def test_what_only_the_table_has_is_left() -> None:
    store, table = MemoryStore(), MemoryTable(Kept(seen(OPEN, 1), 1, -5))

    assert published(store, table, "Hisingsbron") == (0, 0, 0)
    assert len(table.kept) == 1


def test_what_is_refused_is_told() -> None:
    store, table = MemoryStore(), MemoryTable()
    store.write([seen(OPEN, 1, "Refused"), seen(OPEN, 1)])

    assert published(store, table, "Hisingsbron", "Refused") == (2, 0, 1)
