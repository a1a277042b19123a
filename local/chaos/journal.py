"""What passed between the deployed code and everything around it, noted from outside."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Seen(NamedTuple):
    """A bridge's status at a time, in complete milliseconds, as it is stored."""

    time: datetime
    bridge: str
    status: str


@dataclass(frozen=True)
class Answer:
    """What a source answered to one request.

    :param bridges: those that were asked for.
    :param statuses: what it told of each of them; None if it told nothing that can be believed.
    :param fault: what was wrong with it, if anything was.
    :param seconds: how long who asked has to wait for the end of it.
    """

    time: datetime
    bridges: tuple[str, ...]
    statuses: Mapping[str, str] | None
    fault: str | None = None
    seconds: float = 0.0


@dataclass
class Run:
    """One invocation of a function.

    :ivar answers: of the sources, in the order of time.
    :ivar kept: what the store or a queue took in it.
    :ivar rejected: what Timestream rejected for good, with the reason.
    :ivar logged: what its log holds as the only copy.
    :ivar queue_failed: whether a queue failed in it.
    :ivar keyless: whether the last attempt to read a source's key failed in it.
    :ivar throttled: when the store itself throttled it: its table was at its limit.
    :ivar dead_lettered: when the dead-letter queue took something in it, the last time; None if it
        took nothing.
    :ivar failed: whether it ended with an error.
    :ivar died: whether it was killed, or ran out of time.
    """

    function: str
    start: datetime
    answers: list[Answer] = field(default_factory=list)
    kept: set[Seen] = field(default_factory=set)
    rejected: dict[Seen, str] = field(default_factory=dict)
    logged: set[Seen] = field(default_factory=set)
    queue_failed: bool = False
    keyless: bool = False
    throttled: list[datetime] = field(default_factory=list)
    dead_lettered: datetime | None = None
    failed: bool = False
    died: bool = False


class Journal:
    """The runs of all functions, in the order of time.

    One runs at a time, or a second one while the first waits for an answer.
    """

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.queue: list[tuple[datetime, int]] = []
        """How many messages the queue had after each run, those that are hidden included."""
        self._current: list[Run] = []

    def begin(self, function: str, now: datetime) -> Run:
        """Note that a function begins to run."""
        run = Run(function, now)
        self._current.append(run)
        self.runs.append(run)
        return run

    def end(self, run: Run) -> None:
        """Note that it has ended."""
        self._current.remove(run)

    @property
    def run(self) -> Run | None:
        """What runs now: what passes belongs to it."""
        return self._current[-1] if self._current else None

    @property
    def beside(self) -> bool:
        """Whether it runs beside another one, which waits."""
        return len(self._current) > 1


def truncated_to_milliseconds(time: datetime) -> datetime:
    """Cut a time to what is stored of it."""
    return time.replace(microsecond=time.microsecond // 1000 * 1000)


def in_write(request: Mapping[str, Any]) -> Iterator[Seen]:
    """Read the records of a WriteRecords request, in its order."""
    common = request.get("CommonAttributes", {})
    for record in request["Records"]:
        complete = {**common, **record}
        time = _EPOCH + timedelta(milliseconds=int(complete["Time"]))
        yield Seen(time, complete["MeasureName"], complete["MeasureValue"])


def in_put(request: Mapping[str, Any]) -> Iterator[Seen]:
    """Read the record of a PutItem request, if its item is one: another says what a bridge is."""
    item = request["Item"]
    if "status" in item:
        time = _EPOCH + timedelta(milliseconds=int(item["time"]["N"]))
        yield Seen(time, item["bridge"]["S"], item["status"]["S"])


def in_observation(one: Mapping[str, str]) -> Seen:
    """Read an observation as queued messages and the log hold it."""
    return Seen(datetime.fromisoformat(one["time"]), one["bridge"], one["status"])
