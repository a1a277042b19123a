"""Whatever a server sends, a source tells of each bridge either its status or why not."""

from __future__ import annotations

import gzip
import json
import time
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lambdas.poller.configuration import Limits
from lambdas.poller.sources import Reason
from lambdas.poller.sources.json_source import JsonSource
from lambdas.poller.sources.ndw import NdwConfiguration, NdwSource
from tests.unit.lambdas.moments import NOON
from tests.unit.lambdas.raw_server import RawServer
from tests.unit.lambdas.sources import (
    DE_ZIJL,
    HISINGSBRON,
    LAMMEBRUG,
    MARIEHOLMSBRON,
    NAMESPACES,
    feed,
    json_configuration,
    record,
    xs_time,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdas.poller.sources import Look

LIMITS = Limits(timeout_seconds=5, attempts=1, backoff_seconds=0, max_bytes=100_000)
thorough = settings(max_examples=150, deadline=None)

characters = st.characters(exclude_categories=())
offsets = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
times = st.datetimes(timezones=st.none() | offsets).map(datetime.isoformat)
edges = st.sampled_from(["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", xs_time(NOON)])
texts = st.one_of(times, edges, st.text(characters))
words = st.sampled_from(["Open", "Closed", "true", "status", "0"]) | texts
documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words,
    lambda inner: st.lists(inner) | st.dictionaries(words, inner),
)
bodies = st.one_of(
    documents.map(json.dumps).map(str.encode),
    st.binary(),
    # Deeper than Python's stack.
    st.integers(0, 20_000).map(lambda depth: b'{"status":' + b"[" * depth + b"]" * depth),
)
header_texts = st.one_of(
    texts, st.integers().map(str), st.datetimes(timezones=offsets).map(lambda one: f"{one:%c %z}")
)
headers = st.lists(
    st.tuples(
        st.sampled_from(
            (
                *("Retry-After", "Content-Type", "Content-Length", "Transfer-Encoding", "Date"),
                *("Content-Encoding", "ETag", "Last-Modified", "Location", "Connection"),
                "Set-Cookie",
            )
        ),
        header_texts,
    )
)
NAMES = (
    *("mc:payload", "sit:situation", "sit:situationRecord", "com:publicationTime"),
    *("sit:probabilityOfOccurrence", "sit:generalNetworkManagementType"),
    *("com:overallStartTime", "com:overallEndTime", "loc:externalReferencing"),
    *("loc:externalLocationCode", "loc:externalReferencingSystem"),
)
values = texts | st.sampled_from(
    ["certain", "bridgeSwingInOperation", "RIS-index", DE_ZIJL.code or "", xs_time(NOON)]
)


def element(name: str, kind: str, content: list[str]) -> str:
    attributes = f"xsi:type={quoteattr(kind)} id={quoteattr(kind)}"
    return f"<{name} {attributes}>{''.join(content)}</{name}>"


kinds = st.sampled_from(["sit:SituationPublication", "sit:GeneralNetworkManagement"]) | texts
elements = st.recursive(
    values.map(escape),
    lambda inner: st.builds(element, st.sampled_from(NAMES), kinds, st.lists(inner)),
    max_leaves=20,
)


def message(content: str) -> bytes:
    """Write a message, which may hold characters that XML does not take."""
    xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    document = f"<mc:messageContainer {NAMESPACES} {xsi}>{content}</mc:messageContainer>"
    return document.encode(errors="surrogatepass")


def answer(body: bytes, status: str = "200 OK", *more: tuple[str, str]) -> bytes:
    """Write an answer that says that it is the connection's last, as this server's answers are."""
    head = f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n"
    fields = "".join(f"{name}: {value}\r\n" for name, value in more)
    return (head + fields + "\r\n").encode(errors="surrogatepass") + body


class Sources:
    """A source of each type, and the server that both ask."""

    def __init__(self, server: RawServer) -> None:
        self.server = server
        self.json = JsonSource("j", json_configuration(server.url, limits=LIMITS), lambda: NOON)
        self.ndw = NdwSource("n", NdwConfiguration(server.url, LIMITS), lambda: NOON)

    def are_told(self, sent: bytes) -> None:
        """Let both look at an answer, and see that each bridge is in what they tell, once."""
        self.server.pieces = [sent]
        for source, bridges in (
            (self.json, [HISINGSBRON, MARIEHOLMSBRON]),
            (self.ndw, [DE_ZIJL, LAMMEBRUG]),
        ):
            look = source.look(bridges, time.monotonic() + 5)
            assert told(look) == [bridge.name for bridge in bridges]
            assert Reason.UNEXPECTED not in {failure.reason for failure in look.failures}


def told(look: Look) -> list[str]:
    failed = [bridge for failure in look.failures for bridge in failure.bridges]
    return sorted(failed + [seen.bridge for seen in look.observations])


@pytest.fixture(scope="module")
def server() -> Iterator[RawServer]:
    server = RawServer()
    server.hangs_up = True
    yield server
    server.stop()


@thorough
@given(sent=st.binary())
def test_bytes_instead_of_http(server: RawServer, sent: bytes) -> None:
    Sources(server).are_told(sent)


@thorough
@given(body=bodies, packed=st.booleans())
def test_bodies_of_every_kind(server: RawServer, body: bytes, packed: bool) -> None:  # noqa: FBT001 - drawn
    Sources(server).are_told(answer(gzip.compress(body) if packed else body))


@thorough
@given(
    status=st.sampled_from(["200 OK", "304 Same", "401 Who", "429 Slow", "503 Later", "302 There"])
    | texts,
    more=headers,
)
@example(status="503 Later", more=[("Retry-After", "Fri, 31 Dec 9999 23:59:59 -0500")])
@example(status="429 Slow", more=[("Retry-After", "Mon, 1 Jan 0001 00:00:00 +0500")])
@example(status="503 Later", more=[("Retry-After", f"Mon, 1 Jan {10**20} 00:00:00 GMT")])
@example(status="503 Later", more=[("Retry-After", "9" * 5000)])
def test_headers_of_every_kind(server: RawServer, status: str, more: list[tuple[str, str]]) -> None:
    # given what a source keeps for its next request: an ETag, a time, a cookie
    sources = Sources(server)

    sources.are_told(answer(feed(NOON), status, *more))

    # then the next answer is read, unless the source was asked to wait
    server.pieces = [answer(feed(NOON))]
    again = sources.ndw.look([DE_ZIJL], time.monotonic() + 5)
    assert again.observations or "left alone" in again.failures[0].detail


@thorough
@given(published=texts, start=texts, end=texts | st.none(), code=texts)
def test_records_with_values_of_every_kind(
    server: RawServer, published: str, start: str, end: str | None, code: str
) -> None:
    written = record(escape(start), escape(end) if end is not None else None, code=escape(code))
    plain = feed(NOON, record(xs_time(NOON)), "|").decode()
    timed = plain.replace(
        f">{xs_time(NOON)}</com:publication", f">{escape(published)}</com:publication"
    )

    Sources(server).are_told(answer(timed.replace("|", written).encode(errors="surrogatepass")))


@thorough
@given(content=elements)
def test_elements_in_every_order_and_nesting(server: RawServer, content: str) -> None:
    opening = element("com:publicationTime", "", [xs_time(datetime.now(UTC))])

    Sources(server).are_told(
        answer(message(element("mc:payload", "sit:SituationPublication", [opening, content])))
    )
