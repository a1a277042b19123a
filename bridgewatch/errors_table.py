"""The tables of errors in docs/operations.md, made from the rules that the functions follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.errors import RULES
from lambdas.poller.sources import REASONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def errors_table() -> str:
    """Write what becomes of a record when something fails, in Markdown."""
    columns = ("error", "who tries again", "where the record is", "alarm", "what you do")
    return _table(
        columns,
        (
            (_error(rule.error, rule.codes), rule.retried, rule.kept, rule.alarm, rule.operator)
            for rule in RULES
        ),
    )


def reasons_table() -> str:
    """Write why a source gave no observation, in Markdown."""
    return _table(
        ("reason", "what happened", "what you do"),
        ((f"`{reason}`", *words) for reason, words in REASONS.items()),
    )


def _error(error: str, codes: Sequence[str]) -> str:
    return f"{error} ({', '.join(f'`{code}`' for code in codes)})" if codes else error


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
