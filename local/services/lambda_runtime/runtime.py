"""Runs the functions: warm environments, invocations, logs, asynchronous retries."""

from __future__ import annotations

import base64
import hashlib
import heapq
import importlib.util
import io
import itertools
import json
import math
import threading
import time
import uuid
import zipfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self

from embedded_timestream.clock import NANOSECONDS, utc
from local.services.lambda_runtime.environment import (
    EnvironmentDiedError,
    ExecutionEnvironment,
    Layout,
)
from local.simulated_time.clock import SimulatedClock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from embedded_timestream.clock import Clock
    from local.services.lambda_runtime.internet import Internet

RUNTIME_PACKAGES = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3")
"""What AWS's Python runtime has of its own:
https://docs.aws.amazon.com/lambda/latest/dg/python-package.html"""

SIMULATION_PACKAGES = ("embedded_timestream", "local", "time_machine", "_time_machine")

RETRY_DELAYS_SECONDS = (60, 120)
"""https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html"""

LONGEST_THROTTLE_SECONDS = 300
"""The wait for a free environment doubles up to this, from one second (the same page)."""

LOG_TAIL_BYTES = 4096
"""https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html (LogType)"""

CLOSING_SECONDS = 5.0
"""How long closing waits for invocations whose processes were killed."""

_MILLISECOND = 1_000_000


class ClosedError(Exception):
    """The runtime runs nothing any more."""


class ThrottledError(Exception):
    """All environments that the function may have are busy."""


@dataclass(frozen=True)
class Function:
    """What the runtime must know of a deployed function."""

    name: str
    arn: str
    version: str
    region: str
    handler: str
    python: str
    """The runtime's name, e.g. `python3.14`."""
    code: bytes = field(repr=False, compare=False)
    """The zip."""
    code_sha256: str
    memory_mb: int
    timeout: int
    """Seconds."""
    variables: tuple[tuple[str, str], ...]
    log_group: str
    retries: int = 2
    """Of an asynchronous invocation that fails."""
    event_age_seconds: int = 21600
    """After which an asynchronous invocation is dropped."""
    on_failure: str | None = None
    """The ARN of where a dropped asynchronous invocation goes."""
    reserved: int | None = None
    """How many invocations may run at a time; None is no limit."""
    access_key: str = "embedded"
    """What its requests are signed with."""


@dataclass(frozen=True)
class Invocation:
    """How one invocation went."""

    request_id: str
    payload: bytes
    """The result, or the description of the error, as JSON."""
    error: bool
    """True where AWS sets the header X-Amz-Function-Error."""
    duration_ms: float
    """Real time, and the simulated time that passed in it."""
    billed_ms: int
    """Whole milliseconds, a cold start's included."""
    log: tuple[str, ...]
    """Every line of the invocation, the platform's own among them."""

    def log_tail(self) -> str:
        """Give the last 4 KB of the log in base64, as the header X-Amz-Log-Result has them."""
        return base64.b64encode("\n".join(self.log).encode()[-LOG_TAIL_BYTES:]).decode()


class Surroundings(Protocol):
    """What the runtime needs of the cloud around it."""

    def write_log(
        self, region: str, group: str, stream: str, time_ms: int, lines: tuple[str, ...]
    ) -> None:
        """Append lines to a log stream, which is made where it is missing."""

    def measure(self, function: Function, time_ns: int, counts: Mapping[str, float]) -> None:
        """Take what Lambda counts of a function, by the metric's name.

        https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
        """

    def send(self, region: str, target: str, body: str) -> None:
        """Send a dropped asynchronous invocation to its queue or topic."""


@dataclass(order=True)
class _Retry:
    due: datetime
    number: int
    function: Function = field(compare=False)
    event: str = field(compare=False)
    attempt: int = field(compare=False)
    """How often it failed before."""
    throttles: int = field(compare=False)
    """How often it found no environment since."""
    accepted: datetime = field(compare=False)
    request_id: str = field(compare=False)


class LambdaRuntime:
    """Keeps the warm execution environments of every function; a context manager.

    :param endpoint: the address of the cloud, for the functions' AWS_ENDPOINT_URL.
    :param directory: where code is unpacked; the caller removes it.
    :param internet: what functions reach besides the cloud.
    """

    def __init__(
        self,
        clock: Clock,
        endpoint: str,
        directory: Path,
        surroundings: Surroundings,
        internet: Internet | None = None,
    ) -> None:
        self._clock = clock
        self._endpoint = endpoint
        self._directory = directory
        self._surroundings = surroundings
        self._lock = threading.Lock()
        self._finished = threading.Condition(self._lock)
        self._closed = False
        self._idle: dict[Function, list[ExecutionEnvironment]] = defaultdict(list)
        self._busy: set[ExecutionEnvironment] = set()
        self._running = Counter[str]()
        self._current: dict[str, Function] = {}
        self._retries: list[_Retry] = []
        self._numbers = itertools.count()
        self._layout = Layout(
            runtime=_link(directory / "runtime", RUNTIME_PACKAGES),
            library=_link(directory / "library", SIMULATION_PACKAGES),
            clock_path=clock.path if isinstance(clock, SimulatedClock) else None,
            internet=internet,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._closed = True
            idle = list(itertools.chain(*self._idle.values()))
            self._idle.clear()
            self._retries.clear()
            for environment in self._busy:
                environment.kill()  # whoever waits for its answer then closes it
            self._finished.wait_for(lambda: not self._busy, CLOSING_SECONDS)
        for environment in idle:
            environment.close()

    def kill(self) -> None:
        """Kill whatever runs now, as AWS does with a process that takes too much memory."""
        with self._lock:
            for environment in self._busy:
                environment.kill()

    def forget(self, arn: str) -> None:
        """End the warm environments of a function: it was deleted, or AWS wants their place."""
        with self._lock:
            function = self._current.pop(arn, None)
            stale = self._idle.pop(function, []) if function else []
        for environment in stale:
            environment.close()

    def invoke(self, function: Function, event: str, request_id: str | None = None) -> Invocation:
        """Run the function once and wait for its answer.

        :param event: JSON text.
        :param request_id: the same one for each retry of an asynchronous invocation.
        :raises ThrottledError: if as many run as the function's reserved concurrency allows.
        :raises ClosedError: if the cloud is being closed.
        """
        request_id = request_id or str(uuid.uuid4())
        try:
            environment, cold = self._take(function)
        except ThrottledError:
            self._surroundings.measure(function, self._clock.now_ns(), {"Throttles": 1})
            raise
        started_ns, real_ns = self._clock.now_ns(), time.perf_counter_ns()
        init_seconds = 0.0
        try:
            if cold:
                reply = environment.initialize(function.timeout)
                init_seconds = reply.get("init_seconds", 0.0)
                started_ns, real_ns = self._clock.now_ns(), time.perf_counter_ns()
            if not cold or "error" not in reply:
                reply = environment.invoke(
                    {
                        "request_id": request_id,
                        "event": event,
                        "arn": function.arn,
                        "deadline_ns": started_ns + function.timeout * NANOSECONDS,
                        "trace_id": _trace_id(started_ns),
                    },
                    function.timeout,
                )
        except EnvironmentDiedError as error:
            message = f"RequestId: {request_id} Error: {error}"
            reply = {"error": {"errorType": error.error_type, "errorMessage": message}}
            alive = False
        else:
            alive = "memory_kb" in reply
        duration_ns = time.perf_counter_ns() - real_ns
        if self._layout.clock_path:
            duration_ns += self._clock.now_ns() - started_ns
        invocation = _report(
            function,
            request_id,
            reply,
            environment.take_output(),
            (init_seconds * 1000, duration_ns / _MILLISECOND),
        )
        self._surroundings.measure(
            function,
            started_ns,
            {"Invocations": 1, "Errors": int(invocation.error), "Duration": invocation.duration_ms},
        )
        self._surroundings.write_log(
            function.region,
            function.log_group,
            environment.log_stream,
            self._clock.now_ns() // _MILLISECOND,
            invocation.log,
        )
        self._give_back(function, environment, alive=alive)
        return invocation

    def invoke_later(self, function: Function, event: str) -> Invocation | None:
        """Take an asynchronous invocation: run it now, and plan its retries if it fails.

        One that is throttled is tried again until it is too old; that is no retry.
        Retries run when `due` is called: by the schedule runner, which owns the time.

        :returns: how the first attempt went; None if it did not run.
        """
        now = utc(self._clock)
        return self._attempt(_Retry(now, 0, function, event, 0, 0, now, str(uuid.uuid4())))

    def next_due(self) -> datetime | None:
        """Tell when the next retry is due, or None."""
        with self._lock:
            return self._retries[0].due if self._retries else None

    def due(self, now: datetime) -> int:
        """Run the retries that are due by now, and tell how many there were."""
        count = 0
        while retry := self._pop_due(now):
            self._attempt(retry)
            count += 1
        return count

    def _pop_due(self, now: datetime) -> _Retry | None:
        with self._lock:
            if self._retries and self._retries[0].due <= now:
                return heapq.heappop(self._retries)
        return None

    def _attempt(self, attempt: _Retry) -> Invocation | None:
        failures, throttles = attempt.attempt, attempt.throttles
        function = attempt.function
        if failures or throttles:
            with self._lock:  # an update since the first attempt counts
                function = self._current.get(function.arn, function)
        outcome: Invocation | None = None
        try:
            invocation = self.invoke(function, attempt.event, attempt.request_id)
        except ClosedError:
            return None
        except ThrottledError:
            delay = min(2**throttles, LONGEST_THROTTLE_SECONDS)
            throttles += 1
        else:
            outcome = invocation
            if not invocation.error:
                return outcome
            delay = RETRY_DELAYS_SECONDS[min(failures, len(RETRY_DELAYS_SECONDS) - 1)]
            failures, throttles = failures + 1, 0
        due = utc(self._clock) + timedelta(seconds=delay)
        too_old = attempt.accepted + timedelta(seconds=function.event_age_seconds)
        if failures <= function.retries and due <= too_old:
            again = replace(
                attempt,
                due=due,
                number=next(self._numbers),
                function=function,
                attempt=failures,
                throttles=throttles,
            )
            with self._lock:
                heapq.heappush(self._retries, again)
        elif function.on_failure:
            self._surroundings.send(function.region, function.on_failure, attempt.event)
        return outcome

    def _take(self, function: Function) -> tuple[ExecutionEnvironment, bool]:
        """Give a warm environment of exactly this code and configuration, or start one."""
        with self._lock:
            if self._closed:
                raise ClosedError
            running = self._running[function.arn]
            if function.reserved is not None and running >= function.reserved:
                raise ThrottledError
            before = self._current.get(function.arn)
            self._current[function.arn] = function
            stale = self._idle.pop(before, []) if before and before != function else []
            environment = self._idle[function].pop() if self._idle[function] else None
            cold = environment is None
            if environment is None:
                environment = ExecutionEnvironment(
                    function.handler,
                    self._task_root(function),
                    self._variables(function),
                    self._layout,
                )
            self._busy.add(environment)
            self._running[function.arn] += 1
        for old in stale:
            old.close()
        return environment, cold

    def _give_back(
        self, function: Function, environment: ExecutionEnvironment, *, alive: bool
    ) -> None:
        with self._lock:
            keep = alive and not self._closed and self._current.get(function.arn) == function
            if keep:
                self._idle[function].append(environment)
            else:
                environment.close()
            self._busy.discard(environment)
            self._running[function.arn] -= 1
            self._finished.notify_all()

    def _task_root(self, function: Function) -> Path:
        digest = hashlib.sha256(function.code).hexdigest()
        root = self._directory / "code" / digest[:32]
        if not root.exists():
            with zipfile.ZipFile(io.BytesIO(function.code)) as archive:
                archive.extractall(root)
        return root

    def _variables(self, function: Function) -> Mapping[str, str]:
        """https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html."""
        day = utc(self._clock).strftime("%Y/%m/%d")
        return {
            **dict(function.variables),
            "AWS_ACCESS_KEY_ID": function.access_key,
            "AWS_SECRET_ACCESS_KEY": "embedded",
            "AWS_SESSION_TOKEN": "embedded",
            "AWS_ENDPOINT_URL": self._endpoint,
            "AWS_REGION": function.region,
            "AWS_DEFAULT_REGION": function.region,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.python}",
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": function.version,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
            "AWS_LAMBDA_LOG_STREAM_NAME": f"{day}/[{function.version}]{uuid.uuid4().hex}",
            "LAMBDA_TASK_ROOT": str(self._task_root(function)),
            "LAMBDA_RUNTIME_DIR": str(self._layout.runtime),
            "LANG": "en_US.UTF-8",
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "PYTHONUTF8": "1",
            "TZ": ":UTC",
            "_HANDLER": function.handler,
        }


def _trace_id(now_ns: int) -> str:
    """https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html (tracing header)."""
    return f"Root=1-{now_ns // NANOSECONDS:08x}-{uuid.uuid4().hex[:24]}"


def _report(
    function: Function,
    request_id: str,
    reply: dict[str, Any],
    written: list[str],
    times: tuple[float, float],
) -> Invocation:
    """Put the answer and the log lines together as AWS does.

    :param times: milliseconds of the cold start, 0 if there was none, and of the invocation.
    """
    init_ms, duration_ms = times
    error = reply.get("error")
    billed_ms = math.ceil(duration_ms + init_ms)
    report = (
        f"REPORT RequestId: {request_id}\tDuration: {duration_ms:.2f} ms\t"
        f"Billed Duration: {billed_ms} ms\tMemory Size: {function.memory_mb} MB\t"
        f"Max Memory Used: {reply.get('memory_kb', 0) // 1024} MB"
    )
    if init_ms:
        report += f"\tInit Duration: {init_ms:.2f} ms"
    lines = [f"START RequestId: {request_id} Version: {function.version}", *written]
    if error:
        trace = "".join(error.get("stackTrace", []))
        lines.append(f"[ERROR] {error['errorType']}: {error['errorMessage']}\n{trace}".rstrip())
    lines += [f"END RequestId: {request_id}", report]
    return Invocation(
        request_id=request_id,
        payload=json.dumps(error).encode() if error else reply["result"].encode(),
        error=bool(error),
        duration_ms=duration_ms,
        billed_ms=billed_ms,
        log=tuple(lines),
    )


def _link(directory: Path, packages: tuple[str, ...]) -> Path:
    """Make a directory that holds just these packages of this interpreter's, as links."""
    directory.mkdir(parents=True)
    for package in packages:
        spec = importlib.util.find_spec(package)
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(f"The Lambda runtime needs {package}.", name=package)
        source = Path(spec.origin)
        source = source.parent if spec.submodule_search_locations else source
        (directory / source.name).symlink_to(source)
    return directory
