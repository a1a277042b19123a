"""Lets an unmodified Python process live in a `SimulatedClock`.

`time.time`, `time.time_ns`, `datetime.now` and their kin tell the simulated time (time-machine does
that); `time.sleep` moves it instead of waiting. `time.monotonic` and `time.perf_counter` go on with
real time and jump ahead whenever simulated time passes: they never stand still, so that a loop that
waits for something real still ends, and they never go back.

A socket's time-out ends when that much time has passed, real or simulated: a server may move the
clock while its client waits. Locks and `asyncio.sleep` go on waiting for real time, but for that of
botocore's rate limit, which moves the clock in the place of waiting.

    python -m local.simulated_time.process CLOCKFILE -m MODULE [ARGUMENT ...]

runs a module in the time of the clock whose `path` is CLOCKFILE.
"""

from __future__ import annotations

import random
import runpy
import select
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from embedded_timestream.clock import NANOSECONDS
from local.simulated_time.clock import SimulatedClock

LOOK_MILLISECONDS = 2
"""How often, in real time, a waiting socket looks at the clock."""

VISIBLE_SECONDS = 1e-6
"""Time that `time.time` shows: a float of seconds since 1970 is exact to 0.24 microseconds."""

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


class Simulation:
    """The time of this process, from `start` on.

    `deadline_ns` is the simulated time that no sleep may pass, or None.

    :param repeatable: whether only simulated time passes, and chance is the same each time.
    """

    def __init__(
        self, clock: SimulatedClock, on_deadline: Callable[[], None] | None, *, repeatable: bool
    ) -> None:
        self.clock = clock
        self.deadline_ns: int | None = None
        self._on_deadline = on_deadline
        self._start_ns = 0 if repeatable else clock.now_ns()
        self._monotonic_ns: Callable[[], int] = int if repeatable else time.monotonic_ns
        self._perf_counter_ns: Callable[[], int] = int if repeatable else time.perf_counter_ns

    def sleep(self, seconds: float) -> None:
        """Move the clock, at most to the deadline."""
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        deadline = self.deadline_ns
        remaining = seconds if deadline is None else (deadline - self.clock.now_ns()) / NANOSECONDS
        self.clock.sleep(max(0.0, min(seconds, remaining)))
        if self._on_deadline and deadline is not None and seconds > remaining:
            self._on_deadline()

    def wait_for(self, connection: socket.socket) -> None:
        """Wait until a socket can be read or its time-out has passed.

        What comes after the time-out comes too late, though it could be read.

        :raises TimeoutError: as a socket does.
        """
        timeout = connection.gettimeout()
        if not timeout:
            return
        until = self.monotonic() + timeout
        readable = select.poll()
        readable.register(connection, select.POLLIN)
        if readable.poll(0):
            return
        self.clock.begin_wait()
        ready = False
        try:
            while not ready:
                ready = bool(readable.poll(LOOK_MILLISECONDS))
                now_ns = self.clock.now_ns()
                if self._on_deadline and self.deadline_ns and now_ns > self.deadline_ns:
                    self._on_deadline()
                if self.monotonic() >= until:
                    raise TimeoutError("timed out")
        finally:
            self.clock.end_wait()

    def monotonic_ns(self) -> int:
        """Real time since the computer started, and the simulated time that passed since."""
        return self._monotonic_ns() + self.clock.now_ns() - self._start_ns

    def monotonic(self) -> float:
        """Count as `monotonic_ns`, in seconds."""
        return self.monotonic_ns() / NANOSECONDS

    def perf_counter_ns(self) -> int:
        """Count as `monotonic_ns`, on the finest clock."""
        return self._perf_counter_ns() + self.clock.now_ns() - self._start_ns

    def perf_counter(self) -> float:
        """Count as `perf_counter_ns`, in seconds."""
        return self.perf_counter_ns() / NANOSECONDS


def start(
    clock_path: str, on_deadline: Callable[[], None] | None = None, *, repeatable: bool = False
) -> Simulation:
    """Live in the time of the clock whose `path` this is, until the process ends.

    Modules that are imported from now on see it; a name such as `monotonic` that was already
    imported into another module keeps telling real time.

    :param on_deadline: called when a sleep would pass the simulation's `deadline_ns`.
    :param repeatable: see `Simulation`; and a pool has one thread. What waits for something real
        must then have another end: someone who moves the clock, or kills the process.
    """
    time_machine = _time_machine()
    clock = SimulatedClock.attach(clock_path)
    simulation = Simulation(clock, on_deadline, repeatable=repeatable)
    if repeatable:
        random.seed(clock.now_ns())
        _one_thread_at_a_time()

    class Follower(time_machine.Traveller):  # type: ignore[misc, name-defined] # imported late
        """Asks the clock each time, so that whoever moves it moves this process too."""

        def time_ns(self) -> int:
            return clock.now_ns()

    time_machine.travel(clock.now_ns() / NANOSECONDS, tick=False).start()
    time_machine.traveller_stack[-1] = Follower(clock.now_ns(), None, tick=False)
    for name in ("sleep", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns"):
        setattr(time, name, getattr(simulation, name))
    _wait_for_sockets(simulation)
    return simulation


def _one_thread_at_a_time() -> None:
    """Let a pool have one thread: several would send their requests in another order each time."""
    stock = ThreadPoolExecutor.__init__

    def init(pool: ThreadPoolExecutor, max_workers: int | None = None, *rest: Any) -> None:  # noqa: ANN401, ARG001 - passed on
        stock(pool, 1, *rest)

    ThreadPoolExecutor.__init__ = init  # type: ignore[assignment,method-assign] # replaced for good


def _wait_for_sockets(simulation: Simulation) -> None:
    """Let every read of a socket wait in simulated time; http.client reads with `recv_into`."""
    stock = socket.socket.recv_into

    def recv_into(connection: socket.socket, *arguments: Any) -> int:  # noqa: ANN401 - passed on
        simulation.wait_for(connection)
        return stock(connection, *arguments)

    socket.socket.recv_into = recv_into  # type: ignore[assignment,method-assign] # replaced for good


def _limit_rates_in(simulation: Simulation) -> None:
    """Let adaptive retries pass the time until they may send: standing still, it never comes."""
    from botocore.retries import bucket  # noqa: PLC0415 - functions bring their own

    class Condition(threading.Condition):
        def wait(self, timeout: float | None = None) -> bool:
            if timeout is None:
                return super().wait()
            # What is left to wait, by rounding, may be too little for any clock to show.
            simulation.sleep(max(timeout, VISIBLE_SECONDS))
            return False

    own = SimpleNamespace(Lock=threading.Lock, Condition=Condition)
    bucket.threading = own  # type: ignore[attr-defined] # replaced for good


def _time_machine() -> ModuleType:
    """Import time-machine without the pytest that it looks for: 0.2 s of every command."""
    known = sys.modules.get("pytest")
    sys.modules["pytest"] = None  # type: ignore[assignment] # how Python is told "not there"
    try:
        import time_machine  # noqa: PLC0415 - while pytest is hidden
    finally:
        del sys.modules["pytest"]
        if known:
            sys.modules["pytest"] = known
    return time_machine


def main() -> None:
    """Run `CLOCKFILE -m MODULE [ARGUMENT ...]`."""
    if len(sys.argv) < 4 or sys.argv[2] != "-m":  # noqa: PLR2004 - the clock, -m and the module
        sys.exit("usage: python -m local.simulated_time.process CLOCKFILE -m MODULE [ARGUMENT ...]")
    clock_path, module = sys.argv[1], sys.argv[3]
    sys.argv[:] = [module, *sys.argv[4:]]
    _limit_rates_in(start(clock_path))
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
