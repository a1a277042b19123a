"""The operator's command line: reads what the poller wrote, corrects, imports and exports it.

Exit codes: 0; 1, it failed; 2, it was used wrongly; 130, Ctrl-C. An error is one sentence on the
standard error. A reader that closes the pipe ends a command quietly, with 1.
"""

from inspect import cleandoc
from typing import Annotated

import typer

from bridgewatch.cli.backfill import backfill
from bridgewatch.cli.correct import correct
from bridgewatch.cli.cost import cost
from bridgewatch.cli.databases import databases
from bridgewatch.cli.discover import discover
from bridgewatch.cli.export import export
from bridgewatch.cli.history import history
from bridgewatch.cli.move import move
from bridgewatch.cli.notify import notify
from bridgewatch.cli.openings import openings
from bridgewatch.cli.pause import pause, resume
from bridgewatch.cli.preflight import preflight
from bridgewatch.cli.publish import publish
from bridgewatch.cli.query import query
from bridgewatch.cli.redrive import redrive
from bridgewatch.cli.stats import stats
from bridgewatch.cli.status import status
from bridgewatch.cli.tables import tables
from lambdas import VERSION

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

LOOK, REPAIR, OPERATE, ADMINISTER = "Look", "Repair", "Operate", "Administer"
"""The groups of the commands in the help."""

for group, commands in {
    LOOK: (status, history, openings, stats, query),
    REPAIR: (backfill, correct, export, move, redrive),
    OPERATE: (preflight, pause, resume, publish, cost),
}.items():
    for command in commands:
        app.command(rich_help_panel=group)(command)

app.add_typer(notify, name="notify", rich_help_panel=OPERATE)

for name, subcommands in (("discover", discover), ("databases", databases), ("tables", tables)):
    app.add_typer(subcommands, name=name, rich_help_panel=ADMINISTER)

for one in (app, notify, discover, databases, tables):
    for registered in one.registered_commands:
        # typer prints a docstring's lines as they stand, folded anew where they are too long.
        lines = cleandoc((registered.callback and registered.callback.__doc__) or "")
        registered.help = "\n\n".join(part.replace("\n", " ") for part in lines.split("\n\n"))


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    if wanted:
        typer.echo(f"bridgewatch {VERSION}")
        raise typer.Exit


@app.callback()
def main(
    *,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Tell what movable bridges did, from their recorded history.

    Where it is wrong, repair it; and operate what records it.
    """
