"""Runs what is deployed to run on changes: Lambda's event source mappings of DynamoDB's streams.

Stock moto (seen with 5.2.5) invokes the function from within the write, with every record since the
table was made, whatever the filter says, and loses the records of an invocation that fails. Here,
as on AWS, a mapping reads in order and on its own; it goes on only once the function has taken a
batch, and what is too old by then goes to the mapping's destination.

https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
"""

# ruff: noqa: ANN401 - moto's own mappings, tables and records

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.models import LambdaBackend, lambda_backends
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import StreamShard

from embedded_timestream.clock import utc
from local.services.filter_patterns import matches, parse
from local.services.lambda_runtime.moto_adapter import describe
from local.services.lambda_runtime.runtime import ClosedError, ThrottledError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from embedded_timestream.clock import Clock
    from local.services.lambda_runtime.runtime import LambdaRuntime, Surroundings
    from local.services.patches import Patches

LONGEST_PAUSE_SECONDS = 60
"""The pause after a failure doubles up to this, from one second."""

STREAM = "/stream/"


@dataclass(slots=True)
class _Reader:
    """Where one mapping is in its stream.

    :ivar position: the first record that was not taken yet.
    :ivar batch: how many records to read at a time; halved after a failure, if the mapping says so.
    :ivar failures: how often the batch at hand failed.
    :ivar not_before: when to try it again.
    """

    position: int
    batch: int
    failures: int = 0
    not_before: datetime | None = None


class StreamRunner:
    """Invokes the functions of an account's event source mappings; something `Recurring`."""

    def __init__(
        self, account: str, clock: Clock, runtime: LambdaRuntime, surroundings: Surroundings
    ) -> None:
        self._account = account
        self._clock = clock
        self._runtime = runtime
        self._surroundings = surroundings
        self._readers: dict[str, _Reader] = {}
        self._lock = threading.Lock()

    def install(self, patches: Patches) -> None:
        """Take the streams over from moto until `patches` is closed."""
        runner = self

        def create(self: Any, spec: dict[str, Any]) -> Any:
            for one in (spec.get("FilterCriteria") or {}).get("Filters", []):
                parse(one["Pattern"])
            mapping = stock_create(self, spec)
            if STREAM in mapping.event_source_arn:
                runner._start(mapping)
            return mapping

        def add(self: Any, old: Any, new: Any) -> None:
            # Without the mappings, of which moto would invoke the functions at once.
            mappings, self.table.lambda_event_source_mappings = (
                self.table.lambda_event_source_mappings,
                {},
            )
            try:
                stock_add(self, old, new)
            finally:
                self.table.lambda_event_source_mappings = mappings
            record = self.items[-1].record
            record["dynamodb"]["ApproximateCreationDateTime"] = utc(runner._clock)
            record["awsRegion"] = self.table.region_name

        stock_create = patches.replace(LambdaBackend, "create_event_source_mapping", create)
        stock_add = patches.replace(StreamShard, "add", add)

    def _start(self, mapping: Any) -> None:
        shard = self._shard(mapping)
        latest = mapping.starting_position == "LATEST"
        position = len(shard.items) if shard and latest else 0
        self._readers[mapping.uuid] = _Reader(position, mapping.batch_size)

    def next_due(self) -> datetime | None:
        """Tell when a batch is due next, or None if nothing waits."""
        now = utc(self._clock)
        times = [
            reader.not_before or now
            for mapping, reader, shard in self._mappings()
            if reader.position < len(shard.items)
        ]
        return min(times, default=None)

    def due(self, now: datetime) -> int:
        """Hand over what waits, and tell how many batches that were."""
        count = 0
        # Real time has a thread for each look: one of them works.
        if not self._lock.acquire(blocking=False):
            return 0
        try:
            for mapping, reader, shard in list(self._mappings()):
                while reader.position < len(shard.items):
                    if reader.not_before and reader.not_before > now:
                        break
                    count += self._read(mapping, reader, shard)
        finally:
            self._lock.release()
        return count

    def _mappings(self) -> Iterator[tuple[Any, _Reader, Any]]:
        for backend in list(lambda_backends[self._account].values()):
            for mapping in list(backend._event_source_mappings.values()):  # noqa: SLF001 - moto offers no list of models
                reader = self._readers.get(mapping.uuid)
                shard = self._shard(mapping)
                if reader and shard and mapping.enabled:
                    yield mapping, reader, shard

    def _shard(self, mapping: Any) -> Any:
        region = mapping.event_source_arn.split(":")[3]
        name = mapping.event_source_arn.partition("/")[2].partition("/")[0]
        table = dynamodb_backends[self._account][region].tables.get(name)
        return table and table.stream_shard

    def _read(self, mapping: Any, reader: _Reader, shard: Any) -> int:
        """Hand over one batch; give 1 if that invoked the function, and 0 if nothing passed."""
        last = min(reader.position + reader.batch, len(shard.items))
        records = [one.to_json() for one in shard.items[reader.position : last]]
        passed = [one for one in records if self._passes(mapping, one)]
        if not passed or self._invoke(mapping, passed):
            reader.position, reader.failures, reader.not_before = last, 0, None
            reader.batch = mapping.batch_size
            return int(bool(passed))
        self._after_failure(mapping, reader, passed, last)
        return 1

    def _passes(self, mapping: Any, record: dict[str, Any]) -> bool:
        filters = (mapping.filter_criteria or {}).get("Filters", [])
        return not filters or any(matches(parse(one["Pattern"]), record) for one in filters)

    def _invoke(self, mapping: Any, records: list[dict[str, Any]]) -> bool:
        region = mapping.event_source_arn.split(":")[3]
        try:
            function = lambda_backends[self._account][region].get_function(mapping.function_arn)
        except UnknownFunctionException:
            return False
        event = {"Records": [_event(record, mapping.event_source_arn) for record in records]}
        try:
            return not self._runtime.invoke(describe(function), json.dumps(event)).error
        except (ThrottledError, ClosedError):
            return False

    def _after_failure(
        self, mapping: Any, reader: _Reader, records: list[dict[str, Any]], last: int
    ) -> None:
        now = utc(self._clock)
        reader.failures += 1
        first = records[0]["dynamodb"]["ApproximateCreationDateTime"]
        age = mapping.max_record_age
        retries = mapping.max_retry_attempts
        too_old = age not in (None, -1) and now - first > timedelta(seconds=age)
        too_often = retries not in (None, -1) and reader.failures > retries
        if too_old or too_often:
            reader.position, reader.failures, reader.not_before = last, 0, None
            self._give_up(mapping, records)
            return
        if mapping.bisect_on_error and last - reader.position > 1:
            reader.batch = (last - reader.position + 1) // 2
        pause = min(2 ** (reader.failures - 1), LONGEST_PAUSE_SECONDS)
        reader.not_before = now + timedelta(seconds=pause)

    def _give_up(self, mapping: Any, records: list[dict[str, Any]]) -> None:
        """https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html."""
        on_failure = (mapping.destination_config or {}).get("OnFailure", {}).get("Destination")
        if on_failure is None:
            return
        numbers = [one["dynamodb"]["SequenceNumber"] for one in records]
        body = {
            "requestContext": {
                "functionArn": mapping.function_arn,
                "condition": "RecordAgeExceeded",
            },
            "version": "1.0",
            "timestamp": utc(self._clock).isoformat(),
            "DDBStreamBatchInfo": {
                "streamArn": mapping.event_source_arn,
                "startSequenceNumber": numbers[0],
                "endSequenceNumber": numbers[-1],
                "batchSize": len(records),
            },
        }
        region = mapping.event_source_arn.split(":")[3]
        self._surroundings.send(region, on_failure, json.dumps(body))


def _event(record: dict[str, Any], source: str) -> dict[str, Any]:
    change = record["dynamodb"]
    created = change["ApproximateCreationDateTime"].timestamp()
    return {
        **record,
        "eventVersion": "1.1",
        "eventSourceARN": source,
        "dynamodb": {**change, "ApproximateCreationDateTime": created},
    }
