"""Counts what AWS would bill for what happens in the embedded cloud.

`meter` is where the counts are kept. Requests are counted where they arrive, by service and
operation (`requests`); functions, their logs and metrics by what their logs say, as on AWS
(`logs`); records for as long as a table keeps them (`records`); and what is billed for existing,
alarms or objects for instance, when the usage is asked for (`standing`). The rules are those of
`bridgewatch.cost.metering`.

Not counted, as it does not happen here: bytes sent to the internet.
"""

from local.meter.meter import Meter

__all__ = ["Meter"]
