"""Tables: folded for a terminal, and for nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridgewatch.cli.output import print_table

if TYPE_CHECKING:
    import pytest

LONG = ["Oude Dijk, " * 20 + "end", "NLALK002340558100405", "2022-08-15T00:00:00Z"]


def printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *, terminal: bool
) -> str:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TTY_COMPATIBLE", str(int(terminal)))
    print_table(["name", "code", "since"], [LONG])
    return capsys.readouterr().out


def test_a_table_that_is_piped_is_not_folded(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = printed(capsys, monkeypatch, terminal=False).splitlines()

    assert any(all(word in line for word in LONG) for line in lines)


def test_a_table_for_a_terminal_fits_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = printed(capsys, monkeypatch, terminal=True)

    assert LONG[0] not in out
    assert len(out.splitlines()) > 5
