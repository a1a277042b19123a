"""How long CloudFront keeps an answer: pure functions of its status and headers.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html and, for errors,
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# The managed policy CachingOptimized, and what caches errors without a CustomErrorResponse:
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
MINIMUM_TTL, DEFAULT_TTL, MAXIMUM_TTL = 1, 86_400, 31_536_000
ERROR_TTL = 10

FIRST_ERROR, FIRST_SERVER_ERROR = 400, 500
UNCACHED_IF_TOLD = frozenset({404, 410, 414, 501})
"""The errors that no-store, no-cache and private keep out of the cache; of others they do not."""


@dataclass(frozen=True)
class Answer:
    """What an origin answered.

    :param headers: by name; those of the connection are left out.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    def header(self, name: str) -> str | None:
        """Give a header, however its name is written."""
        return next((v for n, v in self.headers.items() if n.lower() == name.lower()), None)


@dataclass(frozen=True)
class Cached:
    """An answer that is kept.

    :param stored: when it came, in seconds.
    :param ttl: how long it is fresh.
    """

    answer: Answer
    stored: float
    ttl: float

    def fresh(self, now: float) -> bool:
        """Tell whether it may be served without asking."""
        return now < self.stored + self.ttl

    def stale_for_errors(self, now: float) -> bool:
        """Tell whether it may be served because the origin fails.

        Without `stale-if-error` CloudFront goes on with what has expired without end.
        """
        told = directives(self.answer.header("Cache-Control") or "").get("stale-if-error")
        return told is None or now < self.stored + self.ttl + _seconds(told)


def directives(cache_control: str) -> dict[str, str]:
    """Read Cache-Control."""
    found = {}
    for part in cache_control.lower().split(","):
        name, _, value = part.strip().partition("=")
        if name:
            found[name] = value.strip('"')
    return found


def ttl(answer: Answer, error_ttls: Mapping[int, int]) -> float:
    """Tell how many seconds an answer is kept; 0 if it isn't.

    :param error_ttls: the least, by status: the distribution's CustomErrorResponses.
    """
    told = directives(answer.header("Cache-Control") or "")
    uncached = bool({"no-store", "no-cache", "private"} & told.keys())
    age = told.get("s-maxage", told.get("max-age"))
    if answer.status >= FIRST_ERROR:
        if uncached and answer.status in UNCACHED_IF_TOLD:
            return 0
        return max(error_ttls.get(answer.status, ERROR_TTL), _seconds(age) if age else 0)
    if uncached:
        return MINIMUM_TTL
    if age is None:
        return DEFAULT_TTL
    return min(max(_seconds(age), MINIMUM_TTL), MAXIMUM_TTL)


def _seconds(text: str) -> int:
    return int(text) if text.isdecimal() else 0
