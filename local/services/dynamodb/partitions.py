"""Items of a table by partition, in the order of their sort keys, and what is read of them.

Stock moto sorts and copies the whole table for each page of a query, and goes through it from its
beginning for each of a scan.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.Pagination.html
"""

# ruff: noqa: ANN401 - moto's own items

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from local.services.dynamodb.sizes import bytes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PAGE_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Page:
    """What a query or a scan read.

    :param items: in order, before any filter.
    :param is_last: whether nothing is left to read; AWS may not know and say that something is.
    """

    items: Sequence[Any]
    is_last: bool


class Partitions:
    """Items of a table that has a sort key, by partition.

    :param items: those that it has already.
    """

    def __init__(self, items: Iterable[Any]) -> None:
        self._sorted: dict[Any, list[Any]] = defaultdict(list)
        for item in sorted(items, key=_sort_key):
            self._sorted[item.hash_key.cast_value].append(item)

    def put(self, item: Any) -> None:
        """Take an item, in place of the one that had its key."""
        items = self._sorted[item.hash_key.cast_value]
        place = bisect_left(items, _sort_key(item), key=_sort_key)
        if place < len(items) and _sort_key(items[place]) == _sort_key(item):
            items[place] = item
        else:
            items.insert(place, item)

    def remove(self, item: Any) -> None:
        """Forget an item."""
        items = self._sorted[item.hash_key.cast_value]
        del items[bisect_left(items, _sort_key(item), key=_sort_key)]

    def page(  # noqa: PLR0913 - what a query says
        self,
        partition: Any,
        comparison: str | None,
        values: Sequence[Any],
        *,
        after: Any | None,
        forward: bool,
        limit: int | None,
    ) -> Page:
        """Read what a query reads at a time: a limit's items, or 1 MB.

        :param comparison: =, <, <=, >, >= or BETWEEN, or None for the whole partition.
        :param values: what the sort key is compared with.
        :param after: the sort key of the last item of the page before.
        :param forward: whether the sort keys ascend.
        """
        items = self._sorted.get(partition, [])
        low, high = _range(items, comparison, values)
        if after is not None and forward:
            low = max(low, bisect_right(items, after, key=_sort_key))
        elif after is not None:
            high = min(high, bisect_left(items, after, key=_sort_key))
        places = range(low, high) if forward else range(high - 1, low - 1, -1)
        return _page((items[place] for place in places), limit)

    def scan(self, *, after: tuple[Any, Any] | None, limit: int | None) -> Page:
        """Read what a scan reads at a time; the partitions come in the order of their keys.

        :param after: the partition and the sort key of the last item of the page before.
        """
        partitions = sorted(self._sorted)
        begun: list[Any] = []
        if after is not None:
            partition, sort_key = after
            begun = self._sorted.get(partition, [])
            begun = begun[bisect_right(begun, sort_key, key=_sort_key) :]
            partitions = partitions[bisect_right(partitions, partition) :]
        return _page(chain(begun, *map(self._sorted.__getitem__, partitions)), limit)


def _page(items: Iterable[Any], limit: int | None) -> Page:
    found: list[Any] = []
    size = 0
    for item in items:
        size += bytes_of(item)
        # The last item of a page may begin within the megabyte, and end beyond it.
        found.append(item)
        if size >= PAGE_BYTES or len(found) == limit:
            return Page(found, is_last=False)
    return Page(found, is_last=True)


def _sort_key(item: Any) -> Any:
    return item.range_key.cast_value


def _range(items: list[Any], comparison: str | None, values: Sequence[Any]) -> tuple[int, int]:
    """Find where the items stand whose sort key compares like this."""
    first = bisect_left(items, values[0], key=_sort_key) if values else 0
    beyond = bisect_right(items, values[0], key=_sort_key) if values else len(items)
    last = bisect_right(items, values[-1], key=_sort_key) if values else len(items)
    ranges = {
        None: (0, len(items)),
        "=": (first, beyond),
        "<": (0, first),
        "<=": (0, beyond),
        ">": (beyond, len(items)),
        ">=": (first, len(items)),
        "BETWEEN": (first, last),
    }
    return ranges[comparison]
