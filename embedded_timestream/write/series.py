"""What tells records apart: their series and, within it, their time."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right

# So many times that came late are kept apart before they are merged, at least.
_LATE = 1024


class Times:
    """A set of times in nanoseconds since 1970, at eight bytes each when they come in order."""

    __slots__ = ("_late", "_ordered")

    def __init__(self, ordered: list[int] | None = None) -> None:
        self._ordered = array("q", ordered or ())
        self._late: set[int] = set()

    def __contains__(self, time: int) -> bool:
        ordered = self._ordered
        if not ordered or time > ordered[-1]:
            return False
        at = bisect_left(ordered, time)
        return ordered[at] == time or time in self._late

    def add(self, time: int) -> None:
        """Take in a time that is not there yet."""
        ordered = self._ordered
        if not ordered or time > ordered[-1]:
            ordered.append(time)
            return
        self._late.add(time)
        # Growing with the set, so that history written backwards costs no quadratic merging.
        if len(self._late) > max(_LATE, len(ordered) // 8):
            self._merge()

    def oldest(self) -> int | None:
        """Give the first of them, if there are any."""
        return min(self._late | set(self._ordered[:1]), default=None)

    def between(self, first: int, last: int) -> int:
        """Count those from one time to another, both included."""
        if first > last:
            return 0
        if self._late:
            self._merge()
        return bisect_right(self._ordered, last) - bisect_left(self._ordered, first)

    def _merge(self) -> None:
        self._ordered = array("q", sorted([*self._ordered, *self._late]))
        self._late.clear()


class Series:
    """One measure name with one set of dimensions, and the times of its records.

    :param dimensions: (name, value) pairs in order of name.
    """

    __slots__ = ("dimensions", "id", "measure_name", "size", "times")

    def __init__(self, dimensions: tuple[tuple[str, str], ...], measure_name: str) -> None:
        self.dimensions = dimensions
        self.measure_name = measure_name
        self.size = len(measure_name.encode()) + sum(
            len(name.encode()) + len(value.encode()) for name, value in dimensions
        )
        self.id: int | None = None  # until the table stores its first record
        self.times = Times()
