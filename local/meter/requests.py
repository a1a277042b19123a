"""What a request to a service is billed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from bridgewatch.cost import metering
from bridgewatch.cost.usage import Dimension
from embedded_timestream import record_sizes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from fractions import Fraction

_SCANNED = re.compile(rb'"CumulativeBytesScanned": ?(\d+)')


@dataclass(frozen=True)
class Request:
    """A request, and how it was answered.

    :param service: the name that it is signed for.
    :param operation: what its X-Amz-Target header names, if it has one.
    :param seconds: how long the answer took.
    """

    region: str
    service: str
    operation: str
    body: bytes
    status: int
    answer: bytes
    seconds: Fraction

    @property
    def is_write(self) -> bool:
        """Whether it wrote records: some of them at least, if some were rejected."""
        return self.operation == "WriteRecords" and self.status in {200, 419}


def count(request: Request, tcu_a_query: int) -> Mapping[Dimension, Fraction | int]:
    """Count what a request is billed.

    :param request: to one of COUNTED.
    :param tcu_a_query: how many compute units a query gets.
    """
    if request.operation == "Query":
        return _query(request, tcu_a_query)
    return COUNTED[request.service](request)


def count_object(method: str, path: str) -> Mapping[Dimension, int]:
    """Count a request to S3 whose address starts with the bucket: a GET of a bucket is a LIST."""
    if method == "DELETE":
        return {}
    lists = method == "GET" and not path.strip("/").partition("/")[2]
    writes = lists or method in {"PUT", "POST"}
    return {Dimension.OBJECT_WRITES if writes else Dimension.OBJECT_READS: 1}


def _query(request: Request, tcu_a_query: int) -> Mapping[Dimension, Fraction | int]:
    scanned = _SCANNED.search(request.answer)
    # A query is billed once, whatever the number of its pages.
    if scanned is None or "NextToken" in json.loads(request.body):
        return {}
    return {
        Dimension.QUERY_GB: metering.query_gigabytes(int(scanned[1])),
        Dimension.QUERY_TCU_HOURS: metering.query_tcu_hours(request.seconds, tcu_a_query),
    }


def _timestream(request: Request) -> Mapping[Dimension, Fraction | int]:
    if not request.is_write:
        return {}
    body = json.loads(request.body)
    size = record_sizes.request_bytes(body.get("CommonAttributes", {}), body["Records"])
    return {Dimension.WRITE_UNITS: record_sizes.write_units(size)}


def _parameters(request: Request) -> Mapping[Dimension, Fraction | int]:
    if request.operation not in {"GetParameter", "GetParameters"}:
        return {}
    answer = json.loads(request.answer)
    found = answer.get("Parameters", [answer[key] for key in ("Parameter",) if key in answer])
    decrypts = json.loads(request.body).get("WithDecryption", False)
    secrets = [one for one in found if one["Type"] == "SecureString"]
    return {
        Dimension.PARAMETER_READS: len(found),
        Dimension.KMS_REQUESTS: len(secrets) if decrypts else 0,
    }


def _queues(request: Request) -> Mapping[Dimension, Fraction | int]:
    return {Dimension.QUEUE_REQUESTS: metering.payload_units(len(request.body))}


def _topics(request: Request) -> Mapping[Dimension, Fraction | int]:
    message = parse_qs(request.body.decode()).get("Message", [""])[0]
    return {Dimension.NOTIFICATIONS: metering.payload_units(len(message.encode()))}


def _keys(_request: Request) -> Mapping[Dimension, Fraction | int]:
    return {Dimension.KMS_REQUESTS: 1}


def _cost_explorer(_request: Request) -> Mapping[Dimension, Fraction | int]:
    return {Dimension.COST_EXPLORER_REQUESTS: 1}


COUNTED: dict[str, Callable[[Request], Mapping[Dimension, Fraction | int]]] = {
    "timestream": _timestream,
    "ssm": _parameters,
    "sqs": _queues,
    "sns": _topics,
    "kms": _keys,
    "ce": _cost_explorer,
}
"""The services whose requests are counted by what is in them, by the name they are signed for."""
