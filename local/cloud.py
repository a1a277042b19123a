"""The embedded cloud: every service that the templates use, in one process, on one port."""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.moto_api._internal.models import moto_api_backend
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

from embedded_timestream import moto_adapter
from embedded_timestream.server.clients import Clients
from local.services import dispatch, dynamodb, key_rights, sns, sqs
from local.services.alarms.metrics import Metrics
from local.services.alarms.runner import AlarmRunner
from local.services.budgets import install as install_budgets
from local.services.cloudformation.cloudfront import Distribution, EdgeFunction
from local.services.cloudformation.fixes import install as install_cloudformation
from local.services.cloudfront.distributions import Distributions
from local.services.cloudfront.function_url import FunctionUrls
from local.services.lambda_runtime.moto_adapter import MotoSurroundings
from local.services.lambda_runtime.moto_adapter import install as install_lambda
from local.services.lambda_runtime.runtime import LambdaRuntime
from local.services.patches import Patches
from local.services.scheduler import ScheduleRunner
from local.services.streams import StreamRunner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from embedded_timestream.clock import Clock
    from local.meter import Meter
    from local.services.lambda_runtime.internet import Internet
    from local.services.lambda_runtime.runtime import Surroundings
    from local.services.scheduler import Invoker

REGION = "eu-west-1"
"""Where tools work that name no region; Timestream is there."""

HOST = "127.0.0.1"

POLL_SECONDS = 0.05
"""How long a stop takes to be noticed."""

PROBES = {
    "cloudformation": "list_stacks",
    "cloudfront": "list_distributions",
    "cloudwatch": "describe_alarms",
    "dynamodb": "list_tables",
    "ecr": "describe_repositories",
    "iam": "list_roles",
    "kms": "list_keys",
    "lambda": "list_functions",
    "logs": "describe_log_groups",
    "s3": "list_buckets",
    "scheduler": "list_schedules",
    "sns": "list_topics",
    "sqs": "list_queues",
    "ssm": "describe_parameters",
    "sts": "get_caller_identity",
    "timestream-query": "describe_endpoints",
    "timestream-write": "list_databases",
}
"""A question without parameters for each service that the templates use."""


class Disturbance(Protocol):
    """Stands between the parts of a cloud (local/chaos)."""

    def requests(self, application: WSGIApplication) -> WSGIApplication:
        """Stand in front of the services."""

    def invocations(self, runtime: LambdaRuntime) -> Invoker:
        """Stand between the schedules and the functions."""


class Cloud:
    """A cloud of one's own; a context manager, of which a process can have one at a time.

    Nothing is left of what was deployed once it is closed, but what Timestream and DynamoDB stored
    in `data`.

    :param clock: the time of Timestream, of the schedules and of the functions.
    :param port: where to serve on the loopback address; 0 takes a free one. The first CloudFront
        distribution is served on the next one.
    :param data: a directory in which Timestream and DynamoDB keep what is written, or None for
        memory.
    :param fsync: whether those outlive the computer's power, and not only the process.
    :param meter: counts what would be billed, if that is wanted.
    :param disturbance: disturbs what passes between its parts, if that is wanted.
    :param internet: servers of this computer that functions reach by names of the internet.
    """

    _is_open: ClassVar[bool] = False
    runtime: LambdaRuntime
    distributions: Distributions
    alarms: AlarmRunner
    schedules: ScheduleRunner

    def __init__(  # noqa: PLR0913 - what it is made of
        self,
        clock: Clock,
        port: int = 0,
        data: Path | None = None,
        meter: Meter | None = None,
        disturbance: Disturbance | None = None,
        *,
        fsync: bool = False,
        internet: Internet | None = None,
    ) -> None:
        self._internet = internet
        self.clock = clock
        self.account = DEFAULT_ACCOUNT_ID
        self.requests = Counter[str]()
        """The requests so far, by the operation that their X-Amz-Target header names, as those of
        Timestream do."""
        self._data = data
        self._fsync = fsync
        self._meter = meter
        self._disturbance = disturbance
        self.opened: Callable[[str], None] = lambda _address: None
        """Is told the address of each CloudFront distribution that is deployed."""
        self._page_port = port + 1 if port else 0
        self._counting = Lock()
        self._moto: WSGIApplication = key_rights.guarded(
            DomainDispatcherApplication(create_backend_app), self.client
        )
        if meter:
            self._moto = meter.metered(self._moto)
        if disturbance:
            self._moto = disturbance.requests(self._moto)
        self._server = make_server(
            HOST, port, self._answer, threaded=True, request_handler=_QuietRequestHandler
        )
        self.endpoint = f"http://{HOST}:{self._server.server_port}"
        self._clients = Clients(self.endpoint)

    def __enter__(self) -> Self:
        """Start serving.

        :raises RuntimeError: if this process has another one open: moto's state is the process's.
        """
        with ExitStack() as stack:
            stack.callback(self._server.server_close)
            if Cloud._is_open:
                raise RuntimeError("There is one embedded cloud in this process already.")
            stack.callback(setattr, Cloud, "_is_open", False)  # noqa: FBT003 - setattr's value
            Cloud._is_open = True
            temporary = tempfile.TemporaryDirectory(prefix="bridgewatch-")
            directory = Path(stack.enter_context(temporary))
            moto_api_backend.reset()
            stack.callback(moto_api_backend.reset)
            patches = stack.enter_context(Patches())
            install_cloudformation(patches, self.client)
            install_budgets(patches)
            sqs.install(patches, self.clock)
            sns.install(patches)
            kept = None
            if self._data:
                kept = dynamodb.Kept(self._data / "dynamodb.sqlite", fsync=self._fsync)
                stack.callback(kept.close)
            metrics = Metrics()
            dynamodb.install(
                patches, self.clock, metrics=metrics, bookkeeper=self._meter, kept=kept
            )
            stack.callback(moto_adapter.install(self.clock, self._data, fsync=self._fsync))
            surroundings: Surroundings = MotoSurroundings(self.account, metrics)
            if self._meter:
                surroundings = self._meter.surroundings(surroundings)
            self.runtime = stack.enter_context(
                LambdaRuntime(self.clock, self.endpoint, directory, surroundings, self._internet)
            )
            install_lambda(patches, self.runtime)
            streams = StreamRunner(self.account, self.clock, self.runtime, surroundings)
            streams.install(patches)
            self.distributions = Distributions(
                FunctionUrls(self.account, self.runtime),
                self.clock,
                port=self._page_port,
                opened=self._tell_opened,
                visited=self._meter.visited if self._meter else lambda _size, _rewritten: None,
            )
            stack.callback(self.distributions.close_all)
            Distribution.distributions = EdgeFunction.distributions = self.distributions
            invoker: Invoker = self.runtime
            if self._disturbance:
                invoker = self._disturbance.invocations(self.runtime)
            self.alarms = AlarmRunner(self.account, self.clock, metrics, surroundings)
            self.schedules = ScheduleRunner(
                *(self.account, self.clock, invoker, surroundings, self._meter),
                others=[self.alarms, streams],
            )
            dispatch.install(patches)
            server = Thread(target=self._server.serve_forever, args=(POLL_SECONDS,), daemon=True)
            server.start()
            stack.callback(server.join)
            stack.callback(self._server.shutdown)
            stack.callback(self._clients.close)
            self._open = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request; every one passes here."""
        operation = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
        if operation:
            with self._counting:
                self.requests[operation] += 1
        try:
            return self._moto(environ, start_response)
        except NotImplementedError as error:
            # A status that no SDK retries: a 500 would keep the caller waiting in vain.
            start_response("501 Not Implemented", [("Content-Type", "text/plain")])
            return [f"The embedded cloud lacks this: {error}".encode()]

    def _tell_opened(self, address: str) -> None:
        self.opened(address)

    def client(self, service: str, region: str = REGION) -> Any:  # noqa: ANN401 - made at run time
        """Give a boto3 client of a service of this cloud, whatever the environment says."""
        return self._clients.client(service, region)

    def probe(self) -> None:
        """Ask every service that the templates use one question, which also loads it.

        :raises botocore.exceptions.ClientError: if one does not answer.
        """
        for service, operation in PROBES.items():
            getattr(self.client(service), operation)()
        self.client("budgets").describe_budgets(AccountId=self.account)

    def environment(self) -> dict[str, str]:
        """Give the variables with which any AWS tool works on this cloud."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "embedded",
            "AWS_SECRET_ACCESS_KEY": "embedded",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "CDK_DISABLE_CLI_TELEMETRY": "true",
        }


class _QuietRequestHandler(MotoRequestHandler):
    """Logs no requests; errors still reach standard error."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Write nothing."""
