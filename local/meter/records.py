"""Records, for as long as a table keeps them."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from bridgewatch.cost import metering
from bridgewatch.cost.usage import Dimension, Usage
from embedded_timestream import moto_adapter, record_sizes
from embedded_timestream.clock import NANOSECONDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.meter.requests import Request

_UNITS_A_SECOND = {"SECONDS": 1, "MILLISECONDS": 10**3, "MICROSECONDS": 10**6, "NANOSECONDS": 10**9}
_HOUR_NS = 3600 * NANOSECONDS


@dataclass(frozen=True)
class _Record:
    """A record that was written.

    :param size: in bytes.
    :param time_ns: its own time, which its retention counts from.
    :param written_ns: when it was written.
    """

    size: int
    time_ns: int
    written_ns: int

    def usage(self, memory_hours: int, magnetic_days: int, now_ns: int) -> Usage:
        """Tell what it has used until now, in the memory store and then in the magnetic store."""
        leaves_memory = self.time_ns + memory_hours * _HOUR_NS
        # https://docs.aws.amazon.com/timestream/latest/developerguide/storage.html
        gone = leaves_memory + magnetic_days * 24 * _HOUR_NS
        moved = max(self.written_ns, min(leaves_memory, now_ns))
        left = max(moved, min(gone, now_ns))
        in_memory = Fraction(moved - self.written_ns, _HOUR_NS)
        on_disk = Fraction(left - moved, _HOUR_NS)
        return Usage(
            {
                Dimension.MEMORY_GB_HOURS: metering.gigabyte_hours(self.size, in_memory),
                Dimension.MAGNETIC_GB_MONTHS: metering.gigabyte_months(self.size, on_disk),
            }
        )


class Records:
    """The records that were written, by table; what a deleted table kept is left out.

    :param account: whose tables.
    """

    def __init__(self, account: str) -> None:
        self._account = account
        self._tables: dict[tuple[str, str, str], list[_Record]] = defaultdict(list)

    def write(self, request: Request, now_ns: int) -> None:
        """Take the records of a WriteRecords request, but those that were rejected."""
        body = json.loads(request.body)
        rejected = json.loads(request.answer).get("RejectedRecords", ())
        indices = {record["RecordIndex"] for record in rejected}
        common = body.get("CommonAttributes", {})
        self._tables[request.region, body["DatabaseName"], body["TableName"]] += [
            _Record(
                record_sizes.record_bytes(common, record), _time_ns({**common, **record}), now_ns
            )
            for index, record in enumerate(body["Records"])
            if index not in indices
        ]

    def usage(self, now_ns: int) -> Usage:
        """Tell what they have used until now."""
        used = Usage()
        for (region, database, table), records in self._tables.items():
            found = moto_adapter.store(self._account, region).table(database, table)
            if found is None:
                continue
            memory_hours = found.retention.memory_hours
            for record in records:
                used += record.usage(memory_hours, found.retention.magnetic_days, now_ns)
        return used


def _time_ns(record: Mapping[str, Any]) -> int:
    unit = _UNITS_A_SECOND[record.get("TimeUnit", "MILLISECONDS")]
    return int(record["Time"]) * (NANOSECONDS // unit)
