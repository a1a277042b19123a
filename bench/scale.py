"""How many bridges one deployment holds: polls of 1, 10, 100 and 1,000 of them.

    python -m bench.scale

Each bridge is asked by a GET of its own, which the server answers after 200 ms; and once, 1,000
bridges are in one NDW feed. Each line is a process of its own, as a cold start is: its first poll,
which writes a record for each bridge, and its second one, which writes none.

Beside what it took here stands the least that it takes on 256 MB, where a function has a seventh of
a processor (https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html): its processor
time, seven times. The month's cost is predicted from settings like these, in us-east-1, with AWS's
free allowances; the heartbeats are counted by letting an hour of polls pass in the policy.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.poller import Server, environment
from bench.serving import serving
from bridgewatch.cost.bill import QueryPricing, bill, dollars
from bridgewatch.cost.prediction import predict
from bridgewatch.cost.prices import REGION, load_prices
from bridgewatch.deployment import FUNCTION_MB, deployment
from bridgewatch.settings import parse_settings
from lambdas.observation import Observation, Status
from lambdas.poller.policy import turns, why_write
from local.bridges.ndw import Feed
from local.bridges.openings import Opening

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

COUNTS = (1, 10, 100, 1000)
MANY = COUNTS[-1]
ANSWER_SECONDS = 0.2
CONCURRENCY = {1: 1, 10: 4, 100: 4, 1000: 16}
"""The settings' default, as far as that is enough."""

PROCESSOR_MB = 1769
"""With so much memory a function has one processor."""

POLL_SECONDS = 20.0
HEARTBEATS_A_MINUTE = 100
"""The targets: of a poll of a thousand bridges, and of the busiest minute of an hour."""

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

_POLLS = """
import importlib, io, json, resource, sys, time
from contextlib import redirect_stdout
from local.services.lambda_runtime.context import context
began = time.process_time()
with redirect_stdout(io.StringIO()):  # as the log is, it is not the screen
    handler = importlib.import_module("lambdas.poller.handler").handler
    polls = []
    for _ in range(2):
        wall, processor = time.perf_counter(), time.process_time()
        returned = handler({}, context("poller", 90))
        polls.append(
            {
                "seconds": time.perf_counter() - wall,
                "processor": time.process_time() - processor,
                **returned,
            }
        )
with open("/proc/self/status") as status:
    memory = int(status.read().partition("VmHWM:")[2].split()[0])
print(json.dumps({"polls": polls, "memory_mib": memory / 1024}))
"""


def main() -> int:
    """Measure, print the figures, and tell by the exit code of the targets."""
    met = True
    with serving(_serve) as address, tempfile.TemporaryDirectory() as directory:
        os.environ |= environment(address, directory)
        for count in COUNTS:
            settings = _settings(count, f"{address}/bridge/{{code}}")
            found = _poll(settings)
            met &= _report(f"{count:,} GETs, {CONCURRENCY[count]} at a time", settings, found)
        settings = _settings(MANY, f"{address}/feed", ndw=True)
        met &= _report(f"one feed of {MANY:,} bridges", settings, _poll(settings))
    return 0 if met and _report_heartbeats() else 1


def _report(what: str, settings: dict[str, Any], found: dict[str, Any]) -> bool:
    first, second = found["polls"]
    bridges = len(settings["bridges"])
    if (first["observations"], first["written"], second["written"]) != (bridges, bridges, 0):
        raise RuntimeError(f"The polls did something else: {found}.")
    slowed = max(first["seconds"], first["processor"] * PROCESSOR_MB / FUNCTION_MB)
    predicted = deployment(parse_settings(settings))
    cost = bill(
        predict(predicted),
        load_prices(),
        region=REGION,
        query_pricing=QueryPricing.BYTES_SCANNED,
        allowances=True,
    ).usd
    records = Fraction(365, 12) * bridges * (24 + 2 * predicted.openings_a_day + 1)
    print(
        f"{what}: first poll {first['seconds']:.2f} s ({first['processor']:.2f} s of processor: at "
        f"least {slowed:.1f} s on {FUNCTION_MB} MB), second {second['seconds']:.2f} s "
        f"({second['processor']:.2f} s), {found['memory_mib']:.0f} MiB; {first['written']} records "
        f"at first, some {round(records):,} a month, {dollars(cost)} USD a month"
    )
    in_time, fits = bool(slowed <= POLL_SECONDS), bool(found["memory_mib"] < FUNCTION_MB)
    if bridges == MANY:
        print(
            f"  target {POLL_SECONDS:g} s: {'met' if in_time else 'MISSED'}; {FUNCTION_MB} MB: "
            f"{'met' if fits else 'MISSED'}"
        )
    return in_time and fits


def _report_heartbeats() -> bool:
    """Let two hours of polls pass after one that saw all bridges for the first time."""
    names = [f"bridge {number}" for number in range(MANY)]
    due = turns(names, HOUR)
    start = datetime(2026, 11, 23, 12, 7, tzinfo=UTC)
    written = {name: Observation(name, Status.CLOSED, start) for name in names}
    burst = Counter[int]()
    for minute in range(1, 121):
        for name, last in written.items():
            seen = Observation(name, Status.CLOSED, start + minute * MINUTE)
            if why_write(last, seen, HOUR, MINUTE, due.get(name)):
                written[name] = seen
                burst[minute] += 1
    most = max(burst.values())
    met = most <= HEARTBEATS_A_MINUTE
    print(
        f"heartbeats of {MANY:,} bridges that were first seen in one minute: at most {most} in any "
        f"later one (target {HEARTBEATS_A_MINUTE}: {'met' if met else 'MISSED'})"
    )
    return met


def _poll(settings: dict[str, Any]) -> dict[str, Any]:
    """Let a new process poll twice."""
    parsed = parse_settings(settings)
    configuration = json.dumps(parsed.poller_configuration())
    Path(os.environ["LAMBDA_TASK_ROOT"], "configuration.json").write_text(
        configuration, encoding="utf-8"
    )
    done = subprocess.run(  # noqa: S603 - this very Python
        [sys.executable, "-c", _POLLS], capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _settings(count: int, url: str, *, ndw: bool = False) -> dict[str, Any]:
    source: dict[str, Any] = {"type": "ndw", "url": url}
    if not ndw:
        source = {
            "type": "json",
            "url": url,
            "pointer": "/status",
            "statuses": {"Open": "Closed", "Closed": "Open"},
            "concurrency": CONCURRENCY[count],
        }
    bridges = [
        {"name": f"Bridge {number}", "source": "city", "code": _code(number)}
        for number in range(count)
    ]
    return {"bridges": bridges, "sources": {"city": source}}


def _code(number: int) -> str:
    return f"NLTNZ{number:015}"


class _Server(Server):
    """Answers a bridge's GET after a while, and everything else at once."""

    def reply(self, what: bytes, answer: bytes) -> None:
        if what.startswith(b"/bridge/"):
            asyncio.get_running_loop().call_later(ANSWER_SECONDS, self.send, answer)
        else:
            self.send(answer)

    def answer(self, what: bytes) -> bytes:
        return b'{"status": "Open"}' if what.startswith(b"/bridge/") else super().answer(what)


def _serve(ready: Connection) -> None:
    async def serve() -> None:
        answers: dict[bytes, bytes] = {}
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Server(answers), "127.0.0.1", 0)
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        endpoint = {"Address": address, "CachePeriodInMinutes": 1440}
        answers |= {
            b"DescribeEndpoints": json.dumps({"Endpoints": [endpoint]}).encode(),
            b"WriteRecords": b"{}",
            b"/feed": _picture(),
        }
        ready.send(address)
        await server.serve_forever()

    asyncio.run(serve())


def _picture() -> bytes:
    """Write NDW's picture of now, in which every other bridge is open."""
    now = datetime.now(UTC)
    return Feed(
        {
            _code(number): (Opening(_code(number), now - MINUTE, now + HOUR),)
            for number in range(0, MANY, 2)
        }
    ).picture(now)


if __name__ == "__main__":
    sys.exit(main())
