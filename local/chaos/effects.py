"""What a fault can do to the function that runs, and to the time."""

from __future__ import annotations

import select
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from embedded_timestream.clock import Clock

PATIENCE_MILLISECONDS = 10_000
"""How long, in real time, a client is given to notice that its time is up."""

SETTLING_SECONDS = 0.005
"""How long, in real time, a client may take from sending to waiting: it waits from then on."""

LONGEST_RUN_SECONDS = 61.0
"""Longer than any function of ours may run."""


class Effects:
    """Harms what runs.

    :param kill: kills its process.
    """

    def __init__(self, clock: Clock, kill: Callable[[], None]) -> None:
        self._clock = clock
        self._kill = kill

    def crash(self, connection: socket.socket) -> None:
        """Kill the process that waits at the other end."""
        self._kill()
        _wait_until_left(connection)

    def freeze(self, connection: socket.socket) -> None:
        """Let time pass until Lambda ends the function."""
        self.silence(connection, LONGEST_RUN_SECONDS)

    def silence(self, connection: socket.socket, seconds: float) -> None:
        """Let so much time pass that the other end gives up."""
        time.sleep(SETTLING_SECONDS)
        self._clock.sleep(seconds)
        _wait_until_left(connection)


def _wait_until_left(connection: socket.socket) -> None:
    left = select.poll()
    left.register(connection, select.POLLIN)
    if not left.poll(PATIENCE_MILLISECONDS):
        raise TimeoutError("What waited for an answer should have given up.")
