"""The events of the function's URL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from lambdas.page.http import Request

if TYPE_CHECKING:
    from collections.abc import Mapping


def request_of(event: Mapping[str, Any]) -> Request:
    """Read an event (https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html).

    CloudFront forwards neither the visitor's Host nor the language: answers are kept by their path
    alone. So what runs at the edge (stacks/edge.js) writes both into it: `/~HOST/~LANGUAGE/PATH`.
    Who asks the URL itself comes without.
    """
    headers = {name.lower(): value for name, value in event.get("headers", {}).items()}
    host, path = headers.get("host", ""), unquote(event.get("rawPath") or "/")
    if path.startswith("/~"):
        host, _, path = path[2:].partition("/")
        path = f"/{path}"
    if path.startswith("/~"):
        headers["accept-language"], _, path = path[2:].partition("/")
        path = f"/{path}"
    # A loopback address has no certificate.
    scheme = "http" if host.startswith("127.0.0.1") else "https"
    method = event.get("requestContext", {}).get("http", {}).get("method", "GET")
    return Request(method.upper(), path, f"{scheme}://{host}", headers)
