"""The fault-injected simulation, in short: the genuine deployment, faults at every edge."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from local.chaos.run import Chaos

if TYPE_CHECKING:
    from pathlib import Path

    from local.chaos.alarms import AlarmVerdict
    from local.chaos.judge import Verdict
    from local.chaos.run import Summary

FIXED = 2026
CHOSEN = random.SystemRandom().randrange(10**6)
"""Another one each time; what fails prints how to repeat it."""


@dataclass(frozen=True)
class Run:
    """A simulation of eight hours: what it says of itself, and what it wrote."""

    summary: Summary
    verdict: Verdict
    alarms: AlarmVerdict
    written: dict[str, Any]


def run(seed: int, store: str, output: Path) -> Run:
    length = timedelta(hours=8)
    chaos = Chaos(seed=seed, length=length, bridges=4, intensity=3, store=store, output=output)
    told = chaos.run()
    return Run(*told, json.loads((output / "summary.json").read_text()))


@pytest.fixture(scope="module")
def chosen(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run(CHOSEN, "timestream", tmp_path_factory.mktemp("chosen"))


def has_lost_and_invented_nothing(one: Run, seed: int, store: str) -> None:
    assert one.verdict.faultless, f"Repeat with seed {seed}: {one.verdict}"
    assert one.alarms.faultless, f"Repeat with seed {seed}: {one.alarms}"
    assert one.verdict.polls > 300
    assert one.verdict.stored > 20
    assert sum(one.summary.faults.values()) > 100
    assert {name.partition("/")[0] for name in one.summary.faults} >= {
        *("roadsignals", "ndw", store, "sqs", "schedule")
    }
    assert (one.written["seed"], one.written["lost"], one.written["invented"]) == (seed, 0, 0)


@pytest.mark.timeout(240)
def test_nothing_is_lost_and_nothing_invented_whatever_fails(chosen: Run) -> None:
    has_lost_and_invented_nothing(chosen, CHOSEN, "timestream")


@pytest.mark.timeout(240)
def test_nothing_is_lost_and_nothing_invented_on_dynamodb(tmp_path: Path) -> None:
    has_lost_and_invented_nothing(run(FIXED, "dynamodb", tmp_path), FIXED, "dynamodb")


@pytest.mark.timeout(240)
def test_the_same_seed_gives_the_same_counts_fault_for_fault(chosen: Run, tmp_path: Path) -> None:
    again = run(CHOSEN, "timestream", tmp_path)

    assert (again.summary.faults, again.verdict, again.alarms) == (
        chosen.summary.faults,
        chosen.verdict,
        chosen.alarms,
    ), f"Repeat with seed {CHOSEN}."
