"""The journal of a move, where it cannot be begun."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bridgewatch.moving.journal import MoveError, MoveJournal

if TYPE_CHECKING:
    from pathlib import Path


def test_a_journal_that_was_not_begun_to_its_end_is_begun_again(tmp_path: Path) -> None:
    unfit: Any = object()  # SQLite refuses it, at the last step
    with pytest.raises(MoveError, match="cannot be used"):
        MoveJournal(tmp_path / "journal", unfit)

    with MoveJournal(tmp_path / "journal", "from here to there") as journal:
        assert journal.start("Hisingsbron") == 0


def test_a_journal_that_another_has_open_is_one_sentence_and_closed(tmp_path: Path) -> None:
    with (
        MoveJournal(tmp_path / "journal", "from here to there"),
        pytest.raises(MoveError, match="cannot be used: database is locked"),
    ):
        MoveJournal(tmp_path / "journal", "from here to there")
