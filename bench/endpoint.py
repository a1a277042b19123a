"""The null endpoint: answers Timestream's requests at once, so that only the client's speed counts.

It is a process of its own, so that it takes nothing of the client's memory, and reads of a request
only its operation and its page, so that it takes little of the time.
"""

from __future__ import annotations

import asyncio
import json
import re
from typing import TYPE_CHECKING

from bench.data import BRIDGE, DATABASE, DIMENSIONS, TABLE, observation
from bench.serving import serving
from embedded_timestream.clock import SystemClock
from local.cloud import Cloud

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from multiprocessing.connection import Connection

ROWS_A_PAGE = 1000

_TARGET = re.compile(rb"x-amz-target: *Timestream_\d+\.(\w+)", re.IGNORECASE)
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

    def __init__(self, answers: dict[bytes, bytes], pages: int) -> None:
        self._answers = answers
        self._pages = pages
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
        answer = self._answers[target[1] if target else b""]
        if target and target[1] == b"Query":
            answer += self._next_page(body)
        self._transport.write(  # type: ignore[attr-defined] # a Transport
            b"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (len(answer), answer)
        )

    def _next_page(self, body: bytes) -> bytes:
        token = _TOKEN.search(body)
        page = int(token[1]) + 1 if token else 1
        return b', "NextToken": "%d"}' % page if page < self._pages else b"}"


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


def _serve_null(ready: Connection, pages: int) -> None:
    async def serve() -> None:
        answers: dict[bytes, bytes] = {}
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Null(answers, pages), "127.0.0.1", 0)
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        answers |= _answers(address)
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


def served(kind: str, pages: int = 0) -> AbstractContextManager[str]:
    """Serve `null` or `embedded` in a process, and give its address.

    :param pages: how many pages of rows a query answers.
    """
    return serving({"null": _serve_null, "embedded": _serve_cloud}[kind], pages)
