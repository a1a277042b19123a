"""Puts the runtime behind moto's Lambda API, and its logs into moto's CloudWatch Logs."""

# ruff: noqa: ANN401 - moto passes these on as Any

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

from moto.awslambda.models import LambdaBackend, LambdaFunction, lambda_backends
from moto.core.exceptions import JsonRESTError
from moto.logs.models import LogEvent, LogGroup, logs_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from local.services.alarms import embedded_metrics
from local.services.alarms.metrics import Metric
from local.services.key_rights import access_key
from local.services.lambda_runtime import account
from local.services.lambda_runtime.runtime import Function, ThrottledError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.services.alarms.metrics import Metrics
    from local.services.lambda_runtime.runtime import LambdaRuntime
    from local.services.patches import Patches

_MILLISECOND = 1_000_000
"""In nanoseconds."""

LINES_KEPT = 20_000
"""Of each log stream: a week of polls a minute would fill the memory otherwise."""

FORGOTTEN_SETTINGS = ("DeadLetterConfig", "LoggingConfig", "Architectures")
"""What stock moto drops from a function's configuration, at creation or at update."""


class TooManyRequestsError(JsonRESTError):
    """https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html."""

    code = 429

    def __init__(self) -> None:
        super().__init__("TooManyRequestsException", "Rate Exceeded.")


class MotoSurroundings:
    """The logs, metrics, queues and topics that the runtime writes to, in this process.

    :param account: the account that everything belongs to.
    :param metrics: takes what functions and their logs measure.
    """

    def __init__(self, account: str, metrics: Metrics) -> None:
        self._account = account
        self._metrics = metrics
        self._lock = threading.Lock()

    def write_log(
        self, region: str, group: str, stream: str, time_ms: int, lines: tuple[str, ...]
    ) -> None:
        """Append lines to a log stream, unless its function is gone.

        Straight to the stream: PutLogEvents refuses what is two weeks older or two hours newer than
        now, which simulated time is.
        """
        with self._lock:
            backend = logs_backends[self._account][region]
            if group not in backend.groups and not self._has_function(region, group):
                return  # Both were deleted while it ran; CloudFormation wants the name free.
            backend.ensure_log_group(group)
            log_group: LogGroup = backend.groups[group]
            if stream not in log_group.streams:
                log_group.create_log_stream(stream)
            log_stream = log_group.streams[stream]
            log_stream.put_log_events([{"timestamp": time_ms, "message": line} for line in lines])
            del log_stream.events[:-LINES_KEPT]
            # moto keeps every event of a process here for its dashboard.
            LogEvent.instances_tracked.clear()  # type: ignore[attr-defined] # set by its metaclass
        for line in lines:
            for metric, measured_ms, values in embedded_metrics.read(line):
                self._metrics.put(metric, measured_ms * _MILLISECOND, values)

    def _has_function(self, region: str, group: str) -> bool:
        functions = lambda_backends[self._account][region].list_functions()
        return any(describe(one).log_group == group for one in functions)

    def measure(self, function: Function, time_ns: int, counts: Mapping[str, float]) -> None:
        """Take what Lambda counts of a function."""
        for name, value in counts.items():
            metric = Metric.of("AWS/Lambda", name, {"FunctionName": function.name})
            self._metrics.put(metric, time_ns, [value])

    def send(self, region: str, target: str, body: str) -> None:
        """Send a message to a queue or a topic."""
        service, name = target.split(":")[2], target.rpartition(":")[2]
        if service == "sqs":
            sqs_backends[self._account][region].send_message(name, body)
        elif service == "sns":
            sns_backends[self._account][region].publish(body, arn=target)
        else:
            raise NotImplementedError(f"The embedded cloud sends no messages to {service}.")


def describe(function: LambdaFunction) -> Function:
    """Read what the runtime must know from moto's model of a function."""
    invoke = function.event_invoke_config[0].config if function.event_invoke_config else {}
    forgotten: dict[str, Any] = vars(function).get("forgotten", {})
    destination = invoke.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
    dead_letters = forgotten.get("DeadLetterConfig", {}).get("TargetArn")
    log_group = forgotten.get("LoggingConfig", {}).get("LogGroup")
    return Function(
        name=function.function_name,
        arn=function.function_arn,
        version=str(function.version),
        region=function.region,
        handler=function.handler or "",
        python=function.run_time or "",
        code=function.code_bytes,
        code_sha256=function.code_sha_256,
        memory_mb=int(function.memory_size),
        timeout=int(function.timeout),
        variables=tuple(sorted(function.environment_vars.items())),
        log_group=log_group or f"/aws/lambda/{function.function_name}",
        retries=invoke.get("MaximumRetryAttempts", 2),
        event_age_seconds=invoke.get("MaximumEventAgeInSeconds", 21600),
        on_failure=destination or dead_letters,
        reserved=_reserved(function),
        access_key=access_key(function.role),
    )


def _reserved(function: LambdaFunction) -> int | None:
    reserved = function.reserved_concurrency
    return None if reserved is None else int(reserved)


def install(patches: Patches, runtime: LambdaRuntime) -> None:
    """Let moto's Lambda run functions in `runtime` until `patches` is closed."""
    _remember_settings(patches)
    account.install(patches)

    def invoke(
        self: LambdaFunction, body: str | bytes, request_headers: Any, response_headers: Any
    ) -> bytes:
        kind = request_headers.get("x-amz-invocation-type", "RequestResponse")
        event = body.decode() if isinstance(body, bytes) else body
        event = event or "{}"
        json.loads(event)
        function = describe(self)
        if kind == "Event":
            threading.Thread(target=runtime.invoke_later, args=(function, event)).start()
            return b""
        if kind == "DryRun":
            return b""
        try:
            invocation = runtime.invoke(function, event)
        except ThrottledError:
            raise TooManyRequestsError from None
        response_headers["x-amz-executed-version"] = function.version
        response_headers["x-amzn-requestid"] = invocation.request_id
        if invocation.error:
            response_headers["x-amz-function-error"] = "Unhandled"
        response_headers["x-amz-log-result"] = invocation.log_tail()
        return invocation.payload

    def delete_function(
        self: LambdaBackend, function_name: str, qualifier: str | None = None
    ) -> None:
        runtime.forget(self.get_function(function_name, qualifier).function_arn)
        stock_delete(self, function_name, qualifier)

    patches.replace(LambdaFunction, "invoke", invoke)
    stock_delete = patches.replace(LambdaBackend, "delete_function", delete_function)


def _remember_settings(patches: Patches) -> None:
    def remember(function: Any, settings: dict[str, Any]) -> None:
        kept = {key: settings[key] for key in FORGOTTEN_SETTINGS if settings.get(key) is not None}
        function.forgotten = {**vars(function).get("forgotten", {}), **kept}
        function.architectures = function.forgotten.get("Architectures", ["x86_64"])

    def init(self: Any, account_id: str, spec: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        stock_init(self, account_id, spec, *args, **kwargs)
        remember(self, spec)

    def update_configuration(self: Any, config_updates: dict[str, Any]) -> dict[str, Any]:
        stock_update(self, config_updates)
        remember(self, config_updates)
        return dict(self.get_configuration())

    def update_function_code(self: Any, updated_spec: dict[str, Any]) -> dict[str, Any]:
        stock_code(self, updated_spec)
        remember(self, updated_spec)
        return dict(self.get_configuration())

    def get_configuration(self: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        # moto describes a function while it is being made, before anything is remembered.
        return {**stock_get(self, *args, **kwargs), **vars(self).get("forgotten", {})}

    stock_init = patches.replace(LambdaFunction, "__init__", init)
    stock_update = patches.replace(LambdaFunction, "update_configuration", update_configuration)
    stock_code = patches.replace(LambdaFunction, "update_function_code", update_function_code)
    stock_get = patches.replace(LambdaFunction, "get_configuration", get_configuration)
