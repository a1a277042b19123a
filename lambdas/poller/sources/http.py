"""GET with time-outs, retries and bounded reading.

No exception of requests or urllib3 leaves this module, and urllib3 does not log: both quote URLs,
and a URL may hold the API key.
"""

from __future__ import annotations

import logging
import time
import zlib
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar, cast

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from lambdas import USER_AGENT
from lambdas.header_timeout import HeaderTimeoutAdapter
from lambdas.poller.sources import Reason, SourceError
from lambdas.poller.sources.pace import Pace
from lambdas.retry_after import seconds_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from urllib3.response import HTTPResponse

    from lambdas.poller.configuration import Limits

T = TypeVar("T")

HEADERS = {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "gzip"}
PIECE_BYTES = 64 * 1024
MOST_PATIENCE = 300.0
"""Seconds: a source that wants to be left alone for longer is asked again all the same."""

_GZIP_MAGIC = b"\x1f\x8b"
_GZIP = 16 + zlib.MAX_WBITS

# What may pass: another attempt within the same poll can succeed.
_PASSING = frozenset({Reason.TIMED_OUT, Reason.UNREACHABLE, Reason.SERVER_ERROR, Reason.MALFORMED})


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for.

    :param url: whole, with the key if its place is the path.
    :param parameters: the query's.
    """

    url: str
    headers: Mapping[str, str]
    parameters: Mapping[str, str]


class Http:
    """Connections to one source's server; threads may share them.

    :param limits: time-outs, attempts and the longest answer.
    :param connections: how many are kept: as many as there are threads.
    :param requests_per_second: how many requests are sent at most, or None for no limit.
    """

    def __init__(
        self, limits: Limits, *, connections: int = 1, requests_per_second: float | None = None
    ) -> None:
        logging.getLogger("urllib3").setLevel(logging.CRITICAL)
        self._limits = limits
        self._pace = Pace(requests_per_second)
        # Not a session: nothing of the environment (proxies, ~/.netrc) nor of an answer before
        # (cookies) belongs in these requests, and looking for it takes as long as the request.
        self._adapter = HeaderTimeoutAdapter(pool_maxsize=connections)

    def get(self, request: Request, deadline: float, read: Callable[[Answer], T]) -> T:
        """GET until an answer can be read, as often as the limits say.

        A source that asks to be left alone (Retry-After) is, in this call and in later ones.

        :param deadline: when to give up, by `time.monotonic()`.
        :param read: reads the answer's body; its SourceErrors count as the attempt's.
        :raises SourceError: the last attempt's.
        """
        error = SourceError(Reason.TIMED_OUT, "no time left in this poll")
        if self._pace.not_before > deadline:
            error = SourceError(Reason.SERVER_ERROR, "it asked to be left alone for longer")
        for attempt in range(self._limits.attempts):
            backoff = self._limits.backoff_seconds * 2 ** (attempt - 1) if attempt else 0
            turn = self._pace.wait(backoff, deadline)
            if turn is None:
                break
            timeout = min(self._limits.timeout_seconds, deadline - turn)
            outcome = self._attempt(request, timeout, deadline, read)
            if not isinstance(outcome, SourceError):
                return outcome
            error = outcome
            if error.patience:
                self._pace.leave_alone(min(error.patience, MOST_PATIENCE))
            if error.reason not in _PASSING:
                break
        # Outside of every except block, so that no exception with a URL in it is its context.
        raise error

    def _attempt(
        self, request: Request, timeout: float, deadline: float, read: Callable[[Answer], T]
    ) -> T | SourceError:
        try:
            with closing(
                # A redirect is not followed: it would carry a key in a header to wherever it leads.
                self._adapter.send(_prepared(request), stream=True, timeout=timeout)
            ) as response:
                return read(Answer(response, self._limits.max_bytes, deadline))
        except SourceError as error:
            return error
        except (requests.RequestException, HTTPError) as error:
            return _in_our_words(error, timeout)


def _prepared(request: Request) -> requests.PreparedRequest:
    headers = {**HEADERS, **request.headers}
    return requests.Request("GET", request.url, headers, params=request.parameters).prepare()


def _in_our_words(error: Exception, timeout: float) -> SourceError:
    match error:
        case requests.Timeout() | ReadTimeoutError():
            return SourceError(Reason.TIMED_OUT, f"no answer in {timeout:.1f} s")
        case requests.exceptions.SSLError():
            return SourceError(Reason.UNREACHABLE, "its certificate cannot be verified")
        case requests.ConnectionError():
            return SourceError(Reason.UNREACHABLE, "no connection")
        case _:
            return SourceError(Reason.MALFORMED, "the answer breaks HTTP or ends early")


class Answer:
    """A response whose body has not been read yet."""

    def __init__(self, response: requests.Response, max_bytes: int, deadline: float) -> None:
        self.status = response.status_code
        self.headers = response.headers
        self._response = response
        self._max_bytes = max_bytes
        self._deadline = deadline

    def expect(self, *statuses: int) -> None:
        """Check the status, and that the body is no page for people.

        :raises SourceError: if the status is none of these, or the body HTML.
        """
        if self.status in statuses:
            if "html" in self.headers.get("Content-Type", "").lower():
                raise SourceError(Reason.MALFORMED, "the answer calls itself HTML")
            return
        if self.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            reason = Reason.DENIED
        elif self.status >= HTTPStatus.INTERNAL_SERVER_ERROR or (
            self.status == HTTPStatus.TOO_MANY_REQUESTS
        ):
            reason = Reason.SERVER_ERROR
        else:
            reason = Reason.HTTP_ERROR
        patience = seconds_of(self.headers.get("Retry-After", ""))
        raise SourceError(reason, f"HTTP {self.status}", patience)

    def pieces(self) -> Iterator[bytes]:
        """Give the body in pieces, unpacked if it is gzip, whatever its headers call it.

        :raises SourceError: if it is longer than allowed, takes too long, or ends early.
        """
        packed = self._packed()
        first = next(packed, b"")
        is_gzip = first.startswith(_GZIP_MAGIC)
        unpacked = gunzip(first, packed) if is_gzip else _joined(first, packed)
        size = 0
        for piece in unpacked:
            size += len(piece)
            if size > self._max_bytes:
                raise SourceError(Reason.TOO_LARGE, f"more than {self._max_bytes} bytes")
            yield piece

    def body(self) -> bytes:
        """Give the whole body (see `pieces`)."""
        return b"".join(self.pieces())

    def _packed(self) -> Iterator[bytes]:
        raw = cast("HTTPResponse", self._response.raw)
        # Not read(), nor stream(): they wait until the piece is full, however slowly it comes.
        while piece := raw.read1(PIECE_BYTES, decode_content=False):
            if time.monotonic() > self._deadline:
                raise SourceError(Reason.TIMED_OUT, "the answer trickles in too slowly")
            yield piece


def _joined(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def gunzip(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    """Unpack gzip, never more than a piece at a time: a bomb goes off in small portions."""
    unpacker = zlib.decompressobj(_GZIP)
    try:
        for packed in _joined(first, rest):
            waiting = packed
            while waiting:
                if unpacker.eof:
                    # gzip files may be several members in a row (RFC 1952).
                    unpacker = zlib.decompressobj(_GZIP)
                yield unpacker.decompress(waiting, PIECE_BYTES)
                waiting = unpacker.unconsumed_tail or unpacker.unused_data
    except zlib.error:
        pass
    else:
        if unpacker.eof:
            return
    raise SourceError(Reason.MALFORMED, "broken or incomplete gzip")
