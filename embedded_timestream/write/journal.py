"""What was acknowledged, on disk, so that a killed process loses none of it.

One line of JSON per call that changed something, written before the call is answered:
[sequence, time in nanoseconds, operation, request]. The same calls at the same times lead to the
same state, so they are simply made again. DuckDB's own file takes over what is flushed and says up
to which sequence; the journal is then emptied, so it never holds more than waits in memory.

A line reaches the operating system, which outlives a killed process; it is not forced to the disk,
so a computer that loses power may lose the last seconds.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Entry(NamedTuple):
    """One call: its place among all calls, when it was made (nanoseconds), and what it was."""

    sequence: int
    now: int
    operation: str
    request: dict[str, Any]


class Journal:
    """The file of calls that DuckDB's file does not hold yet."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # Kept open: one system call per acknowledged call.
        self._file = path.open("ab", buffering=0)

    def append(self, entry: Entry) -> None:
        """Write one line."""
        self._file.write(json.dumps(entry).encode() + b"\n")

    def entries(self) -> Iterator[Entry]:
        """Give the calls that are there; a line torn by a kill was not acknowledged and is not."""
        *whole, _ = self._path.read_bytes().split(b"\n")
        for line in whole:
            yield Entry(*json.loads(line))

    def clear(self) -> None:
        """Forget what DuckDB's file holds now."""
        self._file.truncate(0)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
