"""A receiver over TLS on the loopback address, to which public addresses lead in the tests."""

from __future__ import annotations

import socket
import ssl
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import trustme

from lambdas.notifier.events import Event, cloud_event
from lambdas.notifier.messages import ENGLISH, message
from lambdas.notifier.outcome import Letter
from lambdas.notifier.rules import Kind
from lambdas.observation import Status
from tests.unit.lambdas.notifier.cases import BRIDGE, STOCKHOLM, at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest

PUBLIC = "93.184.216.34"
OPENS = Event(
    "0a4dba3f-86a3-5c54-9eb0-6cf8a0b7a4d5",
    Kind.OPENS,
    BRIDGE,
    at("06:14"),
    status=Status.OPEN,
    since=at("06:14"),
    rules=("every-change",),
)


def letter(**changes: object) -> Letter:
    """Write what a target is told of an opening."""
    event = replace(OPENS, **changes)  # type: ignore[arg-type] # an event's fields
    words = message(event, ENGLISH, STOCKHOLM)
    return Letter(event, words, cloud_event(event, "demo", words.text))


class Receiver:
    """What came: each request's path, headers and body; and how it is answered."""

    def __init__(self, *names: str) -> None:
        authority = trustme.CA()
        self.trust = ssl.create_default_context()
        authority.configure_trust(self.trust)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*names).configure_cert(context)
        self.names = names
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.answer: tuple[int, dict[str, str], bytes] = (200, {}, b'{"ok": true}')
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.socket = context.wrap_socket(
            self.server.socket, server_side=True, do_handshake_on_connect=False
        )
        self.port = self.server.server_port

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.do_POST()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.requests.append((self.path, headers, body))
                status, more, content = receiver.answer
                self.send_response(status)
                for name, value in {**more, "Content-Length": str(len(content))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Log nothing."""

        return Handler


@contextmanager
def receiving(*names: str) -> Iterator[Receiver]:
    """Run a receiver with certificates for these names."""
    receiver = Receiver(*names)
    thread = Thread(target=receiver.server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()
    thread.join()


def lead(monkeypatch: pytest.MonkeyPatch, ports: dict[str, int]) -> Callable[[str, int], list[str]]:
    """Let connections to a public address lead to the loopback one, at a name's port.

    :returns: the resolver: it gives that address for each of the names.
    """
    connect = socket.socket.connect
    addresses = {f"93.184.216.{n + 34}": port for n, port in enumerate(ports.values())}
    named = dict(zip(ports, addresses, strict=True))

    def connect_to(self: socket.socket, address: tuple[str, int]) -> None:
        port = addresses.get(address[0])
        connect(self, ("127.0.0.1", port) if port else address)

    lookup = socket.getaddrinfo

    def look_up(host: str, *rest: object, **options: object) -> object:
        return lookup(named.get(host, host), *rest, **options)  # type: ignore[arg-type] # as it has them

    monkeypatch.setattr(socket.socket, "connect", connect_to)
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return lambda host, _port: [named[host]]
