"""A site over bridges in memory, whose openings and silences a test decides."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import unquote

from lambdas.beat import Beat, Sighting
from lambdas.observation import Observation, Status
from lambdas.page.configuration import PageBridge, PageConfiguration
from lambdas.page.http import Request, Response
from lambdas.page.pages import Pages
from lambdas.page.recent import Recent
from lambdas.page.routes import Routes
from lambdas.page.site import Site
from lambdas.store import StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lambdas.plans import Planned

NOW = datetime(2026, 6, 8, 12, 0, 20, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass
class MemoryTable:
    """:param fails: whether it fails altogether; :param reads: the bridges that were read."""

    last: Beat | None = None
    kept: dict[str, list[Observation]] = field(default_factory=dict)
    plans: dict[str, tuple[Planned, ...]] = field(default_factory=dict)
    fails: bool = False
    reads: list[str] = field(default_factory=list)

    def beat(self) -> Beat | None:
        self._may_fail()
        return self.last

    def observations(self, bridge: str, since: datetime, until: datetime) -> list[Observation]:
        self._may_fail()
        self.reads.append(bridge)
        return [one for one in self.kept.get(bridge, []) if since <= one.time < until]

    def planned(self) -> Mapping[str, Sequence[Planned]]:
        self._may_fail()
        return self.plans

    def _may_fail(self) -> None:
        if self.fails:
            raise StoreError("The table is out of order.", "OutOfOrder")


def history(
    bridge: str, openings: Sequence[tuple[datetime, datetime]], since: datetime, until: datetime
) -> list[Observation]:
    """Give what a poller records: a heartbeat an hour, and the changes."""
    beats = since
    moments = {}
    while beats < until:
        moments[beats] = any(start <= beats < end for start, end in openings)
        beats += HOUR
    for start, end in openings:
        moments[start], moments[end] = True, False
    return [
        Observation(bridge, Status.OPEN if is_open else Status.CLOSED, moment)
        for moment, is_open in sorted(moments.items())
        if since <= moment < until
    ]


def daily(
    until: datetime, days: int = 30, length: timedelta = 9 * MINUTE
) -> list[tuple[datetime, datetime]]:
    """Make up openings, three a day, the last ones on the day of `until`."""
    midnight = until.replace(hour=0, minute=0, second=0, microsecond=0)
    return [
        (start, start + length + (day % 5) * MINUTE)
        for day in range(days)
        for hour in (3, 9, 18)
        if (start := midnight - day * DAY + hour * HOUR + (day % 4) * MINUTE) + HOUR < until
    ]


class World:
    """A page of bridges, and the time; tests move both."""

    def __init__(self, *bridges: PageBridge) -> None:
        self.now = NOW
        self.table = MemoryTable()
        self.troubles: list[Exception] = []
        configuration = PageConfiguration(
            title="Broar i Göteborg",
            heartbeat=HOUR,
            interval=MINUTE,
            bridges=bridges or (HISINGSBRON,),
        )
        self.configuration = configuration
        site = Site(configuration, Recent(self.table, lambda: self.now), lambda: self.now)
        self.routes = Routes(site, Pages(configuration), self.troubles.append)

    def poll(self, **statuses: Status) -> None:
        """Let the poller see bridges, by slug with _ for -; what it misses stays as it was."""
        seen = [
            Observation(bridge.name, statuses[bridge.slug.replace("-", "_")], self.now)
            for bridge in self.configuration.bridges
            if bridge.slug.replace("-", "_") in statuses
        ]
        before = self.table.last or Beat(self.now, {})
        self.table.last = before.after(seen, self.now, self.configuration.tolerance)
        for one in seen:
            known = self.table.kept.setdefault(one.bridge, [])
            if not known or known[-1].status is not one.status:
                known.append(one)

    def get(self, path: str, method: str = "GET", **headers: str) -> Response:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.routes.answer(Request(method, unquote(path), "https://bridges.example", names))

    def text(self, path: str, **headers: str) -> str:
        return self.get(path, **headers).body.decode()


HISINGSBRON = PageBridge("Hisingsbron", "hisingsbron", "Europe/Stockholm", "Göteborg")


def hisingsbron(status: Status = Status.CLOSED, since: timedelta = 2 * HOUR) -> World:
    """Give a world of one bridge with 30 days of openings and a poll 20 seconds ago."""
    world = World()
    polled = NOW - timedelta(seconds=20)
    name = HISINGSBRON.name
    past = history(name, daily(NOW - since), NOW - 31 * DAY, polled - since)
    world.table.kept[name] = [*past, Observation(name, status, polled - since)]
    world.table.last = Beat(polled, {name: Sighting(status, polled - since, polled)})
    return world
