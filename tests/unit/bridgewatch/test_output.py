"""Tables: folded for a terminal, and for nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rich.text import Text

from bridgewatch.cli.output import print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMES = ["Brug over de Oude Maas", "NLALK002340558100405", "2022-08-15T00:00:00Z"]
COLUMNS = ["bridge", "code", "since"]


def printed(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    rows: Sequence[Sequence[str]],
    *,
    terminal: int | None,
) -> str:
    monkeypatch.setenv("COLUMNS", str(terminal or 20))
    monkeypatch.setenv("TTY_COMPATIBLE", "1" if terminal else "0")
    print_table(COLUMNS, rows)
    return Text.from_ansi(capsys.readouterr().out).plain


def test_a_table_that_is_piped_is_not_folded(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    long = ["Oude Dijk, " * 20 + "end", *NAMES[1:]]

    lines = printed(capsys, monkeypatch, [long], terminal=None).splitlines()

    assert any(all(cell in line for cell in long) for line in lines)


@pytest.mark.parametrize("width", [80, 62, 56, 40, 25])
def test_a_terminal_of_any_width_breaks_no_name_and_no_time(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    out = printed(capsys, monkeypatch, [NAMES, ["x", "y", "over 7 d ago"]], terminal=width)

    words = {word for line in out.splitlines() for word in line.split()}
    assert words >= {word for cell in NAMES for word in cell.split()}


@pytest.mark.parametrize("width", [80, 62, 56])
def test_a_table_fits_the_terminal_as_long_as_words_can_be_folded(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    lines = printed(capsys, monkeypatch, [NAMES], terminal=width).splitlines()

    assert max(map(len, lines)) <= width
    assert sum("bridge" in line and "since" in line for line in lines) == 1


def test_rows_too_wide_for_the_terminal_are_lines_with_the_columns_names(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = printed(capsys, monkeypatch, [NAMES], terminal=40).splitlines()

    assert [line.split(maxsplit=1) for line in lines if line] == [
        [column, cell] for column, cell in zip(COLUMNS, NAMES, strict=True)
    ]


def test_a_table_without_rows_has_its_columns(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert printed(capsys, monkeypatch, [], terminal=80).split()[:3] == COLUMNS
