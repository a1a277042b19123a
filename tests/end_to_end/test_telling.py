"""The simulation of telling, in short: targets that fail in every way, a notifier that dies."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from local.chaos.telling import DEAD, STEADY, Telling

if TYPE_CHECKING:
    from pathlib import Path

CHOSEN = random.SystemRandom().randrange(10**6)
"""Another one each time; what fails prints how to repeat it."""


@pytest.mark.timeout(240)
def test_everything_is_told_or_given_up_whatever_fails(tmp_path: Path) -> None:
    told = Telling(seed=CHOSEN, length=timedelta(hours=5), output=tmp_path).run()

    assert told.faultless, f"Repeat with seed {CHOSEN}: {told}"
    assert told.verdicts[STEADY].told > 10
    assert told.verdicts[DEAD].told == 0
    assert told.verdicts[DEAD].given_up == told.verdicts[STEADY].told
