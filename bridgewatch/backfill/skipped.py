"""What a backfill skips, kept as it stood, so that it can be corrected and fed back."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Self, TextIO

from bridgewatch.files import free_path

if TYPE_CHECKING:
    from types import TracebackType

    from bridgewatch.backfill.rows import LineError


class Skipped:
    """Files of wrong lines, one for each file that has some; a context manager that closes them.

    :param directory: where they are made.
    :ivar paths: where each is, by the name of the file that the lines are from.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._files = ExitStack()
        self._open: dict[str, TextIO] = {}
        self.paths: dict[str, Path] = {}

    def __enter__(self) -> Self:
        """Use it."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the files."""
        self._files.__exit__(kind, error, trace)

    def add(self, name: str, error: LineError) -> None:
        """Keep a wrong line.

        :param name: the file that it is from.
        :raises OSError: if it can't.
        """
        if name not in self._open:
            source = Path("stdin.csv" if name == "-" else name)
            # What was packed is not packed again, and a Parquet file's lines are CSV.
            stem, *endings = source.name.split(".")
            ending = next((one for one in endings if one not in {"gz", "parquet"}), "csv")
            path = free_path(self._directory / f"{stem}.skipped.{ending}")
            file = path.open("x", encoding="utf-8", newline="")
            self._open[name] = self._files.enter_context(file)
            self.paths[name] = path
            file.write(error.head)
        self._open[name].write(error.line)
