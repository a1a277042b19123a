"""For all tests: hypothesis's profile, and the one browser that a process may have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

# No example fails for being slow, as no test asserts a time.
hypothesis.settings.register_profile("bridgewatch", deadline=None)
hypothesis.settings.load_profile("bridgewatch")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    from local.browser import browser as chromium  # noqa: PLC0415 - most tests do without

    # Without one this is an error, with a sentence: never a skip.
    with chromium() as started:
        yield started
