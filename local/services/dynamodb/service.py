"""What stands around moto's DynamoDB: one request at a time, counted, throttled, and refused.

Stock moto (seen with 5.2.5) lets two conditional puts of the same key pass at once, never deletes
what has expired, knows no OnDemandThroughput, says that everything takes one unit, takes reserved
words in expressions, and takes a PartiQL INSERT of what is there already.
"""

# ruff: noqa: ANN401 - moto's own requests, tables and items

from __future__ import annotations

import base64
import json
import sqlite3
from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING, Any, Protocol

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.responses import ActionResult
from moto.dynamodb.exceptions import DynamodbException, MockValidationException
from moto.dynamodb.responses import DynamoHandler

from local.services.alarms.metrics import Metric
from local.services.dynamodb import moto_tables
from local.services.dynamodb.expressions import refuse_reserved_words
from local.services.dynamodb.table import extra
from local.services.dynamodb.units import READS, WRITES, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from fractions import Fraction

    from embedded_timestream.clock import Clock
    from local.services.alarms.metrics import Metrics
    from local.services.dynamodb.kept import Kept
    from local.services.dynamodb.units import Units
    from local.services.patches import Patches

PARTIQL = ("execute_statement", "execute_transaction", "batch_execute_statement")
MANAGING = (
    *("create_table", "update_table", "delete_table"),
    *("update_continuous_backups", "update_time_to_live"),
)


class Bookkeeper(Protocol):
    """Takes down what is billed of tables."""

    def consumed(self, kind: str, units: Fraction) -> None:
        """Take units down; `kind` is Read or Write."""

    def holds(self, table_arn: str, stored_bytes: int, *, backed_up: bool) -> None:
        """Take down what a table holds from now on."""


class ThrottledError(DynamodbException):
    """A table is at its OnDemandThroughput.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/throttling-ondemand-capacity-exceeded-mitigation.html
    """

    def __init__(self, kind: str, table_arn: str) -> None:
        reason = f"Table{kind}MaxOnDemandThroughputExceeded"
        super().__init__(
            "com.amazonaws.dynamodb.v20120810#ThrottlingException",
            "Throughput exceeds the maximum OnDemandThroughput configured on table or index: "
            f"{reason}",
        )
        # https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ThrottlingReason.html
        told = {"throttlingReasons": [{"reason": reason, "resource": table_arn}]}
        self.description = json.dumps(json.loads(self.description) | told)


class InternalServerError(DynamodbException):
    """The file that keeps the tables takes nothing more, or is closed."""

    code = 500

    def __init__(self, reason: object) -> None:
        super().__init__(
            "com.amazonaws.dynamodb.v20120810#InternalServerError",
            f"The tables cannot be kept: {reason}.",
        )


def install(
    patches: Patches,
    clock: Clock,
    *,
    metrics: Metrics,
    bookkeeper: Bookkeeper | None = None,
    kept: Kept | None = None,
) -> None:
    """Make moto's DynamoDB as strict as AWS's until `patches` is closed.

    :param clock: the time in which items expire and limits are used up.
    :param metrics: takes what alarms watch: throttles and errors.
    :param bookkeeper: is told what is billed, if anybody wants to know.
    :param kept: a file that keeps the tables, whose tables then are there at once; by default they
        live until moto is reset.
    """
    moto_tables.install(patches)
    if kept:
        kept.restore(DEFAULT_ACCOUNT_ID)
    service = _Service(clock, metrics, bookkeeper, kept)
    for operation in sorted(WRITES | READS):
        stock = getattr(DynamoHandler, operation)
        patches.replace(DynamoHandler, operation, service.around(operation, stock))
    for operation in MANAGING:
        stock = getattr(DynamoHandler, operation)
        patches.replace(DynamoHandler, operation, service.managing(operation, stock))
    for operation in PARTIQL:
        patches.replace(DynamoHandler, operation, _lacking)


class _WithItems(ActionResult):
    """An answer whose items are as they go over the wire.

    moto looks for each attribute of each type that the service knows, under each name that it may
    have: that takes 50 times as long.
    """

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__({name: value for name, value in answer.items() if name != "Items"})
        self._items = {"Items": answer["Items"]} if "Items" in answer else {}

    def execute_result(self, context: Any) -> Any:
        """Write it as JSON."""
        status, headers, body = super().execute_result(context)
        return status, headers, json.dumps(json.loads(body) | self._items, default=_in_base64)


def _in_base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _lacking(_handler: Any) -> Any:
    raise NotImplementedError("PartiQL")


class _Service:
    def __init__(
        self, clock: Clock, metrics: Metrics, bookkeeper: Bookkeeper | None, kept: Kept | None
    ) -> None:
        self._clock = clock
        self._metrics = metrics
        self._bookkeeper = bookkeeper
        self._kept = kept
        self._lock = RLock()

    def around(self, operation: str, stock: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Make an operation on items one step, and count it."""

        def answer(handler: Any) -> Any:
            with self._lock, self._keeping():
                body, backend = handler.body, handler.dynamodb_backend
                request = Request(operation, body, backend)
                self._admit(request)
                try:
                    refuse_reserved_words(body)
                    result = stock(handler)
                except DynamodbException as error:
                    units = request.units_in_vain(error)
                    self._consume(backend, request.kind, units)
                    if not units:
                        self._measure("UserErrors")
                    raise
                if self._kept and request.kind == "Write":
                    self._kept.keep_items(request.touched)
                units = request.units()
                self._consume(backend, request.kind, units)
                _tell(operation, body, result.result, units)
                return _WithItems(result.result)

        return answer

    @contextmanager
    def _keeping(self) -> Iterator[None]:
        """See that everything before is kept before a request is answered, and what it changes."""
        try:
            if self._kept:
                self._kept.catch_up()
            yield
        except sqlite3.Error as error:
            raise InternalServerError(error) from error

    def _admit(self, request: Request) -> None:
        """Throttle a request to a table that is at its limit, and let go what has expired."""
        now_ns = self._clock.now_ns()
        for table in request.tables:
            extra(table).expire(table, now_ns)
            if extra(table).is_exhausted(request.kind, now_ns):
                self._measure(f"{request.kind}ThrottleEvents", TableName=table.name)
                raise ThrottledError(request.kind, table.table_arn)

    def _measure(self, name: str, **dimensions: str) -> None:
        """Measure that something happened once, as CloudWatch is told of it.

        https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
        """
        metric = Metric.of("AWS/DynamoDB", name, dimensions)
        self._metrics.put(metric, self._clock.now_ns(), [1.0])

    def _consume(self, backend: Any, kind: str, units: Units) -> None:
        for name, number in units.items():
            table = backend.tables[name]
            extra(table).consume(kind, number)
            if self._bookkeeper:
                self._bookkeeper.consumed(kind, number)
            self._take_stock(table, extra(table).stored_bytes)

    def _take_stock(self, table: Any, stored_bytes: int) -> None:
        if self._bookkeeper:
            recovery = table.continuous_backups["PointInTimeRecoveryDescription"]
            self._bookkeeper.holds(
                table.table_arn,
                stored_bytes,
                backed_up=recovery["PointInTimeRecoveryStatus"] == "ENABLED",
            )

    def managing(self, operation: str, stock: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Keep what moto forgets of a table, and take down what it holds."""

        def answer(handler: Any) -> Any:
            with self._lock, self._keeping():
                body, tables = handler.body, handler.dynamodb_backend.tables
                name, throughput = body["TableName"], body.get("OnDemandThroughput", {})
                is_provisioned = body.get("BillingMode", "PROVISIONED") == "PROVISIONED"
                if throughput and operation == "create_table" and is_provisioned:
                    raise MockValidationException(
                        "One or more parameter values were invalid: OnDemandThroughput is only for "
                        "BillingMode PAY_PER_REQUEST"
                    )
                before = tables.get(name)
                result = stock(handler)
                if operation == "delete_table":
                    self._take_stock(before, 0)
                    if self._kept:
                        self._kept.drop_table(before)
                    return result
                table = tables[name]
                extra(table).limit(throughput)
                if self._kept:
                    self._kept.keep_table(table)
                self._take_stock(table, extra(table).stored_bytes)
                if "TableDescription" in result.result:
                    result.result["TableDescription"] |= extra(table).described()
                return result

        return answer


def _tell(operation: str, body: dict[str, Any], answer: dict[str, Any], units: Units) -> None:
    """Answer with the units that were consumed, if the request asks for them."""
    answer.pop("ConsumedCapacity", None)
    answer.pop("ConsumedCapacityUnits", None)
    wanted = body.get("ReturnConsumedCapacity", "NONE")
    if wanted == "NONE":
        return
    told = [
        {"TableName": name, "CapacityUnits": float(number)}
        | ({"Table": {"CapacityUnits": float(number)}} if wanted == "INDEXES" else {})
        for name, number in units.items()
    ]
    several = operation.startswith(("batch", "transact"))
    answer["ConsumedCapacity"] = told if several else told[0]
