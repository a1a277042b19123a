"""The main job, end to end, on the embedded cloud: deploy, poll, store, read, compare.

The genuine CDK command line deploys the genuine templates, the deployed zip polls simulated bridges
for simulated days, and Timestream's SQL tells what is in the table, in either store.
"""

from __future__ import annotations

import csv
import json
import os
import sys
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import TYPE_CHECKING, Any

from local.bridges import road_signals
from local.bridges.openings import (
    HISINGSBRON,
    Change,
    Openings,
    changes,
    generate,
    merge,
    read_csv,
    recorded_window,
)
from local.bridges.server import NDW_PATH, ROAD_SIGNALS_PATH, BridgeServer
from local.cloud import Cloud
from local.demo import told
from local.demo.comparison import Comparison, compare
from local.demo.deployment import ROOT, Deployment
from local.demo.page import keep as keep_page
from local.demo.stores import STORES
from local.meter import Meter
from local.meter.meter import in_words, prices
from local.receivers.server import Receivers
from local.simulated_time.clock import SimulatedClock

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from local.receivers.server import Received

OUTPUT = ROOT / "build" / "demo"
"""Where the settings, the templates and `summary.json` of the last run are."""

DEPLOYMENT = "demo"
POLLER_SCHEDULE = f"{DEPLOYMENT}-poller"
KEY_PARAMETER = "/demo/roadsignals-key"
KEY = "a-key-for-the-demo"

SEED = 2021
MONDAY = datetime(2026, 6, 1, tzinfo=UTC)
DAYS = 7

SHOWN = 10
"""How many lines of a kind are printed: ninety bridges would fill two screens."""
DRAWN = 3
"""How many bridges are drawn: those that opened most."""


_DAYS = f"""
    WITH observed AS (
        SELECT time, measure_value::varchar AS status,
            lag(measure_value::varchar) OVER (PARTITION BY measure_name ORDER BY time) AS before
        FROM "{DEPLOYMENT}"."observations" WHERE time >= '%s'
    )
    SELECT bin(time, 1d) AS day, count(*) AS openings FROM observed
    WHERE status = 'Open' AND before = 'Closed' GROUP BY bin(time, 1d) ORDER BY day
    """  # noqa: S608 - constants
"""The openings of each day since a time, by the SQL that both stores answer."""


@dataclass(frozen=True)
class Scenario:
    """What happens at which bridges, and when it is watched.

    :param source: the source as the settings have it; its `url` is added when it is served.
    :param path: where the simulated bridges serve it.
    :param notify: who is told what, as the settings have it.
    """

    openings: Openings
    start: datetime
    end: datetime
    source: dict[str, Any]
    path: str
    notify: dict[str, Any] = field(default_factory=dict)

    def settings(self, url: str, store: str) -> dict[str, Any]:
        """Write the settings of a deployment that watches these bridges at `url`.

        :param store: where the history is kept, as `storage.type` has it.
        """
        return {
            "deployment": DEPLOYMENT,
            "bridges": [
                {
                    "name": bridge,
                    "source": "simulated",
                    "code": bridge,
                    "timezone": "Europe/Stockholm" if bridge == HISINGSBRON else "Europe/Amsterdam",
                }
                for bridge in self.openings
            ],
            "sources": {"simulated": {**self.source, "url": url + self.path}},
            "storage": {"type": store},
            **({"notify": self.notify} if self.notify else {}),
        }


@dataclass(frozen=True)
class Summary:
    """What `build/demo/summary.json` holds.

    :param changes_true: how often the bridges changed, seen or not.
    :param metered: what watching used of all that AWS bills, by dimension.
    :param openings_by_day: how many bridges opened on each day, as SQL tells it.
    :param usd: what that would have cost, with the free allowances and without.
    :param told: what people were told, if the settings have rules.
    :param seconds: real time, from nothing to here.
    """

    polls: int
    records_written: int
    changes_true: int
    changes_stored: int
    lost: int
    invented: int
    openings: int
    openings_by_day: dict[str, int]
    write_requests: int
    metered: dict[str, float]
    usd: dict[str, float]
    told: told.Telling | None
    seconds: float


def hisingsbron(days: int = DAYS) -> Scenario:
    """Make up some days of Hisingsbron, told as Gothenburg tells it."""
    start, end = MONDAY, MONDAY + timedelta(days=days)
    source = road_signals.source(KEY_PARAMETER)
    openings = generate(SEED, start, end)
    return Scenario(openings, start, end, source, ROAD_SIGNALS_PATH, told.RULES)


def replay(file: Path) -> Scenario:
    """Replay the openings of a CSV file (see `read_csv`), told as the Netherlands tell them.

    :raises ValueError: if the file cannot be read, or records no busy day.
    """
    recorded = read_csv(file)
    start, end = recorded_window(recorded)
    return Scenario(merge(recorded), start, end, {"type": "ndw"}, NDW_PATH)


class Demo:
    """One run of a scenario.

    :param output: the directory for what the run writes.
    :param store: where the history is kept, as `storage.type` has it.
    :param with_page: whether the public page is kept at the end: `page/index.html`.
    """

    def __init__(
        self,
        scenario: Scenario,
        output: Path,
        store: str = "timestream",
        *,
        with_page: bool = False,
    ) -> None:
        self._scenario = scenario
        self._with_page = with_page
        self._store = store
        self._output = output
        self._began = time.monotonic()
        self._settings = output / "settings.json"
        self._polls: list[datetime] = []

    def run(self) -> Summary:
        """Run it, telling on the standard output what happens.

        :raises subprocess.CalledProcessError: if the CDK or the command line fails.
        """
        self._output.mkdir(parents=True, exist_ok=True)
        scenario = self._scenario
        with ExitStack() as stack:
            clock = SimulatedClock(scenario.start)
            self._say("starting the embedded cloud and the simulated bridges")
            meter = Meter(clock)
            receivers = stack.enter_context(Receivers(clock, told.NAMES, self._output))
            internet = receivers.internet
            cloud = stack.enter_context(Cloud(clock, meter=meter, internet=internet))
            bridges = stack.enter_context(BridgeServer(clock, scenario.openings, KEY))
            settings = json.dumps(scenario.settings(bridges.url, self._store), indent=2)
            self._settings.write_text(settings, encoding="utf-8")
            deployment = Deployment(cloud, self._settings, self._output, self._say)
            cloud.client("ssm").put_parameter(Name=KEY_PARAMETER, Value=KEY, Type="SecureString")
            told.keep_secrets(cloud)
            deployment.deploy()
            deployment.cdk("diff", "--fail", "--method=template")
            self._say("deployed; nothing differs from the templates")
            meter.start()
            self._let_pass(cloud, clock)
            # Before the history is read back: those queries are the demo's own.
            bill = cloud.requests[STORES[self._store].write], _counts(meter), prices(meter)
            self._say("python -m bridgewatch status")
            _print_first(deployment.bridgewatch(clock.path, "status"))
            if scenario.notify:
                for words in (("list",), ("test", told.HOOK_TARGET)):
                    self._say(f"python -m bridgewatch notify {' '.join(words)}")
                    sys.stdout.write(deployment.bridgewatch(clock.path, "notify", *words))
            by_day = deployment.bridgewatch(
                clock.path, "query", _DAYS % f"{scenario.start:%Y-%m-%d %H:%M:%S}", "--csv"
            )
            days = {
                row["day"][:10]: int(row["openings"]) for row in csv.DictReader(StringIO(by_day))
            }
            stored = list(
                STORES[self._store].records(cloud, DEPLOYMENT, scenario.openings, scenario.start)
            )
            compared = compare(scenario.openings, self._polls, stored)
            _print_days(days)
            for bridge in _busiest(compared.stored):
                drawing = ("history", bridge, "--since", f"{self._days}d", "--chart")
                self._say(f"python -m bridgewatch {' '.join(drawing)}")
                sys.stdout.write(deployment.bridgewatch(clock.path, *drawing))
            page = self._keep_page(cloud, clock, deployment) if self._with_page else None
            summary = self._conclude(stored, compared, days, bill, receivers.received)
            if page:
                sys.stdout.write(f"The public page of that week: {page.as_uri()}\n")
            return summary

    @property
    def _days(self) -> int:
        return (self._scenario.end - self._scenario.start).days

    def _keep_page(self, cloud: Cloud, clock: SimulatedClock, deployment: Deployment) -> Path:
        """Add the public page, fill it from the history, and keep it as files."""
        watched = self._settings.read_text(encoding="utf-8")
        with_page = json.dumps({**json.loads(watched), "page": True}, indent=2)
        self._settings.write_text(with_page, encoding="utf-8")
        deployment.cdk("deploy", "--all", "--method=direct", "--require-approval=never")
        if self._store == "timestream":
            self._say("python -m bridgewatch publish")
            deployment.bridgewatch(clock.path, "publish")
        # Polls, which leave their beat.
        cloud.schedules.run(clock, self._scenario.end + timedelta(minutes=2))
        # What the week was watched with, and is priced by.
        self._settings.write_text(watched, encoding="utf-8")
        return keep_page(cloud.distributions.addresses[0], self._output.absolute() / "page")

    def _let_pass(self, cloud: Cloud, clock: SimulatedClock) -> None:
        """Let the days pass, and say at the end of each what has been done."""
        bridges = list(self._scenario.openings)
        whom = bridges[0] if len(bridges) == 1 else f"{len(bridges)} bridges"
        self._say(f"watching {whom} for {self._days} days, a poll a minute")
        for day in range(1, self._days + 1):
            cloud.schedules.run(clock, self._scenario.start + timedelta(days=day), self._count_poll)
            self._say(f"  day {day}: {len(self._polls):,} polls")

    def _count_poll(self, schedule: str, time: datetime) -> None:
        if schedule == POLLER_SCHEDULE:
            self._polls.append(time)

    def _conclude(
        self,
        stored: list[Change],
        compared: Comparison,
        openings_by_day: dict[str, int],
        bill: tuple[int, dict[str, float], dict[str, float]],
        received: list[Received],
    ) -> Summary:
        scenario = self._scenario
        write_requests, metered, usd = bill
        telling, verdict = told.compared(received, compared.seeable, scenario.end)
        true_changes = changes(scenario.openings, scenario.start, scenario.end)
        summary = Summary(
            polls=len(self._polls),
            records_written=len(stored),
            changes_true=len(true_changes),
            changes_stored=len(compared.stored),
            lost=len(compared.lost),
            invented=len(compared.invented),
            openings=sum(change.status == "Open" for change in compared.stored),
            openings_by_day=openings_by_day,
            write_requests=write_requests,
            metered=metered,
            usd=usd,
            told=telling if scenario.notify else None,
            seconds=round(time.monotonic() - self._began, 1),
        )
        _print_comparison(summary, compared)
        if scenario.notify:
            told.show(received, telling, verdict)
        file = self._output / "summary.json"
        file.write_text(json.dumps(asdict(summary), indent=2) + "\n", encoding="utf-8")
        sys.stdout.write(f"{in_words(usd)}\n")
        sys.stdout.write(f"All of it is in {os.path.relpath(file)}.\n")
        return summary

    def _say(self, what: str) -> None:
        sys.stdout.write(f"{time.monotonic() - self._began:6.1f} s  {what}\n")
        sys.stdout.flush()


def _counts(meter: Meter) -> dict[str, float]:
    """Tell what the meter counted: see `Summary`."""
    counts = meter.usage().counts
    return {dimension.name.lower(): float(count) for dimension, count in counts.items()}


def _print_first(table: str) -> None:
    """Print the beginning of what a command printed."""
    head = 4
    lines = table.splitlines()
    shown, more = lines[: head + SHOWN], lines[head + SHOWN : -1]
    sys.stdout.write("\n".join(shown) + (f"\n  and {len(more)} more\n" if more else "\n"))


def _print_days(openings_by_day: dict[str, int]) -> None:
    sys.stdout.write("\nOpenings a day, by Timestream SQL:\n")
    for day, count in openings_by_day.items():
        sys.stdout.write(f"  {datetime.fromisoformat(day):%a %d %b}  {count:>4}\n")
    sys.stdout.write("\n")


def _busiest(stored: Iterable[Change]) -> list[str]:
    """Name the bridges that opened most, those that did as often by their names."""
    openings = Counter(one.bridge for one in sorted(stored) if one.status == "Open")
    return [bridge for bridge, _ in openings.most_common(DRAWN)]


def _print_comparison(summary: Summary, compared: Comparison) -> None:
    unseen = summary.changes_true - len(compared.seeable)
    sys.stdout.write(
        f"\n{summary.changes_true} changes at the bridges, {unseen} of them between two polls.\n"
        f"{summary.changes_stored} changes in the table ({summary.records_written} records in "
        f"{summary.write_requests} requests): {summary.lost} lost, {summary.invented} invented.\n"
    )
    for name, found in (("lost", compared.lost), ("invented", compared.invented)):
        for change in sorted(found)[:SHOWN]:
            sys.stdout.write(f"  {name}: {change.bridge} {change.status} at {change.time}\n")


def run(openings: Path | None, store: str) -> bool:
    """Run the demo.

    :param openings: a CSV file of real openings to replay, or None for a week of Hisingsbron.
    :param store: where the history is kept, as `storage.type` has it.
    :returns: whether nothing was lost and nothing invented, and all of it was told.
    """
    scenario = replay(openings) if openings else hisingsbron()
    summary = Demo(scenario, OUTPUT, store, with_page=True).run()
    all_told = summary.told is None or (
        summary.told.told == summary.told.events and not summary.told.invented
    )
    return summary.lost == summary.invented == 0 and all_told
