"""Requests and responses: what is the same in every answer, errors included.

Every answer says how long caches may keep it. Answers that tell a status are kept for seconds, and
by shared caches only: a browser asks each time, and gets 304 if nothing changed.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

STALE_SECONDS = 30
"""How long a shared cache may go on with an old answer while this function fails: what it said was
to be believed for longer. Without this CloudFront would go on without end
(https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html)."""

FOREVER = "public, max-age=31536000, immutable"
ERROR_SECONDS = 10

SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000",
}
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Age, Date, ETag",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "If-None-Match",
    "Access-Control-Max-Age": "86400",
}


@dataclass(frozen=True)
class Request:
    """What is asked for.

    :param method: in capitals.
    :param path: decoded, from `/`, without the query: nothing here has one.
    :param base: the address of `/` as the visitor knows it, without the slash.
    :param headers: by their names in lower case.
    """

    method: str
    path: str
    base: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Response:
    """What is answered.

    :param cache: the value of Cache-Control.
    """

    status: HTTPStatus
    body: bytes
    content_type: str
    cache: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def to(self, request: Request) -> Response:
        """Make it the answer to this request: with a validator, and without a body it has."""
        headers = {
            "Content-Type": self.content_type,
            "Cache-Control": self.cache,
            **SECURITY,
            **CORS,
            **self.headers,
        }
        if self.content_type.startswith(("text/html", "image/svg")):
            headers["Content-Security-Policy"] = CSP
        status, body = self.status, self.body
        if status is HTTPStatus.OK:
            headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
            if _matches(request.headers.get("if-none-match", ""), headers["ETag"]):
                status, body = HTTPStatus.NOT_MODIFIED, b""
        if request.method == "HEAD":
            body = b""
        return Response(status, body, self.content_type, self.cache, headers)


def _matches(condition: str, etag: str) -> bool:
    """Compare weakly, as RFC 9110, 13.1.2 has it: what compressed an answer weakened its tag."""
    tags = {one.strip().removeprefix("W/") for one in condition.split(",")}
    return etag in tags or "*" in tags


def brief(seconds: int) -> str:
    """Write Cache-Control for an answer that tells a status.

    :param seconds: how long shared caches may keep it.
    """
    return f"public, max-age=0, s-maxage={seconds}, stale-if-error={STALE_SECONDS}"


def as_json(
    document: object, cache: str, status: HTTPStatus = HTTPStatus.OK, kind: str = "application/json"
) -> Response:
    """Answer JSON."""
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(status, body, kind, cache)


def problem(status: HTTPStatus, detail: str, seconds: int = ERROR_SECONDS) -> Response:
    """Answer an error to a program: RFC 9457."""
    document = {"title": status.phrase, "status": status.value, "detail": detail}
    cache = f"public, max-age=0, s-maxage={seconds}"
    return as_json(document, cache, status, "application/problem+json")
