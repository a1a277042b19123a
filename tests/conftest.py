"""For all tests: hypothesis's profile, no AWS of the developer's, AWS's models, one browser."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

import botocore.session
import hypothesis
import pytest
from botocore.loaders import create_loader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

# No example fails for being slow, as no test asserts a time.
hypothesis.settings.register_profile("bridgewatch", deadline=None)
hypothesis.settings.load_profile("bridgewatch")


@pytest.fixture(scope="session", autouse=True)
def aws_of_nobody() -> Iterator[None]:
    """Forget the region, address and credentials of the shell that the tests are run from."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [one for one in os.environ if one.startswith("AWS_")]:
            patch.delenv(name)
        yield


@pytest.fixture(scope="session", autouse=True)
def aws_models_read_once() -> Iterator[None]:
    """Let all sessions of a process share what botocore would find, read and parse for each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", cache(create_loader))
        yield


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    from local.browser import browser as chromium  # noqa: PLC0415 - most tests do without

    # Without one this is an error, with a sentence: never a skip.
    with chromium() as started:
        yield started
