"""How long a test waits for the embedded Timestream: for its start, and for its reset.

    python -m bench.package

A start is measured in a process that has loaded nothing of it yet: until it listens, and until it
has answered a first call, which loads DuckDB. A reset follows a test that made a table, wrote and
asked. In brackets, the processor's time: on a shared computer the fairer measure.
"""

from __future__ import annotations

import json
import multiprocessing
import statistics
import time
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

ROUNDS = 9
_PROCESSES = multiprocessing.get_context("spawn")


def main() -> None:
    """Measure, and print the medians."""
    rounds = [_measured() for _ in range(ROUNDS)]
    for name in rounds[0]:
        figures = (sorted(one[name][at] * 1000 for one in rounds) for at in (0, 1))
        elapsed, busy = map(statistics.median, figures)
        print(f"{name}: {elapsed:.1f} ms ({busy:.1f} ms)")


def _measured() -> dict[str, tuple[float, float]]:
    here, there = _PROCESSES.Pipe()
    process = _PROCESSES.Process(target=_measure, args=(there,))
    process.start()
    figures: dict[str, tuple[float, float]] = here.recv()
    process.join()
    return figures


def _measure(pipe: Connection) -> None:
    figures = {}
    elapsed = _stopwatch()
    from embedded_timestream.server.embedded import EmbeddedTimestream  # noqa: PLC0415 - measured

    with EmbeddedTimestream() as timestream:
        connection = HTTPConnection(timestream.endpoint.removeprefix("http://"))
        connection.connect()
        figures["start, until it listens"] = elapsed()
        _call(connection, "ListDatabases")
        figures["start, until it has answered a call"] = elapsed()
        _use(connection)
        elapsed = _stopwatch()
        timestream.reset()
        figures["reset"] = elapsed()
        elapsed = _stopwatch()
        _ = timestream.write, timestream.query
        figures["the two boto3 clients"] = elapsed()
        connection.close()
    pipe.send(figures)


def _stopwatch() -> Callable[[], tuple[float, float]]:
    """Start one: it tells the seconds since then, and for how many a processor was busy."""
    began, busy = time.perf_counter(), time.process_time()
    return lambda: (time.perf_counter() - began, time.process_time() - busy)


def _use(connection: HTTPConnection) -> None:
    where = {"DatabaseName": "bridges", "TableName": "status"}
    _call(connection, "CreateDatabase", DatabaseName="bridges")
    _call(connection, "CreateTable", **where)
    record = {
        "Dimensions": [{"Name": "city", "Value": "Gothenburg"}],
        "MeasureName": "Hisingsbron",
        "MeasureValue": "1",
        "Time": str(round(time.time() * 1000)),
    }
    _call(connection, "WriteRecords", **where, Records=[record])
    _call(connection, "Query", QueryString='SELECT count(*) FROM "bridges"."status"')


def _call(connection: HTTPConnection, operation: str, **request: Any) -> None:  # noqa: ANN401 - JSON
    target = {"X-Amz-Target": f"Timestream_20181101.{operation}"}
    connection.request("POST", "/", json.dumps(request).encode(), target)
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, body  # noqa: S101, PLR2004 - a benchmark of failures says nothing


if __name__ == "__main__":
    main()
