"""Fixtures: HTTP sources on loopback, and an AWS that records what it is sent."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from moto import mock_aws
from werkzeug import Request, Response

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_httpserver import HTTPServer


class RecordingTimestream:
    """Answers the SDK over HTTP as Timestream does, with what a test queues; as SQS and SSM, too.

    :ivar requests: every WriteRecords and Query, as (operation, body).
    :ivar sent: every message that was sent to a queue, as (the queue's URL, body).
    :ivar queues_fail: whether SQS is out of order.
    :ivar parameter: the value of every SSM parameter.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._answers: list[tuple[int, dict[str, Any]]] = []
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.sent: list[tuple[str, str]] = []
        self.queues_fail = False
        self.parameter = ""

    def will_answer(self, status: int, body: dict[str, Any]) -> None:
        """Queue the answer to the next request; without one, everything is written or empty."""
        self._answers.append((status, body))

    def will_fail(self, status: int, code: str, message: str, **more: object) -> None:
        """Queue an error."""
        self.will_answer(status, {"__type": code, "message": message, **more})

    @property
    def writes(self) -> list[dict[str, Any]]:
        return [body for operation, body in self.requests if operation == "WriteRecords"]

    @property
    def queries(self) -> list[dict[str, Any]]:
        return [body for operation, body in self.requests if operation == "Query"]

    def handle(self, request: Request) -> Response:
        service, _, operation = request.headers["X-Amz-Target"].rpartition(".")
        if service == "AmazonSQS":
            return self._send(json.loads(request.data))
        if service == "AmazonSSM":
            return _json(200, {"Parameter": {"Value": self.parameter}})
        if operation == "DescribeEndpoints":
            endpoint = {"Address": self._address, "CachePeriodInMinutes": 1440}
            return _json(200, {"Endpoints": [endpoint]})
        self.requests.append((operation, json.loads(request.data)))
        default = {"Rows": [], "ColumnInfo": [], "QueryId": "1"} if operation == "Query" else {}
        return _json(*(self._answers.pop(0) if self._answers else (200, default)))

    def _send(self, message: dict[str, str]) -> Response:
        if self.queues_fail:
            return _json(500, {"__type": "InternalFailure", "message": "Oops"})
        body = message["MessageBody"]
        self.sent.append((message["QueueUrl"], body))
        digest = hashlib.md5(body.encode(), usedforsecurity=False).hexdigest()
        return _json(200, {"MessageId": "1", "MD5OfMessageBody": digest})


def _json(status: int, body: dict[str, Any]) -> Response:
    return Response(json.dumps(body), status, content_type="application/x-amz-json-1.0")


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that names no real account, and no address but a test's own."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")


@pytest.fixture
def moto(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:  # noqa: ARG001 - for its environment
    """An AWS in this process."""
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    with mock_aws():
        yield


@pytest.fixture
def timestream(
    httpserver: HTTPServer,
    aws: None,  # noqa: ARG001 - for its environment
    monkeypatch: pytest.MonkeyPatch,
) -> RecordingTimestream:
    address = httpserver.url_for("/").rstrip("/")
    monkeypatch.setenv("AWS_ENDPOINT_URL", address)
    recorder = RecordingTimestream(address)
    httpserver.expect_request("/", method="POST").respond_with_handler(recorder.handle)
    return recorder
