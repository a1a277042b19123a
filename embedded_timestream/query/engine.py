"""Timestream's query API over a store: Query with its pages, PrepareQuery, account settings.

https://docs.aws.amazon.com/timestream/latest/developerguide/API_query_Query.html
"""

from __future__ import annotations

import base64
import secrets
import threading
from collections import OrderedDict
from itertools import chain
from typing import TYPE_CHECKING, Any, ClassVar

import duckdb

from embedded_timestream.clock import NANOSECONDS
from embedded_timestream.errors import ValidationException
from embedded_timestream.query import listings, metering, rows, unload
from embedded_timestream.query.account import AccountSettings
from embedded_timestream.query.failures import explained
from embedded_timestream.query.pages import PAGE_ROWS, Pages, Result
from embedded_timestream.query.statements import (
    Export,
    Listing,
    Select,
    Statement,
)
from embedded_timestream.wire import column_info, type_info

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from embedded_timestream.sqltypes import Type
    from embedded_timestream.write.store import Store
    from embedded_timestream.write.table import Table

    Json = dict[str, Any]

# https://docs.aws.amazon.com/timestream/latest/developerguide/ts-limits.html
QUERY_BYTES = 256 * 1024
CLIENT_TOKENNANOSECONDSS = 300
_CACHED = 256  # statements
_ANSWERS = 32  # by client token: the SDK makes one up for every call, and a page can be a megabyte


class Engine:
    """Answers queries about what a store holds.

    :param store: its tables, its clock, and the DuckDB that runs the queries.
    :param put: writes an object to S3 (bucket, key, content), for UNLOAD.
    :param saved: the file that keeps the account's settings; without it, memory does.
    """

    def __init__(
        self, store: Store, put: unload.Put | None = None, saved: Path | None = None
    ) -> None:
        self.store = store
        self._put = put
        self._lock = threading.Lock()
        self._statements: OrderedDict[str, Statement] = OrderedDict()
        self._pages = Pages(store.clock)
        self._answered: OrderedDict[str, tuple[Json, int, Json]] = OrderedDict()
        self._cancelled: OrderedDict[str, None] = OrderedDict()  # query ids
        self._running: dict[str, duckdb.DuckDBPyConnection] = {}
        self.empty_first_pages = False
        """Whether a query's first page has no rows but a token, as the service's often has:
        https://github.com/awslabs/amazon-timestream-tools/issues/56 ."""
        self._account = AccountSettings(saved)
        self._meter = metering.Meter()

    def call(self, operation: str, request: Json) -> Json:
        """Make one call of the query API.

        :raises TimestreamError: as the service does.
        """
        method = self.OPERATIONS.get(operation)
        if method is None:
            raise ValidationException(f"The embedded Timestream does not do {operation}.")
        return method(self, request)

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()

    # Query

    def query(self, request: Json) -> Json:
        """Run a query, or give the next page of one; request and answer are as the API's JSON."""
        text = _query_string(request)
        most = request.get("MaxRows")
        if most is not None and not 1 <= most <= PAGE_ROWS:
            raise ValidationException(f"MaxRows must be between 1 and {PAGE_ROWS}.")
        token = request.get("NextToken")
        if token is not None:
            return self._pages.next_page(token, text, most)
        client_token = request.get("ClientToken")
        known = self._known(client_token, request)
        if known is not None:
            return known
        result = self._start(text)
        if self.empty_first_pages:
            answer = self._pages.empty_page(result)
        else:
            answer = self._pages.page(result, most)
        if request.get("QueryInsights", {}).get("Mode") == "ENABLED_WITH_RATE_CONTROL":
            answer["QueryInsightsResponse"] = self._insights(text, answer)
        if client_token is not None:
            with self._lock:
                self._answered[client_token] = (request, self.store.clock.now_ns(), answer)
                _shrink(self._answered, _ANSWERS)
        return answer

    def _known(self, client_token: str | None, request: Json) -> Json | None:
        """Return the answer that a client token has got already."""
        with self._lock:
            earlier = self._answered.get(client_token or "")
        if earlier is None:
            return None
        asked, at, answer = earlier
        if self.store.clock.now_ns() - at > CLIENT_TOKENNANOSECONDSS * NANOSECONDS:
            return None
        if asked != request:
            raise ValidationException(
                "The ClientToken was used by another request with different parameters."
            )
        return answer

    def _start(self, text: str) -> Result:
        statement = self.statement(text)
        query_id = _query_id()
        if isinstance(statement, Listing):
            names, types, values = listings.rows(statement, self.store)
            return self._result(query_id, text, names, types, [list(values)], None)
        if isinstance(statement, Export):
            return self._unload(statement, query_id, text)
        cursor, scanned = self._execute(statement, query_id)
        types = [f.type for f in statement.fields]
        result = self._result(
            query_id, text, statement.names(), types, self._fetched(cursor), scanned
        )
        result.close = cursor.close
        return result

    def _unload(self, export: Export, query_id: str, text: str) -> Result:
        if self._put is None:
            raise ValidationException("UNLOAD needs an S3, which this embedded Timestream lacks")
        select = export.select
        columns = [
            unload.Column(name, found.type)
            for name, found in zip(select.names(), select.fields, strict=True)
        ]
        unload.options(export, columns)  # before the query runs
        cursor, scanned = self._execute(select, query_id)
        with cursor:
            fetched = chain.from_iterable(self._fetched(cursor))
            answer = unload.unload(export, columns, fetched, query_id, self._put)
        names, types = list(unload.ANSWER), list(unload.ANSWER_TYPES)
        return self._result(query_id, text, names, types, [[answer]], scanned)

    def statement(self, text: str) -> Statement:
        """Bind a query string, or find it bound."""
        with self._lock:
            cached = self._statements.get(text)
        if cached is None or (isinstance(cached, Select) and not cached.fits(self.store)):
            from embedded_timestream.query.compiler import compile_statement  # noqa: PLC0415 - sqlglot loads when a query comes

            cached = compile_statement(text, self.store)
            with self._lock:
                self._statements[text] = cached
                _shrink(self._statements, _CACHED)
        return cached

    def _execute(self, statement: Select, query_id: str) -> tuple[duckdb.DuckDBPyConnection, int]:
        relations = self._relations(statement)
        now = self.store.clock.now_ns()
        cursor = self.store.cursor()
        with self._lock:
            self._running[query_id] = cursor
        try:
            scanned = self._meter.scanned(cursor, statement, now, relations, self._count)
            cursor.execute(statement.at(now, relations))
        except duckdb.Error as error:
            cursor.close()
            raise explained(error) from None
        finally:
            with self._lock:
                self._running.pop(query_id, None)
        return cursor, scanned

    def _relations(self, statement: Select) -> dict[tuple[str, str], str]:
        return {name: self._table(*name).relation() for name in statement.tables}

    def _count(self, name: tuple[str, str], first: int, last: int) -> int | None:
        return self._table(*name).count(first, last)

    def _table(self, database: str, name: str) -> Table:
        table = self.store.table(database, name)
        if table is None:
            raise ValidationException(f"Table {database}.{name} does not exist")
        return table

    def _fetched(self, cursor: duckdb.DuckDBPyConnection) -> Iterator[list[tuple[Any, ...]]]:
        while True:
            try:
                rows = cursor.fetchmany(PAGE_ROWS)
            except duckdb.Error as error:
                raise explained(error) from None
            if not rows:
                return
            yield rows

    def _result(  # noqa: PLR0913, PLR0917 - the parts of an answer
        self, query_id: str, text: str, names: list[str], types: list[Type],
        chunks: Iterable[list[Any]], scanned: int | None,
    ) -> Result:  # fmt: skip
        return Result(
            query_id,
            text,
            [column_info(name, type_) for name, type_ in zip(names, types, strict=True)],
            rows.answered(types, (chunk for chunk in chunks if chunk)),
            metering.status(scanned),
        )

    # The other calls

    def prepare_query(self, request: Json) -> Json:
        """Say what columns a query would answer; it has no parameters to be bound."""
        if not request.get("ValidateOnly"):
            raise ValidationException("PrepareQuery only supports ValidateOnly.")
        text = _query_string(request)
        statement = self.statement(text)
        if isinstance(statement, Listing):
            names, types, _ = listings.rows(statement, self.store)
            columns = [
                {"Name": name, "Type": type_info(type_)}
                for name, type_ in zip(names, types, strict=True)
            ]
            return {"QueryString": text, "Columns": columns, "Parameters": []}
        select = statement.select if isinstance(statement, Export) else statement
        columns = []
        for name, column in zip(select.names(), select.fields, strict=True):
            described: Json = {
                "Name": name,
                "Type": type_info(column.type),
                "Aliased": column.aliased,
            }
            if column.origin is not None:
                described |= dict(zip(("DatabaseName", "TableName"), column.origin, strict=True))
            columns.append(described)
        return {"QueryString": text, "Columns": columns, "Parameters": []}

    def cancel_query(self, request: Json) -> Json:
        """Stop a query that runs, and forget what it has not handed out; again and again if asked.

        :raises ValidationException: if the query is not there, or has handed out everything.
        """
        query_id = request.get("QueryId", "")
        with self._lock:
            cursor = self._running.get(query_id)
            forgotten = self._pages.forget(query_id)
            cancelled = query_id in self._cancelled
            if cursor is not None or forgotten:
                self._cancelled[query_id] = None
                _shrink(self._cancelled, _CACHED)
        if cancelled:
            return {"CancellationMessage": f"Query {query_id} has been cancelled already."}
        if cursor is None and not forgotten:
            raise ValidationException(f"The query {query_id} is not running.")
        if cursor is not None:
            cursor.interrupt()
        return {"CancellationMessage": f"Query {query_id} was cancelled."}

    def describe_account_settings(self, _: Json) -> Json:
        """Give the account's settings."""
        return self._account.describe()

    def update_account_settings(self, request: Json) -> Json:
        """Change the account's settings."""
        return self._account.update(request)

    def _insights(self, text: str, answer: Json) -> Json:
        """Return what there is to know about a query that has just run."""
        statement = self.statement(text)
        insights: Json = {"QueryTableCount": 0}
        if isinstance(statement, Select):
            insights = metering.insights(
                self.store.cursor(),
                statement,
                self.store.clock.now_ns(),
                self._relations(statement),
                {(d, t): self._arn(d, t) for d, t in statement.tables},
            )
        return {
            **insights,
            "OutputRows": len(answer["Rows"]),
            "OutputBytes": sum(map(rows.row_size, answer["Rows"])),
        }

    def _arn(self, database: str, table: str) -> str:
        return str(self.store.databases[database].tables[table].description["Arn"])

    OPERATIONS: ClassVar[dict[str, Callable[[Engine, Json], Json]]] = {
        "CancelQuery": cancel_query,
        "DescribeAccountSettings": describe_account_settings,
        "PrepareQuery": prepare_query,
        "Query": query,
        "UpdateAccountSettings": update_account_settings,
    }
    """The calls, by the API's spelling."""


def _query_string(request: Json) -> str:
    text = request.get("QueryString") or ""
    if not 1 <= len(text.encode()) <= QUERY_BYTES:
        raise ValidationException(f"QueryString must have 1 to {QUERY_BYTES} bytes.")
    return str(text)


def _query_id() -> str:
    return base64.b32encode(secrets.token_bytes(35)).decode().rstrip("=")


def _shrink(cache: OrderedDict[str, Any], most: int) -> None:
    while len(cache) > most:
        cache.popitem(last=False)
