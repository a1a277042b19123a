"""What moto's tables lack: their size, their limits, and items that go when they have expired.

An `Extra` belongs to one table of moto's, and is kept on it, so that it goes where moto copies it.
"""

# ruff: noqa: ANN401 - moto's own tables and items

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from bridgewatch.cost.dynamodb import STORAGE_BYTES
from embedded_timestream.clock import NANOSECONDS
from local.services.dynamodb.partitions import Partitions
from local.services.dynamodb.sizes import bytes_of

LATE_SECONDS = 48 * 3600
"""How long an expired item is still there: AWS deletes it "within a few days"
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html)."""

OLDEST_SECONDS = 5 * 365 * 86400
"""Who expired longer ago than this when it was put is never deleted (the same page)."""

KINDS = ("Read", "Write")


@dataclass
class Bucket:
    """The units that a table may use now: a second's at most, below zero after a large page.

    AWS lets bursts pass ("best effort"); here there are none.
    """

    left: Fraction
    at_ns: int


@dataclass
class Extra:
    """What a table of moto's has here besides.

    :param size: the bytes of its items.
    :param items: how many it has.
    :param limits: its OnDemandThroughput: units a second, by `Read` and `Write`.
    :param first_expiry: no item expires earlier than this, in seconds since the epoch.
    :param partitions: its items in order, once it was queried.
    :param read_bytes: what the last query or scan has read.
    """

    size: int = 0
    items: int = 0
    limits: dict[str, int] = field(default_factory=dict)
    first_expiry: int | None = None
    partitions: Partitions | None = None
    read_bytes: int = 0
    _buckets: dict[str, Bucket] = field(default_factory=dict)

    @property
    def stored_bytes(self) -> int:
        """What is billed for being stored."""
        return self.size + self.items * STORAGE_BYTES

    def limit(self, throughput: dict[str, int]) -> None:
        """Take an OnDemandThroughput: -1 takes a limit away."""
        for kind in KINDS:
            value = throughput.get(f"Max{kind}RequestUnits")
            self._buckets.pop(kind, None)
            if value == -1:
                self.limits.pop(kind, None)
            elif value is not None:
                self.limits[kind] = value

    def described(self) -> dict[str, Any]:
        """Give what DescribeTable tells of it."""
        limits = {f"Max{kind}RequestUnits": value for kind, value in self.limits.items()}
        return {"TableSizeBytes": self.stored_bytes} | (
            {"OnDemandThroughput": limits} if limits else {}
        )

    def is_exhausted(self, kind: str, now_ns: int) -> bool:
        """Tell whether nothing more may be read or written now."""
        limit = self.limits.get(kind)
        if limit is None:
            return False
        bucket = self._buckets.setdefault(kind, Bucket(Fraction(limit), now_ns))
        gained = Fraction(max(now_ns - bucket.at_ns, 0), NANOSECONDS) * limit
        bucket.left, bucket.at_ns = min(bucket.left + gained, Fraction(limit)), now_ns
        return bucket.left <= 0

    def consume(self, kind: str, units: Fraction) -> None:
        """Take units from what may still be used."""
        if bucket := self._buckets.get(kind):
            bucket.left -= units

    def ordered(self, table: Any) -> Partitions:
        """Give its items in order."""
        if self.partitions is None:
            self.partitions = Partitions(table.all_items())
        return self.partitions

    def changed(self, table: Any, before: Any, after: Any) -> None:
        """Take down that an item was put, replaced or deleted.

        :param before: the item that was there, if there was one.
        :param after: the one that is there now, if there is one.
        """
        if before is not None:
            self.size -= bytes_of(before)
            self.items -= 1
            if self.partitions and after is None:
                self.partitions.remove(before)
        if after is not None:
            self.size += bytes_of(after)
            self.items += 1
            if self.partitions:
                self.partitions.put(after)
            expiry = expires(table, after)
            if expiry is not None and (self.first_expiry or expiry) >= expiry:
                self.first_expiry = expiry

    def expire(self, table: Any, now_ns: int) -> None:
        """Delete what expired days ago, as a change that the stream says is the service's."""
        now = now_ns // NANOSECONDS
        if self.first_expiry is None or now < self.first_expiry + LATE_SECONDS:
            return
        self.first_expiry = None
        left: list[int] = []
        for item in list(table.all_items()):
            expiry = expires(table, item)
            if expiry is None or expiry < now - OLDEST_SECONDS:
                continue
            if expiry + LATE_SECONDS > now:
                left.append(expiry)
                continue
            table.delete_item(item.hash_key, item.range_key)
            if table.stream_shard is not None and table.stream_shard.items:
                table.stream_shard.items[-1].record["userIdentity"] = {
                    "type": "Service",
                    "principalId": "dynamodb.amazonaws.com",
                }
        self.first_expiry = min(left, default=None)


def extra(table: Any) -> Extra:
    """Give what a table of moto's has here besides."""
    if not hasattr(table, "extra"):
        table.extra = Extra()
    found: Extra = table.extra
    return found


def expires(table: Any, item: Any) -> int | None:
    """Tell when an item expires, in seconds since the epoch, if it ever does."""
    if table.ttl.get("TimeToLiveStatus") != "ENABLED":
        return None
    value = item.attrs.get(table.ttl.get("AttributeName"))
    # Whoever writes it as anything but a number keeps the item for ever.
    return int(value.value) if value is not None and value.type == "N" else None
