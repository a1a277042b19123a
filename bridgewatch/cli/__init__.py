"""The operator's command line: reads what the poller wrote, corrects, imports and exports it.

Exit codes: 0; 1, it failed; 2, it was used wrongly; 130, Ctrl-C. An error is one sentence on the
standard error. A reader that closes the pipe ends a command quietly, with 1.
"""

import typer

from bridgewatch.cli.backfill import backfill
from bridgewatch.cli.correct import correct
from bridgewatch.cli.cost import cost
from bridgewatch.cli.databases import databases
from bridgewatch.cli.discover import discover
from bridgewatch.cli.export import export
from bridgewatch.cli.history import history
from bridgewatch.cli.openings import openings
from bridgewatch.cli.pause import pause, resume
from bridgewatch.cli.preflight import preflight
from bridgewatch.cli.query import query
from bridgewatch.cli.redrive import redrive
from bridgewatch.cli.stats import stats
from bridgewatch.cli.status import status
from bridgewatch.cli.tables import tables

app = typer.Typer(
    help="Tell what movable bridges did, from their history in Amazon Timestream.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(status)
app.command()(history)
app.command()(openings)
app.command()(stats)
app.command()(query)
app.command()(backfill)
app.command()(correct)
app.command()(export)
app.command()(redrive)
app.command()(cost)
app.command()(preflight)
app.command()(pause)
app.command()(resume)
app.add_typer(discover, name="discover")
app.add_typer(databases, name="databases")
app.add_typer(tables, name="tables")
