"""Run the operator's command line: `python -m bridgewatch`."""

from bridgewatch.cli import app

app(prog_name="python -m bridgewatch")
