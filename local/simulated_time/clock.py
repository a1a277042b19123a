"""A simulated clock, which stands in the place of the computer's (`SystemClock`).

Everything in `local/` that depends on the time asks a `Clock`. Lambda code does not know about it:
the process that runs a function sees the same time through Python's own `time` and `datetime`
(local/services/lambda_runtime).
"""

from __future__ import annotations

import mmap
import os
import struct
import tempfile
import weakref
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from embedded_timestream.clock import EPOCH, NANOSECONDS

_BYTES = 16


class SimulatedClock:
    """A time that stands still until it is moved, shared with other processes through a file.

    The file holds two little-endian 64-bit integers: the nanoseconds since 1970, and how often a
    process began or ended to wait for a socket. Pass `path` to another process and let it
    `attach`: both then see, and move, the same time.

    :param start: where time starts; timezone-aware.
    :raises ValueError: if `start` is naive.
    """

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError(f"A simulated clock starts at a timezone-aware time, not {start!r}.")
        descriptor, name = tempfile.mkstemp(prefix="bridgewatch-clock-")
        os.write(descriptor, bytes(_BYTES))
        os.close(descriptor)
        self._open(Path(name))
        # The file lives as long as the clock that made it.
        weakref.finalize(self, self.path.unlink, missing_ok=True)
        self.move_to(start)

    @classmethod
    def attach(cls, path: Path | str) -> Self:
        """Share the clock whose `path` this is."""
        clock = cls.__new__(cls)
        clock._open(Path(path))  # noqa: SLF001 - an alternative constructor
        return clock

    def _open(self, path: Path) -> None:
        self.path = path
        with path.open("r+b") as file:
            self._cell = mmap.mmap(file.fileno(), _BYTES)

    def now_ns(self) -> int:
        """Nanoseconds since 1970-01-01T00:00:00Z."""
        return int(struct.unpack("<q", self._cell[:8])[0])

    def sleep(self, seconds: float) -> None:
        """Move time forward by that many seconds, at once."""
        self._set(self.now_ns() + round(seconds * NANOSECONDS))

    def move_to(self, time: datetime) -> None:
        """Set the time; it may not be naive."""
        self._set((time - EPOCH) // timedelta(microseconds=1) * 1000)

    def _set(self, nanoseconds: int) -> None:
        self._cell[:8] = struct.pack("<q", nanoseconds)

    def waits(self) -> int:
        """Tell how often a wait for a socket began or ended: odd while a process waits."""
        return int(struct.unpack("<q", self._cell[8:])[0])

    def begin_wait(self) -> None:
        """Say that this process waits for a socket from now on."""
        # A process that was killed while it waited did not end its wait.
        self._cell[8:] = struct.pack("<q", (self.waits() + 1) | 1)

    def end_wait(self) -> None:
        """Say that this process waits no longer."""
        self._cell[8:] = struct.pack("<q", (self.waits() + 1) & ~1)
