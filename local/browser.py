"""A real browser, from the registries alone: Chromium from npm, driven by Playwright.

The npm package holds the browser compressed, and unpacks it into the temporary directory the first
time. Another browser is taken where BRIDGEWATCH_BROWSER names its executable.
"""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

ROOT = Path(__file__).parent.parent

ARGUMENTS = ("--headless=shell", "--no-sandbox", "--no-zygote", "--disable-dev-shm-usage")

_UNPACK = (
    "import('@sparticuz/chromium').then(({ default: chromium }) => chromium.executablePath())"
    ".then((path) => process.stdout.write(path))"
)


class NoBrowserError(Exception):
    """There is no browser; the text says what to do."""


def executable() -> str:
    """Give the path of the browser.

    :raises NoBrowserError: if there is none.
    """
    if named := os.environ.get("BRIDGEWATCH_BROWSER"):
        return named
    unpacked = subprocess.run(  # noqa: S603 - our own program
        ["node", "--eval", _UNPACK],  # noqa: S607 - the node of this environment
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if unpacked.returncode:
        reason = unpacked.stderr.strip().splitlines()[-1:] or ["node failed"]
        raise NoBrowserError(
            f"There is no browser ({reason[0]}): run make setup, or name one's executable in "
            "BRIDGEWATCH_BROWSER."
        )
    return unpacked.stdout


@contextmanager
def browser() -> Iterator[Browser]:
    """Start it, and stop it afterwards.

    :raises NoBrowserError: if there is none.
    """
    path = executable()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        try:
            yield started
        finally:
            started.close()
