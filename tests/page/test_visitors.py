"""A thousand visitors at once, and those who ask for what isn't there."""

from __future__ import annotations

import resource
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from lambdas.observation import Status
from tests.page.visiting import Served
from tests.page.world import hisingsbron

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.services.cloudfront.edge_function import EdgeFunction

VISITORS = 1000
FILES = 4096


@pytest.fixture
def many_files() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, before[1]), before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.fixture
def served(edge: EdgeFunction) -> Iterator[Served]:
    served = Served(hisingsbron(Status.OPEN), edge)
    yield served
    served.close()


def exchange(connection: socket.socket, request: bytes) -> bytes:
    connection.sendall(request)
    with connection.makefile("rb") as answer:
        return answer.read()


def request(path: str, method: str = "GET") -> bytes:
    lines = (f"{method} {path} HTTP/1.1", "Host: bridges.example", "Connection: close", "", "")
    return "\r\n".join(lines).encode("latin-1")


@pytest.mark.usefixtures("many_files")
def test_a_thousand_visitors_at_once_each_get_an_answer_and_the_function_hardly_notices(
    served: Served,
) -> None:
    address = urlsplit(served.url)
    paths = ("/", "/sv/", "/api/bridges.json", "/bridges/hisingsbron/badge.svg", "/nowhere")
    with ExitStack() as stack:
        # given: all of them are connected before the first one asks
        connections = [
            stack.enter_context(socket.create_connection((address.hostname, address.port)))
            for _ in range(VISITORS)
        ]
        pool = stack.enter_context(ThreadPoolExecutor(50))

        # when
        asked = [paths[number % len(paths)] for number in range(VISITORS)]
        answers = list(pool.map(exchange, connections, map(request, asked)))

    # then
    for path, answer in zip(asked, answers, strict=True):
        expected = b"404 Not Found" if path == "/nowhere" else b"200 OK"
        assert answer.startswith(b"HTTP/1.1 " + expected)
        assert b"Traceback" not in answer
    assert served.front.counts.requests == VISITORS
    assert served.front.counts.forwarded == len(paths)


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/?" + "q=1&" * 4000, "GET", 414),
        ("/" + "a" * 7000, "GET", 414),
        ("/%00%ff%fe", "GET", 404),
        ("/..%2f..%2fetc/passwd", "GET", 404),
        ("/~elsewhere.example/~sv/", "GET", 404),
        ("/?sql='; DROP TABLE bridges", "GET", 400),
        ("/?a=b", "GET", 200),
        ("/", "POST", 403),
        ("/api/bridges.json", "OPTIONS", 204),
    ],
)
def test_whatever_is_asked_gets_a_right_answer_or_a_right_error(
    served: Served, path: str, method: str, status: int
) -> None:
    address = urlsplit(served.url)
    with socket.create_connection((address.hostname, address.port)) as connection:
        answer = exchange(connection, request(path, method))

    assert int(answer.split()[1]) == status
    assert b"Traceback" not in answer
