"""The pictures that are made and not drawn: README's of the page, and what others show of it.

`make pictures` renews them, after a demo.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader

from lambdas.page.assets import STATIC, TEMPLATES, markup, preview
from lambdas.page.words import LANGUAGES
from local.browser import ROOT, browser

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import ViewportSize

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


SHOWN: ViewportSize = {"width": 760, "height": 640}

KEPT_PAGE = ROOT / "build" / "demo" / "page" / "index.html"
PICTURES = ROOT / "docs" / "pictures"


def of_the_page(page: Path = KEPT_PAGE, directory: Path = PICTURES) -> Iterator[Path]:
    """Picture the page that the demo kept, by day and by night, and give each file."""
    directory.mkdir(parents=True, exist_ok=True)
    with browser() as started:
        for scheme in ("light", "dark"):
            shown = started.new_page(viewport=SHOWN, color_scheme=scheme)
            shown.goto(page.as_uri())
            file = directory / f"page-{scheme}.png"
            shown.screenshot(path=file)
            yield file


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
