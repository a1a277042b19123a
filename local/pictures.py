"""The pictures that are made and not drawn: previews of the page, in every status and language.

`make pictures` renews them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader

from lambdas.page.assets import STATIC, TEMPLATES, markup, preview
from lambdas.page.words import LANGUAGES
from local.browser import browser

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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
