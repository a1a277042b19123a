"""The source that docs/sources.md adds really works, as it stands there."""

from __future__ import annotations

import re
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from bridgewatch.settings import sources as settings_sources
from lambdas.observation import Observation, Status
from lambdas.plans import Planned, Probability
from lambdas.poller.configuration import Bridge, Configuration
from lambdas.poller.sources import Announcing, Reason
from lambdas.poller.sources import types as source_types

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
FILE, ROW, SETTINGS = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
PLANNED_FEED = (ROOT / "tests" / "unit" / "lambdas" / "planned_feed.xml").read_bytes()
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
BRIDGE = Bridge("De Zijlbrug", "ours", "NLTNZ001300522000264", {})


@pytest.fixture
def source(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 - of the page
    """Do what the page says: the file, the row, and the class in the settings."""
    ((name, reference),) = eval("{" + ROW + "}").items()  # noqa: S307 - our own page
    module = ModuleType(reference.partition(":")[0])
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile(FILE, "docs/sources.md", "exec"), module.__dict__)  # noqa: S102 - likewise
    monkeypatch.setattr(source_types, "SOURCE_TYPES", {name: reference})
    monkeypatch.setattr("lambdas.poller.configuration.SOURCE_TYPES", {name: reference})
    settings = dict(vars(settings_sources))
    exec(compile(SETTINGS, "docs/sources.md", "exec"), settings)  # noqa: S102 - likewise
    typed = settings["CitySource"].model_validate(
        {
            "type": name,
            "url": httpserver.url_for("/word"),
            "planned_url": httpserver.url_for("/planned"),
        }
    )
    document = {
        "heartbeat_seconds": 1,
        "interval_seconds": 1,
        "bridges": [],
        "sources": {"ours": typed.model_dump(mode="json")},
    }
    return Configuration.parse(document).sources["ours"].source("ours", lambda: NOON)


def deadline() -> float:
    return time.monotonic() + 60


def test_it_tells_the_status(source: Any, httpserver: HTTPServer) -> None:  # noqa: ANN401 - of the page
    httpserver.expect_request("/word").respond_with_data("raised\n", content_type="text/plain")

    assert source.look([BRIDGE], deadline()).observations == (
        Observation("De Zijlbrug", Status.OPEN, NOON),
    )


def test_it_does_not_guess(source: Any, httpserver: HTTPServer) -> None:  # noqa: ANN401 - of the page
    httpserver.expect_request("/word").respond_with_data("perhaps", content_type="text/plain")

    look = source.look([BRIDGE], deadline())

    assert look.observations == ()
    assert [one.reason for one in look.failures] == [Reason.UNKNOWN_STATUS]


def test_it_announces_what_ndw_plans(source: Any, httpserver: HTTPServer) -> None:  # noqa: ANN401 - of the page
    httpserver.expect_request("/planned").respond_with_data(PLANNED_FEED)

    assert isinstance(source, Announcing)
    start, later = NOON + timedelta(minutes=90), NOON + timedelta(hours=4)
    assert source.planned([BRIDGE], deadline()) == {
        "De Zijlbrug": [
            Planned(start, start + timedelta(minutes=8.5), Probability.PROBABLE),
            Planned(later, later + timedelta(minutes=10), Probability.RISK),
        ]
    }
