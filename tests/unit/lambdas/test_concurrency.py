"""The source `json` with a request a bridge: several at a time, within what the source allows."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from lambdas.poller.api_key import ApiKey
from lambdas.poller.configuration import Bridge, Limits
from lambdas.poller.sources import Reason
from lambdas.poller.sources.json_source import JsonSource
from lambdas.poller.sources.pace import Pace
from tests.unit.lambdas.moments import NOON
from tests.unit.lambdas.sources import json_configuration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug import Request

ONCE = Limits(timeout_seconds=5, attempts=1, backoff_seconds=0, max_bytes=1000)
BRIDGES = [Bridge(f"Bridge {n}", "a", str(n), {}) for n in range(12)]


@pytest.fixture
def threaded_server() -> Iterator[HTTPServer]:
    with HTTPServer(threaded=True) as server:
        yield server


def source_at(server: HTTPServer, concurrency: int) -> JsonSource:
    url = server.url_for("/") + "{code}"
    configuration = json_configuration(url, concurrency=concurrency, limits=ONCE)
    return JsonSource("a", configuration, lambda: NOON)


def test_as_many_requests_wait_at_a_time_as_are_allowed(threaded_server: HTTPServer) -> None:
    # given a server that answers four requests only once all four are there
    together, lock = threading.Barrier(4, timeout=10), threading.Lock()
    there, most = 0, 0

    def respond(_: Request) -> Response:
        nonlocal there, most
        with lock:
            there += 1
            most = max(most, there)
        together.wait()
        with lock:
            there -= 1
        return Response('{"status": "Open"}')

    for bridge in BRIDGES:
        threaded_server.expect_request(f"/{bridge.code}").respond_with_handler(respond)

    # when
    found = source_at(threaded_server, 4).look(BRIDGES, time.monotonic() + 60)

    # then
    assert [seen.bridge for seen in found.observations] == [bridge.name for bridge in BRIDGES]
    assert most == 4


def test_each_bridge_fails_alone(threaded_server: HTTPServer) -> None:
    for bridge in BRIDGES:
        status = 500 if bridge.code == "7" else 200
        threaded_server.expect_request(f"/{bridge.code}").respond_with_data(
            '{"status": "Open"}', status=status
        )

    found = source_at(threaded_server, 4).look(BRIDGES, time.monotonic() + 60)

    assert len(found.observations) == 11
    (failure,) = found.failures
    assert (failure.reason, failure.bridges) == (Reason.SERVER_ERROR, ("Bridge 7",))


def test_a_poll_without_time_fails_for_each_bridge(threaded_server: HTTPServer) -> None:
    found = source_at(threaded_server, 4).look(BRIDGES, time.monotonic() - 1)

    assert {failure.reason for failure in found.failures} == {Reason.TIMED_OUT}
    assert [failure.bridges for failure in found.failures] == [(one.name,) for one in BRIDGES]
    assert threaded_server.log == []


def test_no_request_follows_one_that_asked_to_be_left_alone(threaded_server: HTTPServer) -> None:
    threaded_server.expect_request("/0").respond_with_data(
        "", status=429, headers={"Retry-After": "100"}
    )

    found = source_at(threaded_server, 1).look(BRIDGES, time.monotonic() + 60)

    assert len(found.failures) == 12
    assert len(threaded_server.log) == 1


class Clock:
    """Time that only sleeping moves."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr("lambdas.poller.sources.pace.time", self)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_turns_are_as_far_apart_as_the_source_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    Clock(monkeypatch)
    pace = Pace(requests_per_second=4)

    assert [pace.wait(0, 1001) for _ in range(5)] == [1000, 1000.25, 1000.5, 1000.75, None]


def test_a_turn_that_comes_too_late_takes_none_from_others(monkeypatch: pytest.MonkeyPatch) -> None:
    Clock(monkeypatch)
    pace = Pace(requests_per_second=1)

    assert pace.wait(50, 1010) is None
    assert pace.wait(0, 1010) == 1000


def test_whoever_waits_for_a_turn_hears_that_the_source_asked_for_patience(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # given a thread that waits, while another one is told to come back in 30 seconds
    clock = Clock(monkeypatch)
    pace = Pace()

    def sleep(seconds: float) -> None:
        if clock.now == 1000:
            pace.leave_alone(30)
        clock.now += seconds

    monkeypatch.setattr(clock, "sleep", sleep)

    # then
    assert pace.wait(5, 1100) == 1030


def test_a_shorter_wish_does_not_end_a_longer_one(monkeypatch: pytest.MonkeyPatch) -> None:
    Clock(monkeypatch)
    pace = Pace()

    pace.leave_alone(30)
    pace.leave_alone(1)

    assert pace.wait(0, 1100) == 1030


def test_threads_that_need_the_key_at_once_read_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    key, start, second = ApiKey("/key"), threading.Barrier(4), threading.Event()
    reads: list[int] = []

    def fetch(_: ApiKey) -> str:
        reads.append(1)
        if len(reads) > 1:
            second.set()
        second.wait(0.2)  # long enough for another thread to come here, if it may
        return "secret"

    monkeypatch.setattr(ApiKey, "_fetch", fetch)
    read: list[str] = []

    def ask() -> None:
        start.wait(10)
        read.append(key.read())

    # when
    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    # then
    assert (read, len(reads)) == (["secret"] * 4, 1)
