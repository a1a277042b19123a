from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Protocol

import pytest

from embedded_timestream.clock import SystemClock
from local.cloud import Cloud
from local.simulated_time.clock import SimulatedClock
from tests.local.deployed import Deployed

if TYPE_CHECKING:
    from collections.abc import Iterator

START = datetime(2026, 3, 1, tzinfo=UTC)


class Deploy(Protocol):
    def __call__(self, code: str, **settings: object) -> Deployed: ...


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with Cloud(SystemClock()) as cloud:
        yield cloud


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(START)


@pytest.fixture
def simulated_cloud(clock: SimulatedClock) -> Iterator[Cloud]:
    with Cloud(clock) as cloud:
        yield cloud


@pytest.fixture(scope="module")
def deploy(cloud: Cloud) -> Deploy:
    numbers = count()

    def deploy(code: str, **settings: object) -> Deployed:
        return Deployed(cloud, f"function-{next(numbers)}", code, **settings)

    return deploy
