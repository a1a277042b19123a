"""Takes webhooks and messages to chats, over TLS, and notes what came when."""

from __future__ import annotations

import json
import ssl
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, Protocol, Self

import trustme

from embedded_timestream.clock import utc
from local.services.lambda_runtime.internet import Internet

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from embedded_timestream.clock import Clock


@dataclass(frozen=True)
class Received:
    """One request, as it came.

    :param time: by the cloud's clock.
    :param host: whom it was for.
    :param headers: by name in lower case.
    :param answer: the status that it was answered with; 0 if it was not.
    """

    time: datetime
    host: str
    path: str
    headers: dict[str, str]
    body: bytes
    answer: int

    @property
    def event(self) -> dict[str, Any]:
        """Its body as JSON."""
        document: dict[str, Any] = json.loads(self.body)
        return document


class Answerer(Protocol):
    """Decides how a request is answered."""

    def answer(self, host: str, handler: BaseHTTPRequestHandler) -> int:
        """Answer it, and give the status; 0 is no answer."""


class Friendly:
    """Answers that all is well, as each service says it."""

    def answer(self, host: str, handler: BaseHTTPRequestHandler) -> int:
        """Answer a request."""
        status, body = (200, b"ok") if host == "hooks.slack.com" else (200, b'{"ok": true}')
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
        return status


class Receivers:
    """A server for receivers with these names; a context manager.

    :param names: of the internet.
    :param directory: where the certificate of the authority is written.
    :param answerer: decides how requests are answered; by default all is well.
    """

    def __init__(
        self,
        clock: Clock,
        names: Sequence[str],
        directory: Path,
        answerer: Answerer | None = None,
    ) -> None:
        self._clock = clock
        self._answerer: Answerer = answerer or Friendly()
        self._lock = Lock()
        self._received: list[Received] = []
        authority = trustme.CA()
        file = directory / "authorities.pem"
        authority.cert_pem.write_to_path(str(file))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*names).configure_cert(context)
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.receivers = self
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self.internet = Internet(dict.fromkeys(names, self._server.server_port), file)
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def received(self) -> list[Received]:
        """What came until now, in order."""
        with self._lock:
            return list(self._received)

    def take(self, handler: BaseHTTPRequestHandler) -> None:
        """Take a request, and answer it."""
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        host = (handler.headers.get("Host") or "").partition(":")[0]
        time = utc(self._clock)
        status = self._answerer.answer(host, handler)
        headers = {name.lower(): value for name, value in handler.headers.items()}
        with self._lock:
            self._received.append(Received(time, host, handler.path, headers, body, status))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    receivers: Receivers

    def handle_error(self, *_: object) -> None:
        """Say nothing: who hangs up in the middle has its reasons."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 30

    def do_POST(self) -> None:
        self.server.receivers.take(self)

    def log_message(self, *_: object) -> None:
        """Log nothing."""
