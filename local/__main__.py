"""The embedded cloud's own command line: python -m local."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from embedded_timestream.clock import SystemClock
from local.cloud import Cloud

TOLD_DAYS = 3.0
"""After which telling meets nothing new."""

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


class StoreType(StrEnum):
    """Where the history is kept."""

    TIMESTREAM = "timestream"
    DYNAMODB = "dynamodb"


@app.callback()
def local() -> None:
    """Run an embedded cloud: no account, no Docker, no network."""


@app.command()
def serve(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port on 127.0.0.1; 0 takes a free one.")
    ] = 4566,
    data: Annotated[
        Path | None,
        typer.Option(help="A directory in which Timestream and DynamoDB keep what is written."),
    ] = None,
    *,
    fsync: Annotated[
        bool, typer.Option("--fsync", help="Answer a write once it is on the disk: slower.")
    ] = False,
    demo: Annotated[
        bool,
        typer.Option("--demo", help="Deploy a page of simulated bridges that move all the time."),
    ] = False,
) -> None:
    """Serve until SIGTERM or SIGINT, running the deployed schedules in real time.

    A page that is deployed is served too: its address is printed.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with ExitStack() as stack:
        try:
            cloud = stack.enter_context(Cloud(SystemClock(), port, data, fsync=fsync))
        except OSError as error:
            typer.echo(f"{error.filename} cannot be used: {error.strerror}.", err=True)
            raise typer.Exit(1) from error
        cloud.opened = lambda address: typer.echo(f"page  {address}")
        cloud.probe()
        typer.echo(f"ready {cloud.endpoint}")
        if demo:
            from local.demo import lively  # noqa: PLC0415 - serving alone needs none of it

            bridges = stack.enter_context(lively.bridges(cloud))
            lively.deploy(cloud, bridges.url, typer.echo)
        cloud.schedules.serve(stop)
    # Python's own end takes a second, and DuckDB aborts it while threads still answer requests.
    sys.stdout.flush()
    os._exit(0)


@app.command()
def demo(
    openings: Annotated[
        Path | None,
        typer.Option(help="Replay a CSV file: bridge, opened_at, closed_at; not Hisingsbron."),
    ] = None,
    store: StoreType = StoreType.TIMESTREAM,
) -> None:
    """Deploy, watch bridges for simulated days, read back, compare with what happened."""
    from local.demo.run import OUTPUT, run  # noqa: PLC0415 - serving needs none of it

    try:
        passed = run(openings, store.value)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--openings") from error
    except OSError as error:
        if openings and error.filename == str(openings):
            raise typer.BadParameter(str(error), param_hint="--openings") from error
        # A full disk does not say what it had no room for.
        typer.echo(f"{error.filename or OUTPUT}: {error.strerror}.", err=True)
        raise typer.Exit(1) from error
    except subprocess.CalledProcessError as error:
        typer.echo(f"The demo failed: {' '.join(map(str, error.cmd))}", err=True)
        raise typer.Exit(1) from error
    if not passed:
        raise typer.Exit(1)


@app.command()
def chaos(
    seed: Annotated[int | None, typer.Option(help="Of the faults; random without it.")] = None,
    days: Annotated[float, typer.Option(help="Of simulated time.", min=0.25)] = 30,
    store: StoreType = StoreType.TIMESTREAM,
) -> None:
    """Watch bridges with faults at every edge; fail if anything was lost, invented or not told."""
    from local.chaos import telling  # noqa: PLC0415 - serving needs none of it
    from local.chaos.run import run  # noqa: PLC0415 - likewise

    faultless = run(seed, days, store.value)
    all_told = telling.run(seed, min(days, TOLD_DAYS))
    if not (faultless and all_told):
        raise typer.Exit(1)


@app.command()
def pictures() -> None:
    """Renew README's pictures of the page, and its previews."""
    from local.pictures import of_the_page, previews  # noqa: PLC0415 - serving needs none of it

    for file in (*of_the_page(), *previews()):
        typer.echo(file)


@app.command()
def article() -> None:
    """Replay the article's three months with the meter on, and renew docs/cost.md."""
    from local.demo.article import renew  # noqa: PLC0415 - serving needs none of it

    renew()


if __name__ == "__main__":
    app()
