"""What the page takes from configuration.json."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from lambdas.environment import ConfigurationError
from lambdas.page.configuration import PageBridge, PageConfiguration

if TYPE_CHECKING:
    from pathlib import Path

BRIDGE = {
    "name": "Göta älvbron",
    "slug": "gota-alvbron",
    "timezone": "Europe/Stockholm",
    "place": "Gothenburg",
}
DOCUMENT: dict[str, Any] = {
    "title": "Bridges",
    "heartbeat_seconds": 3600,
    "interval_seconds": 60,
    "bridges": [BRIDGE],
}


def test_it_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "configuration.json"
    file.write_text(json.dumps(DOCUMENT))

    configuration = PageConfiguration.read(file)

    bridge = PageBridge("Göta älvbron", "gota-alvbron", "Europe/Stockholm", "Gothenburg")
    assert configuration == PageConfiguration(
        "Bridges", timedelta(hours=1), timedelta(minutes=1), (bridge,)
    )
    assert configuration.by_slug == {"gota-alvbron": bridge}
    assert bridge.zone == ZoneInfo("Europe/Stockholm")


def test_an_answer_is_believed_until_two_polls_have_missed_it() -> None:
    configuration = PageConfiguration.parse(DOCUMENT)

    assert configuration.valid_for == timedelta(minutes=3, seconds=30)
    assert configuration.tolerance == timedelta(hours=1, minutes=2)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "cannot be read: No such file or directory"),
        ("no JSON", "is not the page's configuration: JSONDecodeError"),
        ("[]", "is not the page's configuration: TypeError"),
        ('{"title": "Bridges"}', "is not the page's configuration: KeyError"),
        (
            json.dumps({**DOCUMENT, "interval_seconds": "a minute"}),
            "is not the page's configuration: TypeError",
        ),
    ],
)
def test_a_file_that_is_none_is_named(tmp_path: Path, content: str | None, sentence: str) -> None:
    file = tmp_path / "configuration.json"
    if content is not None:
        file.write_text(content)

    with pytest.raises(ConfigurationError, match=sentence) as error:
        PageConfiguration.read(file)

    assert str(file) in str(error.value)
