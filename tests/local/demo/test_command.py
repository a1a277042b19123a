"""How `python -m local demo` fails."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest
from typer.testing import CliRunner

from local.__main__ import app
from local.demo.run import OUTPUT

if TYPE_CHECKING:
    from pathlib import Path


def test_a_full_disk_is_told_with_the_directory_that_it_writes_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    monkeypatch.setattr("local.demo.run.run", Mock(side_effect=full))

    result = CliRunner().invoke(app, ["demo"])

    assert (result.exit_code, result.stderr) == (1, f"{OUTPUT}: No space left on device.\n")


@pytest.mark.parametrize("content", [None, "bridge,opened_at\n"])
def test_openings_that_cannot_be_replayed_are_wrong_usage(
    tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "o.csv"
    if content:
        file.write_text(content)

    result = CliRunner().invoke(app, ["demo", "--openings", str(file)])

    assert result.exit_code == 2
    assert "--openings" in result.stderr
