"""The source `ndw`, over real sockets, on feeds like the real one."""

from __future__ import annotations

import gzip
import time
import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from werkzeug import Response

from lambdas.observation import Observation
from lambdas.poller.configuration import Limits
from lambdas.poller.sources import Reason, SourceError
from lambdas.poller.sources.ndw import NdwConfiguration, NdwSource, Opening, parse, parse_time
from tests.unit.lambdas.moments import CLOSED, NOON, OPEN, minute
from tests.unit.lambdas.sources import (
    DE_ZIJL,
    LAMMEBRUG,
    LIMITS,
    feed,
    gzipped_feed,
    record,
    xs_time,
)

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer
    from werkzeug import Request

    from lambdas.poller.sources import Look

RECORDED = Path(__file__).parents[4] / "shared/data/ndw-v3-situation-2026-09-04.xml"
EARLIER, LATER = xs_time(minute(-3)), xs_time(minute(3))


class Wall:
    """The time on the wall, which a test sets."""

    def __init__(self) -> None:
        self.now = NOON


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def source(httpserver: HTTPServer, wall: Wall) -> NdwSource:
    return NdwSource("ndw", NdwConfiguration(httpserver.url_for("/"), LIMITS), lambda: wall.now)


def look(source: NdwSource) -> Look:
    return source.look([DE_ZIJL, LAMMEBRUG], time.monotonic() + 60)


def reasons(found: Look) -> list[Reason]:
    assert found.observations == ()
    assert all(failure.source == "ndw" and failure.detail for failure in found.failures)
    return [failure.reason for failure in found.failures]


def test_a_named_bridge_is_open_and_all_others_are_closed(
    httpserver: HTTPServer, source: NdwSource
) -> None:
    httpserver.expect_request("/").respond_with_data(gzipped_feed(minute(-1), record(EARLIER)))

    found = look(source)

    assert [(one.bridge, one.status, one.time) for one in found.observations] == [
        ("De Zijlbrug", OPEN, NOON),
        ("Lammebrug", CLOSED, NOON),
    ]
    assert found.failures == ()


@pytest.mark.parametrize(
    ("records", "status"),
    [
        ([record(EARLIER)], OPEN),
        ([record(EARLIER, LATER)], OPEN),
        ([record(EARLIER, EARLIER)], CLOSED),
        ([record(LATER)], CLOSED),
        ([record(xs_time(NOON - timedelta(days=20)))], OPEN),  # the feed does that for weeks
        ([record(EARLIER, EARLIER), record(EARLIER)], OPEN),
        ([record(EARLIER), record(EARLIER, EARLIER)], OPEN),
        ([record(EARLIER, probability="probable")], CLOSED),
        ([record(EARLIER, probability="riskOf")], CLOSED),
        ([record(EARLIER, management="roadClosed")], CLOSED),
        ([record(EARLIER, kind="RoadOrCarriagewayOrLaneManagement")], CLOSED),
        ([record(EARLIER, code="NLLEI000500519000052")], CLOSED),
        ([record(EARLIER, code=None, situation="ODS01_NLTNZ001300522000264_555974124")], OPEN),
        ([record(EARLIER, code=None, situation="NLTNZ001300522000264")], CLOSED),
        ([record("2026-11-23T11:59:00")], OPEN),  # without a zone: UTC
        ([record("2026-11-23T12:59:00+01:00")], OPEN),
        ([record("2026-11-23T11:59:00-01:00")], CLOSED),
    ],
)
def test_open_is_certain_and_started_and_not_ended(
    httpserver: HTTPServer, source: NdwSource, records: list[str], status: str
) -> None:
    httpserver.expect_request("/").respond_with_data(gzipped_feed(minute(-1), *records))

    assert look(source).observations[0].status == status


@pytest.mark.parametrize(
    "record_",
    [
        record(None),
        record("soon"),
        record(EARLIER, "later"),
        # .NET's MinValue and MaxValue: in UTC they are in years that datetime does not know.
        record("0001-01-01T00:00:00+01:00"),
        record(EARLIER, "9999-12-31T23:59:59-01:00"),
    ],
)
def test_a_record_whose_times_are_no_times_silences_its_own_bridge(
    httpserver: HTTPServer, source: NdwSource, record_: str
) -> None:
    httpserver.expect_request("/").respond_with_data(gzipped_feed(minute(-1), record_))

    found = look(source)

    assert [one.bridge for one in found.observations] == ["Lammebrug"]
    assert [(one.reason, one.bridges) for one in found.failures] == [
        (Reason.MALFORMED, ("De Zijlbrug",))
    ]


@pytest.mark.parametrize(
    ("published", "stale"), [(-10, False), (-10.1, True), (10, False), (10.1, True)]
)
def test_a_feed_published_over_ten_minutes_off_is_no_observation(
    httpserver: HTTPServer,
    source: NdwSource,
    published: float,
    stale: bool,  # noqa: FBT001 - a table's column
) -> None:
    httpserver.expect_request("/").respond_with_data(gzipped_feed(minute(published)))

    found = look(source)

    assert [one.reason for one in found.failures] == ([Reason.STALE] if stale else [])
    assert len(found.observations) == (0 if stale else 2)


def test_a_bridge_is_open_though_the_clock_of_the_feed_is_ahead(
    httpserver: HTTPServer, source: NdwSource
) -> None:
    httpserver.expect_request("/").respond_with_data(gzipped_feed(minute(4), record(LATER)))

    assert look(source).observations[0] == Observation("De Zijlbrug", OPEN, NOON)


def test_an_unchanged_feed_is_not_sent_again_and_is_an_observation(
    httpserver: HTTPServer, source: NdwSource, wall: Wall
) -> None:
    body = gzipped_feed(minute(-1), record(EARLIER, xs_time(minute(1.5))))
    conditions: list[tuple[str | None, str | None]] = []

    def respond(request: Request) -> Response:
        conditions.append(
            (request.headers.get("If-None-Match"), request.headers.get("If-Modified-Since"))
        )
        validators = {"ETag": '"a"', "Last-Modified": "Mon, 23 Nov 2026 11:59:00 GMT"}
        if conditions[-1][0] == '"a"':
            return Response(status=304)
        return Response(body, headers=validators)

    httpserver.expect_request("/").respond_with_handler(respond)

    first = look(source)
    wall.now = minute(1)
    second = look(source)
    wall.now = minute(2)
    third = look(source)
    wall.now = minute(10)
    fourth = look(source)

    assert conditions[0] == (None, None)
    assert conditions[1] == ('"a"', "Mon, 23 Nov 2026 11:59:00 GMT")
    assert (first.observations[0].status, first.observations[0].time) == (OPEN, NOON)
    assert (second.observations[0].status, second.observations[0].time) == (OPEN, minute(1))
    assert third.observations[0].status is CLOSED, "its end has come meanwhile"
    assert reasons(fourth) == [Reason.STALE]


def test_a_304_that_nobody_asked_for_is_no_observation(
    httpserver: HTTPServer, source: NdwSource
) -> None:
    httpserver.expect_request("/").respond_with_data("", status=304)

    assert reasons(look(source)) == [Reason.HTTP_ERROR]


def test_a_broken_feed_is_not_remembered(httpserver: HTTPServer, source: NdwSource) -> None:
    good = gzipped_feed(minute(-1), record(EARLIER))
    bodies = [good[:-20]] * LIMITS.attempts + [good]
    seen: list[str | None] = []

    def respond(request: Request) -> Response:
        seen.append(request.headers.get("If-None-Match"))
        return Response(bodies.pop(0), headers={"ETag": '"x"'})

    httpserver.expect_request("/").respond_with_handler(respond)

    assert reasons(look(source)) == [Reason.MALFORMED]
    assert len(look(source).observations) == 2
    assert set(seen) == {None}


def lol_bomb() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    return f'<!DOCTYPE x [<!ENTITY l0 "lol">{entities}]><x>&l8;</x>'.encode()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (lol_bomb(), Reason.MALFORMED),
        (b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>', Reason.MALFORMED),
        (feed(None, record(EARLIER)), Reason.MALFORMED),
        (feed(NOON, publication="roa:MeasuredDataPublication"), Reason.MALFORMED),
        (feed(NOON).replace(b"2026-", b"last "), Reason.MALFORMED),
        (feed(NOON)[:-30], Reason.MALFORMED),
        (b"<html><body>Maintenance<br></body></html>", Reason.MALFORMED),
        (b"<html/>", Reason.MALFORMED),
        (b"", Reason.MALFORMED),
        (gzip.compress(feed(NOON, "<x/>" * 30_000)), Reason.TOO_LARGE),
    ],
)
def test_what_is_no_situation_publication_is_no_observation(
    httpserver: HTTPServer, source: NdwSource, body: bytes, reason: Reason
) -> None:
    httpserver.expect_request("/").respond_with_data(body)

    assert reasons(look(source)) == [reason]


def test_a_feed_is_read_in_pieces_of_any_size() -> None:
    whole = feed(NOON, record(EARLIER), record(LATER, code="NLLEI000500519000052"))

    for size in (1, 7, 64, 4096):
        picture = parse(whole[start : start + size] for start in range(0, len(whole), size))

        assert picture.openings == (
            Opening("NLTNZ001300522000264", parse_time(EARLIER), None),
            Opening("NLLEI000500519000052", parse_time(LATER), None),
        )


def test_a_large_feed_is_read_within_little_memory() -> None:
    # given 10 MB of situations that are not about bridges
    other = record(EARLIER, kind="VehicleObstruction").encode() * 100
    head, tail = feed(NOON, "|").split(b"|")

    tracemalloc.start()
    picture = parse([head, *[other] * 100, tail])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert picture.openings == ()
    assert peak < 2_000_000


LONG = b"x" * 1_000_000


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("certain", "", "characters in probabilityOfOccurrence"),
        ("</sit:probabilityOfOccurrence>", "", None),
        ('<sit:situation id="', "", "a tag of more than"),
        ("</sit:situation>", "<!--", "a tag of more than"),
    ],
)
def test_whatever_has_no_end_is_not_gathered(before: str, after: str, told: str | None) -> None:
    # given 20 MB within one value, between two, within a tag, and within a comment
    place = before + after
    whole = feed(NOON, record(EARLIER, LATER)).decode().replace(before, place + "|")
    head, tail = whole.encode().split(b"|")

    tracemalloc.start()
    try:
        parse([head, *[LONG] * 20, tail])
        failed = None
    except SourceError as error:
        failed = error
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (failed is None) == (told is None)
    assert failed is None or (failed.reason is Reason.MALFORMED and (told or "") in failed.detail)
    assert peak < 10_000_000


@pytest.mark.parametrize(
    ("text", "time_"),
    [
        ("2026-09-04T10:43:46.058976383Z", datetime(2026, 9, 4, 10, 43, 46, 58976, UTC)),
        ("2026-09-04T10:43:46Z", datetime(2026, 9, 4, 10, 43, 46, 0, UTC)),
        (" 2026-09-04T10:43:46.5\n", datetime(2026, 9, 4, 10, 43, 46, 500_000, UTC)),
        ("2026-09-04T12:43:46+02:00", datetime(2026, 9, 4, 10, 43, 46, 0, UTC)),
        ("", None),
        ("yesterday", None),
        ("0001-01-01T00:00:00+01:00", None),
        ("9999-12-31T23:59:59-01:00", None),
    ],
)
def test_times_as_xml_writes_them(text: str, time_: datetime | None) -> None:
    assert parse_time(text) == time_


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded data is not beside the project")
def test_a_recorded_situation_is_read() -> None:
    situation = RECORDED.read_text().partition("-->")[2]

    picture = parse([feed(NOON, situation)])

    start = datetime(2026, 9, 4, 10, 43, 46, 58976, UTC)
    assert picture.openings == (Opening("NLTNZ001300522000264", start, None),)


def test_it_is_namespaces_that_count_and_not_prefixes() -> None:
    renamed = feed(NOON, record(EARLIER))
    for prefix in (b"mc", b"sit", b"com", b"loc"):
        renamed = renamed.replace(prefix + b":", b"x" + prefix + b":")
        renamed = renamed.replace(b"xmlns:" + prefix, b"xmlns:x" + prefix)
    assert b"<sit:" not in renamed

    assert len(parse([renamed]).openings) == 1


def test_a_limit_of_its_own_bounds_the_feed(httpserver: HTTPServer) -> None:
    limits = Limits(timeout_seconds=5, attempts=1, backoff_seconds=0, max_bytes=500)
    source = NdwSource("ndw", NdwConfiguration(httpserver.url_for("/"), limits), lambda: NOON)
    httpserver.expect_request("/").respond_with_data(gzipped_feed(NOON, record(EARLIER)))

    assert reasons(look(source)) == [Reason.TOO_LARGE]


def test_a_document_type_is_refused_before_anything_is_unpacked() -> None:
    with pytest.raises(SourceError, match="document type"):
        parse([lol_bomb()])
