"""Runs what is deployed to run at times: EventBridge schedules, retries, scheduled queries.

In simulated time it goes as fast as it can, in real time it waits.

A rate is due for the first time when the runner first sees the schedule (or at its StartDate), as
a new schedule on AWS is, and then at its distance. What is due while an invocation still runs in
simulated time is invoked right after it: no due time is lost.

What is due one time, `at(...)`, comes at some moment of the minute that begins then: that is how
exact AWS's service is (https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html).
"""

from __future__ import annotations

import json
import threading
import uuid
import zlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.models import lambda_backends
from moto.scheduler.models import scheduler_backends

from embedded_timestream.clock import utc
from embedded_timestream.moto_adapter import scheduled_queries
from embedded_timestream.scheduled_queries.schedule_expression import Recurrence, parse
from local.services.lambda_runtime.moto_adapter import describe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from moto.scheduler.models import Schedule

    from embedded_timestream.clock import Clock
    from local.meter import Meter
    from local.services.lambda_runtime.runtime import Function, Surroundings
    from local.simulated_time.clock import SimulatedClock

LONGEST_WAIT = 1.0
"""Seconds of real time after which a new deployment is noticed at the latest."""

_Key = tuple[str, str, str]


class Recurring(Protocol):
    """Something else of the cloud that does its work at certain times."""

    def next_due(self) -> datetime | None:
        """Tell when it has something to do next, or None."""

    def due(self, now: datetime) -> int:
        """Do what is due by now, and tell how many times that was."""


class Invoker(Recurring, Protocol):
    """Takes the events of schedules: the Lambda runtime, or who stands before it."""

    def invoke_later(self, function: Function, event: str) -> object:
        """Take an asynchronous invocation."""


class ScheduleRunner:
    """Invokes the targets of an account's schedules when they are due.

    :param meter: counts the invocations, if that is wanted.
    :param others: what else does its work at certain times.
    """

    def __init__(  # noqa: PLR0913 - the last is keyword-only
        self,
        account: str,
        clock: Clock,
        runtime: Invoker,
        surroundings: Surroundings,
        meter: Meter | None = None,
        *,
        others: Sequence[Recurring] = (),
    ) -> None:
        self._account = account
        self._clock = clock
        self._runtime = runtime
        self._surroundings = surroundings
        self._meter = meter
        self._others_of_cloud = tuple(others)
        self._due: dict[_Key, datetime | None] = {}

    def run(
        self,
        clock: SimulatedClock,
        until: datetime,
        progress: Callable[[str, datetime], None] | None = None,
    ) -> None:
        """Let simulated time pass, invoking whatever is due before `until`.

        :param clock: the cloud's clock; it stands at `until` afterwards, or later where an
            invocation took it there.
        :param progress: told, after each invocation, the schedule's name and when it started.
        """
        while True:
            entry = min(self._upcoming(), key=lambda entry: entry[0], default=None)
            times = [other.next_due() for other in self._others()]
            due = min((time for time in (*times, entry and entry[0]) if time), default=None)
            if due is None or due >= until:
                clock.move_to(max(until, utc(clock)))
                return
            clock.move_to(max(due, utc(clock)))
            self._run_others()
            if entry and entry[0] == due:
                self._advance(entry[1], due)
                started = utc(clock)
                self._invoke(entry[1], due)
                if progress:
                    progress(entry[1].name, started)

    def serve(self, stop: threading.Event) -> None:
        """Invoke what is due in real time until `stop` is set; each invocation on its own thread.

        A due time that passed unnoticed, because the computer slept, is skipped.
        """
        while not stop.is_set():
            now = utc(self._clock)
            upcoming = list(self._upcoming())
            for due, schedule in upcoming:
                if due <= now:
                    self._advance(schedule, due, past=now)
                    threading.Thread(target=self._invoke, args=(schedule, due)).start()
            # What waits already is due when it is asked, which is after `now`.
            times = [other.next_due() for other in self._others()]
            if any(time and time <= utc(self._clock) for time in times):
                threading.Thread(target=self._run_others).start()
            wait = min((due - now for due, _ in upcoming), default=timedelta(seconds=LONGEST_WAIT))
            stop.wait(min(max(wait.total_seconds(), 0.0), LONGEST_WAIT))

    def _others(self) -> list[Recurring]:
        return [self._runtime, *self._others_of_cloud, *scheduled_queries(self._account)]

    def _run_others(self) -> None:
        for other in self._others():
            other.due(utc(self._clock))

    def _upcoming(self) -> Iterator[tuple[datetime, Schedule]]:
        """Give the enabled schedules with the time at which each is due next."""
        seen: dict[_Key, datetime | None] = {}
        for schedule in self._deployed():
            # An update that does not say it enables one; stock moto forgets the state.
            if (schedule.state or "ENABLED") != "ENABLED":
                continue
            key = _key(schedule)
            seen[key] = due = self._due[key] if key in self._due else self._first(schedule)
            if due is not None and not _is_over(schedule, due):
                yield due, schedule
        self._due = seen

    def _deployed(self) -> Iterator[Schedule]:
        for backend in list(scheduler_backends[self._account].values()):
            for group in list(backend.schedule_groups.values()):
                yield from list(group.schedules.values())

    def _first(self, schedule: Schedule) -> datetime | None:
        since = utc(self._clock)
        if schedule.start_date is not None:
            since = max(since, _date(schedule.start_date))
        first = _recurrence(schedule).first(since)
        return first + _within_the_minute(schedule) if first and _is_single(schedule) else first

    def _advance(self, schedule: Schedule, due: datetime, past: datetime | None = None) -> None:
        recurrence = _recurrence(schedule)
        following = None if _is_single(schedule) else recurrence.after(due)
        while past and following and following <= past:
            following = recurrence.after(following)
        self._due[_key(schedule)] = following
        if following is None and schedule.action_after_completion == "DELETE":
            _delete(schedule, self._account)

    def _invoke(self, schedule: Schedule, due: datetime) -> None:
        """Invoke the target asynchronously, as EventBridge Scheduler does.

        Its RetryPolicy is for a target that cannot be reached for a while. Here a function is
        there or is not, so the event goes to the schedule's dead-letter queue at once.
        """
        target: dict[str, Any] = schedule.target
        region = schedule.arn.split(":")[3]
        event = _event(schedule, due, self._account, region)
        if self._meter:
            self._meter.scheduled(event)
        try:
            function = lambda_backends[self._account][region].get_function(target["Arn"])
        except UnknownFunctionException:
            dead_letters = target.get("DeadLetterConfig", {}).get("Arn")
            if dead_letters:
                self._surroundings.send(region, dead_letters, event)
            return
        self._runtime.invoke_later(describe(function), event)


def _key(schedule: Schedule) -> _Key:
    # A changed expression starts anew, as on AWS.
    return (schedule.arn, schedule.schedule_expression, schedule.schedule_expression_timezone)


def _recurrence(schedule: Schedule) -> Recurrence:
    return parse(schedule.schedule_expression, schedule.schedule_expression_timezone)


def _is_single(schedule: Schedule) -> bool:
    return bool(schedule.schedule_expression.startswith("at("))


def _within_the_minute(schedule: Schedule) -> timedelta:
    """Choose how late a single time comes: always the same for the same name and time."""
    what = schedule.name + schedule.schedule_expression
    return timedelta(seconds=zlib.crc32(what.encode()) % 60)


def _delete(schedule: Schedule, account: str) -> None:
    backend = scheduler_backends[account][schedule.arn.split(":")[3]]
    backend.delete_schedule(schedule.group_name, schedule.name)


def _is_over(schedule: Schedule, due: datetime) -> bool:
    return schedule.end_date is not None and due > _date(schedule.end_date)


def _date(seconds: str | float) -> datetime:
    return datetime.fromtimestamp(float(seconds), UTC)


def _event(schedule: Schedule, due: datetime, account: str, region: str) -> str:
    """Write the payload: the target's Input, or what the scheduler sends where there is none.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
    """
    time = due.strftime("%Y-%m-%dT%H:%M:%SZ")
    if "Input" not in schedule.target:
        return json.dumps(
            {
                "version": "0",
                "id": str(uuid.uuid4()),
                "detail-type": "Scheduled Event",
                "source": "aws.scheduler",
                "account": account,
                "time": time,
                "region": region,
                "resources": [schedule.arn],
                "detail": "{}",
            }
        )
    text: str = schedule.target["Input"]
    for name, value in {
        "schedule-arn": schedule.arn,
        "scheduled-time": time,
        "execution-id": str(uuid.uuid4()),
        "attempt-number": "1",
    }.items():
        text = text.replace(f"<aws.scheduler.{name}>", value)
    return text
