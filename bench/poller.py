"""What the poller costs, beside the least that could do its work.

    python -m bench.poller

- Cold: importing the handler, beside a bare timestream-write client and a requests session; a fresh
  process each, taking turns.
- Warm: a poll of the handler, beside the HTTP call alone (a session's GET) and beside the article's
  own loop (requests.get, and one write for each record), against the same server, taking turns.
- Feed: looking at NDW's picture of 5 MB, beside ElementTree on the same.

Every figure and the one beside it come from the same run, and each is the median of its turns. What
runs in a process of its own is timed by the processor: a cold start waits for nothing else.
"""

from __future__ import annotations

import asyncio
import gzip
import importlib
import io
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import boto3
import requests

from bench.serving import serving
from local.bridges.ndw import Feed
from local.bridges.openings import Opening
from local.services.lambda_runtime.context import context

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

T = TypeVar("T")

COLD_TURNS = 11
WARM_TURNS = 300
FEED_TURNS = 3
FEED_BYTES = 5_000_000

COLD_IMPORT_RATIO = 1.25
POLL_MILLISECONDS = 1.0
FEED_MEGABYTES = 32.0
"""The targets."""

BRIDGE = "NLTNZ001300522000264"
TABLE = {"DatabaseName": "bridgewatch", "TableName": "observations"}
_TARGET = re.compile(rb"x-amz-target: *Timestream_\d+\.(\w+)", re.IGNORECASE)
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)

# Each prints the seconds of processor time that it took, and the most memory that it had, in KiB.
_MEASURED = """
import time
def memory():
    with open("/proc/self/status") as status:
        return int(status.read().partition("VmHWM:")[2].split()[0])
begun = time.process_time()
{code}
print(time.process_time() - begun, memory(){less})
"""
_BARE = """
import boto3, requests
client, session = boto3.client("timestream-write"), requests.Session()
"""
_OURS = "import lambdas.poller.handler"

_SOURCE = """
import time as _time
from datetime import UTC, datetime
from lambdas.poller.configuration import Bridge, Limits
from lambdas.poller.sources.ndw import NdwConfiguration, NdwSource
limits = Limits(timeout_seconds=10, attempts=1, backoff_seconds=0, max_bytes=10**9)
source = NdwSource("ndw", NdwConfiguration("{url}", limits), lambda: datetime.now(UTC))
source.look([], 0)
before, begun = memory(), time.process_time()
look = source.look([Bridge("bench", "ndw", "{bridge}", {{}})], _time.monotonic() + 60)
assert [one.status for one in look.observations] == ["Open"], look
"""
_ELEMENT_TREE = """
import gzip, requests
from xml.etree import ElementTree
before, begun = memory(), time.process_time()
root = ElementTree.fromstring(gzip.decompress(requests.get("{url}").content))
assert any("{bridge}" in (one.text or "") for one in root.iter())
"""


def main() -> int:
    """Measure, print the figures with their ratios, and tell by the exit code of the targets."""
    with serving(_serve) as address, tempfile.TemporaryDirectory() as directory:
        os.environ |= environment(address, directory)
        _configure(f"{address}/steady")
        met = [report_cold(), report_warm(address), report_feed(f"{address}/feed")]
    return 0 if all(met) else 1


def report_cold() -> bool:
    """Print what a cold start takes."""
    bare, ours = _in_turns(COLD_TURNS, lambda: _measure(_BARE), lambda: _measure(_OURS))
    seconds = [statistics.median(second for second, _ in turns) for turns in (bare, ours)]
    kib = [statistics.median(memory for _, memory in turns) for turns in (bare, ours)]
    ratio = seconds[1] / seconds[0]
    print(
        f"cold import: the bare pair {seconds[0] * 1000:.0f} ms, the poller "
        f"{seconds[1] * 1000:.0f} ms, ratio {ratio:.2f}"
        f"{_verdict(ratio, COLD_IMPORT_RATIO, '')}"
    )
    print(
        f"memory: the bare pair {kib[0] / 1024:.1f} MiB, the poller {kib[1] / 1024:.1f} MiB, "
        f"ratio {kib[1] / kib[0]:.2f}"
    )
    return ratio <= COLD_IMPORT_RATIO


def report_warm(address: str) -> bool:
    """Print what a warm poll takes, with nothing to write and with a change."""
    steady = f"{address}/steady"
    session, client = requests.Session(), boto3.client("timestream-write")
    session.trust_env = False  # neither proxies nor ~/.netrc are looked for: the bare call
    poll, turn = _poller(steady), _article(steady, client)
    call, article, ours = (
        statistics.median(turns) * 1000
        for turns in _in_turns(
            WARM_TURNS,
            lambda: _timed(lambda: session.get(steady, timeout=5).json()),
            lambda: _timed(turn),
            lambda: _timed(poll),
        )
    )
    added = ours - call
    print(
        f"warm poll, nothing to write: the HTTP call {call:.2f} ms, the article's loop "
        f"{article:.2f} ms, the poller {ours:.2f} ms: it adds {added:.2f} ms"
        f"{_verdict(added, POLL_MILLISECONDS, ' ms')}, and takes {ours / article:.2f} of "
        "the article's"
    )
    # The poller asks again before it believes a change: /changing/2 changes every second time.
    poll, turn = _poller(f"{address}/changing/2"), _article(f"{address}/changing/1", client)
    article, ours = (
        statistics.median(turns) * 1000
        for turns in _in_turns(WARM_TURNS, lambda: _timed(turn), lambda: _timed(poll))
    )
    print(
        f"warm poll, a change: the article's loop {article:.2f} ms, the poller, which asks twice, "
        f"{ours:.2f} ms, ratio {ours / article:.2f}"
    )
    return added <= POLL_MILLISECONDS


def report_feed(url: str) -> bool:
    """Print what NDW's picture takes."""
    tree, ours = _in_turns(
        FEED_TURNS,
        lambda: _measure(_ELEMENT_TREE.format(url=url, bridge=BRIDGE), " - before"),
        lambda: _measure(_SOURCE.format(url=url, bridge=BRIDGE), " - before"),
    )
    seconds = [statistics.median(second for second, _ in turns) for turns in (tree, ours)]
    megabytes = [statistics.median(kib for _, kib in turns) / 1024 for turns in (tree, ours)]
    print(
        f"a feed of 5 MB: ElementTree {seconds[0] * 1000:.0f} ms and {megabytes[0]:.1f} MiB, the "
        f"poller {seconds[1] * 1000:.0f} ms and {megabytes[1]:.1f} MiB"
        f"{_verdict(megabytes[1], FEED_MEGABYTES, ' MiB')}, ratios "
        f"{seconds[1] / seconds[0]:.2f} and {megabytes[1] / megabytes[0]:.2f}"
    )
    return megabytes[1] < FEED_MEGABYTES


def _verdict(figure: float, target: float, unit: str) -> str:
    return f" (target {target:g}{unit}: {'met' if figure <= target else 'MISSED'})"


def _in_turns(turns: int, *what: Callable[[], T]) -> list[list[T]]:
    """Do each as often, one after another, so that all meet the same other work."""
    for one in what:
        one()
    rounds = [[one() for one in what] for _ in range(turns)]
    return [list(figures) for figures in zip(*rounds, strict=True)]


def _timed(what: Callable[[], object]) -> float:
    begun = time.perf_counter()
    what()
    return time.perf_counter() - begun


def _measure(code: str, less: str = "") -> tuple[float, float]:
    done = subprocess.run(  # noqa: S603 - this very Python
        [sys.executable, "-c", _MEASURED.format(code=code, less=less)],
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, kib = done.stdout.split()
    return float(seconds), float(kib)


def _configure(url: str) -> None:
    """Let the poller's configuration be one bridge at a source with this URL."""
    source = {
        "type": "json",
        "url": url,
        "pointer": "/status",
        "statuses": {"Open": "Closed", "Closed": "Open"},
        "timeout_seconds": 5,
        "attempts": 1,
        "backoff_seconds": 0,
        "max_bytes": 1_000_000,
        "concurrency": 1,
    }
    configuration = {
        "heartbeat_seconds": 3600,
        "interval_seconds": 60,
        "bridges": [{"name": "Hisingsbron", "source": "a", "dimensions": {"city": "Gothenburg"}}],
        "sources": {"a": source},
    }
    file = Path(os.environ["LAMBDA_TASK_ROOT"], "configuration.json")
    file.write_text(json.dumps(configuration), encoding="utf-8")


def _poller(url: str) -> Callable[[], object]:
    """Give a warm poller of a source."""
    _configure(url)
    sys.modules.pop("lambdas.poller.handler", None)
    log = io.StringIO()
    with redirect_stdout(log):  # as the log is, it is not the screen
        handler = importlib.import_module("lambdas.poller.handler").handler
    its_context = context("poller", 90)

    def poll() -> None:
        with redirect_stdout(log):
            returned = handler({}, its_context)
        if returned["observations"] != 1:
            raise RuntimeError(f"The poll observed nothing: {returned}.")

    return poll


def _article(url: str, client: Any) -> Callable[[], object]:  # noqa: ANN401 - a boto3 client
    """Give one turn of the article's loop: ask, and write what changed as one record."""
    last = [""]

    def turn() -> None:
        status = requests.get(url).json()["status"]  # noqa: S113 - as the article does
        if status == last[0]:
            return
        last[0] = status
        record = {
            "Dimensions": [{"Name": "bridge", "Value": "hisingsbron"}],
            "MeasureName": "HisingsbridgeStatus",
            "MeasureValue": status,
            "MeasureValueType": "VARCHAR",
            "Time": str(int(time.time()) * 1000),
        }
        client.write_records(**TABLE, Records=[record], CommonAttributes={})

    return turn


def environment(address: str, directory: str) -> dict[str, str]:
    """Give the variables of a poller whose AWS is a `Server`.

    :param directory: of its configuration.json.
    """
    return {
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": address,
        "BRIDGEWATCH_DATABASE": TABLE["DatabaseName"],
        "BRIDGEWATCH_TABLE": TABLE["TableName"],
        "BRIDGEWATCH_QUEUE_URL": f"{address}/queue",
        "BRIDGEWATCH_DEAD_LETTER_QUEUE_URL": f"{address}/dead-letters",
        "LAMBDA_TASK_ROOT": directory,
        "POWERTOOLS_METRICS_NAMESPACE": "bridgewatch",
        "POWERTOOLS_SERVICE_NAME": "poller",
    }


def _serve(ready: Connection) -> None:
    async def serve() -> None:
        answers: dict[bytes, bytes] = {}
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Server(answers), "127.0.0.1", 0)
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        endpoint = {"Address": address, "CachePeriodInMinutes": 1440}
        answers |= {
            b"DescribeEndpoints": json.dumps({"Endpoints": [endpoint]}).encode(),
            b"WriteRecords": b"{}",
            b"/steady": b'{"status": "Open"}',
            b"/feed": gzip.compress(_picture()),
        }
        ready.send(address)
        await server.serve_forever()

    asyncio.run(serve())


class Server(asyncio.Protocol):
    """Speaks as much HTTP as this needs; /changing/N changes every N requests, after the first."""

    asked: ClassVar = Counter[bytes]()

    def __init__(self, answers: dict[bytes, bytes]) -> None:
        self._answers = answers
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the connection."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer a request when all of it is there."""
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not end or len(body) < (int(length[1]) if length else 0):
            return
        self._received = b""
        target = _TARGET.search(head)
        what = target[1] if target else head.split(maxsplit=2)[1]
        self.reply(what, self.answer(what))

    def reply(self, what: bytes, answer: bytes) -> None:  # noqa: ARG002 - for subclasses
        """Send the answer to what was asked for, some time."""
        self.send(answer)

    def send(self, answer: bytes) -> None:
        """Send an answer's body."""
        self._transport.write(  # type: ignore[attr-defined] # a Transport
            b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(answer), answer)
        )

    def answer(self, what: bytes) -> bytes:
        """Give the answer's body."""
        if not what.startswith(b"/changing"):
            return self._answers[what]
        every = int(what.rpartition(b"/")[2])
        self.asked[what] += 1
        word = b"Open" if (self.asked[what] + every - 2) // every % 2 else b"Closed"
        return b'{"status": "%s"}' % word


def _picture() -> bytes:
    """Write NDW's picture of now with so many other situations that it has 5 MB."""
    now = datetime.now(UTC)
    feed = Feed({BRIDGE: (Opening(BRIDGE, now, now.replace(year=now.year + 1)),)})
    xml = gzip.decompress(feed.picture(now))
    before, first, rest = xml.partition(b"<sit:situation ")
    situations, last, after = rest.rpartition(b"</sit:situation>")
    found = first + situations + last
    return before + found * (FEED_BYTES // len(found)) + after


if __name__ == "__main__":
    sys.exit(main())
