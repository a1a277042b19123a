"""Connections that give up on an answer whose head trickles in.

A socket's time-out is for one read: a server that sends a byte of its headers now and then would
hold a poll and every other source in it, or a delivery, for as long as it likes.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from threading import Event, Timer
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

if TYPE_CHECKING:
    from urllib3.response import HTTPResponse


class _HeaderTimeoutConnection(HTTPConnection):
    def getresponse(self) -> HTTPResponse:  # type: ignore[override] # as urllib3 has it
        """Read the status and the headers within the time-out of a single read.

        :raises TimeoutError: if they take longer; urllib3 makes it a ReadTimeoutError.
        """
        late, line = Event(), self.sock

        def hang_up() -> None:
            late.set()
            # Not a TLS socket's own shutdown: that changes it below the thread that reads it.
            with suppress(OSError):
                socket.socket.shutdown(line, socket.SHUT_RD)

        watch = Timer(line.gettimeout() or 0, hang_up)
        watch.daemon = True
        watch.start()
        try:
            return super().getresponse()
        finally:
            watch.cancel()
            # What was read until then may look like a whole head.
            if late.is_set():
                raise TimeoutError


class _HeaderTimeoutTlsConnection(_HeaderTimeoutConnection, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _HeaderTimeoutConnection


class HeaderTimeoutTlsPool(HTTPSConnectionPool):
    """Connections to one server, over TLS."""

    ConnectionCls = _HeaderTimeoutTlsConnection


class HeaderTimeoutAdapter(HTTPAdapter):
    """Gives a session of requests such connections."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as requests has it
        """Make the pools of connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": HeaderTimeoutTlsPool}
