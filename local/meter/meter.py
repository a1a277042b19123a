"""The meter itself: what happens is told to it, and it tells the usage."""

from __future__ import annotations

import re
import threading
import time
from fractions import Fraction
from io import BytesIO
from typing import TYPE_CHECKING, Any

from moto.core.models import DEFAULT_ACCOUNT_ID

from bridgewatch.cost import metering
from bridgewatch.cost.bill import QueryPricing, bill
from bridgewatch.cost.prices import REGION, load_prices
from bridgewatch.cost.usage import Dimension, Usage
from bridgewatch.cost.words import month_in_words
from embedded_timestream.clock import NANOSECONDS
from local.meter.logs import Logs
from local.meter.records import Records
from local.meter.requests import COUNTED, Request, count, count_object
from local.meter.standing import standing
from local.meter.tables import Tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from embedded_timestream.clock import Clock
    from local.services.lambda_runtime.runtime import Function, Surroundings

_SCOPE = re.compile(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/aws4_request")


class Meter:
    """Counts from `start` on, or from when it was made.

    :param clock: the cloud's.
    :param tcu_a_query: how many compute units a query gets: an assumption, as AWS does not say.
    """

    def __init__(self, clock: Clock, tcu_a_query: int = metering.TCU_A_QUERY) -> None:
        self._clock = clock
        self._tcu_a_query = tcu_a_query
        self._lock = threading.Lock()
        self._tables = Tables()
        self.start()

    def start(self) -> None:
        """Forget what was counted, and count from here on."""
        with self._lock:
            self._started_ns = self._clock.now_ns()
            self._counted = Usage()
            self._records = Records(DEFAULT_ACCOUNT_ID)
            self._logs = Logs()
            self._tables.start(self._started_ns)

    @property
    def hours(self) -> Fraction:
        """For how many hours it has counted."""
        return Fraction(self._clock.now_ns() - self._started_ns, 3600 * NANOSECONDS)

    def usage(self) -> Usage:
        """Tell what was used until now; what was not used is not in it."""
        now_ns = self._clock.now_ns()
        with self._lock:
            used = self._counted + self._records.usage(now_ns) + self._logs.usage(now_ns)
            used += self._tables.usage(now_ns)
        used += standing(DEFAULT_ACCOUNT_ID) * (self.hours / metering.HOURS_A_MONTH)
        return Usage({dimension: count for dimension, count in used.counts.items() if count})

    def usd(self, query_pricing: QueryPricing, *, allowances: bool) -> Fraction:
        """Price what was used until now, as a part of a month that goes on like this.

        :param allowances: whether the same part of a month's free allowances is deducted.
        :returns: US dollars, by the prices of us-east-1.
        """
        months = self.hours / metering.HOURS_A_MONTH
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
            region, service = scope.groups() if scope else ("", "")
            if service == "s3":
                self._count(count_object(environ["REQUEST_METHOD"], environ["PATH_INFO"]))
            if service not in COUNTED:
                return application(environ, start_response)
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = BytesIO(body)
            statuses: list[int] = []

            def remember(status: str, *rest: Any) -> Callable[[bytes], object]:  # noqa: ANN401 - handed on
                statuses.append(int(status.partition(" ")[0]))
                return start_response(status, *rest)

            since = time.perf_counter()
            parts = application(environ, remember)
            answer = b"".join(parts)
            if hasattr(parts, "close"):
                parts.close()
            seconds = Fraction(time.perf_counter() - since)
            operation = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
            self._take(Request(region, service, operation, body, statuses[-1], answer, seconds))
            return [answer]

        return serve

    def _take(self, request: Request) -> None:
        self._count(count(request, self._tcu_a_query))
        if request.is_write:
            with self._lock:
                self._records.write(request, self._clock.now_ns())

    def consumed(self, kind: str, units: Fraction) -> None:
        """Count units of DynamoDB; `kind` is Read or Write."""
        self._count({Dimension[f"DYNAMODB_{kind.upper()}S"]: units})

    def holds(self, table_arn: str, stored_bytes: int, *, backed_up: bool) -> None:
        """Count what a table of DynamoDB holds from now on."""
        with self._lock:
            self._tables.holds(table_arn, stored_bytes, self._clock.now_ns(), backed_up=backed_up)

    def visited(self, size: int, rewritten: bool) -> None:  # noqa: FBT001 - a front's callback
        """Count an answer of CloudFront to a visitor.

        :param size: its bytes.
        :param rewritten: whether a function ran for it.
        """
        self._count(
            {
                Dimension.CLOUDFRONT_REQUESTS: 1,
                Dimension.CLOUDFRONT_GB: Fraction(size, metering.GIGABYTE),
                Dimension.CLOUDFRONT_FUNCTION_RUNS: int(rewritten),
            }
        )

    def surroundings(self, inner: Surroundings) -> Surroundings:
        """Count what functions log, and where their dead letters go."""
        return _MeteredSurroundings(self, inner)

    def scheduled(self, event: str) -> None:
        """Count an invocation that a schedule made.

        :param event: what it sent.
        """
        self.sent(Dimension.SCHEDULE_INVOCATIONS, event)

    def logged(self, lines: Sequence[str]) -> None:
        """Count log lines, and what they say of functions and metrics."""
        with self._lock:
            self._logs.write(lines, self._clock.now_ns())

    def sent(self, dimension: Dimension, payload: str) -> None:
        """Count what is billed by the size of what it sends."""
        self._count({dimension: metering.payload_units(len(payload.encode()))})

    def _count(self, counts: Mapping[Dimension, Fraction | int]) -> None:
        with self._lock:
            self._counted += Usage({one: Fraction(number) for one, number in counts.items()})


class _MeteredSurroundings:
    def __init__(self, meter: Meter, inner: Surroundings) -> None:
        self._meter = meter
        self._inner = inner

    def write_log(
        self, region: str, group: str, stream: str, time_ms: int, lines: tuple[str, ...]
    ) -> None:
        self._meter.logged(lines)
        self._inner.write_log(region, group, stream, time_ms, lines)

    def measure(self, function: Function, time_ns: int, counts: Mapping[str, float]) -> None:
        self._inner.measure(function, time_ns, counts)

    def send(self, region: str, target: str, body: str) -> None:
        to_queue = target.split(":")[2] == "sqs"
        self._meter.sent(Dimension.QUEUE_REQUESTS if to_queue else Dimension.NOTIFICATIONS, body)
        self._inner.send(region, target, body)


def prices(meter: Meter) -> dict[str, float]:
    """Price what was metered, in US dollars: with AWS's free allowances and without.

    Also a month that goes on like this.
    """
    usd = {
        "with_allowances": meter.usd(QueryPricing.TCU, allowances=True),
        "without_allowances": meter.usd(QueryPricing.TCU, allowances=False),
    }
    months = meter.hours / metering.HOURS_A_MONTH
    usd |= {f"month_{name}": amount / months for name, amount in usd.items()}
    return {name: float(amount) for name, amount in usd.items()}


def in_words(usd: dict[str, float]) -> str:
    """Tell what `prices` gave, and what it leaves out."""
    month = month_in_words(
        Fraction(usd["month_with_allowances"]), Fraction(usd["month_without_allowances"])
    )
    return f"{month}\nLeft out: queries, and how much slower functions may be on AWS than here."
