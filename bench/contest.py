"""How the benchmarks of the command line run: each contender in a process, taking turns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

PROJECT = Path(__file__).parents[1]
OTHERS = PROJECT / "build" / "bench-venv" / "bin" / "python"
"""A Python that has awswrangler, which needs an older pyarrow than ours; `make bench` makes it."""


ROUNDS = 3
"""So often each contender has its turn; the round in the middle counts."""


class Figure(NamedTuple):
    """What a contender did.

    :param seconds: from having imported everything to the last row.
    :param busy: for how many of them it used a processor; on a shared machine the fairer measure.
    :param megabytes: its peak memory, imports included, of 10**6 bytes.
    """

    rows: int
    seconds: float
    busy: float
    megabytes: float


def hold(
    contenders: Iterable[str], run_one: Callable[[str], Figure | None]
) -> dict[str, Figure | None]:
    """Let each contender have its turn, again and again, so that a busy moment decides nothing.

    :param run_one: runs a contender by its name; None if what it needs isn't installed.
    """
    rounds = [{name: run_one(name) for name in contenders} for _ in range(ROUNDS)]
    return {name: _middle([one[name] for one in rounds]) for name in contenders}


def _middle(figures: Sequence[Figure | None]) -> Figure | None:
    done = sorted((one for one in figures if one), key=lambda one: one.seconds)
    return done[len(done) // 2] if done else None


def run(module: str, contender: str, arguments: list[str], address: str) -> Figure | None:
    """Run a contender in a process of its own; None if what it needs isn't installed."""
    python = OTHERS if contender == "awswrangler" else Path(sys.executable)
    if not python.exists():
        return None
    environment = {
        **os.environ,
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "PYTHONPATH": str(PROJECT),
    }
    command = [str(python), "-m", module, "--contender", contender, *arguments]
    done = subprocess.run(  # noqa: S603 - our own
        command, env=environment, stdout=subprocess.PIPE, text=True, check=True, cwd=PROJECT
    )
    return Figure(**json.loads(done.stdout.splitlines()[-1]))


def contend(work: Callable[[], int]) -> None:
    """Be the contender: do the work, and print the figure.

    :param work: returns how many rows there were.
    """
    started, began = time.perf_counter(), time.process_time()
    rows = work()
    seconds, busy = time.perf_counter() - started, time.process_time() - began
    print(json.dumps(Figure(rows, seconds, busy, _peak_megabytes())._asdict()))


def _peak_megabytes() -> float:
    """Read the peak since this program began; getrusage's is also that of what started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (kilobytes,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(kilobytes) * 1024 / 1e6


def report(title: str, figures: Mapping[str, Figure | None]) -> None:
    """Print the figures beside awswrangler's."""
    print(title)
    reference = figures["awswrangler"]
    for name, figure in figures.items():
        if figure is None:
            print(f"  {name:<12} skipped: `make bench` installs it")
            continue
        beside = ""
        if reference and figure is not reference:
            beside = (
                f"; awswrangler's speed x {reference.seconds / figure.seconds:.1f}"
                f" (by processor time x {reference.busy / figure.busy:.1f}),"
                f" its memory x {figure.megabytes / reference.megabytes:.2f}"
            )
        speed = figure.rows / figure.seconds
        print(f"  {name:<12} {speed:>9,.0f} rows/s, {figure.megabytes:>4.0f} MB{beside}")
