"""The simulation of telling: targets that fail in every way, and a notifier that dies midway.

Bridges open and close, and are seen by every poll. Who is told is a receiver that is always well,
one that has moods, one that is dead, and one that hangs. The last day is calm.
"""

from __future__ import annotations

import json
import random
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

from embedded_timestream.clock import utc
from local.bridges import road_signals
from local.bridges.openings import HISINGSBRON, Opening, merge
from local.bridges.server import ROAD_SIGNALS_PATH, BridgeServer
from local.chaos.effects import Effects
from local.cloud import Cloud
from local.demo.comparison import compare
from local.demo.deployment import ROOT, Deployment
from local.receivers.judge import News, judge, to_be_told
from local.receivers.server import Friendly, Receivers
from local.simulated_time.clock import SimulatedClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from local.bridges.openings import Openings
    from local.receivers.judge import Verdict
    from local.services.lambda_runtime.runtime import LambdaRuntime

OUTPUT = ROOT / "build" / "chaos-telling"
DEPLOYMENT = "telling"
NOTIFIER, POLLER = f"{DEPLOYMENT}-notifier", f"{DEPLOYMENT}-poller"
KEY_PARAMETER, KEY = "/telling/roadsignals-key", "a-key-for-the-chaos"
SECRET_PARAMETER = "/telling/secret"  # noqa: S105 - where one is
SECRET = "whsec_YSBzaW11bGF0aW9uIGhhcyBubyBzZWNyZXRz"  # noqa: S105 - as it says in base64

START = datetime(2026, 6, 1, tzinfo=UTC)
CALM = timedelta(hours=26)
"""Longer than a target is tried again."""

MINUTE = timedelta(minutes=1)
LONG = 10 * MINUTE
PATIENCE = 30 * MINUTE
BRIDGES = (HISINGSBRON, "Göta älvbron", "Marieholmsbron")

STEADY, MOODY, DEAD, HANGING, TRAP = (
    f"{name}.example.com" for name in ("steady", "moody", "dead", "hanging", "trap")
)
TARGETS = (STEADY, MOODY, DEAD, HANGING)

MOODS = {"500": 0.15, "429": 0.1, "redirect": 0.1, "dropped": 0.1, "crash": 0.02, "lost": 0.02}
"""How often the one with moods has which; `crash` kills the notifier before it has the answer, and
`lost` after the receiver has taken the message."""

DEATHS = 0.02
"""How often the notifier dies when it writes down what it does: half of them once it is written."""

FAILURES: dict[str, tuple[int, dict[str, str]]] = {
    "500": (500, {}),
    "503": (503, {}),
    "429": (429, {"Retry-After": "150"}),
    "redirect": (307, {"Location": f"https://{TRAP}/"}),
}

HANG = 0.3
HANG_SECONDS = 11.0


class Moods:
    """Answers as each receiver does."""

    def __init__(self, seed: int, clock: SimulatedClock, effects: Effects) -> None:
        self._chance = random.Random(f"{seed}/moods")  # noqa: S311 - repeatable, not secret
        self._clock = clock
        self._effects = effects
        self._friendly = Friendly()
        self.until = START
        self.counts: dict[str, int] = {}

    def answer(self, host: str, handler: BaseHTTPRequestHandler) -> int:
        """Answer a request, or do not."""
        mood = self._mood(host)
        self.counts[mood] = self.counts.get(mood, 0) + (mood != "")
        if mood in FAILURES:
            status, headers = FAILURES[mood]
            handler.send_response(status)
            for name, value in {**headers, "Content-Length": "0"}.items():
                handler.send_header(name, value)
            handler.end_headers()
            return status
        if not mood:
            return self._friendly.answer(host, handler)
        handler.close_connection = True
        if mood == "hang":
            self._clock.sleep(HANG_SECONDS)
        elif mood in {"crash", "lost"}:
            self._effects.crash(handler.connection)
        return 200 if mood == "lost" else 0

    def _mood(self, host: str) -> str:
        if host == DEAD:
            return "503"
        if utc(self._clock) >= self.until:
            return ""
        if host == HANGING:
            return "hang" if self._chance.random() < HANG else ""
        if host == MOODY:
            (mood,) = self._chance.choices([*MOODS, ""], [*MOODS.values(), 1 - sum(MOODS.values())])
            return mood
        return ""


class Deaths:
    """A `Disturbance`: kills the notifier when it writes down what it does."""

    def __init__(self, seed: int, clock: SimulatedClock, kill: Callable[[], None]) -> None:
        self._chance = random.Random(f"{seed}/deaths")  # noqa: S311 - repeatable, not secret
        self._clock = clock
        self._kill = kill
        self.until = START
        self.count = 0

    def requests(self, application: WSGIApplication) -> WSGIApplication:
        """Stand in front of the services."""

        def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            if not environ.get("HTTP_X_AMZ_TARGET", "").endswith(".PutItem"):
                return application(environ, start_response)
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = BytesIO(body)
            is_state = b'"revision"' in body
            chance = self._chance.random() if is_state else 1.0
            if utc(self._clock) >= self.until or chance >= DEATHS:
                return application(environ, start_response)
            self.count += 1
            answer = b""
            if chance < DEATHS / 2:
                start_response("500 Internal Server Error", [])
            else:
                answer = b"".join(application(environ, start_response))
            self._kill()
            return [answer]

        return serve

    def invocations(self, runtime: LambdaRuntime) -> LambdaRuntime:
        """Leave the events of schedules as they are."""
        return runtime


@dataclass(frozen=True)
class Told:
    """What the judge found.

    :param verdicts: about each receiver, by its name.
    :param trapped: how often a redirect was followed.
    :param undelivered: how much is in the dead letters.
    :param rang: whether the alarm about them rings.
    """

    verdicts: dict[str, Verdict]
    trapped: int
    undelivered: int
    rang: bool

    @property
    def faultless(self) -> bool:
        """Whether everybody was told everything, or it is in the dead letters."""
        steady = self.verdicts[STEADY]
        on_time = all(delay <= PATIENCE for delay in steady.delays)
        whole = all(one.faultless for one in self.verdicts.values())
        told = not steady.given_up and not self.trapped
        return whole and on_time and told and self.rang == bool(self.undelivered)


class Telling:
    """One run.

    :param length: simulated time, without the calm day at the end.
    :param output: the directory for what the run writes.
    """

    def __init__(self, *, seed: int, length: timedelta, output: Path = OUTPUT) -> None:
        self._began = time.monotonic()
        self._seed = seed
        self._end = START + length
        self._output = output
        self._clock = SimulatedClock(START)
        self._openings = _openings(seed, self._end)
        self._moods = Moods(seed, self._clock, Effects(self._clock, self._kill))
        self._deaths = Deaths(seed, self._clock, self._kill)
        self._polls: list[datetime] = []

    def run(self) -> Told:
        """Run it, telling on the standard output what happens.

        :raises subprocess.CalledProcessError: if the CDK fails.
        """
        self._output.mkdir(parents=True, exist_ok=True)
        names = (*TARGETS, TRAP)
        with ExitStack() as stack:
            receivers = stack.enter_context(
                Receivers(self._clock, names, self._output, self._moods)
            )
            self._cloud = stack.enter_context(
                Cloud(self._clock, disturbance=self._deaths, internet=receivers.internet)
            )
            bridges = stack.enter_context(BridgeServer(self._clock, self._openings, KEY))
            settings = self._output / "settings.json"
            settings.write_text(json.dumps(_settings(bridges.url), indent=2), encoding="utf-8")
            ssm = self._cloud.client("ssm")
            for name, value in ((KEY_PARAMETER, KEY), (SECRET_PARAMETER, SECRET)):
                ssm.put_parameter(Name=name, Value=value, Type="SecureString")
            Deployment(self._cloud, settings, self._output).deploy()
            self._say(f"deployed; telling with seed {self._seed}")
            self._moods.until = self._deaths.until = self._end
            while (now := utc(self._clock)) < self._end + CALM:
                until = min(now + timedelta(days=1), self._end + CALM)
                self._cloud.schedules.run(self._clock, until, self._note_poll)
                self._say(f"  {utc(self._clock):%d %b %H:%M}: {len(receivers.received):,} requests")
            rang = _rings(self._cloud)
            given_up = _given_up(self._cloud)
            seeable = compare(self._openings, self._polls, []).seeable
        expected = to_be_told(sorted(seeable), self._end, LONG)
        told = Told(
            {
                name: judge(
                    expected,
                    [one for one in receivers.received if one.host == name],
                    frozenset(
                        news for target, news in given_up if target == name.partition(".")[0]
                    ),
                )
                for name in TARGETS
            },
            trapped=sum(one.host == TRAP for one in receivers.received),
            undelivered=len(given_up),
            rang=rang,
        )
        self._print(len(expected), told)
        return told

    def _kill(self) -> None:
        self._cloud.runtime.kill()

    def _note_poll(self, schedule: str, at: datetime) -> None:
        if schedule == POLLER:
            self._polls.append(at)

    def _print(self, expected: int, told: Told) -> None:
        faults = ", ".join(
            f"{name} {count}" for name, count in sorted(self._moods.counts.items()) if name
        )
        sys.stdout.write(
            f"\n{expected} events to tell each of {len(TARGETS)} receivers. Faults: {faults}, "
            f"deaths of the notifier {self._deaths.count}.\n"
        )
        for name, one in told.verdicts.items():
            latest = max(one.delays, default=timedelta())
            sys.stdout.write(
                f"  {name:<20} told {one.told}, given up {one.given_up}, repeated {one.repeated}, "
                f"latest after {latest.total_seconds():.0f} s; missing {len(one.missing)}, "
                f"invented {len(one.invented)}, renamed {len(one.renamed)}, disordered "
                f"{len(one.disordered)}, miscounted {len(one.miscounted)}\n"
            )
            for news in (*one.missing, *one.invented, *one.disordered)[:5]:
                sys.stdout.write(f"    {news.kind} {news.bridge} {news.happened}\n")
        sys.stdout.write(
            f"  followed a redirect: {told.trapped}; in the dead letters: {told.undelivered}, and "
            f"the alarm {'rings' if told.rang else 'does not ring'}. "
            f"Repeat with SEED={self._seed}.\n"
        )

    def _say(self, what: str) -> None:
        sys.stdout.write(f"{time.monotonic() - self._began:6.1f} s  {what}\n")
        sys.stdout.flush()


def _openings(seed: int, end: datetime) -> Openings:
    """Make up openings of 2 to 25 minutes, some of which follow each other closely."""
    chance = random.Random(f"{seed}/told-openings")  # noqa: S311 - repeatable, not secret
    found: list[Opening] = []
    for bridge in BRIDGES:
        opens = START + timedelta(minutes=chance.uniform(10, 60))
        while opens < end - timedelta(hours=1):
            length = timedelta(minutes=chance.uniform(2, 25))
            found.append(Opening(bridge, opens, opens + length))
            opens += length + timedelta(minutes=chance.choice((1.5, 20, 90, 120)))
    return merge(found, BRIDGES)


def _settings(url: str) -> dict[str, Any]:
    names = [target.partition(".")[0] for target in TARGETS]
    return {
        "deployment": DEPLOYMENT,
        "storage": {"type": "dynamodb"},
        "bridges": [{"name": name, "source": "s", "code": name} for name in BRIDGES],
        "sources": {
            "s": {"url": f"{url}{ROAD_SIGNALS_PATH}/{{code}}", **road_signals.source(KEY_PARAMETER)}
        },
        "notify": {
            "targets": {
                name: {
                    "type": "webhook",
                    "url": f"https://{name}.example.com/",
                    "parameter": SECRET_PARAMETER,
                }
                for name in names
            },
            "rules": {
                "opens": {"when": "opens", "targets": names},
                "closes": {"when": "closes", "targets": names},
                "long": {"when": "open_for", "minutes": LONG // MINUTE, "targets": names},
                "unknown": {"when": "unknown_for", "minutes": 10, "targets": names},
            },
        },
    }


def _rings(cloud: Cloud) -> bool:
    """Tell whether the alarm rings that messages were given up."""
    name = f"{DEPLOYMENT}-undelivered"
    (alarm,) = cloud.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return bool(alarm["StateValue"] == "ALARM")


def _given_up(cloud: Cloud) -> list[tuple[str, News]]:
    """Read the dead letters: the target, and what it was not told."""
    sqs = cloud.client("sqs")
    stacks = cloud.client("cloudformation").describe_stacks(StackName=NOTIFIER)["Stacks"]
    (url,) = (
        one["OutputValue"]
        for one in stacks[0]["Outputs"]
        if one["OutputKey"] == "UndeliveredQueueUrl"
    )
    found = []
    count = "ApproximateNumberOfMessages"
    # A short poll of a queue may find none of what is in it.
    while int(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[count])["Attributes"][count]):
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        for message in messages.get("Messages", []):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            body = json.loads(message["Body"])
            event = body["undelivered"]
            happened = datetime.fromtimestamp(event["time"] / 1000, UTC)
            found.append((body["target"], News(happened, event["bridge"], event["kind"])))
    return found


def run(seed: int | None, days: float) -> bool:
    """Run the simulation.

    :param seed: None for a random one.
    :param days: of simulated time, the calm day not counted.
    :returns: whether the judge found nothing.
    """
    chosen = random.SystemRandom().randrange(10**6) if seed is None else seed
    return Telling(seed=chosen, length=timedelta(days=days)).run().faultless
