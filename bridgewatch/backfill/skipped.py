"""What a backfill skips, kept as it stood, so that it can be corrected and fed back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self, TextIO

from bridgewatch.files import free_path, naming

if TYPE_CHECKING:
    from types import TracebackType

    from bridgewatch.backfill.rows import LineError


class Skipped:
    """Files of wrong lines, one for each file that has some; a context manager that closes them.

    They are gone again if what it is the context of fails: then nothing was skipped.

    :param directory: where they are made.
    :ivar paths: where each is, by the name of the file that the lines are from.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._open: dict[str, TextIO] = {}
        self.paths: dict[str, Path] = {}

    def __enter__(self) -> Self:
        """Use it."""
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Close the files, or remove them.

        :raises OSError: if what they hold cannot be written.
        """
        try:
            self._close()
        except OSError:
            self._remove()
            raise
        if error is not None:
            self._remove()

    def _close(self) -> None:
        for name, file in self._open.items():
            with naming(self.paths[name]):
                file.close()

    def _remove(self) -> None:
        for path in self.paths.values():
            path.unlink(missing_ok=True)

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
            self._open[name] = path.open("x", encoding="utf-8", newline="")
            self.paths[name] = path
            self._write(name, error.head)
        self._write(name, error.line)

    def _write(self, name: str, text: str) -> None:
        with naming(self.paths[name]):
            self._open[name].write(text)
