from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from moto import backends

from local.cloud import Cloud
from local.simulated_time.clock import SimulatedClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest


def test_a_service_is_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = 0
    stock = backends.list_of_moto_modules

    def counted() -> Iterator[str]:
        nonlocal looks
        looks += 1
        yield from stock()

    monkeypatch.setattr(backends, "list_of_moto_modules", counted)
    with Cloud(SimulatedClock(datetime(2026, 6, 1, tzinfo=UTC))) as cloud:
        sqs = cloud.client("sqs")
        sqs.list_queues()
        before = looks
        for _ in range(5):
            sqs.list_queues()

    assert before > 0
    assert looks == before
