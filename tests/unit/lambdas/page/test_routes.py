"""Every address, as a visitor or a program asks for it."""

from __future__ import annotations

import json
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import icalendar
import pytest
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import validate
from prometheus_client.parser import text_string_to_metric_families

from lambdas.observation import Status
from lambdas.page.assets import content, preview
from lambdas.page.configuration import PageBridge
from lambdas.page.http import CSP
from lambdas.plans import Planned, Probability
from tests.page.world import HISINGSBRON, HOUR, MINUTE, NOW, World, hisingsbron

if TYPE_CHECKING:
    from lambdas.page.http import Response

OPEN, CLOSED = Status.OPEN, Status.CLOSED
ATOM = "{http://www.w3.org/2005/Atom}"

ADDRESSES = {
    "/": "text/html",
    "/sv/": "text/html",
    "/bridges/hisingsbron": "text/html",
    "/nl/bridges/hisingsbron": "text/html",
    "/bridges/hisingsbron/badge.svg": "image/svg+xml",
    "/bridges/hisingsbron/changes.atom": "application/atom+xml",
    "/bridges/hisingsbron/openings.ics": "text/calendar",
    "/bridges/hisingsbron/preview.png": "image/png",
    "/preview.png": "image/png",
    "/api/bridges.json": "application/json",
    "/api/bridges/hisingsbron.json": "application/json",
    "/api/bridges/hisingsbron/shields.json": "application/json",
    "/api/openapi.json": "application/json",
    "/metrics": "text/plain",
    "/robots.txt": "text/plain",
}


@pytest.fixture(scope="module")
def world() -> World:
    return hisingsbron()


def document(response: Response) -> Any:  # noqa: ANN401 - any JSON
    return json.loads(response.body)


@pytest.mark.parametrize(("path", "kind"), ADDRESSES.items())
def test_every_address_answers_with_all_headers(world: World, path: str, kind: str) -> None:
    found = world.get(path)

    assert found.status is HTTPStatus.OK
    assert found.headers["Content-Type"].startswith(kind)
    assert found.body
    assert "max-age=" in found.headers["Cache-Control"]
    assert found.headers["Access-Control-Allow-Origin"] == "*"
    assert found.headers["X-Content-Type-Options"] == "nosniff"
    assert ("Content-Security-Policy" in found.headers) == (kind in {"text/html", "image/svg+xml"})
    assert "Set-Cookie" not in found.headers


@pytest.mark.parametrize("path", ADDRESSES)
def test_who_has_it_already_gets_no_body(world: World, path: str) -> None:
    etag = world.get(path).headers["ETag"]

    for condition in (etag, f'"other", W/{etag}', "*"):
        again = world.get(path, if_none_match=condition)
        assert (again.status, again.body) == (HTTPStatus.NOT_MODIFIED, b"")
        assert again.headers["ETag"] == etag
        assert again.headers["Cache-Control"]
    assert world.get(path, if_none_match='"other"').status is HTTPStatus.OK


@pytest.mark.parametrize("path", ADDRESSES)
def test_the_same_poll_is_the_same_answer_to_the_byte(path: str) -> None:
    world = hisingsbron()
    first = world.get(path)

    world.now += 30 * MINUTE / 60

    assert world.get(path).headers["ETag"] == first.headers["ETag"]


@pytest.mark.parametrize("path", ADDRESSES)
def test_head_is_get_without_the_body(world: World, path: str) -> None:
    got, head = world.get(path), world.get(path, method="HEAD")

    assert head.body == b""
    assert head.headers == got.headers


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/nowhere", "GET", 404),
        ("/bridges/nobron", "GET", 404),
        ("/api/bridges/nobron.json", "GET", 404),
        ("/api/../etc/passwd", "GET", 404),
        ("//", "GET", 404),
        ("/sv/sv/", "GET", 404),
        ("/assets/000000000000/handler.py", "GET", 404),
        ("/assets/000000000000/nothing.css", "GET", 404),
        ("/bridges/" + "a" * 101, "GET", 404),
        ("/" + "a" * 600, "GET", 414),
        ("/api/" + "a" * 600, "GET", 414),
        ("/\x00\ud800", "GET", 404),
        ("/<script>alert(1)</script>", "GET", 404),
        ("/", "POST", 405),
        ("/api/bridges.json", "DELETE", 405),
        ("/", "BREW", 405),
    ],
)
def test_a_wrong_question_gets_a_right_error(
    world: World, path: str, method: str, status: int
) -> None:
    found = world.get(path, method=method)

    assert found.status == status
    assert found.headers["Cache-Control"].startswith("public, max-age=0, s-maxage=")
    assert b"Traceback" not in found.body
    assert b"alert(1)" not in found.body
    if path.startswith("/api"):
        assert found.headers["Content-Type"] == "application/problem+json"
        assert document(found)["status"] == status
    else:
        assert found.headers["Content-Security-Policy"] == CSP
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        assert found.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert not world.troubles


def test_a_browser_may_ask_from_any_page(world: World) -> None:
    found = world.get("/api/bridges.json", method="OPTIONS")

    assert found.status is HTTPStatus.NO_CONTENT
    assert found.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert found.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path", [path for path in ADDRESSES if "openapi" not in path and "robots" not in path]
)
def test_a_table_that_fails_is_an_error_that_says_so(path: str) -> None:
    world = hisingsbron()
    world.table.fails = True

    found = world.get(path)

    assert found.status is HTTPStatus.SERVICE_UNAVAILABLE
    assert found.headers["Cache-Control"] == "public, max-age=0, s-maxage=10"
    assert len(world.troubles) == 1
    assert b"out of order" not in found.body


def test_a_fault_of_the_pages_own_is_no_stack_trace() -> None:
    world = hisingsbron()
    world.table.last = "no beat"  # type: ignore[assignment] # that is the fault

    for path in ("/", "/api/bridges.json"):
        found = world.get(path)
        assert found.status is HTTPStatus.INTERNAL_SERVER_ERROR
        assert b"Traceback" not in found.body
    assert len(world.troubles) == 2


def test_a_table_that_fails_later_leaves_what_was_known_until_it_runs_out() -> None:
    world = hisingsbron()
    world.get("/api/bridges.json")
    world.table.fails = True

    world.now += MINUTE
    assert document(world.get("/api/bridges.json"))["bridges"][0]["status"] == "Closed"
    world.now += 3 * MINUTE
    assert document(world.get("/api/bridges.json"))["bridges"][0]["status"] == "Unknown"


def test_shared_caches_never_keep_a_status_longer_than_it_is_known() -> None:
    world = hisingsbron()
    ages = []
    for _ in range(40):
        ages.append(
            int(world.get("/").headers["Cache-Control"].split("s-maxage=")[1].split(",")[0])
        )
        world.now += MINUTE / 10

    assert all(5 <= age <= 30 for age in ages)
    # It ran out 210 seconds after the poll: 190 after the first answer, in the 32nd.
    assert ages[30] <= 10


# Status and languages


@pytest.mark.parametrize(
    ("path", "accepts", "question"),
    [
        ("/", "sv", "Får jag köra?"),
        ("/", "nl-NL", "Mag ik rijden?"),
        ("/", "", "May I drive?"),
        ("/sv/", "nl", "Får jag köra?"),
        ("/en/bridges/hisingsbron", "nl", "May I drive?"),
    ],
)
def test_the_page_speaks_the_browsers_language_or_the_addresss(
    world: World, path: str, accepts: str, question: str
) -> None:
    assert question in world.text(path, accept_language=accepts)


def test_links_keep_a_language_that_the_address_names() -> None:
    world = World(HISINGSBRON, replace(HISINGSBRON, name="Other", slug="other"))
    world.poll(hisingsbron=CLOSED, other=OPEN)

    assert 'href="/sv/bridges/other"' in world.text("/sv/")
    assert 'href="/bridges/other"' in world.text("/")


@pytest.mark.parametrize(
    ("status", "word", "answer"), [(OPEN, "Open", "No"), (CLOSED, "Closed", "Yes")]
)
def test_the_status_is_in_the_html(status: Status, word: str, answer: str) -> None:
    page = hisingsbron(status, 12 * MINUTE).text("/")

    assert f"<title>Hisingsbron: {word}</title>" in page
    assert f'<section class="verdict hero" data-status="{word}"' in page
    assert f"</svg> {answer}</p>" in page
    assert "since 13:48" in page


@pytest.mark.parametrize(
    ("poller_runs", "words"),
    [
        (False, "Unknown since 14:00: nobody has asked the bridge since then."),
        (True, "Unknown since 14:00: we ask, but the bridge&#39;s source does not answer."),
    ],
)
def test_after_that_it_says_unknown_since_when_and_why(poller_runs: bool, words: str) -> None:  # noqa: FBT001 - a case
    world = hisingsbron()
    world.now += 10 * MINUTE
    if poller_runs:
        world.poll()

    page = world.text("/")

    assert words in page
    assert 'data-status="Unknown"' in page
    assert 'class="known"' not in page
    told = document(world.get("/api/bridges.json"))["bridges"][0]
    assert told["status"] == "Unknown"
    assert told["unknown_because"] == ("source" if poller_runs else "poller")
    assert told["last_status"] == "Closed"


def test_of_a_bridge_that_nobody_ever_saw_nothing_is_claimed() -> None:
    world = World()

    page = world.text("/")

    assert "Nothing is known of this bridge yet." in page
    assert document(world.get("/api/bridges/hisingsbron.json"))["status"] == "Unknown"
    assert world.get("/bridges/hisingsbron/openings.ics").status is HTTPStatus.OK


def test_while_it_is_open_the_page_tells_how_long_that_usually_lasts() -> None:
    page = hisingsbron(OPEN, 4 * MINUTE).text("/")

    assert "Usually over within" in page
    assert "openings of the last 30 days that lasted as long" in page
    # After 12 minutes only 17 of the 90 had not ended.
    assert "Usually over within" not in hisingsbron(OPEN, 13 * MINUTE).text("/")


# Several bridges


def several(count: int) -> World:
    bridges = [PageBridge(f"Bro {n}", f"bro-{n}", "Europe/Stockholm", "") for n in range(count)]
    world = World(*bridges)
    world.poll(**{f"bro_{n}": OPEN if n == 3 else CLOSED for n in range(count - 1)})
    return world


def test_the_overview_lists_every_bridge_the_open_ones_first() -> None:
    page = several(5).text("/")

    names = [f"Bro {n}</span>" for n in (3, 4, 0, 1, 2)]
    positions = [page.index(name) for name in names]
    assert positions == sorted(positions)
    assert "1 open, 3 closed, 1 unknown" in page


def test_the_overview_is_there_before_the_first_poll() -> None:
    world = World(HISINGSBRON, replace(HISINGSBRON, name="Other", slug="other"))

    assert "2 unknown" in world.text("/")


@pytest.mark.parametrize(
    ("statuses", "picture"),
    [((CLOSED, CLOSED), "Closed"), ((OPEN, OPEN), "Open"), ((OPEN, CLOSED), "Unknown")],
)
def test_the_picture_of_all_says_what_is_the_same_of_all(
    statuses: tuple[Status, Status], picture: str
) -> None:
    world = World(HISINGSBRON, replace(HISINGSBRON, name="Other", slug="other"))
    world.poll(hisingsbron=statuses[0], other=statuses[1])

    found = world.get("/sv/preview.png")

    assert found.body == content(preview(picture, "sv"))
    assert found.headers["Content-Type"] == "image/png"
    assert found.headers["Cache-Control"].startswith("public, max-age=0, s-maxage=30")


def test_the_picture_of_a_bridge_is_of_its_status_and_language(world: World) -> None:
    for path in ("/nl/bridges/hisingsbron/preview.png", "/nl/preview.png"):
        assert world.get(path).body == content(preview("Closed", "nl"))


def test_with_very_many_bridges_it_costs_one_read() -> None:
    world = several(180)

    world.text("/")

    assert world.table.reads == []
    assert several(30).text("/").count('<svg class="strip') == 30


# For programs


def test_the_documents_are_what_the_description_says() -> None:
    world = hisingsbron(OPEN, 4 * MINUTE)
    world.table.plans = {"Hisingsbron": (Planned(NOW + HOUR, None, Probability.PROBABLE),)}
    description = document(world.get("/api/openapi.json"))
    validate(description)

    for path, schema in (
        ("/api/bridges.json", "Bridges"),
        ("/api/bridges/hisingsbron.json", "BridgeWithHistory"),
        ("/api/bridges/hisingsbron/shields.json", "Shield"),
        ("/api/nowhere", "Problem"),
    ):
        whole = {"$ref": f"#/components/schemas/{schema}", "components": description["components"]}
        Draft202012Validator(whole, format_checker=FormatChecker()).validate(
            document(world.get(path))
        )


def test_the_description_names_addresses_that_are_there(world: World) -> None:
    paths = document(world.get("/api/openapi.json"))["paths"]

    assert len(paths) == 7
    for path in paths:
        assert world.get(path.replace("{slug}", "hisingsbron")).status is HTTPStatus.OK


def test_the_document_of_a_bridge_has_its_openings_and_statistics() -> None:
    found = document(hisingsbron(OPEN, 4 * MINUTE).get("/api/bridges/hisingsbron.json"))

    assert found["openings"][0] == {"start": "2026-06-08T11:56:00Z", "end": None, "seconds": None}
    assert found["openings"][1]["seconds"] == 540
    assert found["statistics"]["openings"] == len(found["openings"]) == 90
    assert found["usual"]["openings"] == 89


def test_the_badge_has_the_time_in_it() -> None:
    world = hisingsbron()

    assert ">closed at 14:00</text>" in world.text("/bridges/hisingsbron/badge.svg")
    world.now += HOUR
    badge = world.text("/bridges/hisingsbron/badge.svg")
    assert ">unknown since 14:00</text>" in badge
    assert "#757575" in badge
    ET.fromstring(badge)  # noqa: S314 - our own


def test_a_name_is_only_ever_text() -> None:
    world = World(PageBridge("<b>&\"'", "b", "UTC", "<i>"))
    world.poll(b=CLOSED)

    for path in ("/", "/bridges/b/badge.svg", "/bridges/b/changes.atom"):
        assert "<b>" not in world.text(path)
        assert "<i>" not in world.text(path)


def test_shields_io_is_told_the_status_and_its_time(world: World) -> None:
    found = document(world.get("/api/bridges/hisingsbron/shields.json"))

    assert (found["label"], found["message"]) == ("Hisingsbron", "closed at 14:00")


def test_the_feed_has_each_change_once_under_a_lasting_name(world: World) -> None:
    feed = ET.fromstring(world.get("/sv/bridges/hisingsbron/changes.atom").body)  # noqa: S314 - our own

    ids = [one.text for one in feed.iterfind(f"{ATOM}entry/{ATOM}id")]
    assert len(ids) == len(set(ids)) == 100
    assert ids[:2] == [
        "urn:bridgewatch:hisingsbron:2026-06-08T09:09:00Z:Closed",
        "urn:bridgewatch:hisingsbron:2026-06-08T09:00:00Z:Open",
    ]
    assert feed.findtext(f"{ATOM}entry/{ATOM}title") == "Hisingsbron: Stängd 11:09"
    assert feed.findtext(f"{ATOM}updated") == "2026-06-08T09:09:00+00:00"


def test_the_calendar_keeps_probable_apart_from_certain() -> None:
    world = hisingsbron()
    sure = Planned(NOW + HOUR, NOW + HOUR + 10 * MINUTE, Probability.CERTAIN)
    likely = Planned(NOW + 2 * HOUR, None, Probability.PROBABLE)
    past = Planned(NOW - HOUR, NOW - MINUTE, Probability.CERTAIN)
    world.table.plans = {"Hisingsbron": (sure, likely, past)}

    calendar = icalendar.Calendar.from_ical(world.get("/bridges/hisingsbron/openings.ics").body)

    planned = [one for one in calendar.walk("VEVENT") if str(one["uid"]).startswith("planned-")]
    assert [(str(one["status"]), str(one["summary"])) for one in planned] == [
        ("CONFIRMED", "Hisingsbron: Planned openings (certain)"),
        ("TENTATIVE", "Hisingsbron: Planned openings (probable)"),
    ]
    assert len(calendar.walk("VEVENT")) == 89 + 2
    page = world.text("/")
    assert '<li class="certain">' in page
    assert '<li class="probable">' in page


def test_prometheus_reads_the_metrics(world: World) -> None:
    families = text_string_to_metric_families(world.text("/metrics"))

    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }
    assert found["bridgewatch_bridge_status", "hisingsbron", "Closed"] == 1
    assert found["bridgewatch_bridge_status", "hisingsbron", "Open"] == 0
    assert found["bridgewatch_last_poll_timestamp_seconds",] == (NOW - MINUTE / 3).timestamp()


def test_a_first_visit_is_at_most_60_kb(world: World) -> None:
    page = world.text("/")
    linked = {
        word.strip('"') for word in page.replace('href="', "\n").replace('src="', "\n").split()
    }
    assets = sorted(one.split('"')[0] for one in linked if one.startswith("/assets/"))

    assert len(assets) == 3
    answers = [world.get(one) for one in assets]
    assert all(one.headers["Cache-Control"].endswith("immutable") for one in answers)
    assert len(page.encode()) + sum(len(one.body) for one in answers) < 60_000


def test_a_page_of_another_version_gets_this_versions_assets_for_a_while(world: World) -> None:
    found = world.get("/assets/0123456789ab/page.js")

    assert found.status is HTTPStatus.OK
    assert "immutable" not in found.headers["Cache-Control"]
