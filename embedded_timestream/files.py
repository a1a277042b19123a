"""Files that outlive the process, and the computer's power where that is asked for."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def replace(path: Path, text: str) -> None:
    """Write a small file at once: a kill or a power cut leaves the old one or the new one."""
    written = path.with_suffix(".new")
    with written.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        force(file.fileno())
    written.replace(path)
    force_entries(path.parent)


def force(descriptor: int) -> None:
    """Force what was written to a file onto its disk.

    On macOS, fsync leaves it in the disk's own cache, which loses it with the power.
    """
    if sys.platform == "darwin":
        import fcntl  # noqa: PLC0415 - not on Windows

        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    else:
        os.fsync(descriptor)


def force_entries(directory: Path) -> None:
    """Force onto the disk which files a directory has."""
    if sys.platform == "win32":  # where a directory cannot be opened
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        force(descriptor)
    finally:
        os.close(descriptor)
