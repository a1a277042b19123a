"""Faults in what the functions ask of AWS: a layer in front of every service."""

from __future__ import annotations

import json
from io import BytesIO
from typing import TYPE_CHECKING, Any

from embedded_timestream.clock import utc
from local.chaos.journal import in_observation, in_put, in_write

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from embedded_timestream.clock import Clock
    from local.chaos.effects import Effects
    from local.chaos.faults import Faults
    from local.chaos.journal import Journal, Run

EDGES = {
    "WriteRecords": "timestream",
    "DescribeEndpoints": "timestream",
    "PutItem": "dynamodb",
    "SendMessage": "sqs",
    "ReceiveMessage": "sqs",
    "DeleteMessage": "sqs",
    "GetParameter": "ssm",
}
"""The edge of `Faults` at which each operation passes."""

DEAD_LETTERS = "DeadLetters"
"""Is in the name that CloudFormation gives the dead-letter queue."""

AFTER = "_after"
"""Ends the name of a fault that comes after the service did what was asked."""

SILENT_SECONDS = 5.0
"""As long as the most patient client waits."""

REASON = "The record timestamp is outside the time range [...) of the memory store."
"""Why records are rejected here."""

ERRORS = {
    ("timestream", "throttled"): (429, "com.amazonaws.timestream.v20181101#ThrottlingException"),
    ("timestream", "error"): (500, "com.amazonaws.timestream.v20181101#InternalServerException"),
    ("timestream", "denied"): (403, "com.amazonaws.timestream.v20181101#AccessDeniedException"),
    ("dynamodb", "throttled"): (
        400,
        "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
    ),
    ("dynamodb", "capped"): (400, "com.amazonaws.dynamodb.v20120810#ThrottlingException"),
    ("dynamodb", "error"): (500, "com.amazonaws.dynamodb.v20120810#InternalServerError"),
    ("dynamodb", "denied"): (400, "com.amazon.coral.service#AccessDeniedException"),
    ("timestream", "gone"): (404, "com.amazonaws.timestream.v20181101#ResourceNotFoundException"),
    ("dynamodb", "gone"): (400, "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"),
    ("sqs", "throttled"): (403, "com.amazonaws.sqs#RequestThrottled"),
    ("sqs", "error"): (503, "com.amazonaws.sqs#ServiceUnavailable"),
    ("ssm", "throttled"): (400, "ThrottlingException"),
    ("ssm", "error"): (500, "InternalServerError"),
}
_REJECTED = "com.amazonaws.timestream.v20181101#RejectedRecordsException"


class DisturbedRequests:
    """A WSGI application before another: passes requests on, and fails some.

    What runs outside of a journal's run, a deployment for instance, is left alone.
    """

    def __init__(
        self,
        application: WSGIApplication,
        clock: Clock,
        faults: Faults,
        journal: Journal,
        effects: Effects,
    ) -> None:
        self._application = application
        self._clock = clock
        self._faults = faults
        self._journal = journal
        self._effects = effects

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        operation = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
        run = self._journal.run
        if run is None or operation not in EDGES:
            return self._application(environ, start_response)
        edge = EDGES[operation]
        excluded = () if operation == "WriteRecords" else ("rejected",)
        # What runs beside another has no faults of its own: the other waits for it.
        fault = None if self._journal.beside else self._faults.choose(edge, excluded=excluded)
        if fault and operation == "SendMessage":
            run.queue_failed = True
        if operation == "GetParameter":
            run.keyless = fault is not None
        body = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        if fault == "rejected":
            return self._reject(environ, body, start_response, run)
        if fault is None or fault.endswith(AFTER):
            status, headers, answer = self._pass_on(environ, body)
            self._note(operation, body, status, run)
            if operation == "PutItem" and b"#ThrottlingException" in answer:
                run.throttled.append(utc(self._clock))
            if fault is None:
                start_response(status, headers)
                return [answer]
        return self._fail(edge, fault.removesuffix(AFTER), environ, start_response)

    def _pass_on(
        self, environ: WSGIEnvironment, body: object
    ) -> tuple[str, list[tuple[str, str]], bytes]:
        raw = json.dumps(body).encode()
        given: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> Any:  # noqa: ANN401 - WSGI's
            given.append((status, headers))

        passed = {**environ, "wsgi.input": BytesIO(raw), "CONTENT_LENGTH": str(len(raw))}
        answer = b"".join(self._application(passed, start_response))
        status, headers = given[0]
        return status, headers, answer

    def _note(self, operation: str, body: dict[str, Any], status: str, run: Run) -> None:
        """Note what a service took."""
        if not status.startswith("200"):
            return
        if operation == "WriteRecords":
            run.kept.update(in_write(body))
        elif operation == "PutItem":
            run.kept.update(in_put(body))
        elif operation == "SendMessage":
            message = json.loads(body["MessageBody"])
            run.kept.update(map(in_observation, message["observations"]))
            if DEAD_LETTERS in body["QueueUrl"]:
                run.dead_lettered = utc(self._clock)

    def _reject(
        self,
        environ: WSGIEnvironment,
        body: dict[str, Any],
        start_response: StartResponse,
        run: Run,
    ) -> Iterable[bytes]:
        """Reject one record of a request, and store the others, as Timestream does."""
        index = self._faults.index(len(body["Records"]))
        run.rejected[list(in_write(body))[index]] = REASON
        others = {
            **body,
            "Records": [one for at, one in enumerate(body["Records"]) if at != index],
        }
        if others["Records"]:
            status, _, _ = self._pass_on(environ, others)
            self._note("WriteRecords", others, status, run)
        rejected = [{"RecordIndex": index, "Reason": REASON}]
        return _answer(start_response, 419, {"__type": _REJECTED, "RejectedRecords": rejected})

    def _fail(
        self, edge: str, fault: str, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        connection = environ["werkzeug.socket"]
        match fault:
            case "silent":
                self._effects.silence(connection, SILENT_SECONDS)
            case "crash":
                self._effects.crash(connection)
            case "freeze":
                self._effects.freeze(connection)
            case _:
                status, name = ERRORS[edge, fault]
                return _answer(start_response, status, {"__type": name, "message": fault})
        # Nobody is there any more to read it.
        return _answer(start_response, 500, {})


def _answer(start_response: StartResponse, status: int, members: dict[str, Any]) -> Iterable[bytes]:
    body = json.dumps(members).encode()
    headers = [("Content-Type", "application/x-amz-json-1.0"), ("Content-Length", str(len(body)))]
    start_response(f"{status} Fault", headers)
    return [body]
