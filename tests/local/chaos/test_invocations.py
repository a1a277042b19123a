from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from local.chaos.faults import Faults
from local.chaos.invocations import DisturbedInvocations
from local.chaos.journal import Journal
from local.services.lambda_runtime.runtime import Function, LambdaRuntime
from local.simulated_time.clock import SimulatedClock

START = datetime(2026, 6, 1, tzinfo=UTC)
POLLER = Function(
    *("poller", "arn", "1", "eu-west-1", "handler", "python3.14", b"", ""),
    memory_mb=256,
    timeout=60,
    variables=(),
    log_group="log",
)


class Runtime:
    """Asks what stands before it, while it runs, to let a second container run."""

    def __init__(self) -> None:
        self.running = self.most = 0
        self.invocations: DisturbedInvocations

    def invoke_later(self, function: Function, event: str) -> None:
        assert (function.name, event) == ("poller", "{}")
        self.running += 1
        self.most = max(self.most, self.running)
        if self.running == 1:
            self.invocations.run_beside()
        self.running -= 1


@pytest.mark.parametrize(("reserved", "at_a_time"), [(None, 2), (1, 1)])
def test_two_containers_run_at_one_moment_unless_that_is_forbidden(
    reserved: int | None, at_a_time: int
) -> None:
    clock, journal, runtime = SimulatedClock(START), Journal(), Runtime()
    faults = Faults(
        seed=1,
        clock=clock,
        rates={"lambda": {"beside": 1}},
        outages={},
        start=START,
        end=START + timedelta(days=1),
    )
    runtime.invocations = DisturbedInvocations(
        *(cast("LambdaRuntime", runtime), clock, faults, journal),
        queued=lambda: 0,
        beside="poller",
    )

    runtime.invocations.invoke_later(replace(POLLER, reserved=reserved), "{}")

    assert runtime.most == len(journal.runs) == at_a_time
    assert faults.counts.total() == at_a_time - 1
    assert journal.run is None
