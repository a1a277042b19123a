"""WriteRecords over HTTP: beside stock moto, and what it costs to survive a power cut.

Stock moto stores records unread; the embedded Timestream checks them and keeps them to be queried.
The clients are the standard library's, with their requests ready made: an SDK takes several times
as long over a request as these servers do, and its time would be all that is measured.
"""

from __future__ import annotations

import json
import logging
import multiprocessing
import statistics
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from moto.server import ThreadedMotoServer

from bench.serving import serving
from embedded_timestream import moto_adapter
from embedded_timestream.clock import SystemClock
from embedded_timestream.server.embedded import EmbeddedTimestream

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.synchronize import Barrier

WHERE = {"DatabaseName": "bench", "TableName": "status"}
BRIDGES = 10
BATCH = 100
ROUNDS = 5  # of which the median counts

BESIDE_MOTO = ("embedded", "embedded in moto", "stock moto")
DURABLE = ("in memory", "--data", "--data --fsync")


def report(servers: Sequence[str], clients: int, calls: int) -> None:
    """Print how many WriteRecords a second so many clients get through, beside the last server."""
    rounds = [[_per_second(server, clients, calls) for server in servers] for _ in range(ROUNDS)]
    medians = [statistics.median(its) for its in zip(*rounds, strict=True)]
    told = ", ".join(
        f"{server} {speed:.0f}/s (x {speed / medians[-1]:.2f})"
        for server, speed in zip(servers, medians, strict=True)
    )
    print(f"WriteRecords of {BATCH} records, {clients} client(s): {told}")


def _per_second(server: str, clients: int, calls: int) -> float:
    """Let clients write to a server, each of them in a process of its own."""
    with serving(_serve, server) as endpoint:
        client = _client(endpoint)
        client.create_database(DatabaseName=WHERE["DatabaseName"])
        client.create_table(**WHERE)
        barrier = multiprocessing.Barrier(clients + 1)
        writing = [
            multiprocessing.Process(target=_write, args=(endpoint, number, calls, barrier))
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
    return clients * calls / elapsed


def _serve(ready: Connection, server: str) -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for each request
    if server in {"embedded in moto", "stock moto"}:
        if server == "embedded in moto":
            moto_adapter.install(SystemClock())
        moto = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        moto.start()
        host, port = moto.get_host_and_port()
        ready.send(f"http://{host}:{port}")
        ready.recv()
        return
    with tempfile.TemporaryDirectory() as directory:
        data = Path(directory) if "--data" in server else None
        with EmbeddedTimestream(data=data, fsync="--fsync" in server) as timestream:
            ready.send(timestream.endpoint)
            ready.recv()


def _write(endpoint: str, number: int, calls: int, barrier: Barrier) -> None:
    connection = HTTPConnection(endpoint.removeprefix("http://"))
    headers = {
        "X-Amz-Target": "Timestream_20181101.WriteRecords",
        "Content-Type": "application/x-amz-json-1.0",
        # By which moto finds the service and the region.
        "Authorization": "AWS4-HMAC-SHA256 Credential=embedded/20260105/eu-west-1/timestream"
        "/aws4_request, SignedHeaders=host, Signature=0",
    }
    start = time.time_ns() // 10**6 - 3_600_000
    source = f"source {number}"
    bodies = [
        json.dumps(
            {**WHERE, "Records": [record(source, i, first + i, i / 7) for i in range(BATCH)]}
        )
        for first in range(start, start + calls * BATCH, BATCH)
    ]
    barrier.wait()
    for body in bodies:
        connection.request("POST", "/", body, headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200  # noqa: S101, PLR2004 - nothing else is measured
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
