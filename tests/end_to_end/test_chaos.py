"""The fault-injected simulation, in short: the genuine deployment, faults at every edge."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from local.chaos.run import Chaos

if TYPE_CHECKING:
    from pathlib import Path

SHORT = timedelta(hours=8)
FIXED = 2026
CHOSEN = random.SystemRandom().randrange(10**6)
"""Another one each time; what fails prints how to repeat it."""


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("seed", "store"),
    [(FIXED, "timestream"), (CHOSEN, "timestream"), (FIXED, "dynamodb")],
    ids=["fixed seed", "random seed", "fixed seed, on DynamoDB"],
)
def test_nothing_is_lost_and_nothing_invented_whatever_fails(
    seed: int, store: str, tmp_path: Path
) -> None:
    summary, verdict, alarms = Chaos(
        seed=seed, length=SHORT, bridges=4, intensity=3, store=store, output=tmp_path
    ).run()

    assert verdict.faultless, f"Repeat with seed {seed}: {verdict}"
    assert alarms.faultless, f"Repeat with seed {seed}: {alarms}"
    assert verdict.polls > 300
    assert verdict.stored > 20
    assert sum(summary.faults.values()) > 100
    assert {name.partition("/")[0] for name in summary.faults} >= {
        *("roadsignals", "ndw", store, "sqs", "schedule")
    }
    told = json.loads((tmp_path / "summary.json").read_text())
    assert (told["seed"], told["lost"], told["invented"]) == (seed, 0, 0)


@pytest.mark.timeout(240)
def test_the_same_seed_gives_the_same_counts_fault_for_fault(tmp_path: Path) -> None:
    first, second = (
        Chaos(seed=CHOSEN, length=SHORT / 2, bridges=4, intensity=3, output=tmp_path).run()[0]
        for _ in range(2)
    )

    assert sum(first.faults.values()) > 50
    assert (first.faults, first.verdict) == (second.faults, second.verdict), (
        f"Repeat with seed {CHOSEN}."
    )
