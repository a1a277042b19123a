"""Run the operator's command line: `bridgewatch`, or `python -m bridgewatch`."""

import signal

# While modules load, Ctrl-C ends the program at once: what it raises there may come out as another
# error. Whoever runs it in the background has it ignored, and that stays so.
interrupted = signal.getsignal(signal.SIGINT)
if interrupted is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)

from bridgewatch.cli import app  # noqa: E402
from bridgewatch.cli.encoding import escape_what_is_lacking  # noqa: E402
from bridgewatch.cli.failures import exit_when_terminated  # noqa: E402

signal.signal(signal.SIGINT, interrupted)
exit_when_terminated()
escape_what_is_lacking()
app(prog_name="bridgewatch")
