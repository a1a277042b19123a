"""The parent's side of one execution environment: a child process that runs one function."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.services.lambda_runtime.internet import Internet

INIT_SECONDS = 10.0
"""https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html (init phase)"""

_BOOTSTRAP = Path(__file__).with_name("bootstrap.py")
_PIPE_BYTES = 65536


class EnvironmentDiedError(Exception):
    """The process ended, or had to be killed, before it answered.

    :param error_type: AWS's name for it.
    :param message: AWS's text, without the request id.
    """

    def __init__(self, error_type: str, message: str) -> None:
        super().__init__(message)
        self.error_type = error_type


@dataclass(frozen=True)
class Layout:
    """The directories and the clock that every execution environment gets."""

    runtime: Path
    """The runtime's own packages: boto3 and what it needs."""
    library: Path
    """What simulated time needs; only the bootstrap sees it."""
    clock_path: Path | None
    """The simulated clock, or None for the computer's time."""
    internet: Internet | None = None
    """What functions reach besides the cloud."""


class ExecutionEnvironment:
    """One warm process. It serves one invocation at a time, and its caller sees to that.

    :param handler: `package.module.function`.
    :param task_root: where the function's code was unpacked.
    :param variables: its whole environment; nothing of this process leaks into it.
    """

    def __init__(
        self, handler: str, task_root: Path, variables: Mapping[str, str], layout: Layout
    ) -> None:
        self.log_stream = variables["AWS_LAMBDA_LOG_STREAM_NAME"]
        self._started = time.monotonic()
        child_requests, self._requests = os.pipe()
        self._replies, child_replies = os.pipe()
        self._output, child_output = os.pipe()
        settings = {
            "requests": child_requests,
            "replies": child_replies,
            "handler": handler,
            "task_root": str(task_root),
            "runtime": str(layout.runtime),
            "library": str(layout.library),
            "clock": str(layout.clock_path) if layout.clock_path else None,
            "internet": layout.internet.addresses() if layout.internet else {},
        }
        command = [sys.executable, "-I", "-S", str(_BOOTSTRAP), json.dumps(settings)]
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter and our own bootstrap
            command,
            stdin=subprocess.PIPE,
            stdout=child_output,
            stderr=child_output,
            cwd=task_root,
            env={**variables, **(layout.internet.variables() if layout.internet else {})},
            pass_fds=(child_requests, child_replies),
            start_new_session=True,  # so that what the function starts dies with it
        )
        for descriptor in (child_requests, child_replies, child_output):
            os.close(descriptor)
        os.set_blocking(self._output, False)
        self._poll = select.poll()
        self._poll.register(self._replies, select.POLLIN)
        self._poll.register(self._output, select.POLLIN)
        self._unread = b""
        self.output = bytearray()
        """What the function wrote and nobody took yet; `take_output` empties it."""

    def initialize(self, timeout: float) -> dict[str, Any]:
        """Wait until the handler is loaded.

        :param timeout: real seconds beyond the ten that AWS grants.
        :returns: {"init_seconds": ...}, or {"error": ...} where the handler cannot be loaded.
        :raises EnvironmentDiedError: if the process ended or took too long.
        """
        reply = self._receive(INIT_SECONDS + timeout, timeout)
        if "init_seconds" in reply:  # count the start of the interpreter as well
            reply["init_seconds"] = time.monotonic() - self._started
        return reply

    def invoke(self, request: dict[str, Any], timeout: float) -> dict[str, Any]:
        """Let the function answer one request.

        :param request: see `bootstrap.answer`.
        :param timeout: the function's time-out in seconds.
        :raises EnvironmentDiedError: if the process ended or was killed; it is of no use then.
        """
        with suppress(BrokenPipeError):  # _receive says how it died
            _write(self._requests, json.dumps(request).encode() + b"\n")
        return self._receive(timeout, timeout)

    def _receive(self, seconds: float, timeout: float) -> dict[str, Any]:
        until = time.monotonic() + seconds
        while b"\n" not in self._unread:
            ready = self._poll.poll(max(0.0, until - time.monotonic()) * 1000)
            if not ready:
                self._time_out(timeout)
            descriptors = {descriptor for descriptor, _ in ready}
            if self._output in descriptors:
                self._drain()
            if self._replies in descriptors:
                part = os.read(self._replies, _PIPE_BYTES)
                if not part:
                    self._died()
                self._unread += part
        line, _, self._unread = self._unread.partition(b"\n")
        self._drain()
        reply: dict[str, Any] = json.loads(line)
        if "timed_out" in reply:
            self._time_out(timeout)
        return reply

    def _time_out(self, timeout: float) -> None:
        self._drain()
        self.close()
        raise EnvironmentDiedError(
            "Sandbox.Timedout", f"Task timed out after {timeout:.2f} seconds"
        )

    def _died(self) -> None:
        self._drain()
        status = self._process.wait()
        self.close()
        how = f"exit status {status}" if status >= 0 else f"signal: {_signal_name(-status)}"
        raise EnvironmentDiedError("Runtime.ExitError", f"Runtime exited with error: {how}")

    def _drain(self) -> None:
        with suppress(BlockingIOError):
            while part := os.read(self._output, _PIPE_BYTES):
                self.output += part

    def take_output(self) -> list[str]:
        """Take the lines that the function wrote since the last time."""
        lines = self.output.decode(errors="replace").splitlines()
        self.output.clear()
        return lines

    def kill(self) -> None:
        """Kill the process and whatever it started; an invocation that runs ends with an error."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """Kill the process, and free what belongs to it."""
        if self._process.stdin is None or self._process.stdin.closed:
            return
        self.kill()
        self._process.wait()
        self._process.stdin.close()
        for descriptor in (self._requests, self._replies, self._output):
            os.close(descriptor)


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _signal_name(number: int) -> str:
    # AWS's words for the two that a function meets.
    names = {signal.SIGKILL: "killed", signal.SIGSEGV: "segmentation fault"}
    return names.get(signal.Signals(number), signal.Signals(number).name)
