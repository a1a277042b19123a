"""The store in Amazon Timestream for LiveAnalytics: the only module that knows Timestream.

One observation is one record, as in the article that bridgewatch starts from: `MeasureName` is the
bridge's name, `MeasureValue` its status, `Dimensions` its metadata, `Time` in milliseconds. Sending
a record twice is harmless: the service keeps it once
(https://docs.aws.amazon.com/timestream/latest/developerguide/API_WriteRecords.html).
"""

from __future__ import annotations

import re
from copy import copy
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from botocore.config import Config

from lambdas import aws
from lambdas.aws import Connection
from lambdas.observation import Observation, Status, check_name, in_milliseconds
from lambdas.store import Refusal, StoreError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from mypy_boto3_timestream_query import TimestreamQueryClient
    from mypy_boto3_timestream_write import TimestreamWriteClient
    from mypy_boto3_timestream_write.type_defs import (
        DimensionTypeDef,
        RecordTypeDef,
    )

# https://docs.aws.amazon.com/timestream/latest/developerguide/ts-limits.html
RECORDS_PER_CALL = 100
_TABLE_NAME = re.compile(r"[a-zA-Z0-9_.-]{3,256}")

# Give up early: a poll comes soon after another, and what is not written is queued. With that,
# DescribeEndpoints and WriteRecords, each tried twice, end within `lambdas.store.WRITE_SECONDS`.
WRITE = Config(
    connect_timeout=1,
    read_timeout=3,
    retries={"mode": "standard", "total_max_attempts": 2},
)

# "Query will time out after 60 seconds. You must update the default timeout":
# https://docs.aws.amazon.com/timestream/latest/developerguide/API_query_Query.html
QUERY = Config(
    connect_timeout=5,
    read_timeout=65,
    retries={"mode": "standard", "total_max_attempts": 4},
)

# As the service says it: of a column; of a table and of a database
# (https://github.com/awslabs/aws-athena-query-federation/issues/792 and /265).
_NOT_THERE = re.compile(
    r"\bColumn\b.* does not exist|\btable\b.* does not exist in database|\bdatabase\b.* not found"
)
_CLOSED_TO_NEW_CUSTOMERS = "Only existing Timestream for LiveAnalytics customers"


class TimestreamStore:
    """A `lambdas.store.Store` in one Timestream table.

    :param database: the database's name.
    :param table: the table's name.
    :param dimensions: what every record of a bridge carries, as name and value, by the bridge's
        name. Only `write` needs it.
    :param connection: where AWS is; by default, where the environment says.
    :raises ValueError: if a database or table cannot have that name.
    """

    def __init__(
        self,
        *,
        database: str,
        table: str,
        dimensions: Mapping[str, Mapping[str, str]] | None = None,
        connection: Connection | None = None,
    ) -> None:
        self._sql_name = table_literal(database, table)
        self._database = database
        self._table = table
        self._dimensions = _frozen(dimensions or {})
        self._connection = connection or Connection()

    def carrying(self, dimensions: Mapping[str, Mapping[str, str]]) -> TimestreamStore:
        """Give the same table, on the same connection, for records that carry these dimensions."""
        other = copy(self)
        other._dimensions = _frozen(dimensions)  # noqa: SLF001 - its own kind
        return other

    def connect(self) -> None:
        """Make ready for `write`, which costs time but no request; `write` does it otherwise."""
        _ = self._writer

    @cached_property
    def _writer(self) -> TimestreamWriteClient:
        with explained():
            return self._connection.session().client(
                "timestream-write", config=WRITE, endpoint_url=self._connection.endpoint_url
            )

    @cached_property
    def _reader(self) -> TimestreamQueryClient:
        with explained():
            return self._connection.session().client(
                "timestream-query", config=QUERY, endpoint_url=self._connection.endpoint_url
            )

    def write(self, observations: Sequence[Observation]) -> list[Refusal]:
        """Write the observations as records, at most 100 in a request.

        A record that Timestream has already, in this version or a higher one, is no refusal.

        :returns: what Timestream refused; all others are stored.
        :raises StoreError: if Timestream failed; some of the observations may be stored.
        """
        refusals: list[Refusal] = []
        for start in range(0, len(observations), RECORDS_PER_CALL):
            refusals += self._write(observations[start : start + RECORDS_PER_CALL])
        return refusals

    def _write(self, observations: Sequence[Observation]) -> list[Refusal]:
        common, records = self._records(observations)
        writer = self._writer
        with explained():
            try:
                writer.write_records(
                    DatabaseName=self._database,
                    TableName=self._table,
                    CommonAttributes=common,
                    Records=records,
                )
            except writer.exceptions.RejectedRecordsException as error:
                # Not under "Error": https://github.com/boto/boto3/issues/3438
                rejected: list[dict[str, Any]] = error.response["RejectedRecords"]  # type: ignore[typeddict-item] # of this exception only
                return [
                    Refusal(observations[record["RecordIndex"]], record["Reason"])
                    for record in rejected
                    if "ExistingVersion" not in record
                ]
        return []

    def _records(
        self, observations: Sequence[Observation]
    ) -> tuple[RecordTypeDef, list[RecordTypeDef]]:
        """Divide what all records share from what each has of its own: shared bytes cost once.

        https://docs.aws.amazon.com/timestream/latest/developerguide/metering-and-pricing.writes.html
        """
        dimensions = [self._dimensions[observation.bridge] for observation in observations]
        shared = frozenset.intersection(*dimensions)
        records: list[RecordTypeDef] = [
            {"MeasureName": seen.bridge, "Dimensions": _pairs(own - shared)}
            for seen, own in zip(observations, dimensions, strict=True)
        ]
        common: RecordTypeDef = {
            "MeasureValueType": "VARCHAR",
            "TimeUnit": "MILLISECONDS",
            "Dimensions": _pairs(shared),
        }
        statuses = [str(seen.status) for seen in observations]
        times = [str(in_milliseconds(seen.time)) for seen in observations]
        if len(set(statuses)) == 1:
            common["MeasureValue"] = statuses[0]
        else:
            for record, status in zip(records, statuses, strict=True):
                record["MeasureValue"] = status
        if len(set(times)) == 1:
            common["Time"] = times[0]
        else:
            for record, time in zip(records, times, strict=True):
                record["Time"] = time
        return common, records

    def read(
        self, bridges: Collection[str], since: datetime, until: datetime
    ) -> Iterator[Observation]:
        """Give the observations of these bridges with `since` <= time < `until`, in time order.

        One query, whose cost a time predicate bounds; pages are fetched as they are consumed, and
        empty ones are normal while the query runs.

        :raises StoreError: if Timestream failed, or holds a status that is neither Open nor Closed.
        :raises ValueError: if a name cannot be a bridge's, or a time is naive.
        """
        query = self._query(bridges, since, until)
        return self._run(query) if bridges else iter(())

    def last(self, bridges: Collection[str]) -> dict[str, Observation]:
        """Give the latest observation of each of these bridges that has one, however old it is.

        One query, which scans all that there is of them.

        :raises StoreError: if Timestream failed, or holds a status that is neither Open nor Closed.
        :raises ValueError: if a name cannot be a bridge's.
        """
        names = ", ".join(map(text_literal, sorted(bridges)))
        query = (
            "SELECT measure_name, max(time), max_by(measure_value::varchar, time) "  # noqa: S608 - checked text
            f"FROM {self._sql_name} WHERE measure_name IN ({names}) GROUP BY measure_name"
        )
        found = self._run(query) if bridges else ()
        return {observation.bridge: observation for observation in found}

    def _run(self, query: str) -> Iterator[Observation]:
        reader = self._reader
        with explained():
            for page in reader.get_paginator("query").paginate(QueryString=query):
                for row in page["Rows"]:
                    yield _observation(*(datum["ScalarValue"] for datum in row["Data"]))

    def _query(self, bridges: Iterable[str], since: datetime, until: datetime) -> str:
        # Timestream has no bind parameters: everything here is a typed value or checked text.
        names = ", ".join(map(text_literal, sorted(bridges)))
        return (
            "SELECT measure_name, time, measure_value::varchar "  # noqa: S608 - see above
            f"FROM {self._sql_name} "
            f"WHERE measure_name IN ({names}) "
            f"AND time >= {time_literal(since)} AND time < {time_literal(until)} "
            "ORDER BY time"
        )


def _observation(bridge: str, time: str, status: str) -> Observation:
    if status not in set(Status):
        raise StoreError(
            f"The table holds {status!r} as a status of {bridge}: neither Open nor Closed, so it "
            "isn't bridgewatch's.",
            "UnknownStatus",
        )
    # Timestream writes UTC without a zone, with nine decimals.
    return Observation(bridge, Status(status), datetime.fromisoformat(time).replace(tzinfo=UTC))


def _frozen(
    dimensions: Mapping[str, Mapping[str, str]],
) -> Mapping[str, frozenset[tuple[str, str]]]:
    return {bridge: frozenset(pairs.items()) for bridge, pairs in dimensions.items()}


def _pairs(dimensions: Iterable[tuple[str, str]]) -> list[DimensionTypeDef]:
    return [{"Name": name, "Value": value} for name, value in sorted(dimensions)]


def table_literal(database: str, table: str) -> str:
    """Write a table's name as SQL.

    :raises ValueError: if a database or table cannot have that name.
    """
    for name in (database, table):
        if not _TABLE_NAME.fullmatch(name):
            raise ValueError(
                f"{name!r} cannot name a Timestream database or table: 3 to 256 letters, "
                "digits, and . _ -"
            )
    return f'"{database}"."{table}"'


def text_literal(name: str) -> str:
    """Write a bridge's name as SQL.

    :raises ValueError: if no bridge can have that name.
    """
    check_name(name)
    return "'" + name.replace("'", "''") + "'"


def time_literal(time: datetime) -> str:
    """Write a time as SQL, in whole milliseconds.

    :raises ValueError: if it is naive.
    """
    if time.tzinfo is None:
        raise ValueError(f"A query's times are timezone-aware, not {time!r}.")
    text = time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")
    return f"from_iso8601_timestamp('{text}Z')"


def explained() -> AbstractContextManager[None]:
    """Turn the SDK's errors into a StoreError that says what to do."""
    return aws.explained("Timestream", _special)


def _special(code: str, message: str) -> str | None:
    if code == "AccessDeniedException" and message.startswith(_CLOSED_TO_NEW_CUSTOMERS):
        return (
            "AWS has closed Timestream for LiveAnalytics to new customers, and this account's "
            "payer is not an existing one: use an account that is, or DynamoDB, which works in "
            'every account and region: write "storage": {"type": "dynamodb"} into the settings '
            "(https://docs.aws.amazon.com/timestream/latest/developerguide/"
            "AmazonTimestreamForLiveAnalytics-availability-change.html)."
        )
    return not_there(message) if code == "ValidationException" else None


def not_there(message: str) -> str | None:
    """Explain why a query is refused, if what it speaks of is missing.

    Seen for a missing table, and for a table that no record was ever written to.
    """
    if _NOT_THERE.search(message):
        return f"There is nothing to read yet, or not there: {message}"
    return None
