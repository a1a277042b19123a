"""Fixtures for pytest: a Timestream, empty for each test; one for the session; and one in moto.

pytest finds them once the package is installed. Nothing is loaded before a test asks for one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from embedded_timestream.clock import SettableClock
    from embedded_timestream.server.embedded import EmbeddedTimestream


@pytest.fixture(scope="session")
def _timestream() -> Iterator[EmbeddedTimestream]:
    from embedded_timestream.server.embedded import EmbeddedTimestream  # noqa: PLC0415

    with EmbeddedTimestream() as timestream:
        yield timestream


@pytest.fixture
def timestream(_timestream: EmbeddedTimestream) -> EmbeddedTimestream:
    """Timestream, with nothing in it and the computer's time; each test gets it so."""
    _timestream.reset()
    return _timestream


@pytest.fixture(scope="session")
def timestream_session() -> Iterator[EmbeddedTimestream]:
    """Timestream, which keeps what is written for all tests of the session."""
    from embedded_timestream.server.embedded import EmbeddedTimestream  # noqa: PLC0415

    with EmbeddedTimestream() as timestream:
        yield timestream


@pytest.fixture
def timestream_in_moto() -> Iterator[SettableClock]:
    """Let `mock_aws` answer Timestream's calls for real; the fixture is its clock.

    Ask for it before the fixture that enters `mock_aws`.
    """
    from embedded_timestream import moto_adapter  # noqa: PLC0415
    from embedded_timestream.clock import SettableClock  # noqa: PLC0415

    clock = SettableClock()
    with moto_adapter.installed(clock):
        yield clock
