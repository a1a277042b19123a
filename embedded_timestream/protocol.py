"""From an HTTP request to its answer: AWS's JSON protocol, as both of Timestream's APIs speak it.

https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Never
from urllib.parse import urlsplit

from embedded_timestream.errors import (
    SerializationException,
    TimestreamError,
    UnknownOperationException,
)
from embedded_timestream.operations import OPERATIONS, check

if TYPE_CHECKING:
    from collections.abc import Callable

    from embedded_timestream.service import Service

CONTENT_TYPE = "application/x-amz-json-1.0"
DISCOVERY = "DescribeEndpoints"

_OPERATIONS = frozenset(OPERATIONS)
_CACHE_MINUTES = 1440  # how long a client may keep an endpoint, as the service says it
# The JavaScript SDK, version 3, puts the address into the place of the request's host name, and
# keeps the request's scheme and port (@aws-sdk/middleware-endpoint-discovery). boto3 takes the
# whole address, with https where it names no scheme.
_TAKES_A_HOST_NAME = re.compile(r"\baws-sdk-js/3\.")
# Of a character beyond the basic plane; half of it alone is no text.
_MAY_BE_HALF_A_PAIR = re.compile(r"\\u[dD][89a-fA-F]")


@dataclass(frozen=True)
class Request:
    """What counts of an HTTP request.

    :param target: its X-Amz-Target header: `Timestream_20181101.WriteRecords`.
    :param address: where the client sent it: `http://127.0.0.1:4567`.
    """

    target: str
    body: bytes | str
    address: str
    user_agent: str = ""

    @property
    def operation(self) -> str:
        """The call, in the API's spelling."""
        return self.target.rpartition(".")[2]


class Answer(NamedTuple):
    """An HTTP status and a body."""

    status: int
    body: bytes


def answer(request: Request, service: Callable[[], Service]) -> Answer:
    """Make the call that a request asks for.

    :param service: gives the service to ask, if it comes to that: it loads DuckDB.
    """
    try:
        return _written(200, _made(request, service))
    except TimestreamError as error:
        return _written(error.status, error.members())


def _made(request: Request, service: Callable[[], Service]) -> dict[str, Any]:
    operation = request.operation
    if operation == DISCOVERY:
        return _endpoints(request)
    if operation not in _OPERATIONS:
        raise UnknownOperationException
    members = _members(request.body)
    check(operation, members)
    return service().call(operation, members)


def _members(body: bytes | str) -> dict[str, Any]:
    try:
        members = json.loads(body or "{}", parse_constant=_no_number)
        if _MAY_BE_HALF_A_PAIR.search(body if isinstance(body, str) else body.decode()):
            json.dumps(members, ensure_ascii=False).encode()
    except (ValueError, RecursionError):  # no JSON, or no UTF-8
        raise SerializationException from None
    if not isinstance(members, dict):
        raise SerializationException
    return members


def _no_number(word: str) -> Never:
    raise ValueError(word)


def _endpoints(request: Request) -> dict[str, Any]:
    """Send a client to where it asked, in the form that its SDK takes: TLS is not spoken here."""
    if _TAKES_A_HOST_NAME.search(request.user_agent):
        address = urlsplit(request.address).hostname
    else:
        address = request.address
    return {"Endpoints": [{"Address": address, "CachePeriodInMinutes": _CACHE_MINUTES}]}


def _written(status: int, members: dict[str, Any]) -> Answer:
    return Answer(status, json.dumps(members, separators=(",", ":")).encode())
