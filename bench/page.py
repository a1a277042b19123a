"""How fast the page answers: python -m bench.page.

In process, without the network and without DynamoDB's own time: what the function itself does. Its
items are decoded as they come from DynamoDB. A cold answer is the first of a new Python, with
everything that has to be loaded for it; a warm one comes after another poll, so that nothing of the
one before can be served again.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

BRIDGES = (1, 12, 180)
DAYS = 31
ANSWERS = 200
COLD_RUNS = 5

NOW = datetime(2026, 6, 8, 12, 0, 20, tzinfo=UTC)
PATHS = {"front page": "/", "a bridge": "/bridges/bro-0", "bridges.json": "/api/bridges.json"}

_COLD = "from bench.page import cold; cold({count}, {path!r})"


def main() -> None:
    """Print a table."""
    print("                            cold            warm")
    print("bridges  what             ms of CPU   ms of CPU   answers a second")
    for count in BRIDGES:
        for name, path in PATHS.items():
            first = sorted(_run_cold(count, path) for _ in range(COLD_RUNS))[COLD_RUNS // 2]
            each, rate = _warm(count, path)
            print(f"{count:>7}  {name:<15} {first:>10.0f}  {each:>10.2f}  {rate:>17.0f}")


def _run_cold(count: int, path: str) -> float:
    """Tell the milliseconds of processor time from the start of a Python to its first answer.

    Without making up the data, and without what Python itself takes to start.
    """
    ran = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", _COLD.format(count=count, path=path)],
        capture_output=True,
        text=True,
        check=True,
    )
    return float(json.loads(ran.stdout))


def cold(count: int, path: str) -> None:
    """Answer once, in a new process, and print the milliseconds that it took."""
    data = json.loads(json.dumps(list(_items(count))))
    before = time.process_time()
    site = _Site(count, data)
    site.get(path)
    print((time.process_time() - before) * 1000)


def _warm(count: int, path: str) -> tuple[float, float]:
    """Tell the milliseconds of processor time of an answer, and how many there are in a second."""
    site = _Site(count, list(_items(count)))
    site.get(path)
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(ANSWERS):
        site.poll()
        site.get(path)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return cpu / ANSWERS * 1000, ANSWERS / wall


def _items(count: int) -> Iterator[dict[str, dict[str, str]]]:
    """Make up what DynamoDB has of some bridges: heartbeats, and 4.7 openings a day."""
    start = NOW - timedelta(days=DAYS)
    for number in range(count):
        moments = {start + timedelta(hours=hour): "Closed" for hour in range(DAYS * 24)}
        for opening in range(int(DAYS * 4.7)):
            begins = start + timedelta(hours=5.1 * opening, minutes=number % 60)
            moments[begins] = "Open"
            moments[begins + timedelta(minutes=6 + opening % 7)] = "Closed"
        for moment, status in sorted(moments.items()):
            if moment < NOW:
                yield {
                    "bridge": {"S": f"Bro {number}"},
                    "time": {"N": str(int(moment.timestamp() * 1000))},
                    "status": {"S": status},
                    "version": {"N": "1"},
                    "about": {"N": "-3670257249857083"},
                    "expires": {"N": "1783036801"},
                }


class _Site:
    """The page over items in memory; what it needs is loaded when it is made."""

    def __init__(self, count: int, items: list[dict[str, dict[str, str]]]) -> None:
        from bench.page_table import ItemTable  # noqa: PLC0415 - a cold start counts it
        from lambdas.page.configuration import PageBridge, PageConfiguration  # noqa: PLC0415
        from lambdas.page.http import Request  # noqa: PLC0415
        from lambdas.page.pages import Pages  # noqa: PLC0415
        from lambdas.page.recent import Recent  # noqa: PLC0415
        from lambdas.page.routes import Routes  # noqa: PLC0415
        from lambdas.page.site import Site  # noqa: PLC0415

        self.now = NOW
        self._request = Request("GET", "/", "https://bridges.example")
        self.table = ItemTable(items, count, NOW)
        configuration = PageConfiguration(
            title="Bridges",
            heartbeat=timedelta(hours=1),
            interval=timedelta(minutes=1),
            bridges=tuple(
                PageBridge(f"Bro {number}", f"bro-{number}", "Europe/Stockholm", "Göteborg")
                for number in range(count)
            ),
        )
        site = Site(configuration, Recent(self.table, lambda: self.now), lambda: self.now)
        self._routes = Routes(site, Pages(configuration), _fail)

    def poll(self) -> None:
        """Let the next second come, with a poll in it."""
        self.now += timedelta(seconds=1)
        self.table.poll(self.now)

    def get(self, path: str) -> None:
        """Ask for something; anything but an answer ends the measurement."""
        answer = self._routes.answer(replace(self._request, path=path))
        if answer.status.value != 200:  # noqa: PLR2004 - OK
            raise SystemExit(f"{path} gave {answer.status}.")


def _fail(error: Exception) -> None:
    raise error


if __name__ == "__main__":
    main()
