"""The pictures that are made and not drawn: README's of the page, and what others show of it.

`make pictures` renews them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Literal

from jinja2 import Environment, FileSystemLoader

from lambdas.beat import Beat, Sighting
from lambdas.observation import Observation, Status
from lambdas.page.assets import STATIC, TEMPLATES, markup, preview
from lambdas.page.configuration import PageBridge, PageConfiguration
from lambdas.page.http import Request
from lambdas.page.pages import Pages
from lambdas.page.recent import Recent
from lambdas.page.routes import Routes
from lambdas.page.site import Site
from lambdas.page.words import LANGUAGES
from local.bridges.openings import generate
from local.browser import ROOT, browser

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Route, ViewportSize

    from lambdas.plans import Planned

WIDTH, HEIGHT = 1200, 630
"""What those who show previews cut least from."""

_PAGE = """<!doctype html><meta charset="utf-8"><style>{{ style }}
body { max-width: none; margin: 0; padding: 0; }
.hero { width: 1200px; height: 630px; margin: 0; border: 0; border-radius: 0; padding: 90px 80px;
  border-left: 40px solid var(--color); font-size: 40px; }
.hero .answer { margin: 40px 0; font-size: 160px; }
.hero .means { font-size: 52px; max-width: 900px; }
.hero .drawing { position: absolute; right: 70px; top: 110px; width: 500px; max-width: none; }
</style>{% include "symbols.svg" %}{% import "parts.html" as parts %}
<section class="verdict hero" data-status="{{ status }}">{{ parts.drawing(status) }}
<p class="question">{{ t["question"] }}</p>
<p class="answer">{{ parts.icon(status) }} {{ t["answer." ~ status] }}</p>
<p class="means">
{{ t["error.unknown"] if status == "Unknown" else t["means." ~ status] }}</p></section>
"""


SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SHOWN: ViewportSize = {"width": 760, "height": 640}

PICTURES = ROOT / "docs" / "pictures"
ADDRESS = "http://bridges.example"

HISINGSBRON = PageBridge("Hisingsbron", "hisingsbron", "Europe/Stockholm", "Göteborg")
SEED = 2021
DAYS = 40
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class _Month:
    """A month of a simulated bridge, until some minutes into its last opening."""

    def __init__(self) -> None:
        start = datetime(2026, 6, 1, tzinfo=UTC)
        openings = generate(SEED, start, start + timedelta(days=DAYS))[HISINGSBRON.name]
        last = openings[-1]
        self.now = last.start + 3 * MINUTE
        self._last_beat = Beat(
            self.now,
            {HISINGSBRON.name: Sighting(Status.OPEN, last.start, self.now)},
        )
        moments = {start + n * HOUR: Status.CLOSED for n in range(DAYS * 24)}
        for one in openings:
            moments[one.start] = Status.OPEN
            if one.end:
                moments[one.end] = Status.CLOSED
        self._observations = [
            Observation(HISINGSBRON.name, status, moment)
            for moment, status in sorted(moments.items())
            if moment <= self.now
        ]

    def beat(self) -> Beat:
        return self._last_beat

    def observations(self, _bridge: str, since: datetime, until: datetime) -> list[Observation]:
        return [one for one in self._observations if since <= one.time < until]

    def planned(self) -> dict[str, list[Planned]]:
        return {}


def of_the_page(directory: Path = PICTURES) -> Iterator[Path]:
    """Picture the page of a simulated bridge, by day and by night, and give each file."""
    month = _Month()

    def now() -> datetime:
        return month.now + timedelta(seconds=20)

    configuration = PageConfiguration("Bridges", HOUR, MINUTE, (HISINGSBRON,))
    site = Site(configuration, Recent(month, now), now)
    routes = Routes(site, Pages(configuration), _fail)

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(ADDRESS)
        found = routes.answer(Request("GET", path, ADDRESS))
        date = format_datetime(now(), usegmt=True)
        headers = {**found.headers, "Date": date}
        route.fulfill(status=found.status.value, headers=headers, body=found.body)

    directory.mkdir(parents=True, exist_ok=True)
    with browser() as started:
        for scheme in SCHEMES:
            shown = started.new_page(viewport=SHOWN, color_scheme=scheme, locale="en-GB")
            shown.route("**/*", answer)
            shown.goto(f"{ADDRESS}/")
            shown.wait_for_function("document.querySelector('.ago').textContent")
            file = directory / f"page-{scheme}.png"
            shown.screenshot(path=file)
            yield file


def _fail(error: Exception) -> None:
    raise error


def previews(directory: Path = STATIC) -> Iterator[Path]:
    """Make the pictures that others show of a page, and give each file."""
    templates = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
    template = templates.from_string(_PAGE)
    style = markup("style.css")
    with browser() as started:
        page = started.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        for language in LANGUAGES.values():
            for status in ("Open", "Closed", "Unknown"):
                page.set_content(template.render(style=style, status=status, t=language))
                file = directory / preview(status, language.code)
                page.screenshot(path=file)
                yield file
