"""How fast the embedded Timestream is, beside what does less.

    python -m bench.timestream

Writes: WriteRecords calls of 100 records by the SDK over HTTP, beside stock moto, which stores them
unread. Queries: the hourly average over seven days and the last point of each bridge, beside DuckDB
asked directly for the same over a table of its own. Memory: a million rows, beside DuckDB's own.
Every figure and the one beside it come from the same run; a ratio above 1 means slower or larger.
"""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import statistics
import time
from typing import TYPE_CHECKING, Any

import boto3
import duckdb
from botocore.config import Config
from moto.server import ThreadedMotoServer

from embedded_timestream import functions, moto_adapter
from embedded_timestream.clock import SystemClock
from embedded_timestream.query.engine import Engine
from embedded_timestream.write.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from multiprocessing.synchronize import Barrier

WHERE = {"DatabaseName": "bench", "TableName": "status"}
BRIDGES = 10
BATCH = 100
ROUNDS = 3  # of which the best counts: the others met other work on this computer
_PROCESSES = multiprocessing.get_context("spawn")

HOURLY = {
    "Timestream": 'SELECT bin(time, 1h) AS hour, avg(measure_value::double) FROM "bench"."status"'
    " WHERE time > ago(7d) GROUP BY bin(time, 1h) ORDER BY hour",
    "DuckDB": "SELECT time_bucket(INTERVAL 1 HOUR, time) AS hour, avg(value) FROM status"
    " WHERE time > now()::TIMESTAMP - INTERVAL 7 DAY GROUP BY 1 ORDER BY 1",
}
LAST_POINT = {
    "Timestream": "SELECT measure_name, max(time), max_by(measure_value::double, time)"
    ' FROM "bench"."status" GROUP BY measure_name ORDER BY measure_name',
    "DuckDB": "SELECT measure_name, max(time), max_by(value, time) FROM status"
    " GROUP BY measure_name ORDER BY measure_name",
}


def main() -> None:
    """Measure, and print the figures with their ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=200, help="WriteRecords of each client")
    parser.add_argument("--rows", type=int, nargs="+", default=[100_000, 1_000_000])
    chosen = parser.parse_args()
    for clients in (1, 4):
        report_writes(clients, chosen.calls)
    for rows in chosen.rows:
        report_rows(rows)


def report_writes(clients: int, calls: int) -> None:
    """Print how many WriteRecords a second so many clients get through."""
    rounds = [
        [writes_per_second(server, clients, calls) for server in ("embedded", "stock moto")]
        for _ in range(ROUNDS)
    ]
    ours, stock = map(max, zip(*rounds, strict=True))
    print(
        f"WriteRecords of {BATCH} records, {clients} client(s):"
        f" embedded {ours:.0f}/s, stock moto {stock:.0f}/s, ratio {stock / ours:.2f}"
    )


def writes_per_second(server: str, clients: int, calls: int) -> float:
    """Let clients write to a server, each of them in a process of its own."""
    here, there = _PROCESSES.Pipe()
    serving = _PROCESSES.Process(target=_serve, args=(server, there))
    serving.start()
    endpoint = here.recv()
    client = _client(endpoint)
    client.create_database(DatabaseName=WHERE["DatabaseName"])
    client.create_table(**WHERE)
    barrier = _PROCESSES.Barrier(clients + 1)
    writing = [
        _PROCESSES.Process(target=_write, args=(endpoint, number, calls, barrier))
        for number in range(clients)
    ]
    for process in writing:
        process.start()
    barrier.wait()
    start = time.perf_counter()
    barrier.wait()
    elapsed = time.perf_counter() - start
    for process in writing:
        process.join()
    here.send("stop")
    serving.join()
    return clients * calls / elapsed


def _serve(server: str, pipe: Connection) -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for each request
    if server == "embedded":
        moto_adapter.install(SystemClock())
    moto = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    pipe.send(f"http://{host}:{port}")
    pipe.recv()
    moto.stop()


def _write(endpoint: str, number: int, calls: int, barrier: Barrier) -> None:
    client = _client(endpoint)
    start = int(time.time() * 1000) - 3_600_000
    batches = [
        [record(f"source {number}", i, start + (call * BATCH + i), i / 7) for i in range(BATCH)]
        for call in range(calls)
    ]
    client.describe_table(**WHERE)  # connect before the time runs
    barrier.wait()
    for batch in batches:
        client.write_records(**WHERE, Records=batch)
    barrier.wait()


def _client(endpoint: str) -> Any:  # noqa: ANN401 - requests are plain dicts here
    return boto3.client(
        "timestream-write",
        region_name="eu-west-1",
        endpoint_url=endpoint,
        aws_access_key_id="embedded",
        aws_secret_access_key="embedded",  # noqa: S106 - any key is right here
        # Stock moto would send the client to AWS.
        config=Config(endpoint_discovery_enabled=False, inject_host_prefix=False),
    )


def record(source: str, bridge: int, milliseconds: int, value: float) -> dict[str, Any]:
    """Give a record of one of `BRIDGES`."""
    return {
        "Dimensions": [
            {"Name": "city", "Value": "Gothenburg"},
            {"Name": "country", "Value": "Sweden"},
            {"Name": "source", "Value": source},
        ],
        "MeasureName": f"bridge {bridge % BRIDGES}",
        "MeasureValue": str(value),
        "MeasureValueType": "DOUBLE",
        "Time": str(milliseconds),
    }


def report_rows(rows: int) -> None:
    """Print times and memory over so many rows, which span the last seven days."""
    figures = {}
    for kind, measure in (("Timestream", _measure_timestream), ("DuckDB", _measure_duckdb)):
        here, there = _PROCESSES.Pipe()
        process = _PROCESSES.Process(target=measure, args=(rows, there))
        process.start()
        figures[kind] = here.recv()
        process.join()
    for name, unit, factor in (
        ("hourly average over 7 days", "ms", 1000),
        ("last point of each bridge", "ms", 1000),
        ("memory", "MB", 1e-6),
    ):
        ours, theirs = figures["Timestream"][name], figures["DuckDB"][name]
        print(
            f"{name}, {rows:,} rows: embedded {ours * factor:.1f} {unit},"
            f" DuckDB {theirs * factor:.1f} {unit}, ratio {ours / theirs:.2f}"
        )


def _measure_timestream(rows: int, pipe: Connection) -> None:
    before = _resident_bytes()
    store = Store(SystemClock(), prepare=functions.install)
    store.call("CreateDatabase", {"DatabaseName": WHERE["DatabaseName"]})
    retention = {
        "MemoryStoreRetentionPeriodInHours": 24 * 8,
        "MagneticStoreRetentionPeriodInDays": 1,
    }
    store.call("CreateTable", {**WHERE, "RetentionProperties": retention})
    start = int(time.time() * 1000) - 7 * 86_400_000
    for first in range(0, rows, BATCH):
        batch = [
            record("roadsignals", i, start + i * 7 * 86_400_000 // rows, i % 1000 / 7)
            for i in range(first, first + BATCH)
        ]
        store.call("WriteRecords", {**WHERE, "Records": batch})
    store.flush()
    memory = _resident_bytes() - before
    engine = Engine(store)
    pipe.send(
        {
            "hourly average over 7 days": _seconds(
                lambda: engine.call("Query", {"QueryString": HOURLY["Timestream"]})
            ),
            "last point of each bridge": _seconds(
                lambda: engine.call("Query", {"QueryString": LAST_POINT["Timestream"]})
            ),
            "memory": memory,
        }
    )
    store.close()


def _measure_duckdb(rows: int, pipe: Connection) -> None:
    before = _resident_bytes()
    connection = duckdb.connect()
    start = int(time.time() * 1000) - 7 * 86_400_000
    connection.execute(
        "CREATE TABLE status AS SELECT 'Gothenburg' AS city, 'Sweden' AS country,"
        " 'roadsignals' AS source, 'bridge ' || i % ? AS measure_name,"
        " make_timestamp_ns((? + i * 604800000 // ?) * 1000000) AS time,"
        " i % 1000 / 7 AS value FROM range(?) AS of(i)",
        [BRIDGES, start, rows, rows],
    )
    memory = _resident_bytes() - before
    pipe.send(
        {
            "hourly average over 7 days": _seconds(
                lambda: connection.execute(HOURLY["DuckDB"]).fetchall()
            ),
            "last point of each bridge": _seconds(
                lambda: connection.execute(LAST_POINT["DuckDB"]).fetchall()
            ),
            "memory": memory,
        }
    )
    connection.close()


def _seconds(ask: Callable[[], object]) -> float:
    """Give the median time of a question that has been asked before."""
    ask()
    times = []
    for _ in range(15):
        start = time.perf_counter()
        ask()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def _resident_bytes() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - not a file to keep
        return int(file.read().split()[1]) * 4096


if __name__ == "__main__":
    main()
