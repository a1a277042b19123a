"""The page in a real browser, as visitors have it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from lambdas.beat import Beat, Sighting
from lambdas.observation import Status
from lambdas.page.configuration import PageBridge
from tests.page.world import (
    DAY,
    HISINGSBRON,
    HOUR,
    MINUTE,
    NOW,
    World,
    daily,
    hisingsbron,
    history,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.page.conftest import Visit

Make = Callable[[], World]

OPEN, CLOSED = Status.OPEN, Status.CLOSED
NAMES = ("Göta älvbron", "Zeelandbrug", "Erasmusbrug", "Botlekbrug", "Stigbergsbron", "Algerabrug")


def unknown() -> World:
    world = hisingsbron()
    beat = Sighting(CLOSED, NOW - 3 * HOUR, NOW - 20 * MINUTE)
    world.table.last = Beat(NOW - MINUTE, {"Hisingsbron": beat})
    return world


def several() -> World:
    world = World(*(PageBridge(name, f"bro-{n}", "UTC", "City") for n, name in enumerate(NAMES)))
    for name in NAMES:
        world.table.kept[name] = history(name, daily(NOW - HOUR), NOW - 31 * DAY, NOW - HOUR)
    world.poll(bro_0=CLOSED, bro_1=CLOSED, bro_2=OPEN, bro_3=CLOSED, bro_5=CLOSED)
    return world


def pass_by(world: World, page: Page, length: timedelta) -> None:
    """Let time pass, at the server and in the browser."""
    world.now += length
    page.clock.run_for(int(length.total_seconds() * 1000))


@pytest.mark.parametrize(
    ("locale", "question", "answer", "since"),
    [
        ("sv-SE", "Får jag köra?", "Ja", "Stängd sedan 12:00"),
        ("nl-NL", "Mag ik rijden?", "Ja", "Dicht sinds 12:00"),
        ("en-GB", "May I drive?", "Yes", "Closed since 12:00"),
        ("fi-FI", "May I drive?", "Yes", "Closed since 12:00"),
    ],
)
def test_it_speaks_the_browsers_language(
    visit: Visit, locale: str, question: str, answer: str, since: str
) -> None:
    page = visit(hisingsbron(), locale=locale).visit()

    expect(page.locator(".known .question")).to_have_text(question)
    expect(page.locator(".known .answer")).to_have_text(answer)
    expect(page.locator(".known")).to_contain_text(since)
    expect(page.locator(".ago")).not_to_be_empty()


def test_a_bridge_that_opens_is_seen_without_a_reload(visit: Visit) -> None:
    world = hisingsbron()
    visitor = visit(world)
    visitor.page.clock.install()
    page = visitor.visit()
    expect(page.locator(".known .answer")).to_have_text("Yes")

    world.now += MINUTE
    world.poll(hisingsbron=OPEN)
    page.clock.run_for(60_000)

    expect(page.locator(".known .answer")).to_have_text("No")
    expect(page).to_have_title("Hisingsbron: Open")
    expect(page.locator("#news")).to_have_text("Hisingsbron: Open")
    assert "icon-open" in (page.locator("link[rel=icon]").get_attribute("href") or "")
    expect(page.locator(".tall .Open")).to_have_count(1)


def test_when_the_poller_dies_the_page_says_unknown_and_that_nobody_asks(visit: Visit) -> None:
    world = hisingsbron()
    visitor = visit(world)
    visitor.page.clock.install()
    page = visitor.visit()
    expect(page.locator(".known .answer")).to_be_visible()

    pass_by(world, page, 4 * MINUTE)

    expect(page.locator(".unknown .answer")).to_be_visible()
    expect(page.locator(".unknown .means")).to_have_text(
        "Unknown since 14:00: nobody has asked the bridge since then."
    )


def test_without_a_connection_it_turns_unknown_by_itself(visit: Visit) -> None:
    world = hisingsbron(OPEN, 5 * MINUTE)
    visitor = visit(world)
    visitor.page.clock.install()
    page = visitor.visit()
    expect(page.locator(".ago")).to_contain_text("21 seconds ago")

    visitor.forgives = ("DISCONNECTED",)
    visitor.context.set_offline(True)
    page.clock.run_for(180_000)
    expect(page.locator(".known .answer")).to_be_visible()
    page.clock.run_for(30_000)

    expect(page.locator(".known .answer")).to_be_hidden()
    expect(page.locator(".unknown .answer")).to_be_visible()
    expect(page.locator(".unknown .means")).to_have_text(
        "Unknown since 14:00: this page has had no fresh answer since then."
    )
    expect(page).to_have_title("Hisingsbron: Unknown")
    assert "icon-unknown" in (page.locator("link[rel=icon]").get_attribute("href") or "")


def test_what_a_cache_kept_is_as_old_as_the_cache_says(visit: Visit) -> None:
    world = hisingsbron()
    visit(world).visit()
    world.now += timedelta(seconds=25)

    page = visit(world).visit()

    expect(page.locator(".ago")).to_contain_text("46 seconds ago")


@pytest.mark.parametrize("wrong", [-HOUR, HOUR], ids=["slow", "fast"])
def test_the_visitors_clock_may_be_wrong(visit: Visit, wrong: timedelta) -> None:
    world = hisingsbron()
    visitor = visit(world)
    visitor.page.clock.install(time=NOW + wrong)
    page = visitor.visit()

    expect(page.locator(".known .answer")).to_be_visible()
    expect(page.locator(".ago")).to_contain_text("21 seconds ago")
    pass_by(world, page, 4 * MINUTE)
    expect(page.locator(".unknown .answer")).to_be_visible()


def test_without_javascript_status_and_strips_are_there(visit: Visit) -> None:
    page = visit(hisingsbron(OPEN, 5 * MINUTE), java_script_enabled=False).visit()

    expect(page.locator(".known .answer")).to_have_text("No")
    expect(page.locator(".strip")).to_have_count(1 + 7 + 30)
    expect(page.locator(".tall")).to_have_attribute(
        "aria-label", "The last 24 hours: 4 openings, 33 min open"
    )
    assert '<meta http-equiv="refresh" content="60">' in page.content()
    page = visit(several(), java_script_enabled=False).visit()
    expect(page.locator(".bridges li")).to_have_count(len(NAMES))
    expect(page.locator("#search")).to_be_hidden()


@pytest.mark.parametrize("locale", ["en", "sv", "nl"])
@pytest.mark.parametrize("make", [hisingsbron, unknown, several])
def test_nothing_is_cut_off_on_a_small_phone(visit: Visit, make: Make, locale: str) -> None:
    world = make()
    world.table.plans = {}

    page = visit(world, locale=locale, viewport={"width": 320, "height": 568}).visit()

    assert page.evaluate("document.documentElement.scrollWidth") == 320
    if make is not several:
        answer = page.locator(".answer:visible").bounding_box()
        assert answer
        assert answer["y"] + answer["height"] < 568


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("make", "path"),
    [
        (hisingsbron, "/"),
        (lambda: hisingsbron(OPEN, 5 * MINUTE), "/"),
        (unknown, "/"),
        (World, "/"),
        (several, "/"),
        (several, "/sv/bridges/bro-2"),
        (several, "/nowhere"),
    ],
    ids=["closed", "open", "unknown", "never", "overview", "bridge", "error"],
)
def test_axe_finds_nothing_that_keeps_anybody_out(
    visit: Visit, make: Make, path: str, scheme: str
) -> None:
    visitor = visit(make(), color_scheme=scheme)
    visitor.forgives = ("404",)
    visitor.visit(path)

    assert visitor.violations() == []


def test_in_the_dark_it_is_dark(visit: Visit) -> None:
    def brightness(scheme: str) -> int:
        page = visit(hisingsbron(), color_scheme=scheme).visit()
        color = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return sum(int(one) for one in color.removeprefix("rgb(").removesuffix(")").split(","))

    assert brightness("light") > 700
    assert brightness("dark") < 100


def test_an_unknown_has_neither_the_colour_nor_the_shape_of_a_status(visit: Visit) -> None:
    looks = []
    for world in (hisingsbron(), hisingsbron(OPEN, 5 * MINUTE), unknown()):
        page = visit(world).visit()
        answer = page.locator(".answer:visible")
        color = answer.evaluate("(one) => getComputedStyle(one).color")
        shape = answer.locator("use").get_attribute("href")
        border = page.locator(".hero").evaluate("(one) => getComputedStyle(one).borderTopStyle")
        looks.append((color, shape, border))

    assert len({color for color, _, _ in looks}) == 3
    assert [shape for _, shape, _ in looks] == ["#i-Closed", "#i-Open", "#i-Unknown"]
    assert [border for _, _, border in looks] == ["solid", "solid", "dashed"]


def test_the_keyboard_is_enough(visit: Visit) -> None:
    page = visit(several()).visit()

    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("gota")
    expect(page.locator(".bridges li:visible")).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Göta älvbron")
    assert page.url.endswith("/bridges/bro-0")


def test_a_refresh_leaves_the_search_and_the_place_of_the_keyboard(visit: Visit) -> None:
    world = several()
    visitor = visit(world)
    visitor.page.clock.install()
    page = visitor.visit()
    page.locator("#search").fill("brug")
    page.locator(".bridges a", has_text="Zeelandbrug").focus()

    world.now += MINUTE
    world.poll(bro_0=CLOSED, bro_1=OPEN, bro_2=CLOSED, bro_3=CLOSED, bro_5=CLOSED)
    page.clock.run_for(60_000)

    expect(page.locator("li", has_text="Zeelandbrug")).to_have_attribute("data-status", "Open")
    expect(page.locator("#search")).to_have_value("brug")
    expect(page.locator(".bridges li:visible")).to_have_count(4)
    expect(page.locator(".bridges a", has_text="Zeelandbrug")).to_be_focused()


def test_a_search_without_a_result_says_so(visit: Visit) -> None:
    page = visit(several()).visit()

    page.locator("#search").fill("Golden Gate")

    expect(page.locator(".nothing")).to_have_text("No bridge is called that.")


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_days_on_which_the_clock_changes_are_as_long_as_they_were(
    visit: Visit, day: str, hours: int
) -> None:
    # given: an opening from 04:00 to 04:30 on that day, after the clock changed
    world = World(replace(HISINGSBRON, timezone="Europe/Stockholm"))
    world.now = dt.datetime.fromisoformat(f"{day}T20:00:00").replace(tzinfo=UTC)
    start = dt.datetime.fromisoformat(f"{day}T04:00+0{1 if hours == 25 else 2}:00").astimezone(UTC)
    name = HISINGSBRON.name
    openings = [(start, start + 30 * MINUTE)]
    world.table.kept[name] = history(name, openings, world.now - 31 * DAY, world.now)
    world.table.last = Beat(world.now, {name: Sighting(CLOSED, start + 30 * MINUTE, world.now)})

    page = visit(world).visit()

    widest = max(hours, 24) * 3600
    today = page.locator(".week .strip, .strip.week").first
    assert today.get_attribute("viewBox") == f"0 0 {widest} 10"
    since_midnight = (hours - 24 + 4) * 3600
    assert today.locator(".Open").get_attribute("d") == f"M{since_midnight} 0h1800v10h-1800z"
    expect(page.locator(".list tbody tr").first).to_contain_text("04:00")


def test_a_first_visit_is_small_and_asks_nobody_else(visit: Visit) -> None:
    visitor = visit(hisingsbron())
    asked: list[str] = []
    sizes: list[int] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    visitor.page.on(
        "response", lambda answer: sizes.append(int(answer.headers.get("content-length", 0)))
    )

    page = visitor.visit()
    expect(page.locator(".ago")).not_to_be_empty()

    host = page.url.split("/")[2]
    assert {url.split("/")[2] for url in asked} == {host}
    assert sum(sizes) < 60_000
    assert visitor.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
