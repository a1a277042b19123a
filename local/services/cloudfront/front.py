"""A distribution, served on a port of its own."""

from __future__ import annotations

import gzip
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from embedded_timestream.clock import NANOSECONDS
from local.services.cloudfront.cache import FIRST_SERVER_ERROR, Answer, Cached, ttl
from local.services.cloudfront.edge_function import EdgeFunctionError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from embedded_timestream.clock import Clock
    from local.services.cloudfront.edge_function import EdgeFunction

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
LONGEST_URL = 8192
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html
COMPRESSED_BYTES = range(1000, 10_000_001)
COMPRESSED = ("text/", "application/json", "application/problem+json", "application/atom+xml",
              "application/javascript", "image/svg+xml")  # fmt: skip

KEPT_ANSWERS = 1000


Visited = Callable[[int, bool], None]


class Origin(Protocol):
    """Where answers come from."""

    def __call__(self, method: str, path: str, headers: Mapping[str, str]) -> Answer:
        """Answer a request; what fails is an answer too."""


@dataclass
class Counts:
    """What is billed of a distribution.

    :ivar requests: that visitors made.
    :ivar sent: the bytes of the answers to them.
    :ivar rewritten: how often its function ran.
    :ivar forwarded: how many requests its origin got.
    """

    requests: int = 0
    sent: int = 0
    rewritten: int = 0
    forwarded: int = 0


@dataclass
class _Entry:
    lock: threading.Lock = field(default_factory=threading.Lock)
    cached: Cached | None = None


class Front:
    """Answers a distribution's visitors.

    :param origin: is asked for what is not kept.
    :param methods: those that the distribution allows.
    :param error_ttls: the least seconds that an error is kept, by status.
    :param function: rewrites what is asked for, if there is one.
    :param visited: is told of each answer to a visitor: its size, and whether the function ran.
    """

    def __init__(  # noqa: PLR0913 - what a distribution is made of
        self,
        origin: Origin,
        clock: Clock,
        *,
        methods: frozenset[str],
        error_ttls: Mapping[int, int] | None = None,
        function: EdgeFunction | None = None,
        visited: Visited = lambda _size, _rewritten: None,
    ) -> None:
        self._origin = origin
        self._clock = clock
        self._methods = methods
        self._error_ttls = error_ttls or {}
        self._function = function
        self._visited = visited
        self._entries: OrderedDict[tuple[str, str], _Entry] = OrderedDict()
        self._lock = threading.Lock()
        self.counts = Counts()

    def answer(self, method: str, target: str, headers: Mapping[str, str]) -> Answer:
        """Answer a visitor.

        :param target: the path with its query, which no policy here forwards.
        """
        found = self._found(method, target, headers)
        with self._lock:
            self.counts.requests += 1
            self.counts.sent += len(found.body)
        self._visited(len(found.body), self._function is not None)
        return found

    def _found(self, method: str, target: str, headers: Mapping[str, str]) -> Answer:
        if len(target) > LONGEST_URL:
            return _own(HTTPStatus.REQUEST_URI_TOO_LONG)
        if method not in self._methods:
            return _own(HTTPStatus.FORBIDDEN)
        path = urlsplit(target).path or "/"
        if self._function:
            with self._lock:
                self.counts.rewritten += 1
            try:
                path = self._function.rewrite(method, path, headers)
            except EdgeFunctionError:
                return _own(HTTPStatus.SERVICE_UNAVAILABLE)
        entry = self._entry(method, path)
        with entry.lock:  # as CloudFront, which asks once for many
            now = self._now()
            hit = entry.cached is not None and entry.cached.fresh(now)
            if entry.cached is None or not hit:
                entry.cached = self._fetch(method, path, entry.cached, now)
            cached = entry.cached
        return _to_visitor(cached, now, hit=hit, headers=headers, head=method == "HEAD")

    def _fetch(self, method: str, path: str, old: Cached | None, now: float) -> Cached:
        with self._lock:
            self.counts.forwarded += 1
        answer = self._origin(method, path, {"user-agent": "Amazon CloudFront"})
        if answer.status >= FIRST_SERVER_ERROR and old and old.stale_for_errors(now):
            return old
        date = format_datetime(datetime.fromtimestamp(now, UTC), usegmt=True)
        answer = Answer(answer.status, {"Date": date, **answer.headers}, answer.body)
        return Cached(answer, now, ttl(answer, self._error_ttls))

    def _entry(self, method: str, path: str) -> _Entry:
        with self._lock:
            key = method, path
            entry = self._entries.setdefault(key, _Entry())
            self._entries.move_to_end(key)
            while len(self._entries) > KEPT_ANSWERS:
                self._entries.popitem(last=False)
            return entry

    def _now(self) -> float:
        return self._clock.now_ns() / NANOSECONDS


def _own(status: HTTPStatus) -> Answer:
    body = f"<H1>{status.value} ERROR</H1>\nThe request could not be satisfied.\n".encode()
    return Answer(
        status.value, {"Content-Type": "text/html", "X-Cache": "Error from cloudfront"}, body
    )


def _to_visitor(
    cached: Cached, now: float, *, hit: bool, headers: Mapping[str, str], head: bool
) -> Answer:
    asked = {name.lower(): value for name, value in headers.items()}
    answer = cached.answer
    word = "Hit" if hit else "Miss"
    sent = {
        **answer.headers,
        "Via": "1.1 embedded (CloudFront)",
        "X-Cache": f"{word} from cloudfront",
    }
    if hit or cached.stored != now:
        sent["Age"] = str(int(now - cached.stored))
    etag = answer.header("ETag")
    conditions = {
        one.strip().removeprefix("W/") for one in asked.get("if-none-match", "").split(",")
    }
    if etag and etag.removeprefix("W/") in conditions:
        return Answer(HTTPStatus.NOT_MODIFIED.value, sent, b"")
    body = answer.body
    kind = answer.header("Content-Type") or ""
    if (
        "gzip" in asked.get("accept-encoding", "")
        and len(body) in COMPRESSED_BYTES
        and kind.startswith(COMPRESSED)
    ):
        body = gzip.compress(body, mtime=0)
        sent = {**sent, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        if etag and not etag.startswith("W/"):
            sent["ETag"] = f"W/{etag}"
    return Answer(answer.status, sent, b"" if head else body)


class FrontServer:
    """A front on a port of the loopback address.

    :param port: 0 takes a free one.
    """

    def __init__(self, front: Front, port: int = 0) -> None:
        self.front = front
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.front = front
        self.address = f"127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Serve no more."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024
    front: Front


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 30
    server: _Server

    def _answer(self) -> None:
        answer = self.server.front.answer(self.command, self.path, dict(self.headers.items()))
        length = int(self.headers.get("Content-Length") or 0)
        self.rfile.read(length)
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status not in {204, 304}:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)
        self.wfile.flush()

    # The library calls each by the name of its method.
    do_GET = do_HEAD = do_OPTIONS = do_POST = do_PUT = do_DELETE = do_PATCH = _answer  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Write nothing: a request a second would drown what matters."""
