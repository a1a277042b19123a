"""Run the operator's command line: `bridgewatch`, or `python -m bridgewatch`."""

import signal
import sys

try:
    from bridgewatch.cli import app
    from bridgewatch.cli.encoding import escape_what_is_lacking
    from bridgewatch.cli.failures import TERMINATED
except KeyboardInterrupt:  # later ones end in a sentence by themselves
    sys.exit(130)

# As an exception, so that nothing half done stays behind.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
escape_what_is_lacking()
app(prog_name="bridgewatch")
