"""Run the operator's command line: `python -m bridgewatch`."""

import sys

try:
    from bridgewatch.cli import app
except KeyboardInterrupt:  # later ones end in a sentence by themselves
    sys.exit(130)

app(prog_name="python -m bridgewatch")
