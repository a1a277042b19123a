"""Any SQL on Timestream, with typed rows, page by page.

    client = query_client(Connection(region="eu-west-1"))
    query = Query(client, "SELECT time, measure_value::varchar FROM ... WHERE time > ago(1d)")
    for time, status in query:
        ...
    print(query.status.bytes_metered)

Rows come as they arrive: a page is all that is in memory. Python's times end at microseconds; in
`texts` they are whole. `to_arrow` and `to_pandas` hold all rows, exact to the nanosecond, and need
pyarrow and pandas, which the command line does without.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from bridgewatch.timestream.types import PYTHON, TEXTS, Column
from lambdas.timestream import QUERY, explained

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    import pandas as pd
    import pyarrow as pa  # type: ignore[import-untyped] # it has no types
    from mypy_boto3_timestream_query import TimestreamQueryClient
    from mypy_boto3_timestream_query.type_defs import QueryRequestTypeDef

    from bridgewatch.timestream.types import Scalars
    from lambdas.aws import Connection

_OK = 200


def query_client(connection: Connection) -> TimestreamQueryClient:
    """Make a client whose answers skip botocore's parser, which takes three quarters of the time.

    Nothing in the answer to a query needs it: it is JSON already. Errors are parsed as ever.

    :raises StoreError: if the connection names a profile that isn't there, or no region.
    """
    with explained():
        client = connection.session().client(
            "timestream-query", config=QUERY, endpoint_url=connection.endpoint_url
        )
        client.meta.events.register("before-parse.timestream-query.Query", _take_as_it_is)
    return client


def _take_as_it_is(
    response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: object
) -> None:
    """Put a page into what botocore answers, and leave its parser nothing to parse."""
    if response_dict["status_code"] == _OK:
        customized_response_dict.update(json.loads(response_dict["body"]))
        response_dict["body"] = b"{}"


@dataclass(frozen=True, slots=True)
class QueryStatus:
    """What a query has done so far.

    :param bytes_scanned: how much it read.
    :param bytes_metered: how much it is billed for, if the account pays by bytes scanned.
    """

    bytes_scanned: int = 0
    bytes_metered: int = 0


class Query:
    """One query; it runs when its first page is wanted, once.

    :param client: made by `query_client`, or any other of boto3's.
    :param sql: Timestream has no bind parameters: build it from typed values only
        (`lambdas.timestream.text_literal`, `time_literal`, `table_literal`).
    :ivar status: as of the last page.
    """

    def __init__(self, client: TimestreamQueryClient, sql: str) -> None:
        self._client = client
        self._sql = sql
        self._columns: list[Column] = []
        self._pages = self._fetch()
        self._first: list[Any] | None = None
        self.status = QueryStatus()

    @property
    def columns(self) -> list[Column]:
        """The columns; runs the query up to the page that tells them, if it hasn't yet.

        :raises StoreError: if Timestream refuses the query, or fails.
        """
        if not self._columns and self._first is None:
            self._first = next(self._pages, [])
        return self._columns

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        """Give the rows, as they arrive.

        :raises StoreError: if Timestream refuses the query, or fails.
        """
        return self._read(PYTHON)

    def texts(self) -> Iterator[tuple[Any, ...]]:
        """Give the rows with times and intervals as texts, to the nanosecond.

        :raises StoreError: if Timestream refuses the query, or fails.
        """
        return self._read(TEXTS)

    def _read(self, scalars: Scalars) -> Iterator[tuple[Any, ...]]:
        for rows in self._rows_by_page():
            data = zip(*(row["Data"] for row in rows), strict=True)
            columns = zip(self._columns, data, strict=True)
            yield from zip(*(column.values(one, scalars) for column, one in columns), strict=True)

    def close(self) -> None:
        """End the query if it still runs, so that it costs no more."""
        self._pages.close()

    def to_arrow(self) -> pa.Table:
        """Give all rows as an Arrow table.

        :raises ModuleNotFoundError: if pyarrow is not installed.
        :raises StoreError: if Timestream refuses the query, or fails.
        """
        import pyarrow as pa  # noqa: PLC0415 - may be missing

        from bridgewatch.timestream.arrow import batch, schema  # noqa: PLC0415 - likewise

        columns = self.columns
        batches = [batch(columns, rows) for rows in self._rows_by_page()]
        return pa.Table.from_batches(batches, schema(columns))

    def to_pandas(self) -> pd.DataFrame:
        """Give all rows as a pandas DataFrame.

        :raises ModuleNotFoundError: if pyarrow or pandas is not installed.
        :raises StoreError: if Timestream refuses the query, or fails.
        """
        frame: pd.DataFrame = self.to_arrow().to_pandas()
        return frame

    def _rows_by_page(self) -> Iterator[list[Any]]:
        """Give the rows of each page that has any, as the API's JSON."""
        if self._first:
            yield self._first
        self._first = []
        for rows in self._pages:
            if rows:
                yield rows

    def _fetch(self) -> Generator[list[Any], None, None]:
        """Give the rows of each page; pages without rows are normal while the query runs."""
        request: QueryRequestTypeDef = {"QueryString": self._sql}
        query_id = None
        try:
            with explained():
                while True:
                    page = self._client.query(**request)
                    query_id = page["QueryId"]
                    if not self._columns:
                        self._columns = [
                            Column(one.get("Name", ""), one["Type"]) for one in page["ColumnInfo"]
                        ]
                    status = page.get("QueryStatus", {})
                    self.status = QueryStatus(
                        status.get("CumulativeBytesScanned", 0),
                        status.get("CumulativeBytesMetered", 0),
                    )
                    if "NextToken" not in page:
                        query_id = None
                    yield page["Rows"]
                    if query_id is None:
                        return
                    request["NextToken"] = page["NextToken"]
        finally:
            if query_id is not None:
                # It may have ended by itself; nobody waits for its answer any more.
                with suppress(ClientError, BotoCoreError):
                    self._client.cancel_query(QueryId=query_id)
