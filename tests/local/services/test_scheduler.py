from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from unittest.mock import Mock

from moto.core.models import DEFAULT_ACCOUNT_ID

from embedded_timestream.clock import NANOSECONDS, utc
from local.services.scheduler import ScheduleRunner
from tests.local.conftest import START
from tests.local.deployed import Deployed

if TYPE_CHECKING:
    from local.cloud import Cloud
    from local.simulated_time.clock import SimulatedClock

LONG_SECONDS = 10

TELLS_THE_TIME = """
    import datetime
    def handler(event, context):
        print("at", datetime.datetime.now(datetime.UTC).isoformat(), event)
"""
FAILS = TELLS_THE_TIME + "        raise ValueError('always')\n"


def run(cloud: Cloud, clock: SimulatedClock, length: timedelta) -> list[datetime]:
    polls: list[datetime] = []
    cloud.schedules.run(clock, START + length, lambda _, time: polls.append(time))
    return polls


def times(function: Deployed) -> list[str]:
    return [line.split()[1][11:19] for line in function.log() if line.startswith("at ")]


def test_a_day_of_a_poll_a_minute_passes_at_once(
    simulated_cloud: Cloud, clock: SimulatedClock
) -> None:
    function = Deployed(simulated_cloud, "poller", TELLS_THE_TIME)
    function.schedule("rate(1 minute)", Target={"Input": "{}"})

    polls = run(simulated_cloud, clock, timedelta(days=1))

    assert len(polls) == 1440
    assert polls[0] == START
    assert utc(clock) == START + timedelta(days=1)
    assert times(function)[:3] == ["00:00:00", "00:01:00", "00:02:00"]


def test_a_function_that_was_updated_runs_as_it_is_now(
    simulated_cloud: Cloud, clock: SimulatedClock
) -> None:
    function = Deployed(
        simulated_cloud,
        "poller",
        "import os\ndef handler(event, context):\n    print('says', os.environ['WORD'])\n",
        Environment={"Variables": {"WORD": "before"}},
    )
    function.schedule("rate(1 minute)")
    run(simulated_cloud, clock, timedelta(minutes=1))

    simulated_cloud.client("lambda").update_function_configuration(
        FunctionName="poller", Environment={"Variables": {"WORD": "after"}}
    )
    run(simulated_cloud, clock, timedelta(minutes=2))

    assert [line for line in function.log() if line.startswith("says")] == [
        "says before",
        "says after",
    ]


def test_stretches_that_follow_each_other_lose_and_repeat_nothing(
    simulated_cloud: Cloud, clock: SimulatedClock
) -> None:
    Deployed(simulated_cloud, "poller", TELLS_THE_TIME).schedule("rate(7 minutes)")

    first = run(simulated_cloud, clock, timedelta(minutes=30))
    second = run(simulated_cloud, clock, timedelta(minutes=60))

    minutes = [(poll - START) // timedelta(minutes=1) for poll in first + second]
    assert minutes == [0, 7, 14, 21, 28, 35, 42, 49, 56]


def test_an_invocation_that_takes_long_delays_the_next_and_loses_none(
    simulated_cloud: Cloud, clock: SimulatedClock
) -> None:
    function = Deployed(
        simulated_cloud,
        "slow",
        TELLS_THE_TIME + "        import time; time.sleep(90)\n",
        Timeout=600,
    )
    function.schedule("rate(1 minute)")

    polls = run(simulated_cloud, clock, timedelta(minutes=3))

    assert len(polls) == 3
    assert times(function) == ["00:00:00", "00:01:30", "00:03:00"]


def test_a_single_time_comes_within_its_minute_and_the_schedule_goes(
    simulated_cloud: Cloud, clock: SimulatedClock
) -> None:
    function = Deployed(simulated_cloud, "waked", TELLS_THE_TIME)
    at = START + timedelta(hours=1)
    function.schedule(f"at({at:%Y-%m-%dT%H:%M:%S})", ActionAfterCompletion="DELETE")

    (came,) = run(simulated_cloud, clock, timedelta(hours=2))

    assert timedelta(0) <= came - at < timedelta(minutes=1)
    assert simulated_cloud.client("scheduler").list_schedules()["Schedules"] == []


def test_a_single_time_that_is_moved_or_deleted_in_time_does_not_come(
    simulated_cloud: Cloud, clock: SimulatedClock
) -> None:
    function = Deployed(simulated_cloud, "waked", TELLS_THE_TIME)
    at = START + timedelta(hours=1)
    function.schedule(f"at({at:%Y-%m-%dT%H:%M:%S})")
    run(simulated_cloud, clock, timedelta(minutes=30))
    scheduler = simulated_cloud.client("scheduler")
    (schedule,) = scheduler.list_schedules()["Schedules"]

    scheduler.delete_schedule(Name=schedule["Name"])

    assert run(simulated_cloud, clock, timedelta(hours=2)) == []


def test_a_disabled_schedule_is_not_run(simulated_cloud: Cloud, clock: SimulatedClock) -> None:
    function = Deployed(simulated_cloud, "poller", TELLS_THE_TIME)
    function.schedule("rate(1 minute)", State="DISABLED")

    assert run(simulated_cloud, clock, timedelta(hours=1)) == []


def test_the_targets_input_is_the_event(simulated_cloud: Cloud, clock: SimulatedClock) -> None:
    function = Deployed(simulated_cloud, "poller", TELLS_THE_TIME)
    function.schedule(
        "cron(30 0 * * ? *)", Target={"Input": '{"due": "<aws.scheduler.scheduled-time>"}'}
    )

    run(simulated_cloud, clock, timedelta(hours=1))

    assert "at 2026-03-01T00:30:00+00:00 {'due': '2026-03-01T00:30:00Z'}" in function.log()


def test_a_failed_invocation_is_retried_after_one_and_two_minutes(
    simulated_cloud: Cloud, clock: SimulatedClock
) -> None:
    function = Deployed(simulated_cloud, "failing", FAILS)
    function.schedule("cron(10 0 * * ? *)")

    run(simulated_cloud, clock, timedelta(hours=1))

    assert times(function) == ["00:10:00", "00:11:00", "00:13:00"]


def test_without_retries_what_failed_goes_to_its_queue(
    simulated_cloud: Cloud, clock: SimulatedClock
) -> None:
    function = Deployed(simulated_cloud, "failing", FAILS)
    queue = simulated_cloud.client("sqs").create_queue(QueueName="dropped")["QueueUrl"]
    simulated_cloud.client("lambda").put_function_event_invoke_config(
        FunctionName=function.name,
        MaximumRetryAttempts=0,
        MaximumEventAgeInSeconds=60,
        DestinationConfig={
            "OnFailure": {"Destination": "arn:aws:sqs:eu-west-1:123456789012:dropped"}
        },
    )
    function.schedule("cron(10 0 * * ? *)", Target={"Input": '{"a": 1}'})

    run(simulated_cloud, clock, timedelta(hours=1))

    assert times(function) == ["00:10:00"]
    messages = simulated_cloud.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=1)[
        "Messages"
    ]
    assert [message["Body"] for message in messages] == ['{"a": 1}']


class OneLook(threading.Event):
    """Ends the serving where it would wait for its second look."""

    def wait(self, timeout: float | None = None) -> bool:  # noqa: ARG002 - nobody waits
        self.set()
        return True


class Waiting:
    """A runtime in which an event waits, with a clock that moves on whenever it is asked."""

    def __init__(self) -> None:
        self.ran = threading.Event()
        self._now = 0

    def now_ns(self) -> int:
        self._now += NANOSECONDS
        return self._now

    def sleep(self, seconds: float) -> None:
        raise NotImplementedError

    def next_due(self) -> datetime:
        return utc(self)

    def due(self, now: datetime) -> int:  # noqa: ARG002 - the protocol has it
        self.ran.set()
        return 1

    def invoke_later(self, function: object, event: str) -> object:
        raise NotImplementedError


def test_in_real_time_what_waits_already_is_done_at_the_next_look() -> None:
    waiting = Waiting()

    ScheduleRunner(DEFAULT_ACCOUNT_ID, waiting, waiting, Mock()).serve(OneLook())

    assert waiting.ran.wait(LONG_SECONDS)


def test_in_real_time_the_thread_invokes_what_is_due(cloud: Cloud) -> None:
    # the last of this file: `cloud` stays open until its end, and there is one at a time
    function = Deployed(cloud, "in-real-time", TELLS_THE_TIME)
    stop = threading.Event()
    function.schedule("rate(1 minute)")

    thread = threading.Thread(target=cloud.schedules.serve, args=(stop,))
    thread.start()
    try:
        waited = threading.Event()
        for _ in range(100):
            groups = cloud.client("logs").describe_log_groups()["logGroups"]
            if any(group["logGroupName"].endswith(function.name) for group in groups):
                break
            waited.wait(0.05)
    finally:
        stop.set()
        thread.join()

    assert len(times(function)) == 1
