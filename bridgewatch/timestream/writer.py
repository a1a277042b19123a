"""Writing observations in bulk.

botocore validates and serializes a request in Python, value by value, which takes longer than all
the rest. What is sent here is made of checked values, so its JSON is made in one step instead, and
put in the place of botocore's; signing, retrying and endpoint discovery stay botocore's.
"""

from __future__ import annotations

import json
from copy import copy
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from bridgewatch.cost.usage import Dimension
from bridgewatch.observation_table import WRITTEN_VERSION, Outcome, Retention
from bridgewatch.raw_requests import bulk_client
from bridgewatch.timestream.tables import describe_table
from embedded_timestream.record_sizes import attribute_bytes, write_units
from lambdas.timestream import explained

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bridgewatch.observation_table import Row
    from lambdas.aws import Connection

    Json = dict[str, Any]

SHAPES_KEPT = 1000
"""Of so many combinations of bridges and statuses it is kept what their requests look like."""


class _Shape(NamedTuple):
    """The JSON of requests, without what is different in each: the records' times.

    :param start: up to `Records`.
    :param common_bytes: what is billed of what all records share.
    :param beginnings: each record up to its time, by bridge and status.
    :param record_bytes: what is billed of each, likewise.
    """

    start: str
    common_bytes: int
    beginnings: Mapping[tuple[str, str], str]
    record_bytes: Mapping[tuple[str, str], int]


class Writer:
    """A `bridgewatch.observation_table.Writer` to one table of Timestream's.

    :param dimensions: what every record of a bridge carries, as name and value, by its name.
    :param concurrency: how many threads there are.
    """

    unit = Dimension.WRITE_UNITS

    def __init__(
        self,
        *,
        database: str,
        table: str,
        dimensions: Mapping[str, Mapping[str, str]],
        connection: Connection,
        concurrency: int,
    ) -> None:
        self._target = {"DatabaseName": database, "TableName": table}
        self._shape = lru_cache(maxsize=SHAPES_KEPT)(self._make_shape)
        self._dimensions = _frozen(dimensions)
        with explained():
            self._client = bulk_client(
                connection, "timestream-write.WriteRecords", concurrency=concurrency
            )
        self.endpoint = str(self._client.meta.endpoint_url)

    def carrying(self, dimensions: Mapping[str, Mapping[str, str]]) -> Writer:
        """Give the same writer for records with these dimensions."""
        other = copy(self)
        other._dimensions = _frozen(dimensions)  # noqa: SLF001 - its own kind
        other._shape = lru_cache(maxsize=SHAPES_KEPT)(other._make_shape)  # noqa: SLF001 - likewise
        return other

    def retention(self) -> Retention:
        """Ask how long the table keeps records.

        :raises StoreError: if there is none, or Timestream failed.
        """
        table = describe_table(
            self._client, self._target["DatabaseName"], self._target["TableName"]
        )
        kept = table["RetentionProperties"]
        late = table.get("MagneticStoreWriteProperties", {})
        return Retention(
            kept=timedelta(days=kept["MagneticStoreRetentionPeriodInDays"]),
            on_time=timedelta(hours=kept["MemoryStoreRetentionPeriodInHours"]),
            takes_late=late.get("EnableMagneticStoreWrites", False),
        )

    def write(self, rows: Sequence[Row], version: int = WRITTEN_VERSION) -> Outcome:
        """Write at most 100 observations in one request.

        Sending them again is harmless: Timestream keeps a record once.

        :raises StoreError: if Timestream failed, however often it was tried.
        """
        body, units = self._request(rows, version)
        with explained():
            try:
                self._client.write_records(body=body)
            except self._client.exceptions.RejectedRecordsException as error:
                rejected: list[Json] = error.response["RejectedRecords"]
                existing = {one["RecordIndex"]: one.get("ExistingVersion", 0) for one in rejected}
                refusals = {
                    one["RecordIndex"]: one["Reason"]
                    for one in rejected
                    if existing[one["RecordIndex"]] <= version
                }
                return Outcome(
                    accepted=len(rows) - len(rejected),
                    duplicates=len(rejected) - len(refusals),
                    refusals=refusals,
                    units=units,
                    contradicted=frozenset(one for one in refusals if existing[one] == version),
                )
        return Outcome(len(rows), 0, {}, units)

    def seconds(self, observations: Mapping[str, int]) -> float:  # noqa: ARG002 - it has no limit
        """Timestream grows with what is written."""
        return 0

    def units(self, rows: Sequence[Row]) -> int:
        """Count the writes that a request with these observations is billed as."""
        return self._request(rows, WRITTEN_VERSION)[1]

    def _request(self, rows: Sequence[Row], version: int) -> tuple[bytes, int]:
        """Make a request's JSON, and count the writes that it is billed as.

        What all records share is sent and billed once. Those of a bridge with one status are the
        same but for their times, so each kind is serialized and weighed once, and the next request
        with the same kinds has nothing but times of its own.
        https://docs.aws.amazon.com/timestream/latest/developerguide/metering-and-pricing.writes.html
        """
        kinds = [(bridge, status) for bridge, _, status in rows]
        shape = self._shape(frozenset(kinds), version)
        records = [f'{shape.beginnings[bridge, status]}{time}"}}' for bridge, time, status in rows]
        body = f'{shape.start}, "Records": [{", ".join(records)}]}}'
        size = shape.common_bytes + sum(map(shape.record_bytes.__getitem__, kinds))
        return body.encode(), write_units(size)

    def _make_shape(self, kinds: frozenset[tuple[str, str]], version: int) -> _Shape:
        """Tell what is the same in all requests with these bridges and statuses."""
        bridges = {bridge for bridge, _ in kinds}
        shared = frozenset.intersection(*(self._dimensions[bridge] for bridge in bridges))
        common: Json = {
            "Dimensions": _pairs(shared),
            "MeasureValueType": "VARCHAR",
            "TimeUnit": "MILLISECONDS",
        }
        if version != WRITTEN_VERSION:
            common["Version"] = version
        own: dict[str, Json]
        if len(bridges) == 1:
            (common["MeasureName"],) = bridges
            own = {bridge: {} for bridge in bridges}
        else:
            own = {
                bridge: {
                    "Dimensions": _pairs(self._dimensions[bridge] - shared),
                    "MeasureName": bridge,
                }
                for bridge in bridges
            }
        beginnings, sizes = {}, {}
        for bridge, status in kinds:
            record = {**own[bridge], "MeasureValue": status, "Time": ""}
            beginnings[bridge, status] = json.dumps(record).removesuffix('"}')
            sizes[bridge, status] = attribute_bytes(record, common["MeasureValueType"])
        start = json.dumps({**self._target, "CommonAttributes": common}).removesuffix("}")
        return _Shape(start, attribute_bytes(common), beginnings, sizes)


def _pairs(dimensions: frozenset[tuple[str, str]]) -> list[Json]:
    return [{"Name": name, "Value": value} for name, value in sorted(dimensions)]


def _frozen(
    dimensions: Mapping[str, Mapping[str, str]],
) -> dict[str, frozenset[tuple[str, str]]]:
    return {name: frozenset(pairs.items()) for name, pairs in dimensions.items()}
