"""A server that sends what no HTTP server would."""

from __future__ import annotations

import contextlib
import socket
import threading


class RawServer:
    """Sends the given pieces to whoever connects; then it says nothing more, or hangs up."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.hangs_up = False
        self.trickles = False
        self._done = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while not self._done.is_set():
            connection, _ = self._listener.accept()
            with connection, contextlib.suppress(OSError):
                if self._read(connection):
                    self._answer(connection)

    @staticmethod
    def _read(connection: socket.socket) -> bool:
        """Read a request whole: what is left unread resets the connection."""
        request = b""
        while not request.endswith(b"\r\n\r\n"):
            piece = connection.recv(65536)
            if not piece:
                return False
            request += piece
        return True

    def _answer(self, connection: socket.socket) -> None:
        for piece in self.pieces:
            connection.sendall(piece)
        while self.trickles and not self._done.wait(0.01):
            connection.sendall(b" ")
        if not self.hangs_up:
            self._done.wait()

    def stop(self) -> None:
        self._done.set()
        with contextlib.suppress(OSError):
            socket.create_connection(self._listener.getsockname()).close()
        self._thread.join()
        self._listener.close()
