"""The source `json`, over real sockets; with it, every way in which HTTP fails."""

from __future__ import annotations

import gzip
import socket
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws
from werkzeug import Response

from lambdas import VERSION
from lambdas.poller.configuration import Bridge, Key, Limits
from lambdas.poller.sources import Reason, SourceError
from lambdas.poller.sources.http import MOST_PATIENCE
from lambdas.poller.sources.json_source import JsonSource, resolve
from tests.unit.lambdas.moments import CLOSED, NOON, OPEN
from tests.unit.lambdas.raw_server import RawServer
from tests.unit.lambdas.sources import HISINGSBRON, LIMITS, json_configuration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_httpserver import HTTPServer
    from werkzeug import Request

    from lambdas.poller.sources import Failure, Look


def look(
    url: str,
    *bridges: Bridge,
    key: Key | None = None,
    pointer: str = "/status",
    limits: Limits = LIMITS,
    seconds: float = 60,
) -> Look:
    configuration = json_configuration(url, key=key, pointer=pointer, limits=limits)
    source = JsonSource("roadsignals", configuration, lambda: NOON)
    return source.look(bridges or [HISINGSBRON], time.monotonic() + seconds)


def only_failure(found: Look) -> Failure:
    assert found.observations == ()
    (failure,) = found.failures
    assert failure.bridges == ("Hisingsbron",)
    assert failure.source == "roadsignals"
    assert failure.detail
    return failure


def requests_to(httpserver: HTTPServer) -> list[Request]:
    return [request for request, _ in httpserver.log]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"status": "Open"}, CLOSED),  # open to the road: the span is down
        ({"status": "Closed", "more": [1]}, OPEN),
        ({"status": True}, OPEN),
    ],
)
def test_the_sources_words_are_translated(
    httpserver: HTTPServer, body: dict[str, Any], status: str
) -> None:
    httpserver.expect_request("/").respond_with_json(body)

    (observation,) = look(httpserver.url_for("/")).observations

    assert (observation.bridge, observation.status, observation.time) == (
        "Hisingsbron",
        status,
        NOON,
    )


def test_requests_name_the_project(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_json({"status": "Open"})

    look(httpserver.url_for("/"))

    (request,) = requests_to(httpserver)
    assert request.headers["User-Agent"] == f"bridgewatch/{VERSION}"


def test_no_proxy_of_the_environment_sees_requests(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    httpserver.expect_request("/").respond_with_json({"status": "Open"})

    assert len(look(httpserver.url_for("/")).observations) == 1


def test_one_get_serves_all_bridges_of_a_url_without_a_code(httpserver: HTTPServer) -> None:
    bridges = [Bridge("One", "a", "N/1", {}), Bridge("Two", "a", "~2", {})]
    httpserver.expect_request("/").respond_with_json({"N/1": "Open", "~2": "Closed"})

    found = look(httpserver.url_for("/"), *bridges, pointer="/{code}")

    assert [one.status for one in found.observations] == [CLOSED, OPEN]
    assert len(httpserver.log) == 1


def test_a_bridge_that_the_answer_lacks_fails_alone(httpserver: HTTPServer) -> None:
    bridges = [Bridge("Hisingsbron", "a", "N1", {}), Bridge("Two", "a", "N2", {})]
    httpserver.expect_request("/").respond_with_json({"N2": "Closed"})

    found = look(httpserver.url_for("/"), *bridges, pointer="/{code}")

    assert [one.bridge for one in found.observations] == ["Two"]
    assert [(one.reason, one.bridges) for one in found.failures] == [
        (Reason.MALFORMED, ("Hisingsbron",))
    ]


def test_each_bridge_has_its_own_get_where_the_url_has_a_code(httpserver: HTTPServer) -> None:
    bridges = [Bridge("One", "a", "N 1", {}), Bridge("Two", "a", "N/2", {})]
    httpserver.expect_request("/bridges/N 1").respond_with_json({"status": "Open"})
    httpserver.expect_request("/bridges/N/2").respond_with_json({"status": "Closed"})

    found = look(httpserver.url_for("/bridges/") + "{code}", *bridges)

    assert [one.status for one in found.observations] == [CLOSED, OPEN]
    raw_paths = [request.environ["REQUEST_URI"] for request in requests_to(httpserver)]
    assert raw_paths == ["/bridges/N%201", "/bridges/N%2F2"]


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (Response(status=500), Reason.SERVER_ERROR),
        (Response(status=429), Reason.SERVER_ERROR),
        (Response(status=404), Reason.HTTP_ERROR),
        (Response(status=302, headers={"Location": "/elsewhere"}), Reason.HTTP_ERROR),
        (Response(status=204), Reason.HTTP_ERROR),
        (Response(status=403), Reason.DENIED),
        (Response("<html>We are busy</html>"), Reason.MALFORMED),
        (Response(""), Reason.MALFORMED),
        (Response('{"status": "Op'), Reason.MALFORMED),
        (Response(b"\xff\xfe\xff"), Reason.MALFORMED),
        (Response("[" * 50_000), Reason.MALFORMED),
        (Response('{"state": "Open"}'), Reason.MALFORMED),
        (Response('["Open"]'), Reason.MALFORMED),
        (Response('{"status": null}'), Reason.MALFORMED),
        (Response('{"status": {"is": "Open"}}'), Reason.MALFORMED),
        (Response('{"status": "Opening"}'), Reason.UNKNOWN_STATUS),
        (Response('{"status": "open"}'), Reason.UNKNOWN_STATUS),
        (Response('{"status": 1}'), Reason.UNKNOWN_STATUS),
        (Response('{"status": "Open"}' + " " * LIMITS.max_bytes), Reason.TOO_LARGE),
        (Response(gzip.compress(bytes(10 * LIMITS.max_bytes))), Reason.TOO_LARGE),
        (Response(gzip.compress(b'{"status": "Open"}')[:-4]), Reason.MALFORMED),
        (Response(b"\x1f\x8bno gzip"), Reason.MALFORMED),
    ],
)
def test_what_is_not_the_promised_answer_is_no_observation(
    httpserver: HTTPServer, response: Response, reason: Reason
) -> None:
    httpserver.expect_request("/").respond_with_response(response)

    assert only_failure(look(httpserver.url_for("/"))).reason is reason


def test_an_answer_that_calls_itself_a_page_for_people_is_no_observation(
    httpserver: HTTPServer,
) -> None:
    httpserver.expect_request("/").respond_with_data(
        '{"status": "Open"}', content_type="text/HTML; charset=utf-8"
    )

    failure = only_failure(look(httpserver.url_for("/")))

    assert (failure.reason, failure.detail) == (
        Reason.MALFORMED,
        "the answer calls itself HTML",
    )


@pytest.mark.parametrize(("spare", "read"), [(0, True), (-1, False)])
def test_an_answer_may_be_as_long_as_the_limit(
    httpserver: HTTPServer, spare: int, *, read: bool
) -> None:
    body = b'{"status": "Open"}'
    httpserver.expect_request("/").respond_with_data(body)

    found = look(httpserver.url_for("/"), limits=replace(LIMITS, max_bytes=len(body) + spare))

    assert bool(found.observations) is read


def test_a_gzipped_answer_is_read_whatever_its_headers_say(httpserver: HTTPServer) -> None:
    two_members = gzip.compress(b'{"status":') + gzip.compress(b' "Open"}')
    httpserver.expect_request("/").respond_with_data(two_members)

    assert [one.status for one in look(httpserver.url_for("/")).observations] == [CLOSED]


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_servers_own_trouble_is_asked_again(httpserver: HTTPServer, status: int) -> None:
    httpserver.expect_ordered_request("/").respond_with_data("", status=status)
    httpserver.expect_ordered_request("/").respond_with_data("{", status=200)
    httpserver.expect_ordered_request("/").respond_with_json({"status": "Open"})

    assert [one.status for one in look(httpserver.url_for("/")).observations] == [CLOSED]


@pytest.mark.parametrize(("status", "requests"), [(500, 3), (404, 1)])
def test_attempts_are_limited_and_only_made_where_they_can_help(
    httpserver: HTTPServer, status: int, requests: int
) -> None:
    httpserver.expect_request("/").respond_with_data("", status=status)

    look(httpserver.url_for("/"))

    assert len(httpserver.log) == requests


def test_the_pause_doubles_and_never_outlasts_the_poll(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("lambdas.poller.sources.http.time.sleep", pauses.append)
    httpserver.expect_request("/").respond_with_data("", status=500)
    limits = Limits(timeout_seconds=5, attempts=5, backoff_seconds=1, max_bytes=1000)

    look(httpserver.url_for("/"), limits=limits, seconds=3.5)

    assert pauses == [1, 2]


@pytest.mark.parametrize(
    ("retry_after", "status", "pauses", "requests"),
    [
        ("2", 429, [2], 2),
        ("2", 503, [2], 2),
        ("0", 429, [1], 2),  # the back-off is longer
        ("soon", 429, [1], 2),
        ("100", 429, [], 1),  # longer than this poll lasts
        ("a date, in 100 seconds", 429, [], 1),
        ("Mon, 23 Nov 2020 12:00:00 GMT", 429, [1], 2),
    ],
)
def test_a_source_that_asks_for_patience_gets_it_within_the_poll(  # noqa: PLR0913, PLR0917 - a table's columns
    httpserver: HTTPServer,
    monkeypatch: pytest.MonkeyPatch,
    retry_after: str,
    status: int,
    pauses: list[float],
    requests: int,
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("lambdas.poller.sources.http.time.sleep", slept.append)
    if retry_after.startswith("a date"):
        retry_after = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    headers = {"Retry-After": retry_after}
    httpserver.expect_ordered_request("/").respond_with_data("", status=status, headers=headers)
    httpserver.expect_ordered_request("/").respond_with_json({"status": "Open"})
    limits = Limits(timeout_seconds=5, attempts=2, backoff_seconds=1, max_bytes=1000)

    found = look(httpserver.url_for("/"), limits=limits, seconds=30)

    assert len(found.observations) == requests - 1
    assert slept == pytest.approx(pauses, abs=0.1)
    assert len(httpserver.log) == requests


def test_a_source_that_asks_for_more_patience_is_left_alone_by_the_next_polls(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    httpserver.expect_request("/").respond_with_data("", 429, headers={"Retry-After": "86400"})
    source = JsonSource("roadsignals", json_configuration(httpserver.url_for("/")), lambda: NOON)
    began, passed = time.monotonic(), 0.0
    monkeypatch.setattr("lambdas.poller.sources.http.time.monotonic", lambda: began + passed)

    details = []
    for passed in (0, 60, 240, MOST_PATIENCE + 1):
        found = source.look([HISINGSBRON], began + passed + 30)
        details.append(only_failure(found).detail)

    left_alone = "it asked to be left alone for longer"
    assert details == ["HTTP 429", left_alone, left_alone, "HTTP 429"]
    assert len(httpserver.log) == 2


def test_no_time_left_is_no_request(httpserver: HTTPServer) -> None:
    failure = only_failure(look(httpserver.url_for("/"), seconds=-1))

    assert failure.reason is Reason.TIMED_OUT
    assert httpserver.log == []


@pytest.fixture
def raw_server() -> Iterator[RawServer]:
    server = RawServer()
    yield server
    server.stop()


QUICK = Limits(timeout_seconds=0.05, attempts=1, backoff_seconds=0, max_bytes=1000)


HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("pieces", "hangs_up", "reason"),
    [
        ([], False, Reason.TIMED_OUT),
        ([HEAD, b"Content-Length: 20\r\n\r\n{"], False, Reason.TIMED_OUT),
        ([HEAD, b"Content-Length: 20\r\n\r\n{}"], True, Reason.MALFORMED),
        ([HEAD, b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"], True, Reason.MALFORMED),
        ([HEAD, b"Transfer-Encoding: chunked\r\n\r\n9\r\n{}"], True, Reason.MALFORMED),
        ([b"220 ftp.example.org\r\n"], True, Reason.UNREACHABLE),
        ([], True, Reason.UNREACHABLE),
    ],
)
def test_a_server_that_stalls_or_breaks_off_is_no_observation(
    raw_server: RawServer,
    pieces: list[bytes],
    hangs_up: bool,  # noqa: FBT001 - a table's column
    reason: Reason,
) -> None:
    raw_server.pieces, raw_server.hangs_up = pieces, hangs_up

    assert only_failure(look(raw_server.url, limits=QUICK)).reason is reason


@pytest.mark.parametrize("head", [b"HTTP/1.1 2", HEAD, HEAD + b"X-Slow: "])
def test_a_head_that_trickles_past_the_time_out_is_given_up(
    raw_server: RawServer, head: bytes
) -> None:
    raw_server.pieces, raw_server.trickles = [head], True
    began = time.monotonic()

    failure = only_failure(look(raw_server.url, limits=QUICK, seconds=10))

    assert failure.reason is Reason.TIMED_OUT
    assert time.monotonic() - began < 5


def test_an_answer_that_trickles_past_the_deadline_is_given_up(
    raw_server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given that the deadline passes once the head has come, however busy the machine is
    raw_server.pieces, raw_server.trickles = [HEAD, b"\r\n"], True
    later = SimpleNamespace(monotonic=lambda: time.monotonic() + 3600)
    monkeypatch.setattr("lambdas.poller.sources.http.time", later)

    failure = only_failure(look(raw_server.url, limits=replace(LIMITS, attempts=1)))

    assert (failure.reason, failure.detail) == (
        Reason.TIMED_OUT,
        "the answer trickles in too slowly",
    )


def test_a_refused_connection_is_no_observation() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    failure = only_failure(look(f"http://127.0.0.1:{port}/?subscription-key=hush"))

    assert (failure.reason, failure.detail) == (Reason.UNREACHABLE, "no connection")


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("", {"a/b": {"m~n": [10, {"": 20}]}}),
        ("/a~1b/m~0n/0", 10),
        ("/a~1b/m~0n/1/", 20),
    ],
)
def test_json_pointers_point(pointer: str, value: object) -> None:
    assert resolve({"a/b": {"m~n": [10, {"": 20}]}}, pointer) == value


@pytest.mark.parametrize(
    "pointer",
    [
        *("/x", "/a~1b/m~0n/2", "/a~1b/m~0n/-", "/a~1b/m~0n/0/x"),
        *("/a~1b/m~0n/00", "/a~1b/m~0n/\u0661", "/a~1b/m~0n/" + "9" * 5000),
    ],
)
def test_json_pointers_to_nothing_are_malformed(pointer: str) -> None:
    with pytest.raises(SourceError) as error:
        resolve({"a/b": {"m~n": [10, {"": 20}]}}, pointer)

    assert error.value.reason is Reason.MALFORMED


CANARY = "canary-key-0123456789"


@pytest.fixture
def ssm(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:  # noqa: ARG001 - its environment
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    with mock_aws():
        client = boto3.client("ssm")
        client.put_parameter(Name="/bridgewatch/key", Value=f"{CANARY}\n", Type="SecureString")
        yield client


@pytest.mark.usefixtures("ssm")
@pytest.mark.parametrize(
    ("key", "url", "path_and_query", "header"),
    [
        (
            Key("/bridgewatch/key", "query", "subscription-key"),
            "/",
            f"/?subscription-key={CANARY}",
            None,
        ),
        (Key("/bridgewatch/key", "header", "X-Key"), "/", "/", CANARY),
        (Key("/bridgewatch/key", "path", None), "/{key}/status", f"/{CANARY}/status", None),
    ],
)
def test_the_key_is_carried_where_the_source_wants_it(
    httpserver: HTTPServer, key: Key, url: str, path_and_query: str, header: str | None
) -> None:
    httpserver.expect_request("/").respond_with_json({"status": "Open"})
    httpserver.expect_request(f"/{CANARY}/status").respond_with_json({"status": "Open"})

    found = look(httpserver.url_for("/")[:-1] + url, key=key)

    assert len(found.observations) == 1
    (request,) = requests_to(httpserver)
    assert request.environ["REQUEST_URI"] == path_and_query
    assert request.headers.get("X-Key") == header


def test_a_key_in_the_path_is_one_segment_of_it(httpserver: HTTPServer, ssm: Any) -> None:  # noqa: ANN401 - a boto3 client
    ssm.put_parameter(Name="/odd", Value="../a?b", Type="SecureString")
    httpserver.expect_request("/status/../a?b").respond_with_json({"status": "Open"})

    found = look(httpserver.url_for("/status/") + "{key}", key=Key("/odd", "path", None))

    assert len(found.observations) == 1
    (request,) = requests_to(httpserver)
    assert request.environ["REQUEST_URI"] == "/status/..%2Fa%3Fb"


def test_a_denied_key_is_read_anew_and_tried_once_more(httpserver: HTTPServer, ssm: Any) -> None:  # noqa: ANN401 - a boto3 client
    asked: list[str] = []

    def respond(request: Request) -> Response:
        asked.append(request.args["k"])
        return Response('{"status": "Open"}', 200 if request.args["k"] == "renewed" else 401)

    httpserver.expect_request("/").respond_with_handler(respond)
    configuration = json_configuration(
        httpserver.url_for("/"), key=Key("/bridgewatch/key", "query", "k")
    )
    source = JsonSource("roadsignals", configuration, lambda: NOON)

    # given a source that was asked with the old key, which it denies
    first = source.look([HISINGSBRON], time.monotonic() + 60)
    # when the key is renewed in SSM
    ssm.put_parameter(Name="/bridgewatch/key", Value="renewed", Type="SecureString", Overwrite=True)
    second = source.look([HISINGSBRON], time.monotonic() + 60)
    # and SSM is gone afterwards
    ssm.delete_parameter(Name="/bridgewatch/key")
    third = source.look([HISINGSBRON], time.monotonic() + 60)

    assert only_failure(first).reason is Reason.DENIED
    assert len(second.observations) == 1
    assert len(third.observations) == 1, "it is in memory"
    assert asked == [CANARY, CANARY, CANARY, "renewed", "renewed"]


@pytest.mark.usefixtures("ssm")
def test_a_key_that_ssm_does_not_give_is_no_observation(httpserver: HTTPServer) -> None:
    failure = only_failure(look(httpserver.url_for("/"), key=Key("/missing", "header", "X-Key")))

    assert failure.reason is Reason.NO_KEY
    assert failure.detail == "SSM parameter /missing: ParameterNotFound"
    assert httpserver.log == []


def test_a_key_with_characters_that_no_key_has_is_no_observation(
    httpserver: HTTPServer,
    ssm: Any,  # noqa: ANN401 - a boto3 client
) -> None:
    ssm.put_parameter(Name="/odd", Value="a\nb: å", Type="SecureString")

    failure = only_failure(look(httpserver.url_for("/"), key=Key("/odd", "header", "X-Key")))

    assert failure.reason is Reason.NO_KEY


def test_an_echo_of_a_key_as_short_as_a_word_is_not_told(
    httpserver: HTTPServer,
    ssm: Any,  # noqa: ANN401 - a boto3 client
) -> None:
    ssm.put_parameter(Name="/short", Value="s3cret", Type="SecureString")
    httpserver.expect_request("/").respond_with_json({"status": "No s3cret!"})

    failure = only_failure(look(httpserver.url_for("/"), key=Key("/short", "query", "k")))

    assert (failure.reason, failure.detail) == (
        Reason.UNKNOWN_STATUS,
        "the API key is not in statuses",
    )


TROUBLES = {
    "echo": [HEAD, b'\r\n{"status": "No bridge at ' + CANARY.encode() + b'"}'],
    "refused": [],
    "half": [HEAD, b"Content-Length: 9\r\n\r\n{"],
    "denied": [b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"],
    "bad header": [HEAD, b"bad header\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"],
}


@pytest.mark.usefixtures("ssm")
@pytest.mark.parametrize("place", ["query", "path"])
@pytest.mark.parametrize("trouble", TROUBLES)
def test_no_failure_and_no_log_tells_the_key(
    raw_server: RawServer, caplog: pytest.LogCaptureFixture, place: str, trouble: str
) -> None:
    caplog.set_level("DEBUG")
    raw_server.pieces, raw_server.hangs_up = TROUBLES[trouble], True
    url = "http://127.0.0.1:1/" if trouble == "refused" else raw_server.url
    key = Key("/bridgewatch/key", "query", "k")
    if place == "path":
        url, key = url + "{key}", Key("/bridgewatch/key", "path", None)

    found = look(url, key=key)

    only_failure(found)
    assert CANARY not in repr(found)
    # botocore's own debug log tells what SSM answered; nobody turns that on in a function.
    ours = [one.getMessage() for one in caplog.records if not one.name.startswith("botocore")]
    assert CANARY not in "".join(ours)
