"""A server in a process of its own: it takes nothing of the time and memory that are measured."""

from __future__ import annotations

import multiprocessing
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def serving(serve: Callable[..., None], *arguments: object) -> Iterator[str]:
    """Let it serve, and give its address.

    :param serve: takes a pipe, into which it sends its address when it is ready, and `arguments`.
    """
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(target=serve, args=(there, *arguments), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        process.terminate()
        process.join()
