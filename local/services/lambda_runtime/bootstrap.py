"""The process that runs one Lambda function: started by `environment`, one child per environment.

It runs in an isolated interpreter without the project on its path: everything comes from the
standard library, until the function's own code is imported from the task root. Requests and replies
are lines of JSON on two pipes; the standard streams belong to the function.

What AWS's own runtime does is told in
https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html, python-exceptions.html and
python-context.html.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import resource
import socket
import sys
import time
import traceback
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Callable


class Context:
    """What AWS hands to a handler beside the event."""

    def __init__(self, request: dict[str, Any]) -> None:
        self.aws_request_id: str = request["request_id"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.invoked_function_arn: str = request["arn"]
        self.identity = None
        self.client_context = None
        self._deadline_ns: int = request["deadline_ns"]

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the invocation times out, never below zero."""
        return max(0, (self._deadline_ns - time.time_ns()) // 1_000_000)

    def log(self, message: str) -> None:
        """Write a line into the log."""
        print(message)  # noqa: T201 - standard output is the log


class RuntimeFailure(Exception):  # noqa: N818 - the runtime's own failures, by AWS's names
    """The handler could not be loaded, or its answer could not be sent."""

    def __init__(self, error_type: str, message: str) -> None:
        super().__init__(message)
        self.error_type = error_type


class LogHandler(logging.Handler):
    """The format of the root logger on AWS."""

    request_id = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record as one line."""
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line = f"[{record.levelname}]\t{stamp}.{record.msecs:03.0f}Z\t{self.request_id}\t"
        print(line + self.format(record))  # noqa: T201 - standard output is the log


def load(handler: str) -> Callable[[Any, Context], Any]:
    """Import the function that `package.module.function` names.

    :raises RuntimeFailure: as AWS names it.
    """
    module_name, _, name = handler.rpartition(".")
    if not module_name:
        raise RuntimeFailure("Runtime.MalformedHandlerName", f"Bad handler '{handler}'")
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        message = f"Unable to import module '{module_name}': {error}"
        raise RuntimeFailure("Runtime.ImportModuleError", message) from error
    except SyntaxError as error:
        message = f"Syntax error in module '{module_name}': {error}"
        raise RuntimeFailure("Runtime.UserCodeSyntaxError", message) from error
    if not hasattr(module, name):
        message = f"Handler '{name}' missing on module '{module_name}'"
        raise RuntimeFailure("Runtime.HandlerNotFound", message)
    function: Callable[[Any, Context], Any] = getattr(module, name)
    return function


def describe(error: Exception, request_id: str) -> dict[str, Any]:
    """Describe an exception as AWS does in the payload of a failed invocation."""
    own = isinstance(error, RuntimeFailure)
    frames = [] if own else traceback.extract_tb(error.__traceback__)
    return {
        "errorMessage": str(error),
        "errorType": error.error_type
        if isinstance(error, RuntimeFailure)
        else type(error).__name__,
        "requestId": request_id,
        # The frames of this file are none of the function's.
        "stackTrace": traceback.format_list([f for f in frames if f.filename != __file__]),
    }


def answer(handler: Callable[[Any, Context], Any], request: dict[str, Any]) -> dict[str, Any]:
    """Run the handler once: {"result": JSON text} or {"error": {...}}."""
    request_id = request["request_id"]
    LogHandler.request_id = request_id
    os.environ["_X_AMZN_TRACE_ID"] = request["trace_id"]
    try:
        result = handler(json.loads(request["event"]), Context(request))
        try:
            return {"result": json.dumps(result)}
        except (TypeError, ValueError) as error:
            message = f"Unable to marshal response: {error}"
            raise RuntimeFailure("Runtime.MarshalError", message) from error
    except Exception as error:  # noqa: BLE001 - whatever a handler raises is its answer
        return {"error": describe(error, request_id)}


def live_in(clock_path: str, library: str, replies: BinaryIO) -> Any:  # noqa: ANN401 - see below
    """Live in simulated time, without leaving a trace on the function's path.

    :returns: the simulation, whose `deadline_ns` is to be set for each invocation.
    """

    def time_out() -> None:
        send(replies, {"timed_out": True})
        sys.stdin.read()  # until the parent kills this process

    sys.path.insert(0, library)
    process = importlib.import_module("local.simulated_time.process")
    simulation = process.start(clock_path, time_out, repeatable=True)
    sys.path.remove(library)
    ours = {"embedded_timestream", "local"}
    for name in [name for name in sys.modules if name.partition(".")[0] in ours]:
        del sys.modules[name]
    return simulation


def reach(addresses: dict[str, list[Any]]) -> None:
    """Let names of the internet lead to servers of this computer.

    :param addresses: by name, a public address and the port that it leads to.
    """
    ports = dict(addresses.values())
    lookup, connect = socket.getaddrinfo, socket.socket.connect

    def look_up(host: Any, *rest: Any, **options: Any) -> Any:  # noqa: ANN401 - as socket has them
        return lookup(addresses[host][0] if host in addresses else host, *rest, **options)

    def connect_to(self: socket.socket, address: Any) -> None:  # noqa: ANN401 - likewise
        if isinstance(address, tuple) and address[0] in ports:
            address = ("127.0.0.1", ports[address[0]])
        connect(self, address)

    socket.getaddrinfo = look_up
    socket.socket.connect = connect_to  # type: ignore[assignment,method-assign] # takes more kinds of addresses


def send(replies: BinaryIO, reply: dict[str, Any]) -> None:
    """Send one line to the parent, after everything that the function wrote."""
    sys.stdout.flush()
    sys.stderr.flush()
    replies.write(json.dumps(reply).encode() + b"\n")


def peak_memory_kb() -> int:
    """Tell the most memory that this process ever had, in KiB."""
    try:
        with open("/proc/self/status", "rb") as status:  # noqa: PTH123 - spares importing pathlib
            return int(status.read().partition(b"VmHWM:")[2].split()[0])
    except OSError:  # getrusage would count the parent's memory too on Linux
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak // 1024 if sys.platform == "darwin" else peak


def main() -> None:
    """Load the handler, say so, and answer requests until there are no more."""
    settings = json.loads(sys.argv[1])
    requests = os.fdopen(settings["requests"], "rb")
    replies = os.fdopen(settings["replies"], "wb", buffering=0)
    sys.argv = [settings["handler"]]
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr] # the real stream
    # As on AWS: the function's own packages go before the runtime's, and those before Python's.
    sys.path[:] = [settings["task_root"], settings["runtime"], *sys.path]
    simulation = None
    if settings["clock"]:
        simulation = live_in(settings["clock"], settings["library"], replies)
    if settings["internet"]:
        reach(settings["internet"])
    logging.getLogger().addHandler(LogHandler())
    started = time.perf_counter()
    try:
        handler = load(settings["handler"])
    except Exception as error:  # noqa: BLE001 - whatever a module raises on import
        failed = {"error": describe(error, ""), "init_seconds": time.perf_counter() - started}
        send(replies, failed)
        return
    send(replies, {"init_seconds": time.perf_counter() - started})
    for line in requests:
        request = json.loads(line)
        if simulation:
            simulation.deadline_ns = request["deadline_ns"]
            simulation.clock.end_wait()  # of a process that was killed in it
        reply = answer(handler, request)
        if simulation:
            simulation.deadline_ns = None
        reply["memory_kb"] = peak_memory_kb()
        send(replies, reply)


if __name__ == "__main__":
    main()
