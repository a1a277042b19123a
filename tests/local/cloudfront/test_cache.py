from __future__ import annotations

import pytest

from local.services.cloudfront.cache import Answer, Cached, ttl


@pytest.mark.parametrize(
    ("status", "told", "seconds"),
    [
        (200, "public, max-age=0, s-maxage=30", 30),
        (200, "max-age=60", 60),
        (200, "public, max-age=0", 1),
        (200, "no-store", 1),
        (200, "max-age=99999999999", 31_536_000),
        (200, None, 86_400),
        (304, "s-maxage=30", 30),
        (404, "s-maxage=60", 60),
        (404, None, 10),
        (404, "no-store", 0),
        (503, "s-maxage=20", 20),
        (503, "no-store", 5),
        (503, "s-maxage=1", 5),
        (429, None, 10),
    ],
)
def test_how_long_an_answer_is_kept(status: int, told: str | None, seconds: int) -> None:
    headers = {"cache-control": told} if told else {}

    assert ttl(Answer(status, headers, b""), {503: 5}) == seconds


@pytest.mark.parametrize(
    ("told", "after", "served"),
    [
        ("s-maxage=10, stale-if-error=30", 39, True),
        ("s-maxage=10, stale-if-error=30", 40, False),
        ("s-maxage=10, stale-if-error=0", 10, False),
        # Without it there is no end.
        ("s-maxage=10", 1_000_000, True),
    ],
)
def test_what_has_expired_is_served_while_the_origin_fails(
    told: str, after: float, *, served: bool
) -> None:
    cached = Cached(Answer(200, {"Cache-Control": told}, b""), stored=0, ttl=10)

    assert not cached.fresh(after)
    assert cached.stale_for_errors(after) is served
