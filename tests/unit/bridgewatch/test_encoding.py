"""Streams whose encoding lacks a character: nothing fails, and JSON stays JSON."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bridgewatch.charts.text import heat_map_text, strip_text
from bridgewatch.cli.encoding import drawable, escape_what_is_lacking
from bridgewatch.cli.output import print_csv, print_json, print_table

PROJECT = Path(__file__).parents[3]
NAME = "Göta älvbron \U0001f309"


def stream(monkeypatch: pytest.MonkeyPatch, encoding: str) -> io.BytesIO:
    """Put streams of an encoding in place, as a program of its own has them; the output's bytes."""
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(io.BytesIO(), encoding))
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding, write_through=True))
    return written


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_what_an_encoding_lacks_is_escaped_so_that_json_stays_json(
    monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    written = stream(monkeypatch, encoding)
    escape_what_is_lacking()

    print_json({"bridge": NAME})

    # What asks for ASCII has Python misunderstood, says typer, and gets UTF-8.
    assert json.loads(written.getvalue().decode(encoding.replace("ascii", "utf-8"))) == {
        "bridge": NAME
    }


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_tables_and_csv_of_any_name_are_printed_in_any_encoding(
    monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    written = stream(monkeypatch, encoding)
    escape_what_is_lacking()

    print_table(["bridge"], [[NAME]])
    print_csv(["bridge"], [[NAME]])

    assert written.getvalue().decode(encoding).count(r"\ud83c\udf09") == 2


def test_drawings_are_in_ascii_where_blocks_are_lacking(monkeypatch: pytest.MonkeyPatch) -> None:
    drawing = heat_map_text([[0, 1, 2, 3, 4, None] * 4] * 7) + strip_text([])

    with monkeypatch.context() as patch:
        stream(patch, "latin-1")
        plain = drawable(drawing)
        stream(patch, "utf-8")
        assert drawable(drawing) == drawing

    assert plain.isascii()
    assert len(plain) == len(drawing)
    assert "openings: - 1   + 2   x 3   # 4   . none   ? unknown" in plain
    assert "1 to # Open" in plain


def test_the_command_line_escapes_what_is_lacking() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bridgewatch", "cost"],
        cwd=PROJECT,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, b"")
    assert b"##" in done.stdout
    assert done.stdout.isascii()


def test_what_cannot_be_decoded_is_none_of_its_business(monkeypatch: pytest.MonkeyPatch) -> None:
    stream(monkeypatch, "ascii")
    escape_what_is_lacking()

    with pytest.raises(UnicodeDecodeError):
        b"\xff".decode("ascii", "as JSON")
