"""Serves the simulated bridges over HTTP, as their real sources do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qs, unquote, urlsplit

from embedded_timestream.clock import utc
from local.bridges import road_signals
from local.bridges.ndw import Feed
from local.bridges.openings import HISINGSBRON, status_at

if TYPE_CHECKING:
    from email.message import Message

    from embedded_timestream.clock import Clock
    from local.bridges.openings import Openings

ROAD_SIGNALS_PATH = "/RoadSignals"
NDW_PATH = "/actueel_beeld.xml.gz"


@dataclass(frozen=True)
class Answer:
    """A response to be."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    def send(self, handler: BaseHTTPRequestHandler) -> None:
        """Send it to who asked."""
        handler.send_response(self.status)
        for name, value in self.headers.items():
            handler.send_header(name, value)
        if self.status != 304:  # noqa: PLR2004 - Not Modified has no body, and no length
            handler.send_header("Content-Length", str(len(self.body)))
        handler.end_headers()
        handler.wfile.write(self.body)
        handler.wfile.flush()


class BridgeServer:
    """An HTTP server on the loopback address; a context manager.

    `/RoadSignals` tells Hisingsbron's status, `/RoadSignals/BRIDGE` another's, and
    `/actueel_beeld.xml.gz` is the picture of all bridges whose names are ISRS codes.

    :param openings: what truly happens.
    :param key: the subscription key that RoadSignals asks for.
    """

    def __init__(self, clock: Clock, openings: Openings, key: str, port: int = 0) -> None:
        self._clock = clock
        self._openings = openings
        self._key = key
        self._feed = Feed(openings)
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.bridges = self
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, target: str, headers: Message) -> Answer:
        """Answer a GET.

        :param target: the path with its query.
        :param headers: those of the request.
        """
        address = urlsplit(target)
        if address.path == NDW_PATH:
            return self._ndw(headers)
        if address.path == ROAD_SIGNALS_PATH:
            return self._road_signals(HISINGSBRON, address.query, headers)
        if address.path.startswith(f"{ROAD_SIGNALS_PATH}/"):
            bridge = unquote(address.path.removeprefix(f"{ROAD_SIGNALS_PATH}/"))
            return self._road_signals(bridge, address.query, headers)
        return Answer(404)

    def _road_signals(self, bridge: str, query: str, headers: Message) -> Answer:
        kind = {"Content-Type": "application/json"}
        keys = parse_qs(query).get(road_signals.KEY_PARAMETER, [])
        if self._key not in (*keys, headers.get(road_signals.KEY_HEADER)):
            return Answer(401, road_signals.write_refusal(), kind)
        if bridge not in self._openings:
            return Answer(404)
        status = status_at(self._openings, bridge, utc(self._clock))
        return Answer(200, road_signals.write(status), kind)

    def _ndw(self, headers: Message) -> Answer:
        published = self._feed.published(utc(self._clock))
        validators = {
            "ETag": f'"{published:%Y%m%dT%H%M%S}"',
            "Last-Modified": format_datetime(published.astimezone(UTC), usegmt=True),
        }
        if "If-None-Match" in headers:  # the stronger one counts: RFC 9110, 13.2.2
            unchanged = headers["If-None-Match"] == validators["ETag"]
        elif "If-Modified-Since" in headers:
            unchanged = published <= parsedate_to_datetime(headers["If-Modified-Since"])
        else:
            unchanged = False
        if unchanged:
            return Answer(304, headers=validators)
        kind = {"Content-Type": "application/x-gzip"}
        return Answer(200, self._feed.picture(published), {**kind, **validators})


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    bridges: BridgeServer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # keeps connections open
    disable_nagle_algorithm = True
    wbufsize = -1  # a whole response in one packet
    server: _Server

    def do_GET(self) -> None:
        self.server.bridges.answer(self.path, self.headers).send(self)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Write nothing: a request a minute would drown what matters."""
