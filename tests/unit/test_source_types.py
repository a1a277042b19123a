"""The types of sources stand in two tables: the settings' and the poller's."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bridgewatch.settings import source_types
from lambdas.poller.configuration import Configuration
from lambdas.poller.sources.types import SOURCE_TYPES, source_type

EXAMPLES: dict[str, dict[str, object]] = {
    "json": {
        "url": "https://example.org",
        "pointer": "/status",
        "statuses": {"up": "Open", "down": "Closed"},
        "concurrency": 1,
    },
    "ndw": {"url": "https://example.org"},
}
LIMITS = {"timeout_seconds": 5, "attempts": 3, "backoff_seconds": 0.5, "max_bytes": 1_000_000}


def test_settings_and_poller_know_the_same_types_of_sources() -> None:
    assert set(source_types()) == set(SOURCE_TYPES)


@pytest.mark.parametrize("name", SOURCE_TYPES)
def test_every_type_of_source_can_be_configured_and_made(name: str) -> None:
    sources = {"a": {"type": name, **EXAMPLES[name], **LIMITS}}
    document = {"heartbeat_seconds": 1, "interval_seconds": 1, "bridges": [], "sources": sources}

    configuration = Configuration.parse(document).sources["a"]

    assert configuration.key is None
    assert type(configuration) is source_type(name)
    assert callable(configuration.source("a", lambda: datetime.now(UTC)).look)
