"""What DynamoDB's tables hold, for as long as they hold it."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from bridgewatch.cost import metering
from bridgewatch.cost.usage import Dimension, Usage
from embedded_timestream.clock import NANOSECONDS

_HOUR_NS = 3600 * NANOSECONDS


@dataclass
class _Held:
    """What one table holds since `since_ns`, and what it has held before, in byte-nanoseconds."""

    size: int = 0
    backed_up: bool = False
    since_ns: int = 0
    stored: int = 0
    backups: int = 0

    def until(self, now_ns: int) -> tuple[int, int]:
        """Tell what it has held until now: in the table, and in backups."""
        held = self.size * (now_ns - self.since_ns)
        return self.stored + held, self.backups + held * self.backed_up


@dataclass
class Tables:
    """The tables, by ARN."""

    _tables: dict[str, _Held] = field(default_factory=dict)

    def holds(self, table_arn: str, stored_bytes: int, now_ns: int, *, backed_up: bool) -> None:
        """Take down what a table holds from now on."""
        held = self._tables.setdefault(table_arn, _Held(since_ns=now_ns))
        held.stored, held.backups = held.until(now_ns)
        held.size, held.backed_up, held.since_ns = stored_bytes, backed_up, now_ns

    def start(self, now_ns: int) -> None:
        """Forget what was held before now, and not what is."""
        for held in self._tables.values():
            held.stored, held.backups, held.since_ns = 0, 0, now_ns

    def usage(self, now_ns: int) -> Usage:
        """Tell what they have used until now."""
        used = [held.until(now_ns) for held in self._tables.values()]
        stored, backups = (
            metering.gigabyte_months(1, Fraction(sum(parts), _HOUR_NS))
            for parts in ([one[0] for one in used], [one[1] for one in used])
        )
        return Usage(
            {Dimension.DYNAMODB_GB_MONTHS: stored, Dimension.DYNAMODB_BACKUP_GB_MONTHS: backups}
        )
