"""A table of Timestream's, as the commands know it."""

from __future__ import annotations

from contextlib import closing
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from bridgewatch.cost.bill import dollars
from bridgewatch.cost.metering import GIGABYTE, query_tcu_hours
from bridgewatch.cost.prices import REGION, PriceError, load_prices
from bridgewatch.cost.usage import Dimension
from bridgewatch.observation_table import Record
from bridgewatch.timestream.query import Query, query_client
from bridgewatch.timestream.tables import write_client
from bridgewatch.timestream.writer import Writer
from lambdas.observation import from_milliseconds
from lambdas.store import StoreError
from lambdas.timestream import (
    TimestreamStore,
    explained,
    table_literal,
    text_literal,
    time_literal,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from lambdas.aws import Connection
    from lambdas.observation import Status

_STATUS = "measure_value::varchar"
_MILLISECOND = 1_000_000  # in nanoseconds


class BilledQuery(Query):
    """A query that can say what it costs.

    :param connection: whose region's prices count.
    """

    def __init__(self, connection: Connection, sql: str) -> None:
        super().__init__(query_client(connection), sql)
        self._connection = connection

    def bill(self, seconds: int) -> str:
        """Tell the price in both ways of paying: which one counts is the account's, for ever."""
        status = self.status
        said = f"scanned {status.bytes_scanned:,} bytes, metered {status.bytes_metered:,}"
        region = self._connection.session().region_name or REGION
        prices = load_prices()
        try:
            by_bytes = prices.price(Dimension.QUERY_GB, region).of(
                Fraction(status.bytes_metered, GIGABYTE)
            )
            by_tcu = prices.price(Dimension.QUERY_TCU_HOURS, region).of(query_tcu_hours(seconds))
        except PriceError as error:
            return f"{said}; {error}"
        return (
            f"{said}; {dollars(by_bytes)} USD if the account pays by bytes scanned, about "
            f"{dollars(by_tcu)} if by TCU."
        )


class TimestreamTable:
    """A `bridgewatch.observation_table.ObservationTable`.

    :raises ValueError: if a database or table cannot have that name.
    """

    def __init__(self, *, database: str, table: str, connection: Connection) -> None:
        self.sql_name = table_literal(database, table)
        self.store = TimestreamStore(database=database, table=table, connection=connection)
        self._database = database
        self._table = table
        self._connection = connection

    def query(self, sql: str, *, full: bool = False) -> BilledQuery:  # noqa: ARG002 - never a question
        """Prepare any SQL."""
        return BilledQuery(self._connection, sql)

    def warning(self, sql: str) -> str | None:
        """Say so if a query reads a table from its beginning, as far as that can be told of it."""
        # sqlglot loads when a query comes.
        from embedded_timestream.dialect.bounds import read_from_the_beginning  # noqa: PLC0415
        from embedded_timestream.errors import ValidationException  # noqa: PLC0415

        try:
            tables = read_from_the_beginning(sql)
        except ValidationException:
            return None  # Timestream may know better, or says what is wrong
        if not tables:
            return None
        return (
            f"This query does not say from when on it needs {' and '.join(tables)}, so Timestream "
            "scans all of it, from the beginning, and bills that: add WHERE time > ago(7d)."
        )

    def observations(self, bridges: Sequence[str], first: int, end: int) -> BilledQuery:
        """Prepare reading only the columns that are wanted, and the rows."""
        names = ", ".join(map(text_literal, bridges))
        since, until = (time_literal(from_milliseconds(one)) for one in (first, end))
        return self.query(
            "SELECT time, measure_name AS bridge, measure_value::varchar AS status "  # noqa: S608 - of checked literals
            f"FROM {self.sql_name} WHERE measure_name IN ({names}) "
            f"AND time >= {since} AND time < {until} ORDER BY measure_name, time"
        )

    def writer(self, dimensions: Mapping[str, Mapping[str, str]], concurrency: int) -> Writer:
        """Make a writer."""
        return Writer(
            database=self._database,
            table=self._table,
            dimensions=dimensions,
            connection=self._connection,
            concurrency=concurrency,
        )

    def find(self, bridge: str, time: int) -> list[Record]:
        """Find the records within a millisecond: others than bridgewatch may write nanoseconds."""
        end = time_literal(from_milliseconds(time + 1))
        return list(self._records(bridge, time, f"AND time < {end}"))

    def records(self, bridge: str, first: int) -> Generator[Record, None, None]:
        """Give the records of a bridge from a time on; Timestream tells no versions."""
        return self._records(bridge, first, "ORDER BY time")

    def _records(self, bridge: str, first: int, rest: str) -> Generator[Record, None, None]:
        sql = (
            f"SELECT *, to_nanoseconds(time) FROM {self.sql_name} "  # noqa: S608 - of checked literals
            f"WHERE measure_name = {text_literal(bridge)} "
            f"AND time >= {time_literal(from_milliseconds(first))} {rest}"
        )
        # Whoever wants no more of them ends the query.
        with closing(self.query(sql)) as query:
            for row in query:
                names = (column.name for column in query.columns)
                yield _record(dict(zip(names, row, strict=True)), row[-1])

    def counts(self) -> dict[str, int]:
        """Count all records of each bridge, in one query."""
        counting = f"SELECT measure_name, count(*) FROM {self.sql_name} GROUP BY measure_name"  # noqa: S608 - of a checked literal
        return dict(self.query(counting))

    def correct(self, record: Record, status: Status, version: int) -> None:
        """Write a higher version of a record."""
        client = write_client(self._connection)
        with explained():
            try:
                client.write_records(
                    DatabaseName=self._database,
                    TableName=self._table,
                    Records=[
                        {
                            "Dimensions": [
                                {"Name": name, "Value": value}
                                for name, value in record.dimensions.items()
                            ],
                            "MeasureName": record.bridge,
                            "MeasureValue": status.value,
                            "MeasureValueType": "VARCHAR",
                            "Time": str(record.time),
                            "Version": version,
                        }
                    ],
                )
            except client.exceptions.RejectedRecordsException as error:
                (rejected,) = error.response["RejectedRecords"]  # type: ignore[typeddict-item] # of this exception only
                raise StoreError(
                    f"Timestream refused it: {rejected['Reason']}", "RejectedRecordsException"
                ) from error


def _record(columns: Mapping[str, Any], nanoseconds: int) -> Record:
    """Read a record of its columns."""
    dimensions, others = {}, []
    for name, value in columns.items():
        if value is None or name in {"measure_name", "time", _STATUS} or name.startswith("_col"):
            continue
        if name.startswith("measure_value::") or not isinstance(value, str):
            others.append(name)
        else:
            dimensions[name] = value
    if nanoseconds % _MILLISECOND:
        others.append(f"a time of {nanoseconds} nanoseconds")
    return Record(
        bridge=columns["measure_name"],
        time=nanoseconds // _MILLISECOND,
        status=columns.get(_STATUS) or "",
        dimensions=dimensions,
        stray=", ".join(others),
    )
