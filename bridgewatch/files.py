"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
import re
from contextlib import contextmanager, suppress
from itertools import chain, count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def free_path(path: Path) -> Path:
    """Give that path or, if there is such a file, one like it: rejected-2.csv."""
    numbered = (path.with_stem(f"{path.stem}-{number}") for number in count(2))
    return next(one for one in chain([path], numbered) if not one.exists())


@contextmanager
def naming(path: Path | str) -> Iterator[None]:
    """Let an error of the disk name the file, which a full one does not."""
    try:
        yield
    except OSError as error:
        if error.errno != errno.EPIPE and error.filename is None:
            error.filename = str(path)
        raise


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Give another path to write to, whose file takes the place of `path` once that has succeeded.

    What a killed process left of it is removed. What is no file of its own, such as /dev/stdout, is
    written to as it is.

    :raises OSError: if it can't.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    if path.is_symlink() or (path.exists() and not path.is_file()):
        with naming(path):
            yield path
        return
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    _remove_abandoned(path)
    try:
        with naming(path):
            yield partial
        partial.replace(path)
    except OSError as error:
        if error.filename == str(partial):
            error.filename = str(path)
        raise
    finally:
        with suppress(OSError):  # what it was is told already
            partial.unlink(missing_ok=True)


def _remove_abandoned(path: Path) -> None:
    """Remove what processes that are no more began to write in the place of a file."""
    whose = re.compile(re.escape(f".{path.name}.") + r"([0-9]+)\.partial")
    try:
        names = list(path.parent.iterdir())
    except OSError:  # a directory that may be written to, but not read
        return
    for one in names:
        if found := whose.fullmatch(one.name):
            try:
                os.kill(int(found[1]), 0)
            except ProcessLookupError:
                with suppress(OSError):
                    one.unlink()
            except (OSError, OverflowError):  # another user's, or no process's number
                pass
