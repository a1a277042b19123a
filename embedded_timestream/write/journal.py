"""What was acknowledged, on disk, so that a killed process loses none of it.

One line of JSON per call that changed something, written before the call is answered:
[sequence, time in nanoseconds, operation, request]. The same calls at the same times lead to the
same state, so they are simply made again. DuckDB's own file takes over what is flushed and says up
to which sequence; the journal is then emptied, so it never holds more than waits in memory.

A line reaches the operating system, which outlives a killed process. With fsync it is forced to the
disk as well; without, a computer that loses power may lose the last seconds. What DuckDB's file
takes over is always forced to the disk, by DuckDB.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from embedded_timestream import files

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
    """The file of calls that DuckDB's file does not hold yet.

    :param fsync: whether each line is forced to the disk.
    """

    def __init__(self, path: Path, *, fsync: bool = False) -> None:
        self._path = path
        self._fsync = fsync
        # Kept open: one system call per acknowledged call.
        self._file = path.open("ab", buffering=0)
        if fsync:
            files.force_entries(path.parent)

    def append(self, entry: Entry) -> None:
        """Write one line.

        :raises OSError: if it can't, as on a full disk; then nothing of it stays.
        """
        line = json.dumps(entry).encode() + b"\n"
        descriptor = self._file.fileno()
        size = os.fstat(descriptor).st_size
        try:
            while line:  # a disk that is all but full takes a part
                line = line[self._file.write(line) :]
            if self._fsync:
                files.force(descriptor)
        except OSError:
            self._file.truncate(size)
            raise

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
