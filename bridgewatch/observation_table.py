"""The table of observations as the operator works on it, whichever store it is in.

`bridgewatch.timestream.table` and `bridgewatch.dynamodb.table` are the two; the commands know this
interface only, and none asks which it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence
    from datetime import timedelta

    from bridgewatch.cost.usage import Dimension
    from bridgewatch.timestream.types import Column
    from lambdas.observation import Status
    from lambdas.store import Store

    Row = tuple[str, int, str]
    """An observation: its bridge, its time in milliseconds since 1970, its status."""

TABLE = "observations"
"""The table that the storage stack makes; its database has the deployment's name."""

WRITTEN_VERSION = 1
"""The version of a record that names none."""


@dataclass(frozen=True, slots=True)
class Record:
    """An observation with all that is kept of it.

    :param time: in milliseconds since 1970.
    :param status: Open or Closed, unless it is not bridgewatch's.
    :param dimensions: what is said about the bridge.
    :param version: None where the store does not tell.
    :param stray: what it has that no observation of bridgewatch's has; empty of those.
    """

    bridge: str
    time: int
    status: str
    dimensions: Mapping[str, str]
    version: int | None = None
    stray: str = ""


@dataclass(frozen=True, slots=True)
class Retention:
    """How long a table keeps records.

    :param kept: how old a record may be, when it is written or read.
    :param on_time: how old it may be to be taken as every new one is; late ones take another way.
    :param takes_late: whether late ones are taken at all.
    """

    kept: timedelta
    on_time: timedelta
    takes_late: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of some observations.

    :param accepted: how many the store took, or had already with the same status.
    :param duplicates: how many it has already in a higher version: they were corrected since.
    :param refusals: the others, by their index, each with the store's reason.
    :param units: the writes that this is billed as.
    :param contradicted: those of the refusals in whose place is the same record in the same
        version, with another status.
    """

    accepted: int
    duplicates: int
    refusals: Mapping[int, str]
    units: int
    contradicted: frozenset[int] = field(default_factory=frozenset)


class Writer(Protocol):
    """Writes observations in bulk; many threads can share it.

    :ivar endpoint: where it writes to: an address that names the region, if it is AWS's.
    :ivar unit: what a write is billed as.
    """

    endpoint: str
    unit: Dimension

    def retention(self) -> Retention:
        """Ask how long the table keeps records.

        :raises StoreError: if there is no such table, or the store failed.
        """

    def write(self, rows: Sequence[Row], version: int = WRITTEN_VERSION) -> Outcome:
        """Write at most 100 observations. Writing them again is harmless.

        :raises StoreError: if the store failed, however often it was tried.
        """

    def units(self, rows: Sequence[Row]) -> int:
        """Count the writes that these observations are billed as, if none is there."""

    def seconds(self, observations: Mapping[str, int]) -> float:
        """Tell how long it takes at least to write so many of each bridge, by the store's limits.

        0 if there are none that matter.
        """

    def carrying(self, dimensions: Mapping[str, Mapping[str, str]]) -> Writer:
        """Give the same writer for records with these dimensions, by the bridge's name."""


class Rows(Protocol):
    """The rows of a query, as they arrive.

    :ivar columns: what they consist of.
    """

    @property
    def columns(self) -> list[Column]:
        """The columns; runs the query, if it hasn't yet."""

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        """Give the rows."""

    def close(self) -> None:
        """End the query if it still runs, so that it costs no more."""

    def bill(self, seconds: int) -> str:
        """Say what was read so far, and what that costs.

        :param seconds: how long it has run.
        """


class Answer(Rows, Protocol):
    """The rows of a query of any SQL."""

    def texts(self) -> Iterator[tuple[Any, ...]]:
        """Give the rows with times and intervals as texts, to the nanosecond."""


class ObservationTable(Protocol):
    """One table.

    :ivar sql_name: what SQL calls it.
    """

    sql_name: str

    @property
    def store(self) -> Store:
        """Its observations."""

    def query(self, sql: str, *, full: bool = False) -> Answer:
        """Prepare any SQL of Timestream's.

        :param full: whether it may read all that there is, where that is not what it says.
        :raises CommandError: if it would read everything and may not.
        """

    def warning(self, sql: str) -> str | None:
        """Say so if a query would be needlessly dear."""

    def observations(self, bridges: Sequence[str], first: int, end: int) -> Rows:
        """Prepare reading time, bridge and status of what was observed, by bridge and time.

        :param first: from when, in milliseconds since 1970; `end` is not within.
        """

    def writer(self, dimensions: Mapping[str, Mapping[str, str]], concurrency: int) -> Writer:
        """Make a writer.

        :param dimensions: what every record of a bridge carries, as name and value, by its name.
        :param concurrency: how many threads use it.
        """

    def find(self, bridge: str, time: int) -> list[Record]:
        """Find the records of a bridge within a millisecond, at most one for any dimensions.

        :raises StoreError: if the store failed.
        """

    def correct(self, record: Record, status: Status, version: int) -> None:
        """Write a higher version of a record.

        :raises StoreError: if the store failed, or refused it.
        """

    def counts(self) -> dict[str, int]:
        """Count all records of each bridge, whether the settings have it or not.

        :raises StoreError: if the store failed.
        """

    def records(self, bridge: str, first: int) -> Generator[Record, None, None]:
        """Give the records of a bridge from a time on, in time order.

        Whoever wants no more of them closes it, so that what it asks costs no more.

        :raises StoreError: if the store failed.
        """
