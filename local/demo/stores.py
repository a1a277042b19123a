"""The two stores, as those see them who look into a table from outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from local.bridges.openings import Change
from local.demo.deployment import rows

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

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
    """

    title: str
    write: str
    records: Callable[[Cloud, str, Collection[str], datetime], Iterator[Change]]


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
    found = []
    for item in _items(cloud, f"{deployment}-observations"):
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


def _items(cloud: Cloud, table: str) -> Iterator[dict[str, Any]]:
    """Scan a table. At its limit of read units, let time pass until it serves the next page."""
    client = cloud.client("dynamodb")
    wanted: dict[str, Any] = {"TableName": table}
    while True:
        try:
            page = client.scan(**wanted)
        except client.exceptions.ThrottlingException:
            cloud.clock.sleep(1)
            continue
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        wanted["ExclusiveStartKey"] = page["LastEvaluatedKey"]


STORES = {
    "timestream": Store("Timestream", "WriteRecords", _in_timestream),
    "dynamodb": Store("DynamoDB", "PutItem", _in_dynamodb),
}
"""By their names in the settings."""
