"""Queries of the embedded Timestream beside DuckDB's, both over HTTP, and what their rows take.

Each server is a process of its own, with the same rows: of ten bridges, over the last seven days.
The client is the standard library's, on one connection, as an SDK would take most of the time.
"""

from __future__ import annotations

import json
import statistics
import time
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, NamedTuple

import duckdb

from bench.serving import serving
from bench.timestream_writes import BATCH, BRIDGES, WHERE, record
from embedded_timestream.server.embedded import EmbeddedTimestream

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

ROUNDS = 21
WEEK = 7 * 86_400_000  # milliseconds


class Question(NamedTuple):
    """One question in both languages."""

    name: str
    timestream: str
    duckdb: str


QUESTIONS = (
    Question(
        "hourly average over 7 days",
        'SELECT bin(time, 1h) AS hour, avg(measure_value::double) FROM "bench"."status"'
        " WHERE time > ago(7d) GROUP BY bin(time, 1h) ORDER BY hour",
        "SELECT time_bucket(INTERVAL 1 HOUR, time) AS hour, avg(value) FROM status"
        " WHERE time > now()::TIMESTAMP - INTERVAL 7 DAY GROUP BY 1 ORDER BY 1",
    ),
    Question(
        "one bridge and hour",
        'SELECT time, measure_value::double FROM "bench"."status"'
        " WHERE measure_name = 'bridge 3' AND time BETWEEN ago(25h) AND ago(24h) ORDER BY time",
        "SELECT time, value FROM status WHERE measure_name = 'bridge 3' AND time"
        " BETWEEN now()::TIMESTAMP - INTERVAL 25 HOUR AND now()::TIMESTAMP - INTERVAL 24 HOUR"
        " ORDER BY time",
    ),
    Question(
        "top ten",
        'SELECT time, measure_name, measure_value::double FROM "bench"."status"'
        " ORDER BY measure_value::double DESC LIMIT 10",
        "SELECT time, measure_name, value FROM status ORDER BY value DESC LIMIT 10",
    ),
    Question(
        "last point of each bridge",
        "SELECT measure_name, max(time), max_by(measure_value::double, time)"
        ' FROM "bench"."status" GROUP BY measure_name ORDER BY measure_name',
        "SELECT measure_name, max(time), max_by(value, time) FROM status"
        " GROUP BY measure_name ORDER BY measure_name",
    ),
    Question(
        "interpolation over a day",
        "SELECT interpolate_linear(create_time_series(time, measure_value::double),"
        ' sequence(ago(24h), ago(1h), 15m)) FROM "bench"."status"'
        " WHERE measure_name = 'bridge 3' AND time > ago(25h)",
        "WITH points AS (SELECT time, value, lead(time) OVER w AS time_after,"
        " lead(value) OVER w AS value_after FROM status WHERE measure_name = 'bridge 3'"
        " AND time > now()::TIMESTAMP - INTERVAL 25 HOUR WINDOW w AS (ORDER BY time)),"
        " moments AS (SELECT unnest(generate_series(now()::TIMESTAMP - INTERVAL 24 HOUR,"
        " now()::TIMESTAMP - INTERVAL 1 HOUR, INTERVAL 15 MINUTE)) AS moment)"
        " SELECT moment, value + (value_after - value) * (epoch_ns(moment) - epoch_ns(time))"
        " / (epoch_ns(time_after) - epoch_ns(time)) FROM moments ASOF JOIN points"
        " ON moment >= time ORDER BY moment",
    ),
    Question(
        "newest record",
        'SELECT * FROM "bench"."status" WHERE time > ago(1h) ORDER BY time DESC LIMIT 1',
        "SELECT * FROM status WHERE time > now()::TIMESTAMP - INTERVAL 1 HOUR"
        " ORDER BY time DESC LIMIT 1",
    ),
    Question("count", 'SELECT count(*) FROM "bench"."status"', "SELECT count(*) FROM status"),
    Question("1", "SELECT 1", "SELECT 1"),
)


def report(rows: int) -> None:
    """Print the medians, in turn, and the memory, over so many rows."""
    with serving(_serve_timestream, rows) as ours, serving(_serve_duckdb, rows) as theirs:
        clients = _Client(ours), _Client(theirs)
        for question in QUESTIONS:
            texts = question.timestream, question.duckdb
            times: tuple[list[float], list[float]] = ([], [])
            for turn in range(ROUNDS + 1):
                for client, text, its in zip(clients, texts, times, strict=True):
                    start = time.perf_counter()
                    client.ask(text)
                    if turn:  # the first one is for the caches
                        its.append((time.perf_counter() - start) * 1000)
            _print(f"{question.name}, {rows:,} rows", "ms", *map(statistics.median, times))
        _print(f"memory, {rows:,} rows", "MB", *(client.megabytes() for client in clients))


def _print(what: str, unit: str, ours: float, theirs: float) -> None:
    print(
        f"{what}: embedded {ours:.1f} {unit}, DuckDB {theirs:.1f} {unit}, ratio {ours / theirs:.2f}"
    )


class _Client:
    def __init__(self, address: str) -> None:
        place, self._megabytes = address.split("#")
        self._connection = HTTPConnection(place.removeprefix("http://"))

    def ask(self, query: str) -> None:
        headers = {"X-Amz-Target": "Timestream_20181101.Query"}
        body = json.dumps({"QueryString": query})
        self._connection.request("POST", "/", body, headers)
        answer = self._connection.getresponse()
        rows = json.loads(answer.read())["Rows"]
        assert answer.status == 200  # noqa: S101, PLR2004 - of our own server
        assert rows  # noqa: S101

    def megabytes(self) -> float:
        return float(self._megabytes)


def _serve_timestream(ready: Connection, rows: int) -> None:
    with EmbeddedTimestream() as timestream:
        service = timestream.service()
        service.call("Query", {"QueryString": "SELECT 1"})  # load what every query needs
        before = _resident_megabytes()
        service.call("CreateDatabase", {"DatabaseName": WHERE["DatabaseName"]})
        retention = {
            "MemoryStoreRetentionPeriodInHours": 24 * 8,
            "MagneticStoreRetentionPeriodInDays": 1,
        }
        service.call("CreateTable", {**WHERE, "RetentionProperties": retention})
        start = time.time_ns() // 10**6 - WEEK
        for first in range(0, rows, BATCH):
            batch = [
                record("roadsignals", i, start + i * WEEK // rows, i % 1000 / 7)
                for i in range(first, first + BATCH)
            ]
            service.call("WriteRecords", {**WHERE, "Records": batch})
        service.call("Query", {"QueryString": 'SELECT count(*) FROM "bench"."status"'})
        ready.send(f"{timestream.endpoint}#{_resident_megabytes() - before}")
        ready.recv()


def _serve_duckdb(ready: Connection, rows: int) -> None:
    connection = duckdb.connect()
    connection.execute("SELECT 1").fetchall()
    before = _resident_megabytes()
    connection.execute(
        "CREATE TABLE status AS SELECT 'Gothenburg' AS city, 'Sweden' AS country,"
        " 'roadsignals' AS source, 'bridge ' || i % ? AS measure_name,"
        " make_timestamp_ns((? + i * ? // ?) * 1000000) AS time,"
        " i % 1000 / 7 AS value FROM range(?) AS of(i)",
        [BRIDGES, time.time_ns() // 10**6 - WEEK, WEEK, rows, rows],
    )
    memory = _resident_megabytes() - before

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with connection.cursor() as cursor:
                found = cursor.execute(request["QueryString"]).fetchall()
            body = json.dumps({"Rows": found}, default=str).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ready.send(f"http://127.0.0.1:{server.server_port}#{memory}")
    server.serve_forever()


def _resident_megabytes() -> float:
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - not a file to keep
        return int(file.read().split()[1]) * 4096 / 1e6
