"""What a terminal gets that a pipe does not: colours, unless NO_COLOR or the terminal says no."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[3]
WRONG = [sys.executable, "-m", "bridgewatch", "nonsense"]
COLOUR = re.compile(rb"\x1b\[[0-9;]*3[0-9][0-9;]*m")
ESCAPE = b"\x1b"
FORCED = {"FORCE_COLOR", "PY_COLORS", "NO_COLOR", "GITHUB_ACTIONS", "COLUMNS"}
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in FORCED}


def in_a_terminal(**environment: str) -> tuple[int, bytes]:
    """Run a wrong command in a terminal of its own; its exit code, and all that it shows."""
    ours, its = pty.openpty()
    with subprocess.Popen(  # noqa: S603 - this very Python
        WRONG,
        cwd=PROJECT,
        env={**ENVIRONMENT, "TERM": "xterm-256color", **environment},
        stdin=its,
        stdout=its,
        stderr=its,
    ) as process:
        os.close(its)
        shown = b""
        try:
            while part := os.read(ours, 65_536):
                shown += part
        except OSError:  # how Linux says that the other end is closed
            pass
        os.close(ours)
    return process.returncode, shown


@pytest.mark.parametrize(
    ("environment", "coloured", "escaped"),
    [
        ({}, True, True),
        ({"NO_COLOR": "1"}, False, True),  # bold stays
        (
            {"TERM": "dumb", "COLUMNS": "20", "LC_ALL": "C", "PYTHONIOENCODING": "ascii"},
            False,
            False,
        ),
    ],
)
def test_a_terminal_gets_colours_unless_it_is_said_otherwise(
    environment: dict[str, str], *, coloured: bool, escaped: bool
) -> None:
    exit_code, shown = in_a_terminal(**environment)

    assert exit_code == 2
    assert b"nonsense" in shown
    assert b"Traceback" not in shown
    assert (COLOUR.search(shown) is not None, ESCAPE in shown) == (coloured, escaped)


def test_a_pipe_gets_no_escape() -> None:
    done = subprocess.run(  # noqa: S603 - this very Python
        WRONG, cwd=PROJECT, env=ENVIRONMENT | {"TERM": "xterm"}, capture_output=True, check=False
    )

    assert done.returncode == 2
    assert b"nonsense" in done.stderr
    assert ESCAPE not in done.stdout + done.stderr
