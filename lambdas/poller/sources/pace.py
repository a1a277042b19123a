"""When a source's server may be asked, whichever thread asks."""

from __future__ import annotations

import time
from threading import Lock


class Pace:
    """Gives turns to the threads that ask one server.

    :param requests_per_second: how many turns there are in a second, or None for no limit.
    """

    def __init__(self, requests_per_second: float | None = None) -> None:
        self._seconds = 1 / requests_per_second if requests_per_second else 0.0
        self._lock = Lock()
        self._next = 0.0
        self._not_before = 0.0

    @property
    def not_before(self) -> float:
        """Until when the server asked to be left alone, by `time.monotonic()`."""
        return self._not_before

    def leave_alone(self, seconds: float) -> None:
        """Give no turn within these seconds."""
        with self._lock:
            self._not_before = max(self._not_before, time.monotonic() + seconds)

    def wait(self, seconds: float, deadline: float) -> float | None:
        """Wait for a turn, and give its time by `time.monotonic()`.

        :param seconds: how long to wait at least; 0 or more.
        :param deadline: None is given, at once, if no turn comes before it.
        """
        while True:
            with self._lock:
                now = time.monotonic()
                pause = max(seconds, self._not_before - now, self._next - now)
                turn = now + pause
                if turn >= deadline:
                    return None
                self._next = turn + self._seconds
            if pause > 0:
                time.sleep(pause)
            # Another thread may have been asked for patience meanwhile.
            if self._not_before <= turn:
                return turn
            seconds = 0
