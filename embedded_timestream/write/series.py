"""What tells records apart: their series and, within it, their time."""

from __future__ import annotations

from array import array
from bisect import bisect_left

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
            self._ordered = array("q", sorted([*ordered, *self._late]))
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
