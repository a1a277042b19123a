"""The package's README says what is true: its examples run, and it leaves nothing out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedded_timestream import pytest_plugin
from embedded_timestream.__main__ import parser

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from embedded_timestream.server.embedded import EmbeddedTimestream

README = (Path(pytest_plugin.__file__).parent / "README.md").read_text(encoding="utf-8")
FIXTURE, SERVICE, ELSEWHERE = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def named_in_tables() -> set[str]:
    rows = [line for line in README.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`(--[\w-]+|[\w]+)", row.split("|")[1])}


def test_the_test_runs(timestream: EmbeddedTimestream) -> None:
    defined: dict[str, Callable[[EmbeddedTimestream], None]] = {}
    exec(FIXTURE, defined)  # noqa: S102 - our own

    defined["test_an_opening_is_counted"](timestream)


def test_the_service_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    defined: dict[str, dict[str, object]] = {}

    exec(SERVICE, defined)  # noqa: S102 - our own

    assert defined["answer"]["Rows"] == [{"Data": [{"ScalarValue": "1"}]}]


def test_rows_that_are_kept_elsewhere_are_queried() -> None:
    defined: dict[str, Any] = {}

    exec(ELSEWHERE, defined)  # noqa: S102 - our own

    assert defined["needed"].time.first == defined["noon"] - 3600 * 10**9
    assert defined["needed"].names == {"Göta"}
    (row,) = defined["answer"]["Rows"]
    assert row["Data"] == [{"ScalarValue": "Gothenburg"}, {"ScalarValue": "Open"}]
    defined["table"].close()


def test_every_option_is_named() -> None:
    options = {name for action in parser()._actions for name in action.option_strings}  # noqa: SLF001 - there is no other list

    assert {one for one in options if one.startswith("--")} - named_in_tables() == {
        "--help",
        "--version",
    }


def test_every_fixture_is_named() -> None:
    fixtures = {name for name in vars(pytest_plugin) if name.startswith("timestream")}

    assert fixtures <= named_in_tables()
