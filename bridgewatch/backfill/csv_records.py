"""The records of a CSV file, of which a quoted field may go over several lines."""

from __future__ import annotations

import csv
import io
from collections import deque
from itertools import islice
from typing import TYPE_CHECKING

from bridgewatch.backfill.rows import Line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

LINES_AHEAD = 100
"""In so many lines a quote has to be closed: one that never is makes one wrong line, not many."""


def csv_columns(first: str) -> list[str]:
    """Read the names of the columns, in lower case."""
    return [column.strip().lower() for column in next(csv.reader([first]), [])]


def csv_records(numbered: Iterator[tuple[int, str]], columns: int) -> Iterator[Line]:
    """Read records.

    :param numbered: the file's lines, with their ends, each with its number.
    :param columns: how many values a record has that goes over several lines.
    """
    ahead: deque[tuple[int, str]] = deque()
    while one := ahead.popleft() if ahead else next(numbered, None):
        number, text = one
        if '"' in text:
            if text.count('"') % 2:
                ahead.extend(islice(numbered, LINES_AHEAD - len(ahead)))
                for rest in _rest(text, [line for _, line in ahead], columns):
                    ahead.popleft()
                    text += rest
            yield Line(number, text, _values(text))
        elif plain := text.rstrip("\r\n"):
            yield Line(number, text, plain.split(","))


def _rest(text: str, ahead: Sequence[str], columns: int) -> Sequence[str]:
    """Give the lines that complete a record with an open quote; none if they do not."""
    for number, line in enumerate(ahead, start=1):
        text += line
        if text.count('"') % 2 == 0:
            values = _values(text)
            if not isinstance(values, ValueError) and len(values) == columns:
                return ahead[:number]
    return ()


def _values(text: str) -> Sequence[str] | ValueError:
    try:
        return next(csv.reader(text.splitlines(keepends=True), strict=True))
    except csv.Error as error:
        return ValueError(f"it is not one line of CSV: {error}")


def csv_line(values: Iterable[object]) -> str:
    """Write a line."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(values)
    return text.getvalue()
