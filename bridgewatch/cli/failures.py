"""How a command fails: with one sentence and an exit code."""

import errno
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import typer

from bridgewatch.settings import SettingsError
from lambdas.store import StoreError

FAILED, WRONG_USAGE, INTERRUPTED, TERMINATED = 1, 2, 130, 143
"""The last two are how every shell calls Ctrl-C and SIGTERM."""


_terminated = Event()
_SWALLOWED = "Query interrupted"
"""How DuckDB ends what a signal interrupts, in place of the exception that the signal raised."""


def exit_when_terminated() -> None:
    """Let SIGTERM end the program by an exception, so that nothing half done stays behind."""

    def terminate(*_: object) -> None:
        _terminated.set()
        sys.exit(TERMINATED)

    signal.signal(signal.SIGTERM, terminate)


class CommandError(Exception):
    """The command cannot do it; the text says why, in one sentence.

    :param exit_code: FAILED, or WRONG_USAGE if another command line would have worked.
    """

    def __init__(self, sentence: str, exit_code: int) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


@contextmanager
def one_sentence() -> Iterator[None]:
    """Print expected errors as a sentence, and exit; others are bugs and keep their traceback."""
    try:
        with _signals_that_duckdb_swallows():
            yield
    except CommandError as error:
        sentence, exit_code = str(error), error.exit_code
    except SettingsError as error:
        sentence, exit_code = str(error), WRONG_USAGE
    except StoreError as error:
        sentence, exit_code = str(error), FAILED
    except OSError as error:
        # Whoever read the output has enough of it: typer ends quietly.
        if error.errno == errno.EPIPE:
            raise
        sentence, exit_code = f"{error.filename or 'the output'}: {error.strerror}.", FAILED
    except KeyboardInterrupt:
        sentence, exit_code = "Interrupted.", INTERRUPTED
    else:
        return
    typer.echo(f"bridgewatch: {sentence}", err=True)
    raise typer.Exit(exit_code)


@contextmanager
def _signals_that_duckdb_swallows() -> Iterator[None]:
    """Raise again what a signal raised while DuckDB worked."""
    try:
        yield
    except RuntimeError as error:
        if str(error) != _SWALLOWED:
            raise
        if _terminated.is_set():
            raise typer.Exit(TERMINATED) from error
        raise KeyboardInterrupt from error
