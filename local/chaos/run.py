"""The simulation: deploy, let days pass with faults at every edge, and judge what is left.

The last hour is calm, so that what was queued can be written.
"""

from __future__ import annotations

import gc
import json
import random
import sys
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from moto.sqs.models import sqs_backends

from embedded_timestream.clock import utc
from local.bridges import road_signals
from local.bridges.openings import HISINGSBRON, Opening, merge
from local.bridges.server import NDW_PATH, ROAD_SIGNALS_PATH
from local.chaos.alarms import AlarmEvidence, AlarmVerdict, Ring, judge_alarms
from local.chaos.effects import Effects
from local.chaos.faults import Faults
from local.chaos.invocations import ONLY_COPY, DisturbedInvocations
from local.chaos.journal import Journal, Seen, in_observation
from local.chaos.judge import Evidence, Gap, Verdict, judge
from local.chaos.requests import DisturbedRequests
from local.chaos.sources import MAX_BYTES, NDW, ROAD_SIGNALS, TIMEOUT_SECONDS, DisturbedBridges
from local.cloud import REGION, Cloud
from local.demo.deployment import ROOT, Deployment
from local.demo.stores import STORES
from local.meter import Meter
from local.meter.meter import in_words, prices
from local.services.alarms.evaluation import State
from local.simulated_time.clock import SimulatedClock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path
    from wsgiref.types import WSGIApplication

    from moto.sqs.models import Queue

    from local.bridges.openings import Openings
    from local.services.alarms.runner import Transition
    from local.services.lambda_runtime.runtime import LambdaRuntime

OUTPUT = ROOT / "build" / "chaos"
"""Where the settings, the templates and `summary.json` of the last run are."""

DEPLOYMENT = "chaos"
POLLER = f"{DEPLOYMENT}-poller"
KEY_PARAMETER = "/chaos/roadsignals-key"
KEY = "a-key-for-the-chaos"

START = datetime(2026, 6, 1, tzinfo=UTC)
CALM = timedelta(hours=1)
HEARTBEAT, POLL = timedelta(hours=1), timedelta(minutes=1)
QUEUED = timedelta(minutes=30)
"""Shorter than the longest outages of a store."""

BRIDGES = (
    *(HISINGSBRON, "NLTNZ001300522000264", "Göta älvbron", "NLAMS002122253000074"),
    *("NLRTM002092254100021", "Marieholmsbron", "NLZAA001030508500133", "Jordfallsbron"),
    *("NLHAA002050515500257", "NLLWR000560513700098"),
)
"""Of both kinds, if there are two at least."""

OPENINGS_A_DAY = 30
SHORTEST, LONGEST = timedelta(seconds=30), timedelta(minutes=25)

_ANSWERS = {
    **dict.fromkeys(
        (
            *("dropped", "slow", "silent", "trickle", "500", "429", "denied", "redirect"),
            *("html", "empty", "malformed", "half", "bomb"),
        ),
        0.001,
    ),
    **dict.fromkeys(("crash", "freeze"), 0.00005),
}
_DUTCH_ANSWERS = dict.fromkeys(
    ("entities", "ahead", "behind", "far_ahead", "far_behind", "old", "stale"), 0.002
)
_REQUESTS = {
    **dict.fromkeys(("throttled", "error", "error_after", "silent", "silent_after"), 0.02),
    **dict.fromkeys(("crash", "crash_after", "freeze", "freeze_after"), 0.003),
}
RATES = {
    ROAD_SIGNALS: {**_ANSWERS, "wrong_word": 0.001, "wrong_type": 0.001},
    NDW: {**_ANSWERS, **_DUTCH_ANSWERS},
    "timestream": {**_REQUESTS, "rejected": 0.02},
    # Each record is a request of its own; and a condition says what is wrong with one at once.
    "dynamodb": {**_REQUESTS, "capped": 0.02},
    "sqs": _REQUESTS,
    "ssm": {"throttled": 0.05, "error": 0.05, "silent": 0.05},
    "schedule": {"delayed": 0.01, "duplicate": 0.01, "missed": 0.002},
    "lambda": {"cold": 0.001, "beside": 0.003},
}
"""Of what passes an edge, the share with each fault."""

SETTINGS: dict[str, dict[str, Any]] = {
    "timestream": {},
    # What a container says at first of ten bridges is more than that.
    "dynamodb": {"max_write_units": 8},
}
"""What else `storage` says, by store."""

_MINUTES = timedelta(minutes=1)
OUTAGES: dict[str, dict[str, tuple[float, timedelta]]] = {
    ROAD_SIGNALS: {"500": (0.3, 90 * _MINUTES), "dropped": (0.5, 20 * _MINUTES)},
    NDW: {"stale": (0.3, 90 * _MINUTES), "malformed": (0.5, 20 * _MINUTES)},
    "timestream": {
        "denied": (0.2, 60 * _MINUTES),
        "throttled": (1, 10 * _MINUTES),
        "error": (0.5, 20 * _MINUTES),
    },
    "dynamodb": {
        "denied": (0.2, 60 * _MINUTES),
        "throttled": (1, 10 * _MINUTES),
        "error": (0.5, 20 * _MINUTES),
        "capped": (0.5, 20 * _MINUTES),
    },
    "sqs": {"error": (1, 15 * _MINUTES)},
    "schedule": {"missed": (0.2, 75 * _MINUTES)},
}
"""At each edge, how many a day of each kind, and how long they last."""

LONG_RUN = timedelta(days=7)
LONG_OUTAGES: dict[str, dict[str, tuple[float, timedelta]]] = {
    store: {"gone": (0, timedelta(hours=80))} for store in ("timestream", "dynamodb")
}
"""Longer than the redriver tries: one in a run that is long enough for it."""


@dataclass(frozen=True)
class Summary:
    """What `build/chaos/summary.json` holds.

    :param days: of simulated time.
    :param faults: how often each came, by edge and name.
    :param verdict: what the judge found; lists are told by their lengths.
    :param seconds: real time, from nothing to here.
    """

    seed: int
    days: float
    bridges: int
    polls: int
    faults: dict[str, int]
    verdict: dict[str, int]
    lost: int
    invented: int
    seconds: float


class Chaos:
    """One run; also the `Disturbance` of its cloud.

    :param seed: of the openings and the faults.
    :param length: simulated time, the calm hour at the end included.
    :param bridges: how many.
    :param intensity: a factor of the rates of faults.
    :param store: where the history is kept, as `storage.type` has it.
    :param output: the directory for what the run writes.
    """

    def __init__(  # noqa: PLR0913 - keyword-only
        self,
        *,
        seed: int,
        length: timedelta,
        bridges: int = len(BRIDGES),
        intensity: float = 1.0,
        store: str = "timestream",
        output: Path = OUTPUT,
    ) -> None:
        self._began = time.monotonic()
        self._seed = seed
        self._store = store
        self._length = length
        self._output = output
        self._settings = output / "settings.json"
        self._clock = SimulatedClock(START)
        self._journal = Journal()
        self._dead_letters: dict[Seen, str] = {}
        self._emptied: list[datetime] = []
        self._queue: Queue | None = None
        self._openings = _openings(seed, BRIDGES[:bridges], START, START + length)
        self._faults = Faults(
            seed=seed,
            clock=self._clock,
            rates={
                edge: {fault: rate * intensity for fault, rate in rates.items()}
                for edge, rates in RATES.items()
            },
            outages={
                edge: {**kinds, **(LONG_OUTAGES.get(edge, {}) if length >= LONG_RUN else {})}
                for edge, kinds in OUTAGES.items()
            },
            start=START,
            end=START + length - CALM,
        )
        self._effects = Effects(self._clock, self._kill)
        self._invocations: DisturbedInvocations
        self._meter = Meter(self._clock)
        self._cloud = Cloud(self._clock, meter=self._meter, disturbance=self)

    def requests(self, application: WSGIApplication) -> WSGIApplication:
        """Stand in front of the services."""
        return DisturbedRequests(
            *(application, self._clock, self._faults, self._journal, self._effects)
        )

    def invocations(self, runtime: LambdaRuntime) -> DisturbedInvocations:
        """Stand between the schedules and the functions."""
        self._invocations = DisturbedInvocations(
            *(runtime, self._clock, self._faults, self._journal),
            queued=self._count_queued,
            beside=POLLER,
        )
        return self._invocations

    def run(self) -> tuple[Summary, Verdict, AlarmVerdict]:
        """Run it, telling on the standard output what happens.

        :raises subprocess.CalledProcessError: if the CDK or the command line fails.
        """
        self._output.mkdir(parents=True, exist_ok=True)
        self._say(f"seed {self._seed}")
        with ExitStack() as stack:
            cloud = stack.enter_context(self._cloud)
            bridges = stack.enter_context(
                DisturbedBridges(
                    self._clock,
                    self._openings,
                    KEY,
                    faults=self._faults,
                    journal=self._journal,
                    effects=self._effects,
                    run_beside=self._invocations.run_beside,
                )
            )
            settings = json.dumps(self._write_settings(bridges.url), indent=2)
            self._settings.write_text(settings, encoding="utf-8")
            cloud.client("ssm").put_parameter(Name=KEY_PARAMETER, Value=KEY, Type="SecureString")
            deployment = Deployment(cloud, self._settings, self._output)
            deployment.deploy()
            self._meter.start()
            # All of this stays to the end: it is not to be looked through again and again.
            gc.collect()
            gc.freeze()
            stack.callback(gc.unfreeze)
            self._say("deployed")
            self._let_pass(cloud)
            # Before the history is read back: those queries are the judge's own.
            usd = prices(self._meter)
            self._import_logged(deployment)
            verdict, alarms = self._judge(cloud, deployment), self._judge_alarms(cloud)
        summary = self._conclude(verdict, alarms)
        sys.stdout.write(f"{in_words(usd)}\n")
        return summary, verdict, alarms

    def _kill(self) -> None:
        self._cloud.runtime.kill()

    def _count_queued(self) -> int:
        """Count the messages of the queue, hidden ones included, without asking SQS for it."""
        if self._queue is None:
            name = _queue_url(self._cloud, "QueueUrl").rpartition("/")[2]
            self._queue = sqs_backends[self._cloud.account][REGION].queues[name]
        return len(self._queue._messages)  # noqa: SLF001 - moto counts one by one

    def _write_settings(self, url: str) -> dict[str, Any]:
        limits = {"timeout_seconds": TIMEOUT_SECONDS}
        return {
            "deployment": DEPLOYMENT,
            "bridges": [
                {
                    "name": name,
                    "source": NDW if name.startswith("NL") else ROAD_SIGNALS,
                    "code": name,
                }
                for name in self._openings
            ],
            "sources": {
                ROAD_SIGNALS: {
                    "url": f"{url}{ROAD_SIGNALS_PATH}/{{code}}",
                    **road_signals.source(KEY_PARAMETER),
                    "max_bytes": MAX_BYTES[ROAD_SIGNALS],
                    # Threads would meet the faults in another order in each run.
                    "concurrency": 1,
                    **limits,
                },
                NDW: {
                    "type": "ndw",
                    "url": url + NDW_PATH,
                    "max_bytes": MAX_BYTES[NDW],
                    **limits,
                },
            },
            "storage": {"type": self._store, **SETTINGS[self._store]},
            "alarms": {"queued_minutes": QUEUED // timedelta(minutes=1)},
            # Either way, by the seed: events that come twice then meet a second container, or wait.
            "reserve_concurrency": self._seed % 2 == 0,
            "heartbeat_minutes": HEARTBEAT // timedelta(minutes=1),
            "poll_seconds": POLL // timedelta(seconds=1),
        }

    def _let_pass(self, cloud: Cloud) -> None:
        end = START + self._length
        while (now := utc(self._clock)) < end:
            # Once more before the end, so that the alarm can resolve.
            last = end - CALM / 2
            cloud.schedules.run(
                self._clock, min(now + timedelta(days=1), last if now < last else end)
            )
            faults = self._faults.counts.total()
            self._dead_letters |= _take_dead_letters(cloud)
            self._emptied.append(utc(self._clock))
            self._say(
                f"  {utc(self._clock):%d %b %H:%M}: {len(self._journal.runs):,} invocations, "
                f"{faults:,} faults"
            )

    def _import_logged(self, deployment: Deployment) -> None:
        """Do what the operator does with records that are only in the log."""
        logged = sorted({seen for run in self._journal.runs for seen in run.logged})
        if not logged:
            return
        self._say(f"python -m bridgewatch backfill: {len(logged)} records from the log")
        file = self._output / "only-in-the-log.jsonl"
        lines = (
            {
                "bridge": one.bridge,
                "status": one.status,
                "time": one.time.isoformat(),
                "kept": ONLY_COPY,
            }
            for one in logged
        )
        file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        journal, rejected = self._output / "backfill.journal", self._output / "rejected.csv"
        journal.unlink(missing_ok=True)  # of a run that was interrupted
        deployment.bridgewatch(
            self._clock.path,
            *("backfill", str(file), "--journal", str(journal), "--rejected", str(rejected)),
        )

    def _judge(self, cloud: Cloud, deployment: Deployment) -> Verdict:
        self._say("python -m bridgewatch history, of each bridge")
        found = STORES[self._store].records(cloud, DEPLOYMENT, self._openings, START)
        evidence = Evidence(
            table=[Seen(*record) for record in found],
            dead_letters=self._dead_letters,
            gaps={bridge: _gaps(self._history(deployment, bridge)) for bridge in self._openings},
            waiting=_count(cloud, _queue_url(cloud, "QueueUrl")),
        )
        return judge(self._journal.runs, evidence, poller=POLLER, heartbeat=HEARTBEAT, poll=POLL)

    def _judge_alarms(self, cloud: Cloud) -> AlarmVerdict:
        evidence = AlarmEvidence(
            rings=list(_rings(cloud.alarms.transitions)),
            queue=self._journal.queue,
            emptied=self._emptied,
            outages={
                edge: outages
                for edge, outages in self._faults.outages.items()
                if edge == self._store or edge not in STORES
            },
            bridges=list(self._openings),
            start=START,
            end=START + self._length,
        )
        return judge_alarms(
            *(self._journal.runs, evidence),
            poller=POLLER,
            silence=HEARTBEAT + 2 * POLL,
            queued=QUEUED,
        )

    def _history(self, deployment: Deployment, bridge: str) -> dict[str, Any]:
        since = START.strftime("%Y-%m-%dT%H:%M")
        told = deployment.bridgewatch(
            self._clock.path, "history", bridge, "--json", "--since", since
        )
        history: dict[str, Any] = json.loads(told)
        return history

    def _conclude(self, verdict: Verdict, alarms: AlarmVerdict) -> Summary:
        found = {**asdict(verdict), **asdict(alarms)}
        counts = {name: _number(value) for name, value in found.items()}
        summary = Summary(
            seed=self._seed,
            days=self._length / timedelta(days=1),
            bridges=len(self._openings),
            polls=verdict.polls,
            faults=dict(sorted(self._faults.counts.items())),
            verdict=counts,
            lost=counts["lost"],
            invented=counts["invented"],
            seconds=round(time.monotonic() - self._began, 1),
        )
        file = self._output / "summary.json"
        file.write_text(json.dumps(asdict(summary), indent=2) + "\n", encoding="utf-8")
        _print(summary, verdict, alarms)
        return summary

    def _say(self, what: str) -> None:
        sys.stdout.write(f"{time.monotonic() - self._began:6.1f} s  {what}\n")
        sys.stdout.flush()


def _openings(seed: int, bridges: Iterable[str], start: datetime, end: datetime) -> Openings:
    """Make up openings at any time of the day, some of them shorter than a poll's distance."""
    chance = random.Random(f"{seed}/openings")  # noqa: S311 - repeatable, not secret
    mean = timedelta(days=1).total_seconds() / OPENINGS_A_DAY
    found: list[Opening] = []
    names = list(bridges)
    for bridge in names:
        opens = start + timedelta(seconds=chance.expovariate(1 / mean))
        while opens < end:
            length = SHORTEST + (LONGEST - SHORTEST) * chance.random() ** 2
            found.append(Opening(bridge, opens, opens + length))
            opens += timedelta(seconds=chance.expovariate(1 / mean))
    return merge(found, names)


def _take_dead_letters(cloud: Cloud) -> dict[Seen, str]:
    """Take the records from the dead-letter queue, with their reasons.

    As an operator does whom the alarm tells: after 14 days they would be gone.
    """
    sqs = cloud.client("sqs")
    url = _queue_url(cloud, "DeadLetterQueueUrl")
    found: dict[Seen, str] = {}
    receive = partial(sqs.receive_message, QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
    while messages := receive().get("Messages"):
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            body = json.loads(message["Body"])
            found |= {in_observation(one): body["reason"] for one in body["observations"]}
    return found


def _queue_url(cloud: Cloud, output: str) -> str:
    """Find a queue by the poller's stack's output that tells its URL."""
    stacks = cloud.client("cloudformation").describe_stacks(StackName=f"{DEPLOYMENT}-poller")
    outputs = {one["OutputKey"]: str(one["OutputValue"]) for one in stacks["Stacks"][0]["Outputs"]}
    return outputs[output]


def _count(cloud: Cloud, url: str) -> int:
    """Count the messages of a queue, hidden ones included."""
    sqs = cloud.client("sqs")
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(attributes[name]) for name in names)


def _gaps(history: Mapping[str, Any]) -> list[Gap]:
    """Read the gaps of what `bridgewatch history` tells."""
    return [
        Gap(datetime.fromisoformat(one["start"]), datetime.fromisoformat(one["end"]))
        for one in history["stretches"]
        if one["status"] == "unknown"
    ]


def _rings(transitions: Iterable[Transition]) -> Iterator[Ring]:
    """Read when alarms rang, in the order of their ends."""
    ringing: dict[str, datetime] = {}
    for time_, alarm, state in transitions:
        name = alarm.removeprefix(f"{DEPLOYMENT}-")
        if state is State.ALARM:
            ringing[name] = time_
        elif name in ringing:
            yield Ring(name, ringing.pop(name), time_)
    yield from (Ring(name, since, None) for name, since in ringing.items())


def _number(value: int | tuple[object, ...]) -> int:
    return value if isinstance(value, int) else len(value)


def _print(summary: Summary, verdict: Verdict, alarms: AlarmVerdict) -> None:
    by_edge: dict[str, Counter[str]] = {}
    for name, count in summary.faults.items():
        edge, _, fault = name.partition("/")
        by_edge.setdefault(edge, Counter())[fault] = count
    sys.stdout.write("\nFaults:\n")
    for edge, counts in by_edge.items():
        told = ", ".join(f"{fault} {count}" for fault, count in counts.most_common())
        sys.stdout.write(f"  {edge:<12}{counts.total():>6}: {told}\n")
    one = summary.verdict
    sys.stdout.write(
        f"\n{one['polls']:,} polls ({one['died']} died) observed {one['changes']:,} changes in "
        f"{one['observations']:,} observations: {one['stored']:,} in the table, "
        f"{one['dead_lettered']} in the dead-letter queue; {one['logged']} records came by the "
        f"log. {one['gaps']} gaps reported.\n"
    )
    for name in ("lost", "invented", "doubled", "unjustified", "hidden", "false_gaps"):
        for case in getattr(verdict, name)[:10]:
            sys.stdout.write(f"  {name}: {case}\n")
    for alarm, span in alarms.silent[:10]:
        sys.stdout.write(f"  {alarm} did not ring: {span.start} to {span.end}\n")
    for ring in alarms.groundless[:10]:
        sys.stdout.write(f"  groundless: {ring}\n")
    sys.stdout.write(
        f"lost {one['lost']}, invented {one['invented']}; doubled {one['doubled']}, unjustified "
        f"{one['unjustified']}, gaps hidden {one['hidden']}, false gaps {one['false_gaps']}, "
        f"still queued {one['waiting']}. {one['rings']} alarms rang, {one['groundless']} of them "
        f"without cause; silent {one['silent']}. Repeat with SEED={summary.seed}.\n"
    )


def run(seed: int | None, days: float, store: str) -> bool:
    """Run the simulation.

    :param seed: None for a random one.
    :param days: of simulated time.
    :param store: where the history is kept, as `storage.type` has it.
    :returns: whether the judge found nothing.
    """
    chosen = random.SystemRandom().randrange(10**6) if seed is None else seed
    _, verdict, alarms = Chaos(seed=chosen, length=timedelta(days=days), store=store).run()
    return verdict.faultless and alarms.faultless
