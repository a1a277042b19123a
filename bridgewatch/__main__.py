"""Run the operator's command line: `bridgewatch`, or `python -m bridgewatch`."""

import sys

try:
    from bridgewatch.cli import app
    from bridgewatch.cli.encoding import escape_what_is_lacking
    from bridgewatch.cli.failures import exit_when_terminated
except KeyboardInterrupt:  # later ones end in a sentence by themselves
    sys.exit(130)

exit_when_terminated()
escape_what_is_lacking()
app(prog_name="bridgewatch")
