"""Connections that give up on an answer whose head trickles in.

A socket's time-out is for one read: a server that sends a byte of its headers now and then would
hold a poll and every other source in it, or a delivery, for as long as it likes. Here all reads of
a head share one time-out; those of the body have it each, as usual.
"""

from __future__ import annotations

import io
import time
from http import client
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

if TYPE_CHECKING:
    import socket


class _Reader(io.RawIOBase):
    """Reads a socket: until a moment, while there is one."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._raw = line.makefile("rb", buffering=0)
        self.until: float | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:  # noqa: ANN401 - any writable buffer
        """Read into a buffer.

        :raises TimeoutError: if there is nothing by `until`; urllib3 makes it a ReadTimeoutError.
        """
        if self.until is not None:
            left = self.until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self._line.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(client.HTTPResponse):
    """Reads its head within the time-out that its socket has."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as http.client has it
        super().__init__(sock, *args, **kwargs)
        self.fp.close()
        self._line, self._reader = sock, _Reader(sock)
        self.fp = io.BufferedReader(self._reader)

    def begin(self) -> None:
        """Read the status and the headers.

        :raises TimeoutError: if they take longer than a single read may.
        """
        timeout = self._line.gettimeout()
        if timeout is not None:
            self._reader.until = time.monotonic() + timeout
        try:
            super().begin()
        finally:
            self._reader.until = None
            self._line.settimeout(timeout)


class _Connection(HTTPConnection):
    response_class = _Response


class _TlsConnection(HTTPSConnection):
    response_class = _Response


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class HeaderTimeoutTlsPool(HTTPSConnectionPool):
    """Connections to one server, over TLS."""

    ConnectionCls = _TlsConnection


class HeaderTimeoutAdapter(HTTPAdapter):
    """Gives a session of requests such connections."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as requests has it
        """Make the pools of connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": HeaderTimeoutTlsPool}
