"""A warm container keeps its connections: a poll costs no handshake."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from lambdas.poller.sources.json_source import JsonSource
from lambdas.poller.sources.ndw import NdwConfiguration, NdwSource
from tests.unit.lambdas.moments import NOON
from tests.unit.lambdas.sources import (
    DE_ZIJL,
    HISINGSBRON,
    LIMITS,
    gzipped_feed,
    json_configuration,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


class KeepingServer(ThreadingHTTPServer):
    """Keeps connections open, as pytest-httpserver does not, and answers 304 where it can."""

    body = b""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.connections: set[tuple[str, int]] = set()
        self.url = f"http://127.0.0.1:{self.server_port}/"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: KeepingServer

    def do_GET(self) -> None:
        self.server.connections.add(self.client_address)
        if "If-None-Match" in self.headers:
            self.send_response(304)
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("ETag", '"a"')
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[KeepingServer]:
    server = KeepingServer()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("kind", ["json", "ndw"])
def test_polls_share_one_connection(server: KeepingServer, kind: str) -> None:
    source: JsonSource | NdwSource
    if kind == "json":
        server.body, bridge = b'{"status": "Open"}', HISINGSBRON
        source = JsonSource("a", json_configuration(server.url), lambda: NOON)
    else:
        server.body, bridge = gzipped_feed(NOON), DE_ZIJL
        source = NdwSource("a", NdwConfiguration(server.url, LIMITS), lambda: NOON)

    looks = [source.look([bridge], time.monotonic() + 60) for _ in range(4)]

    assert [len(look.observations) for look in looks] == [1, 1, 1, 1]
    assert len(server.connections) == 1
