"""A distribution on a port: its cache, its age, its function, and what it refuses."""

from __future__ import annotations

import gzip
import http.client
from typing import TYPE_CHECKING

import pytest

from bridgewatch.cost.metering import GIGABYTE
from bridgewatch.cost.usage import Dimension
from local.meter import Meter
from local.services.cloudfront.cache import Answer
from local.services.cloudfront.edge_function import EdgeFunction, EdgeFunctionError
from local.services.cloudfront.front import Front, FrontServer
from stacks.page import EDGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PAGE = {"Cache-Control": "public, max-age=0, s-maxage=10, stale-if-error=30", "ETag": '"one"'}


class Clock:
    def __init__(self) -> None:
        self.seconds = 1_780_000_000

    def now_ns(self) -> int:
        return self.seconds * 10**9

    def sleep(self, seconds: float) -> None:
        raise NotImplementedError


class Origin:
    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.answer = Answer(200, {**PAGE, "Content-Type": "text/html"}, b"<p>Closed</p>" * 100)

    def __call__(self, method: str, path: str, headers: Mapping[str, str]) -> Answer:
        assert "accept-language" not in headers, "the policy forwards none"
        self.asked.append((method, path))
        return self.answer


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def origin() -> Origin:
    return Origin()


@pytest.fixture
def front(clock: Clock, origin: Origin) -> Front:
    return Front(origin, clock, methods=frozenset({"GET", "HEAD"}), error_ttls={503: 5})


def test_it_asks_once_and_tells_how_old_what_it_keeps_is(
    front: Front, clock: Clock, origin: Origin
) -> None:
    first = front.answer("GET", "/", {})
    clock.seconds += 9
    second = front.answer("GET", "/?no=policy&forwards=it", {})
    clock.seconds += 1
    third = front.answer("GET", "/", {})

    assert (first.header("X-Cache"), first.header("Age")) == ("Miss from cloudfront", None)
    assert (second.header("X-Cache"), second.header("Age")) == ("Hit from cloudfront", "9")
    assert second.header("Date") == first.header("Date")
    assert third.header("X-Cache") == "Miss from cloudfront"
    assert len(origin.asked) == 2
    assert front.counts.requests == 3
    assert front.counts.sent == 3 * len(first.body)


def test_a_visit_is_billed_by_the_request_and_the_byte(clock: Clock, origin: Origin) -> None:
    meter = Meter(clock)
    front = Front(origin, clock, methods=frozenset({"GET"}), visited=meter.visited)

    for _ in range(3):
        front.answer("GET", "/", {})

    used = meter.usage()
    assert used[Dimension.CLOUDFRONT_REQUESTS] == 3
    assert used[Dimension.CLOUDFRONT_GB] * GIGABYTE == 3 * len(origin.answer.body)
    assert used[Dimension.CLOUDFRONT_FUNCTION_RUNS] == 0


def test_an_origin_that_fails_leaves_what_was_kept_for_a_while(
    front: Front, clock: Clock, origin: Origin
) -> None:
    front.answer("GET", "/", {})
    origin.answer = Answer(503, {}, b"")

    clock.seconds += 39
    assert front.answer("GET", "/", {}).status == 200
    clock.seconds += 1
    assert front.answer("GET", "/", {}).status == 503
    origin.answer = Answer(200, PAGE, b"again")
    clock.seconds += 4
    assert front.answer("GET", "/", {}).status == 503
    clock.seconds += 1
    assert front.answer("GET", "/", {}).status == 200


def test_who_has_it_gets_304_and_who_wants_it_smaller_gets_it_smaller(front: Front) -> None:
    assert front.answer("GET", "/", {"If-None-Match": 'W/"one"'}).status == 304

    small = front.answer("GET", "/", {"Accept-Encoding": "gzip, br"})

    assert small.header("Content-Encoding") == "gzip"
    assert small.header("ETag") == 'W/"one"'
    assert gzip.decompress(small.body) == b"<p>Closed</p>" * 100


def test_it_refuses_other_methods_and_addresses_that_are_too_long(
    front: Front, origin: Origin
) -> None:
    assert front.answer("POST", "/", {}).status == 403
    assert front.answer("GET", "/" + "a" * 9000, {}).status == 414
    assert origin.asked == []


def test_it_speaks_http(front: Front) -> None:
    server = FrontServer(front)
    try:
        connection = http.client.HTTPConnection(server.address)
        for method, length in (("GET", 1300), ("HEAD", 0), ("GET", 1300)):
            connection.request(method, "/")
            answer = connection.getresponse()
            assert (answer.status, len(answer.read())) == (200, length)
        connection.close()
    finally:
        server.close()


@pytest.fixture(scope="module")
def edge() -> Iterator[EdgeFunction]:
    function = EdgeFunction(EDGE.read_text())
    yield function
    function.close()


@pytest.mark.parametrize(
    ("path", "accepts", "rewritten"),
    [
        ("/", "sv-SE,sv;q=0.9", "/~bridges.example/~sv/"),
        ("/", None, "/~bridges.example/~en/"),
        (
            "/bridges/zeelandbrug",
            "de, nl;q=0.5, en;q=0.4",
            "/~bridges.example/~nl/bridges/zeelandbrug",
        ),
        ("/bridges/zeelandbrug/badge.svg", "nl", "/~bridges.example/bridges/zeelandbrug/badge.svg"),
        ("/sv/", "nl", "/~bridges.example/sv/"),
        ("/api/bridges.json", "nl", "/~bridges.example/api/bridges.json"),
        ("/metrics", "nl", "/~bridges.example/metrics"),
        ("/~evil.example/", "nl", "/~bridges.example/~nl/~evil.example/"),
    ],
)
def test_the_function_at_the_edge_writes_what_answers_differ_by_into_the_path(
    edge: EdgeFunction, path: str, accepts: str | None, rewritten: str
) -> None:
    headers = {"Host": "bridges.example"}
    if accepts is not None:
        headers["Accept-Language"] = accepts

    assert edge.rewrite("GET", path, headers) == rewritten


def test_a_function_that_fails_is_an_error_of_the_front(clock: Clock, origin: Origin) -> None:
    broken = EdgeFunction("function handler(event) { return event.nothing.here; }")
    front = Front(origin, clock, methods=frozenset({"GET"}), function=broken)
    try:
        assert front.answer("GET", "/", {}).status == 503
        with pytest.raises(EdgeFunctionError, match="TypeError"):
            broken.rewrite("GET", "/", {})
    finally:
        broken.close()
