"""The two stores, as those see them who look into a table from outside."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from local.bridges.openings import Change
from local.demo.deployment import rows

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from local.cloud import Cloud

OWN = "\x1f"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Store:
    """A store.

    :param title: what people call it.
    :param write: the operation that writes.
    :param records: gives every record of a deployment: of these bridges, since a time, in the order
        of time.
    :param settings: what else the demo's `storage` says.
    """

    title: str
    write: str
    records: Callable[[Cloud, str, Collection[str], datetime], Iterator[Change]]
    settings: Mapping[str, int] = field(default_factory=dict)


def _in_timestream(
    cloud: Cloud, deployment: str, _bridges: Collection[str], since: datetime
) -> Iterator[Change]:
    """Read a table by Timestream's SQL: of all bridges, also of those that are not to be there."""
    sql = (
        "SELECT time, measure_name, measure_value::varchar "  # noqa: S608 - our own
        f'FROM "{deployment}"."observations" '
        f"WHERE time >= from_iso8601_timestamp('{since.isoformat()}') ORDER BY time"
    )
    for moment, bridge, status in rows(cloud.client("timestream-query"), sql):
        yield Change(datetime.fromisoformat(moment).replace(tzinfo=UTC), bridge, status)


def _in_dynamodb(
    cloud: Cloud, deployment: str, bridges: Collection[str], since: datetime
) -> Iterator[Change]:
    """Read every item of a table: what is said about bridges has a time before 1970.

    :raises ValueError: if one is of no bridge that is to be there.
    """
    pages = cloud.client("dynamodb").get_paginator("scan")
    found = []
    for page in pages.paginate(TableName=f"{deployment}-observations"):
        for item in page["Items"]:
            bridge, time = item["bridge"]["S"], int(item["time"]["N"])
            # No bridge's name begins so: it is what the functions keep for themselves.
            if bridge.startswith(OWN):
                continue
            if bridge not in bridges:
                raise ValueError(f"The table has an item of {bridge}, which is not watched.")
            if time >= 0:
                moment = _EPOCH + timedelta(milliseconds=time)
                found.append(Change(moment, bridge, item["status"]["S"]))
    yield from sorted(change for change in found if change.time >= since)


STORES = {
    "timestream": Store("Timestream", "WriteRecords", _in_timestream),
    # All bridges are read back at once, in a time that stands still: no limit would refill.
    "dynamodb": Store("DynamoDB", "PutItem", _in_dynamodb, {"max_read_units": 10_000}),
}
"""By their names in the settings."""
