from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from embedded_timestream.clock import utc
from tests.local.conftest import START

if TYPE_CHECKING:
    from pathlib import Path

    from local.simulated_time.clock import SimulatedClock

MODULE = """
import datetime, sys, time, uuid
print(datetime.datetime.now(datetime.UTC).isoformat(), time.time(), sys.argv[1:])
before = time.monotonic(), time.perf_counter()
time.sleep(3600)
print(time.strftime("%H:%M", time.gmtime()), round(time.monotonic() - before[0], 1))
print(time.perf_counter() > before[1] + 3599, "pytest" in sys.modules)
"""


def run(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    (tmp_path / "probe.py").write_text(MODULE, encoding="utf-8")
    return subprocess.run(  # noqa: S603 - this interpreter
        [sys.executable, "-m", "local.simulated_time.process", *arguments],
        env={"PYTHONPATH": f".:{tmp_path}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_an_unmodified_module_lives_in_the_clocks_time(
    tmp_path: Path, clock: SimulatedClock
) -> None:
    done = run(tmp_path, str(clock.path), "-m", "probe", "--flag", "value")

    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        f"2026-03-01T00:00:00+00:00 {START.timestamp()} ['--flag', 'value']",
        "01:00 3600.0",
        "True False",
    ]


def test_its_sleep_moves_the_clock_for_everybody(tmp_path: Path, clock: SimulatedClock) -> None:
    run(tmp_path, str(clock.path), "-m", "probe")

    assert (utc(clock) - START).total_seconds() == 3600


WAITING = """
import socket
here, there = socket.socketpair()
here.settimeout(3600)
print("waits", flush=True)
try:
    here.recv_into(bytearray(1))
except TimeoutError:
    print("gave up")
"""


def test_a_rate_limit_moves_the_clock_until_it_lets_something_through(
    tmp_path: Path, clock: SimulatedClock
) -> None:
    # Given one request in two seconds
    (tmp_path / "limited.py").write_text(
        "from botocore.retries.bucket import Clock, TokenBucket\n"
        "bucket = TokenBucket(0.5, Clock())\n"
        "print([bucket.acquire() for _ in range(3)])\n"
    )

    done = run(tmp_path, str(clock.path), "-m", "limited")

    assert done.stdout == "[True, True, True]\n", done.stderr
    assert timedelta(seconds=6) <= utc(clock) - START < timedelta(seconds=7)


def test_a_rate_limit_that_lacks_a_rounding_error_lets_something_through(
    tmp_path: Path, clock: SimulatedClock
) -> None:
    (tmp_path / "limited.py").write_text(
        "from botocore.retries.bucket import Clock, TokenBucket\n"
        "print(TokenBucket(1, Clock()).acquire(2**-60))\n"
    )

    done = run(tmp_path, str(clock.path), "-m", "limited")

    assert done.stdout == "True\n", done.stderr


def test_a_socket_gives_up_when_the_clock_is_moved_beyond_its_time_out(
    tmp_path: Path, clock: SimulatedClock
) -> None:
    (tmp_path / "waiting.py").write_text(WAITING, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "local.simulated_time.process",
        str(clock.path),
        "-m",
        "waiting",
    ]
    with subprocess.Popen(  # noqa: S603 - this interpreter
        command, env={"PYTHONPATH": f".:{tmp_path}"}, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "waits\n"

        while process.poll() is None:  # it may not have begun to wait when the clock is moved
            clock.sleep(3600)
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.05)

        assert process.stdout.read() == "gave up\n"


REPEATABLE = """
import random, sys, time
from local.simulated_time.process import start
start(sys.argv[1], repeatable=True)
print(time.monotonic(), time.perf_counter(), random.random())
"""


def test_a_repeatable_process_has_the_clocks_time_and_chance_alone(clock: SimulatedClock) -> None:
    command = [sys.executable, "-c", REPEATABLE, str(clock.path)]
    first, second = (
        subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - this interpreter
        for _ in range(2)
    )

    assert first == second
    assert first.startswith(f"{START.timestamp()} {START.timestamp()} ")


def test_a_clock_tells_whether_a_process_waits(clock: SimulatedClock) -> None:
    assert clock.waits() % 2 == 0
    clock.begin_wait()
    first = clock.waits()
    clock.begin_wait()  # the one that waited was killed
    assert (first % 2, clock.waits() % 2) == (1, 1)
    assert clock.waits() > first
    clock.end_wait()
    clock.end_wait()
    assert clock.waits() % 2 == 0


@pytest.mark.parametrize("arguments", [[], ["clock"], ["clock", "probe"], ["clock", "-c", "x"]])
def test_wrong_usage_is_told(tmp_path: Path, arguments: list[str]) -> None:
    done = run(tmp_path, *arguments)

    assert done.returncode == 1
    assert done.stderr.startswith("usage: ")
