"""Faults between the schedules and the functions, and a note of how each run went."""

from __future__ import annotations

import heapq
import itertools
import json
from datetime import timedelta
from typing import TYPE_CHECKING

from embedded_timestream.clock import utc
from local.chaos.journal import in_observation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from embedded_timestream.clock import Clock
    from local.chaos.faults import Faults
    from local.chaos.journal import Journal, Seen
    from local.services.lambda_runtime.runtime import Function, LambdaRuntime

DEATHS = ("Runtime.ExitError", "Sandbox.Timedout")
"""What Lambda calls the end of a process, and of its time."""

ONLY_COPY = "only in this log"
"""Marks a line of the poller's log that holds the only copy of a record (docs/operations.md)."""

BESIDE = "beside"
"""The fault that a second container runs while the first does."""

DELAY_SECONDS = (5, 50)
DUPLICATE_SECONDS = (0, 20)


class DisturbedInvocations:
    """An `Invoker` before the runtime: events come late, twice or never, containers vanish.

    :param queued: counts the messages of the queue.
    :param beside: the function of which two containers may run at one moment, where no reserved
        concurrency forbids it; `run_beside` is called when the first waits for an answer.
    """

    def __init__(  # noqa: PLR0913 - two of them are keyword-only
        self,
        runtime: LambdaRuntime,
        clock: Clock,
        faults: Faults,
        journal: Journal,
        *,
        queued: Callable[[], int],
        beside: str,
    ) -> None:
        self._runtime = runtime
        self._clock = clock
        self._faults = faults
        self._journal = journal
        self._queued = queued
        self._beside = beside
        self._second: tuple[Function, str] | None = None
        self._numbers = itertools.count()
        self._later: list[tuple[datetime, int, Function, str]] = []

    def invoke_later(self, function: Function, event: str) -> None:
        """Take an event of a schedule."""
        match self._faults.choose("schedule"):
            case "missed":
                return
            case "delayed":
                self._postpone(function, event, DELAY_SECONDS)
                return
            case "duplicate":
                self._postpone(function, event, DUPLICATE_SECONDS)
        self._run(function, event)

    def run_beside(self) -> bool:
        """Run the second container of what runs now, if it is to have one; tell whether it was."""
        if self._second is None:
            return False
        second, self._second = self._second, None
        self._run(*second)
        return True

    def _may_be_two(self, function: Function) -> bool:
        # In an outage a run takes so long that the first would give up its own wait.
        alone = self._journal.run is None and not self._faults.lasting()
        return alone and function.reserved is None and function.name == self._beside

    def next_due(self) -> datetime | None:
        """Tell when the next event or retry is due, or None."""
        mine = self._later[0][0] if self._later else None
        return min((due for due in (mine, self._runtime.next_due()) if due), default=None)

    def due(self, now: datetime) -> int:
        """Run what is due by now, and tell how many there were."""
        count = 0
        while self._later and self._later[0][0] <= now:
            _, _, function, event = heapq.heappop(self._later)
            self._run(function, event)
            count += 1
        return count + self._runtime.due(now)

    def _postpone(self, function: Function, event: str, range_: tuple[int, int]) -> None:
        due = utc(self._clock) + timedelta(seconds=round(self._faults.seconds(*range_)))
        heapq.heappush(self._later, (due, next(self._numbers), function, event))

    def _run(self, function: Function, event: str) -> None:
        excluded = () if self._may_be_two(function) else (BESIDE,)
        match self._faults.choose("lambda", excluded=excluded):
            case "cold":
                self._runtime.forget(function.arn)
            case "beside":
                self._second = (function, event)
        run = self._journal.begin(function.name, utc(self._clock))
        invocation = self._runtime.invoke_later(function, event)
        self._journal.end(run)
        self._journal.queue.append((utc(self._clock), self._queued()))
        if invocation is None:
            return
        run.failed = invocation.error
        if invocation.error:
            run.died = json.loads(invocation.payload).get("errorType") in DEATHS
        run.logged = set(_only_copies(invocation.log))


def _only_copies(log: Iterable[str]) -> Iterator[Seen]:
    for line in log:
        if line.startswith("{") and ONLY_COPY in line:
            record = json.loads(line)
            if record.get("kept") == ONLY_COPY:
                yield in_observation(record)
