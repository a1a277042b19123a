"""What a file holds, whatever its format: columns, and lines with a value for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class LineError(Exception):
    """A line, or a file, that cannot be imported: its text names the file, the line and the reason.

    :ivar line: the line as it stands in the file, with its end; nothing if it is the file.
    :ivar head: what a file that holds only that line has to begin with.
    """

    def __init__(self, sentence: str, *, line: str = "", head: str = "") -> None:
        super().__init__(sentence)
        self.line = line
        self.head = head


class Line(NamedTuple):
    """A line of a file, or a record that goes over several.

    :param text: as it stands in the file, with its end.
    :param values: of the columns, or what is wrong with it.
    """

    number: int
    text: str
    values: Sequence[Any] | ValueError


class Rows(NamedTuple):
    """What a file holds.

    :param head: the line that names the columns, if there is one.
    """

    columns: Sequence[str]
    head: str
    lines: Iterator[Line]
