"""The null endpoint: answers requests at once, so that only the client's speed counts.

It is a process of its own, so that it takes nothing of the client's memory, and reads of a request
only its operation and its page, so that it takes little of the time.
"""

from __future__ import annotations

import asyncio
import json
import re
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from bench.data import BRIDGE, DATABASE, DIMENSIONS, TABLE, observation
from bench.serving import serving
from embedded_timestream.clock import SystemClock
from lambdas.dynamodb_items import VERSION, Kept, about
from lambdas.observation import Observation, Status
from local.cloud import Cloud

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from multiprocessing.connection import Connection

ROWS_A_PAGE = 1000
ITEMS_A_PAGE = 11_000  # of DynamoDB's megabyte

_TARGET = re.compile(rb"x-amz-target: *\w+\.(\w+)", re.IGNORECASE)
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_TOKEN = re.compile(rb'"NextToken": ?"(\d+)"')

_RETENTION = {
    "RetentionProperties": {
        "MemoryStoreRetentionPeriodInHours": 24,
        "MagneticStoreRetentionPeriodInDays": 36500,
    },
    "MagneticStoreWriteProperties": {
        "EnableMagneticStoreWrites": True,
        "MagneticStoreRejectedDataLocation": {
            "S3Configuration": {"BucketName": "rejected-data", "EncryptionOption": "SSE_S3"}
        },
    },
}


class _Null(asyncio.Protocol):
    """Speaks as much HTTP as botocore needs."""

    def __init__(self, answer: Callable[[bytes, bytes], bytes]) -> None:
        self._answer = answer
        self._received = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head = self._received.find(b"\r\n\r\n")
        if head < 0:
            return
        headers = bytes(self._received[:head])
        length = _LENGTH.search(headers)
        end = head + 4 + (int(length[1]) if length else 0)
        if b"100-continue" in headers and len(self._received) == head + 4:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")  # type: ignore[attr-defined] # a Transport
        if len(self._received) < end:
            return
        body = bytes(self._received[head + 4 : end])
        del self._received[:end]
        target = _TARGET.search(headers)
        answer = self._answer(target[1] if target else b"", body)
        self._transport.write(  # type: ignore[attr-defined] # a Transport
            b"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (len(answer), answer)
        )


class _Timestream:
    """What Timestream answers.

    :param pages: how many pages of rows a query answers.
    """

    def __init__(self, address: str, pages: int) -> None:
        self._answers = _answers(address)
        self._pages = pages

    def __call__(self, operation: bytes, body: bytes) -> bytes:
        answer = self._answers[operation]
        if operation != b"Query":
            return answer
        token = _TOKEN.search(body)
        page = int(token[1]) + 1 if token else 1
        return answer + (b', "NextToken": "%d"}' % page if page < self._pages else b"}")


class _DynamoDb:
    """What DynamoDB answers: a table of one bridge, in pages of a megabyte.

    :param pages: how many thousand items it has.
    """

    def __init__(self, _address: str, pages: int) -> None:
        number = about(DIMENSIONS)
        said = {name: {"S": value} for name, value in DIMENSIONS.items()}
        self._said = {
            "Items": [
                {"bridge": {"S": BRIDGE}, "time": {"N": str(number)}, "dimensions": {"M": said}}
            ]
        }
        self._pages: list[bytes] = []
        count = pages * ROWS_A_PAGE
        for first in range(0, count, ITEMS_A_PAGE):
            end = min(first + ITEMS_A_PAGE, count)
            items = [_item(one, number) for one in range(first, end)]
            page: dict[str, object] = {"Items": items}
            if end < count:
                key = {"S": BRIDGE}, {"N": str(len(self._pages) + 1)}
                page["LastEvaluatedKey"] = dict(zip(("bridge", "time"), key, strict=True))
            self._pages.append(json.dumps(page).encode())

    def __call__(self, operation: bytes, body: bytes) -> bytes:
        request = json.loads(body) if operation in {b"Query", b"Scan"} else {}
        start = request.get("ExclusiveStartKey")
        if operation == b"Scan":
            return json.dumps(self._said if start is None else {"Items": []}).encode()
        if operation != b"Query":
            return b"{}"
        if request["ExpressionAttributeValues"][":last"]["N"].startswith("-"):
            return json.dumps(self._said).encode()
        return self._pages[int(start["time"]["N"]) if start else 0]


def _item(number: int, said: int) -> dict[str, object]:
    time, status = observation(number)
    seen = Observation(BRIDGE, Status(status), time)
    return dict(Kept(seen, VERSION, said).item(timedelta(days=3650)))


def _answers(address: str) -> dict[bytes, bytes]:
    rows = [
        {
            "Data": [
                {"ScalarValue": f"{time:%Y-%m-%d %H:%M:%S}.000000000"},
                {"ScalarValue": BRIDGE},
                {"ScalarValue": status},
            ]
        }
        for time, status in map(observation, range(ROWS_A_PAGE))
    ]
    columns = [("time", "TIMESTAMP"), ("bridge", "VARCHAR"), ("status", "VARCHAR")]
    page = {
        "QueryId": "Q",
        "QueryStatus": {"CumulativeBytesScanned": 0, "CumulativeBytesMetered": 10_000_000},
        "ColumnInfo": [{"Name": name, "Type": {"ScalarType": kind}} for name, kind in columns],
        "Rows": rows,
    }
    endpoint = {"Address": address, "CachePeriodInMinutes": 1440}
    answers = {
        "DescribeEndpoints": {"Endpoints": [endpoint]},
        "DescribeTable": {"Table": {"TableName": TABLE, **_RETENTION}},
        "WriteRecords": {"RecordsIngested": {"Total": 100, "MemoryStore": 0, "MagneticStore": 100}},
        "CancelQuery": {"CancellationMessage": ""},
    }
    # The page is left open for its token.
    return {name.encode(): json.dumps(value).encode() for name, value in answers.items()} | {
        b"Query": json.dumps(page).encode()[:-1]
    }


def _serve_null(
    service: Callable[[str, int], Callable[[bytes, bytes], bytes]], ready: Connection, pages: int
) -> None:
    async def serve() -> None:
        answers: list[Callable[[bytes, bytes], bytes]] = []
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Null(answers[0]), "127.0.0.1", 0)
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        answers.append(service(address, pages))
        ready.send(address)
        await server.serve_forever()

    asyncio.run(serve())


def _serve_cloud(ready: Connection, pages: int) -> None:
    with Cloud(SystemClock()) as cloud:
        write = cloud.client("timestream-write")
        write.create_database(DatabaseName=DATABASE)
        write.create_table(DatabaseName=DATABASE, TableName=TABLE, **_RETENTION)
        common = {
            "Dimensions": [{"Name": name, "Value": value} for name, value in DIMENSIONS.items()],
            "MeasureName": BRIDGE,
            "MeasureValueType": "VARCHAR",
        }
        for first in range(0, pages * ROWS_A_PAGE, 100):
            records = [
                {"Time": str(round(time.timestamp() * 1000)), "MeasureValue": status}
                for time, status in map(observation, range(first, first + 100))
            ]
            write.write_records(
                DatabaseName=DATABASE, TableName=TABLE, CommonAttributes=common, Records=records
            )
        ready.send(cloud.endpoint)
        ready.recv()


_SERVE: dict[str, Callable[..., None]] = {
    "null": partial(_serve_null, _Timestream),
    "dynamodb": partial(_serve_null, _DynamoDb),
    "embedded": _serve_cloud,
}


def served(kind: str, pages: int = 0) -> AbstractContextManager[str]:
    """Serve `null` (Timestream's), `dynamodb` (likewise) or `embedded` in a process.

    Gives its address.

    :param pages: how many pages of rows a query answers.
    """
    return serving(_SERVE[kind], pages)
