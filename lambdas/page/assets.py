"""What never changes while a version is deployed: the style, the script, icons and previews.

Their addresses have a hash of what is in them, so that browsers keep them for good.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Mapping

STATIC = Path(__file__).parent / "static"
TEMPLATES = Path(__file__).parent / "templates"

KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
ICONS = {"Open": "icon-open.svg", "Closed": "icon-closed.svg", "Unknown": "icon-unknown.svg"}


@cache
def addresses() -> Mapping[str, str]:
    """Give the path of each file that pages link, by its name: `/assets/HASH/style.css`."""
    return {
        path.name: f"/assets/{hashlib.sha256(path.read_bytes()).hexdigest()[:12]}/{path.name}"
        for path in STATIC.iterdir()
        if path.suffix in {".css", ".js", ".svg"}
    }


@cache
def content(name: str) -> bytes:
    """Read a file of `static`; its name must be one."""
    return (STATIC / name).read_bytes()


def markup(name: str) -> Markup:
    """Read a file of `static` as text that may stand within HTML as it is."""
    return Markup(content(name).decode())  # noqa: S704 - a file of ours


def kind(name: str) -> str:
    """Tell a file's media type."""
    return KINDS[Path(name).suffix]


def preview(status: str, language: str) -> str:
    """Name the picture that others show of a page with this status."""
    return f"preview-{status.lower()}-{language}.png"
