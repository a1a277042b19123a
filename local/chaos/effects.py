"""What a fault can do to the function that runs, and to the time."""

from __future__ import annotations

import select
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from local.simulated_time.clock import SimulatedClock

PATIENCE_MILLISECONDS = 10_000
"""How long, in real time, a client is given to notice that its time is up."""

LOOK_SECONDS = 0.0002
"""How often, in real time, it is looked whether the client waits."""

LONGEST_RUN_SECONDS = 91.0
"""Longer than any function of ours may run."""


class Effects:
    """Injects faults into what runs.

    :param kill: kills its process.
    """

    def __init__(self, clock: SimulatedClock, kill: Callable[[], None]) -> None:
        self._clock = clock
        self._kill = kill

    def crash(self, connection: socket.socket) -> None:
        """Kill the process that waits at the other end."""
        self._kill()
        _wait_until_left(connection)

    def freeze(self, connection: socket.socket) -> None:
        """Let time pass until Lambda ends the function."""
        self.silence(connection, LONGEST_RUN_SECONDS)

    def silence(self, connection: socket.socket, seconds: float, since: int = 0) -> None:
        """Let so much time pass that the other end gives up, unless it has given up already.

        :param since: see `wait_for_client`.
        """
        self.wait_for_client(connection, since)
        # Who left before may wait for another answer by now: that one is not late.
        if not _has_left(connection):
            self._clock.sleep(seconds)
            _wait_until_left(connection)

    def wait_for_client(self, connection: socket.socket, since: int = 0) -> int:
        """Wait until the other end waits for an answer, or leaves: it counts its time from then on.

        :param since: the last wait that is not meant.
        :returns: which wait it is.
        """
        patience = PATIENCE_MILLISECONDS / 1000 / LOOK_SECONDS
        while (waits := self._clock.waits()) % 2 == 0 or waits <= since:
            if _has_left(connection):
                return waits
            time.sleep(LOOK_SECONDS)
            patience -= 1
            if patience < 0:
                raise TimeoutError("What asked should wait for the answer.")
        return waits


def _has_left(connection: socket.socket, milliseconds: float = 0) -> bool:
    left = select.poll()
    left.register(connection, select.POLLIN)
    return bool(left.poll(milliseconds))


def _wait_until_left(connection: socket.socket) -> None:
    if not _has_left(connection, PATIENCE_MILLISECONDS):
        raise TimeoutError("What waited for an answer should have given up.")
