"""What NDW's feed of planned openings announces: how sure each is, and of which bridge."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from lambdas.json_object import JsonObject
from lambdas.plans import Planned, Probability
from lambdas.poller.sources import Announcing, SourceError, announcers
from lambdas.poller.sources.ndw import NDW_PLANNED_URL, NDW_URL, NdwConfiguration, NdwSource
from tests.unit.lambdas.moments import NOON, minute
from tests.unit.lambdas.sources import DE_ZIJL, LIMITS, gzipped_feed, record, xs_time

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer


def source(httpserver: HTTPServer) -> NdwSource:
    configuration = NdwConfiguration(
        httpserver.url_for("/now"), LIMITS, planned_url=httpserver.url_for("/planned")
    )
    return NdwSource("ndw", configuration, lambda: NOON)


def deadline() -> float:
    return time.monotonic() + 60


def test_probable_is_kept_apart_from_certain_and_other_bridges_are_left_out(
    httpserver: HTTPServer,
) -> None:
    httpserver.expect_request("/planned").respond_with_data(
        gzipped_feed(
            minute(-1),
            record(xs_time(minute(30)), xs_time(minute(39))),
            record(xs_time(minute(60)), probability="probable"),
            record(xs_time(minute(90)), probability="riskOf"),
            record(xs_time(minute(95)), probability="perhaps"),
            record("soon", probability="probable"),
            record(xs_time(minute(30)), code="NLLEI000500519000052", probability="probable"),
        )
    )

    found = source(httpserver).planned([DE_ZIJL], deadline())

    assert found == {
        "De Zijlbrug": [
            Planned(minute(30), minute(39), Probability.CERTAIN),
            Planned(minute(60), None, Probability.PROBABLE),
            Planned(minute(90), None, Probability.RISK),
        ]
    }


def test_a_feed_that_fails_says_so_and_leaves_the_next_poll_alone(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/planned").respond_with_data(
        "busy", status=429, headers={"Retry-After": "3600"}
    )
    httpserver.expect_request("/now").respond_with_data(gzipped_feed(minute(-1)))
    both = source(httpserver)

    with pytest.raises(SourceError):
        both.planned([DE_ZIJL], deadline())

    assert len(both.look([DE_ZIJL], deadline()).observations) == 1


def test_a_source_is_asked_for_its_own_bridges(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/planned").respond_with_data(
        gzipped_feed(minute(-1), record(xs_time(minute(30)), probability="probable"))
    )
    announcing = source(httpserver)
    assert isinstance(announcing, Announcing)

    (ask,) = announcers([DE_ZIJL], {DE_ZIJL.source: announcing})

    assert list(ask(deadline())) == ["De Zijlbrug"]


@pytest.mark.parametrize(
    ("settings", "planned_url"),
    [
        ({"url": NDW_URL}, NDW_PLANNED_URL),
        ({"url": "http://127.0.0.1/feed"}, None),
        ({"url": "http://h/feed", "planned_url": "http://h/p"}, "http://h/p"),
    ],
)
def test_only_ndws_own_feed_has_ndws_plans_by_itself(
    settings: dict[str, str], planned_url: str | None
) -> None:
    assert NdwConfiguration.parse(JsonObject(settings), LIMITS).planned_url == planned_url


def test_without_such_a_feed_nothing_is_announced(httpserver: HTTPServer) -> None:
    alone = NdwSource("ndw", NdwConfiguration(httpserver.url_for("/"), LIMITS), lambda: NOON)

    assert alone.planned([DE_ZIJL], deadline()) == {}
