"""Keeps a page as files that stand alone: with their style, script and icon in them.

They tell of the time at which they were kept, and never ask for news.
"""

from __future__ import annotations

import base64
import mimetypes
import re
from typing import TYPE_CHECKING
from urllib.request import urlopen

if TYPE_CHECKING:
    from pathlib import Path

LANGUAGE = "en"

_STYLE = re.compile(r'<link rel="stylesheet" href="(?P<address>[^"]+)">')
_SCRIPT = re.compile(r'<script src="(?P<address>[^"]+)" defer></script>')
_ICON = re.compile(r'(?P<before><link rel="icon"[^>]* href=")(?P<address>[^"]+)(?P<after>"[^>]*>)')
_ALTERNATE = re.compile(r'<link rel="alternate"[^>]*>\n?')
_REFRESH = re.compile(r"<noscript>.*?</noscript>\n?")
_BRIDGE = re.compile(rf'href="/{LANGUAGE}/bridges/([a-z0-9-]+)"(?=><span class="name">)')

# What leads to a server, or is read from one, has no place in a file.
_WITHOUT = "<style>.live{display:none}</style>"


def keep(address: str, directory: Path) -> Path:
    """Keep the page at an address, and that of each bridge that it lists.

    :param address: of the front page, without a slash at its end.
    :returns: the file of the front page.
    """
    directory.mkdir(parents=True, exist_ok=True)
    front = _get(f"{address}/{LANGUAGE}/").decode()
    slugs = dict.fromkeys(_BRIDGE.findall(front))
    for slug in slugs:
        page = _get(f"{address}/{LANGUAGE}/bridges/{slug}").decode()
        (directory / f"{slug}.html").write_text(_standing_alone(page, address), encoding="utf-8")
    file = directory / "index.html"
    file.write_text(_standing_alone(front, address), encoding="utf-8")
    return file


def _standing_alone(page: str, address: str) -> str:
    def content(found: re.Match[str]) -> str:
        return _get(address + found["address"]).decode()

    def icon(found: re.Match[str]) -> str:
        kind = mimetypes.guess_type(found["address"])[0]
        data = base64.b64encode(_get(address + found["address"])).decode()
        return f"{found['before']}data:{kind};base64,{data}{found['after']}"

    # At the end, as `defer` has it.
    scripts = "".join(f"<script>{content(found)}</script>" for found in _SCRIPT.finditer(page))
    page = _STYLE.sub(lambda found: f"<style>{content(found)}</style>{_WITHOUT}", page)
    page = _SCRIPT.sub("", page).replace("</body>", f"{scripts}</body>")
    page = _REFRESH.sub("", _ALTERNATE.sub("", _ICON.sub(icon, page)))
    page = _BRIDGE.sub(r'href="\1.html"', page)
    return page.replace(f'href="/{LANGUAGE}/"', 'href="index.html"')


def _get(url: str) -> bytes:
    with urlopen(url) as answer:  # noqa: S310 - of the embedded cloud
        return bytes(answer.read())
