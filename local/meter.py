"""Counts what AWS would bill for what happens in the embedded cloud.

Requests are counted where they arrive, by service and operation; functions, their logs and metrics
by what their logs say, as on AWS; what is billed for existing (alarms, objects...) when the usage
is asked for. The rules are those of `bridgewatch.cost.metering`.

Not counted, as it does not happen here: bytes sent to the internet, budget actions.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from moto.cloudwatch.models import cloudwatch_backends
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.kms.models import kms_backends
from moto.s3.models import s3_backends

from bridgewatch.cost import metering
from bridgewatch.cost.bill import QueryPricing, bill
from bridgewatch.cost.prices import REGION, load_prices
from bridgewatch.cost.usage import Dimension, Usage
from local.clock import NANOSECONDS
from local.timestream import moto_plug

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from local.clock import Clock
    from local.lambda_runtime.runtime import Surroundings

_SCOPE = re.compile(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/aws4_request")
_SCANNED = re.compile(rb'"CumulativeBytesScanned": ?(\d+)')
_REPORT = re.compile(r"^REPORT .*\tBilled Duration: (\d+) ms\tMemory Size: (\d+) MB")
_UNITS_A_SECOND = {"SECONDS": 1, "MILLISECONDS": 10**3, "MICROSECONDS": 10**6, "NANOSECONDS": 10**9}
_NANOSECONDS_AN_HOUR = 3600 * NANOSECONDS
_HTTP_OK = 200
_REJECTED_RECORDS = 419
_MONTHS_AN_HOUR = Fraction(1, metering.HOURS_A_MONTH)


@dataclass(frozen=True)
class _Stored:
    """A record, for as long as a table keeps it.

    :param size: in bytes.
    :param time_ns: its own time, which its retention counts from.
    :param written_ns: when it was written.
    """

    size: int
    time_ns: int
    written_ns: int

    def hours(
        self, memory_hours: int, magnetic_days: int, now_ns: int
    ) -> tuple[Fraction, Fraction]:
        """Tell how long it has been in the memory store and in the magnetic store."""
        leaves_memory = self.time_ns + memory_hours * _NANOSECONDS_AN_HOUR
        gone = self.time_ns + magnetic_days * 24 * _NANOSECONDS_AN_HOUR
        moved = max(self.written_ns, min(leaves_memory, now_ns))
        left = max(moved, min(gone, now_ns))
        return (
            Fraction(moved - self.written_ns, _NANOSECONDS_AN_HOUR),
            Fraction(left - moved, _NANOSECONDS_AN_HOUR),
        )


class Meter:
    """Counts from `start` on, or from when it was made.

    :param clock: the cloud's.
    :param tcu_a_query: how many compute units a query gets: an assumption, as AWS does not say.
    """

    def __init__(self, clock: Clock, tcu_a_query: int = metering.TCU_A_QUERY) -> None:
        self._clock = clock
        self._tcu_a_query = tcu_a_query
        self._lock = threading.Lock()
        self.start()

    def start(self) -> None:
        """Forget what was counted, and count from here on."""
        with self._lock:
            self._started_ns = self._clock.now_ns()
            self._counts: dict[Dimension, Fraction] = defaultdict(Fraction)
            self._stored: dict[tuple[str, str, str], list[_Stored]] = defaultdict(list)
            self._kept_logs: list[tuple[int, int]] = []
            self._metric_hours: set[tuple[object, ...]] = set()

    def usage(self) -> Usage:
        """Tell what was used until now.

        What a deleted table stored is left out.
        """
        now_ns = self._clock.now_ns()
        with self._lock:
            counts = defaultdict(Fraction, self._counts)
            stored = {table: list(records) for table, records in self._stored.items()}
            kept = sum(size * (now_ns - at_ns) for size, at_ns in self._kept_logs)
            counts[Dimension.LOG_GB_MONTHS] = metering.gigabyte_months(
                kept, Fraction(1, _NANOSECONDS_AN_HOUR)
            )
            counts[Dimension.METRICS] = len(self._metric_hours) * _MONTHS_AN_HOUR
        for table, records in stored.items():
            if retention := _retention(*table):
                for record in records:
                    memory, magnetic = record.hours(*retention, now_ns)
                    counts[Dimension.MEMORY_GB_HOURS] += metering.gigabyte_hours(
                        record.size, memory
                    )
                    counts[Dimension.MAGNETIC_GB_MONTHS] += metering.gigabyte_months(
                        record.size, magnetic
                    )
        used = Usage(counts) + _standing() * (self.hours() * _MONTHS_AN_HOUR)
        return Usage({dimension: count for dimension, count in used.counts.items() if count})

    def hours(self) -> Fraction:
        """Tell for how many hours it has counted."""
        return Fraction(self._clock.now_ns() - self._started_ns, _NANOSECONDS_AN_HOUR)

    def usd(self, query_pricing: QueryPricing, *, allowances: bool) -> Fraction:
        """Price what was used until now, as a part of a month that goes on like this.

        :param allowances: whether the same part of a month's free allowances is deducted.
        :returns: US dollars, by the prices of us-east-1.
        """
        months = self.hours() * _MONTHS_AN_HOUR
        priced = bill(
            self.usage() * (1 / months),
            load_prices(),
            region=REGION,
            query_pricing=query_pricing,
            allowances=allowances,
        )
        return priced.usd * months

    def metered(self, application: WSGIApplication) -> WSGIApplication:
        """Count the requests that reach an application."""

        def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
            if scope is None:
                return application(environ, start_response)
            region, service = scope.groups()
            if service == "s3":
                self._count(_object_requests(environ["REQUEST_METHOD"], environ["PATH_INFO"]))
            if service not in _COUNTED:
                return application(environ, start_response)
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = BytesIO(body)
            statuses: list[int] = []

            def remember(status: str, *rest: Any) -> Callable[[bytes], object]:  # noqa: ANN401 - handed on
                statuses.append(int(status.partition(" ")[0]))
                return start_response(status, *rest)

            since = time.perf_counter()
            answer = application(environ, remember)
            content = b"".join(answer)
            if hasattr(answer, "close"):
                answer.close()
            operation = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
            seconds = Fraction(time.perf_counter() - since)
            request = _Request(region, operation, body, statuses[-1], content, seconds)
            _COUNTED[service](self, request)
            return [content]

        return serve

    def surroundings(self, inner: Surroundings) -> Surroundings:
        """Count what functions log, and where their dead letters go."""
        return _MeteredSurroundings(self, inner)

    def scheduled(self, event: str) -> None:
        """Count an invocation that a schedule made.

        :param event: what it sent.
        """
        units = metering.payload_units(len(event.encode()))
        self._count({Dimension.SCHEDULE_INVOCATIONS: units})

    def logged(self, lines: Sequence[str]) -> None:
        """Count log lines, and what they say of functions and metrics."""
        now_ns = self._clock.now_ns()
        taken_in, kept = metering.log_bytes(lines)
        counts: dict[Dimension, Fraction | int] = {
            Dimension.LOG_GB: Fraction(taken_in, metering.GIGABYTE)
        }
        metrics: list[tuple[object, ...]] = []
        for line in lines:
            if report := _REPORT.match(line):
                counts[Dimension.LAMBDA_REQUESTS] = 1
                counts[Dimension.LAMBDA_GB_SECONDS] = metering.lambda_gigabyte_seconds(
                    *map(int, report.groups())
                )
            elif '"_aws"' in line:
                metrics += _metrics(line)
        with self._lock:
            self._kept_logs.append((kept, now_ns))
            self._metric_hours.update(
                (*metric, now_ns // _NANOSECONDS_AN_HOUR) for metric in metrics
            )
        self._count(counts)

    def _count(self, counts: Mapping[Dimension, Fraction | int]) -> None:
        with self._lock:
            for dimension, count in counts.items():
                self._counts[dimension] += count

    def _timestream(self, request: _Request) -> None:
        if request.operation == "WriteRecords":
            self._write(request)
        elif request.operation == "Query":
            self._query(request)

    def _write(self, request: _Request) -> None:
        if request.status not in {_HTTP_OK, _REJECTED_RECORDS}:
            return
        written_ns = self._clock.now_ns()
        body = json.loads(request.body)
        common, records = body.get("CommonAttributes", {}), body["Records"]
        rejected = set()
        if request.status == _REJECTED_RECORDS:
            answer = json.loads(request.answer)
            rejected = {record["RecordIndex"] for record in answer["RejectedRecords"]}
        stored = [
            _Stored(
                metering.record_bytes(common, record),
                _time_ns({**common, **record}),
                written_ns,
            )
            for index, record in enumerate(records)
            if index not in rejected
        ]
        table = (request.region, body["DatabaseName"], body["TableName"])
        with self._lock:
            self._stored[table] += stored
        units = metering.write_units(metering.request_bytes(common, records))
        self._count({Dimension.WRITE_UNITS: units})

    def _query(self, request: _Request) -> None:
        # A query is billed once, whatever the number of its pages.
        scanned = _SCANNED.search(request.answer)
        if scanned is None or "NextToken" in json.loads(request.body):
            return
        self._count(
            {
                Dimension.QUERY_GB: metering.query_gigabytes(int(scanned[1])),
                Dimension.QUERY_TCU_HOURS: metering.query_tcu_hours(
                    request.seconds, self._tcu_a_query
                ),
            }
        )

    def _parameters(self, request: _Request) -> None:
        if request.operation not in {"GetParameter", "GetParameters"}:
            return
        answer = json.loads(request.answer)
        found = answer.get("Parameters", [answer[key] for key in ("Parameter",) if key in answer])
        decrypted = [
            parameter
            for parameter in found
            if parameter["Type"] == "SecureString"
            and json.loads(request.body).get("WithDecryption")
        ]
        self._count({Dimension.PARAMETER_READS: len(found), Dimension.KMS_REQUESTS: len(decrypted)})

    def _queues(self, request: _Request) -> None:
        self._count({Dimension.QUEUE_REQUESTS: metering.payload_units(len(request.body))})

    def _topics(self, request: _Request) -> None:
        message = parse_qs(request.body.decode()).get("Message", [""])[0]
        self._count({Dimension.NOTIFICATIONS: metering.payload_units(len(message.encode()))})

    def _keys(self, _request: _Request) -> None:
        self._count({Dimension.KMS_REQUESTS: 1})

    def _cost_explorer(self, _request: _Request) -> None:
        self._count({Dimension.COST_EXPLORER_REQUESTS: 1})


@dataclass(frozen=True)
class _Request:
    """A request, and how it was answered."""

    region: str
    operation: str
    body: bytes
    status: int
    answer: bytes
    seconds: Fraction


# By the name that a request is signed for.
_COUNTED: dict[str, Callable[[Meter, _Request], None]] = {
    "timestream": Meter._timestream,  # noqa: SLF001 - the class's own table
    "ssm": Meter._parameters,  # noqa: SLF001
    "sqs": Meter._queues,  # noqa: SLF001
    "sns": Meter._topics,  # noqa: SLF001
    "kms": Meter._keys,  # noqa: SLF001
    "ce": Meter._cost_explorer,  # noqa: SLF001
}


class _MeteredSurroundings:
    def __init__(self, meter: Meter, inner: Surroundings) -> None:
        self._meter = meter
        self._inner = inner

    def write_log(
        self, region: str, group: str, stream: str, time_ms: int, lines: tuple[str, ...]
    ) -> None:
        self._meter.logged(lines)
        self._inner.write_log(region, group, stream, time_ms, lines)

    def dead_letter(self, region: str, target: str, body: str) -> None:
        service = target.split(":")[2]
        dimension = {"sqs": Dimension.QUEUE_REQUESTS, "sns": Dimension.NOTIFICATIONS}[service]
        self._meter._count({dimension: metering.payload_units(len(body.encode()))})  # noqa: SLF001 - its own part
        self._inner.dead_letter(region, target, body)


def _object_requests(method: str, path: str) -> Mapping[Dimension, int]:
    """Count a request to S3 whose address starts with the bucket: a GET of a bucket is a LIST."""
    if method == "DELETE":
        return {}
    lists = method == "GET" and not path.strip("/").partition("/")[2]
    writes = lists or method in {"PUT", "POST"}
    return {Dimension.OBJECT_WRITES if writes else Dimension.OBJECT_READS: 1}


def _metrics(line: str) -> list[tuple[object, ...]]:
    """List the custom metrics that a log line in the embedded metric format is data of.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    document = json.loads(line)
    return [
        (
            directive["Namespace"],
            metric["Name"],
            tuple((dimension, document[dimension]) for dimension in dimensions),
        )
        for directive in document["_aws"]["CloudWatchMetrics"]
        for dimensions in directive["Dimensions"]
        for metric in directive["Metrics"]
    ]


def _time_ns(record: Mapping[str, Any]) -> int:
    unit = _UNITS_A_SECOND[record.get("TimeUnit", "MILLISECONDS")]
    return int(record["Time"]) * (NANOSECONDS // unit)


def _retention(region: str, database: str, table: str) -> tuple[int, int] | None:
    """Look up a table's hours of memory store and days of magnetic store; None if it is gone."""
    found = moto_plug.store(DEFAULT_ACCOUNT_ID, region).table(database, table)
    return (found.retention.memory_hours, found.retention.magnetic_days) if found else None


def _standing() -> Usage:
    """Count what is billed for each month that it exists."""
    account = DEFAULT_ACCOUNT_ID
    watches = list(cloudwatch_backends[account].values())
    keys = [
        key
        for backend in list(kms_backends[account].values())
        for key in backend.keys.values()
        if key.key_manager == "CUSTOMER"
    ]
    objects = [
        key.size
        for backend in list(s3_backends[account].values())
        for bucket in backend.buckets.values()
        for key in bucket.keys.values()
    ]
    return Usage(
        {
            Dimension.ALARMS: Fraction(sum(len(watch.alarms) for watch in watches)),
            Dimension.DASHBOARDS: Fraction(sum(len(watch.dashboards) for watch in watches)),
            Dimension.KMS_KEYS: Fraction(len(keys)),
            Dimension.OBJECT_GB_MONTHS: Fraction(sum(objects), metering.GIGABYTE),
        }
    )
