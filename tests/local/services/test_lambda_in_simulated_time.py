from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.local.deployed import Deployed

if TYPE_CHECKING:
    from local.cloud import Cloud
    from local.simulated_time.clock import SimulatedClock


def test_sleeping_takes_no_real_time_but_simulated_time(
    simulated_cloud: Cloud, clock: SimulatedClock
) -> None:
    function = Deployed(
        simulated_cloud,
        "sleeper",
        """
        import datetime, time
        def handler(event, context):
            before = time.time(), time.monotonic(), datetime.datetime.now(datetime.UTC)
            time.sleep(2.5)
            after = time.time(), time.monotonic(), datetime.datetime.now(datetime.UTC)
            return [after[0] - before[0], after[1] - before[1], before[2].isoformat(),
                    after[2].isoformat()]
        """,
    )

    began, started = time.monotonic(), clock.now_ns()
    elapsed, monotonic, before, after = function.invoke().payload

    assert time.monotonic() - began < 2
    assert clock.now_ns() - started == 2_500_000_000
    assert elapsed == 2.5
    assert 2.5 <= monotonic < 3
    assert (before, after) == ("2026-03-01T00:00:00+00:00", "2026-03-01T00:00:02.500000+00:00")


def test_sleeping_past_the_time_out_times_out(
    simulated_cloud: Cloud, clock: SimulatedClock
) -> None:
    function = Deployed(
        simulated_cloud,
        "oversleeper",
        "import time\ndef handler(event, context): time.sleep(3600)",
        Timeout=30,
    )

    began, started = time.monotonic(), clock.now_ns()
    answer = function.invoke()

    assert time.monotonic() - began < 5
    assert "Task timed out after 30.00 seconds" in answer.payload["errorMessage"]
    assert clock.now_ns() - started == 30_000_000_000


def test_the_code_finds_no_trace_of_it(simulated_cloud: Cloud) -> None:
    function = Deployed(
        simulated_cloud,
        "searcher",
        """
        import os, sys
        def handler(event, context):
            try:
                import local
            except ImportError:
                found = []
            else:
                found = [local.__file__]
            found += [name for name in os.environ if "CLOCK" in name or "SIMUL" in name]
            return found + [path for path in sys.path if "library" in path] + sys.argv[1:]
        """,
    )

    assert function.invoke().payload == []


def test_the_sdk_works_in_it(simulated_cloud: Cloud) -> None:
    function = Deployed(
        simulated_cloud,
        "caller",
        """
        import boto3
        def handler(event, context):
            return boto3.client("sts").get_caller_identity()["Account"]
        """,
        Timeout=30,
    )

    assert function.invoke().payload == "123456789012"
