"""What the function reads of an event of its URL."""

from __future__ import annotations

from typing import Any

import pytest

from lambdas.page.events import request_of


def event(path: str, **headers: str) -> dict[str, Any]:
    return {
        "rawPath": path,
        "headers": {"host": "abc.lambda-url.eu-west-1.on.aws", **headers},
        "requestContext": {"http": {"method": "get"}},
    }


@pytest.mark.parametrize(
    ("raw", "base", "path", "language"),
    [
        ("/~bridges.example/~sv/", "https://bridges.example", "/", "sv"),
        ("/~bridges.example/sv/", "https://bridges.example", "/sv/", "de"),
        ("/~bridges.example/~nl/bridges/b", "https://bridges.example", "/bridges/b", "nl"),
        ("/~127.0.0.1:4567/api/bridges.json", "http://127.0.0.1:4567", "/api/bridges.json", "de"),
        ("/bridges/%C3%A5", "https://abc.lambda-url.eu-west-1.on.aws", "/bridges/å", "de"),
        ("/~a/~nl/~evil.example/x", "https://a", "/~evil.example/x", "nl"),
    ],
)
def test_the_edge_tells_host_and_language_in_the_path(
    raw: str, base: str, path: str, language: str
) -> None:
    request = request_of(event(raw, **{"Accept-Language": "de"}))

    assert (request.method, request.base, request.path) == ("GET", base, path)
    assert request.headers["accept-language"] == language


def test_an_event_that_is_none_of_the_urls_is_a_question_for_the_page() -> None:
    assert request_of({}).path == "/"
