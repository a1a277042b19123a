"""Compares when alarms rang with what should have rung them. Pure, and knows nothing of metrics.

For each alarm follows from what passed when it has to ring, at the latest, and when it may be
ringing: as docs/operations.md says it, give or take the minutes that measuring takes. What cannot
be told from outside, such as whether a poll with an unconfirmed answer observed every bridge, makes
the first shorter and the second longer.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from local.chaos.judge import may_lack_a_second_look, observation
from local.services.alarms.evaluation import MORE_PERIODS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from local.chaos.faults import Outage
    from local.chaos.journal import Answer, Run

MINUTE = timedelta(minutes=1)

NAMED = {"roadsignals": "heartbeat", "ndw": "heartbeat", "schedule": "heartbeat"} | {
    "timestream": "queue-age",
    "dynamodb": "queue-age",
}
"""The alarm that docs/operations.md names for what does not work at each edge, if it lasts."""

SLACK = 5 * MINUTE
"""An event may come 50 seconds late, a poll take a minute, and CloudWatch looks each minute."""

PERIOD = 5 * MINUTE
"""Of the alarms that ring for what is measured in each of three."""

LOOKED_AT = (3 + MORE_PERIODS) * PERIOD
"""What is measured only when it happens may come at any three of these: CloudWatch passes over
periods without a value, so far back."""

LINGERING = 18 * MINUTE
"""What is measured over five minutes, and then no more, keeps an alarm for three times as long."""


class Ring(NamedTuple):
    """An alarm's ringing.

    :param end: None if it rings still.
    """

    alarm: str
    start: datetime
    end: datetime | None


class Span(NamedTuple):
    """A stretch of time."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class AlarmEvidence:
    """What is known of the alarms, and of what rings them.

    :param rings: of all alarms, by their names without the deployment's.
    :param queue: how many messages the queue had, at times.
    :param emptied: when the dead-letter queue was emptied.
    :param outages: by edge.
    :param bridges: all of them.
    :param start: when the first poll was due.
    :param end: when the last one was.
    """

    rings: Sequence[Ring]
    queue: Sequence[tuple[datetime, int]]
    emptied: Sequence[datetime]
    outages: Mapping[str, Sequence[Outage]]
    bridges: Sequence[str]
    start: datetime
    end: datetime


@dataclass(frozen=True)
class AlarmVerdict:
    """What was found.

    :param rings: how many there were.
    :param silent: what should have rung an alarm and did not, in time.
    :param groundless: rings, or their ends, that nothing explains.
    """

    rings: int
    silent: tuple[tuple[str, Span], ...]
    groundless: tuple[Ring, ...]

    @property
    def faultless(self) -> bool:
        """Whether nothing is wrong."""
        return not self.silent and not self.groundless


def judge_alarms(
    runs: Sequence[Run],
    evidence: AlarmEvidence,
    *,
    poller: str,
    silence: timedelta,
    queued: timedelta,
) -> AlarmVerdict:
    """Judge which alarms rang.

    :param runs: of all functions, in the order of time.
    :param poller: the name of the function that polls.
    :param silence: how long a bridge may not be observed before `heartbeat` rings.
    :param queued: how long the queue may not be empty before `queue-age` does.
    """
    polls = [run for run in runs if run.function == poller]
    causes = {
        "heartbeat": _unobserved(polls, evidence, silence),
        "poller-errors": _failures(polls),
        "unkept-records": _unkept(polls),
        "dead-letters": _given_up(runs, evidence),
        "queue-age": _queued(evidence, queued),
        "write-throttles": _throttled(runs),
    }
    times = {"heartbeat": silence, "queue-age": queued}
    silent = [
        (alarm, span)
        for alarm, spans in [
            *((alarm, must) for alarm, (must, _) in causes.items()),
            *_outages(evidence, times),
        ]
        for span in spans
        if span.end < evidence.end and not _rang(evidence.rings, alarm, span)
    ]
    groundless = [
        ring
        for ring in evidence.rings
        if not _explained(ring, causes.get(ring.alarm, ((), ()))[1], evidence.end)
    ]
    return AlarmVerdict(len(evidence.rings), tuple(silent), tuple(groundless))


_Causes = tuple["Sequence[Span]", "Sequence[Span]"]
"""Within which spans an alarm has to ring, and within which it may."""


def _rang(rings: Iterable[Ring], alarm: str, span: Span) -> bool:
    return any(
        ring.alarm == alarm
        and ring.start <= span.end
        and (ring.end is None or ring.end >= span.start)
        for ring in rings
    )


def _explained(ring: Ring, allowed: Iterable[Span], end: datetime) -> bool:
    return any(
        span.start <= ring.start and (ring.end or end) <= span.end for span in _merged(allowed)
    )


def _merged(spans: Iterable[Span]) -> Iterator[Span]:
    current: Span | None = None
    for span in sorted(spans):
        if current and span.start <= current.end:
            current = Span(current.start, max(current.end, span.end))
            continue
        if current:
            yield current
        current = span
    if current:
        yield current


def _unobserved(polls: Iterable[Run], evidence: AlarmEvidence, silence: timedelta) -> _Causes:
    sights = [(run, *_observed_all(run, evidence.bridges)) for run in polls]
    certainly = [run.start for run, certain, _ in sights if certain]
    maybe = [run.start for run, _, possible in sights if possible]
    must = [
        Span(before, before + silence + SLACK)
        for before, after in pairwise([evidence.start, *maybe, evidence.end])
        if after - before > silence + 2 * SLACK
    ]
    # Before the first poll, no minute had one.
    long_ago = evidence.start - silence
    may = [
        Span(before + silence - SLACK, after + SLACK)
        for before, after in pairwise([long_ago, *certainly, evidence.end])
        if after - before > silence - SLACK
    ]
    return must, may


def _observed_all(run: Run, bridges: Iterable[str]) -> tuple[bool, bool]:
    """Say whether a poll certainly observed every bridge, and whether it possibly did."""
    if run.died:
        return False, False
    unsure = may_lack_a_second_look(run)
    certain = True
    for bridge in bridges:
        answers: list[Answer] = [one for one in run.answers if bridge in one.bridges]
        seen, sure = observation(bridge, answers, None, unsure=unsure)
        if seen is None:
            return False, False
        certain = certain and sure
    return certain, True


def _failures(polls: Iterable[Run]) -> _Causes:
    """Find where three of five minutes had a failed poll; minutes without a poll do not count."""
    failed = sorted({run.start.replace(second=0, microsecond=0) for run in polls if run.failed})
    triples = list(zip(failed, failed[2:], strict=False))
    must = [Span(last, last + SLACK) for first, last in triples if last - first <= 4 * MINUTE]
    may = [Span(last, last + 2 * SLACK) for first, last in triples if last - first <= 8 * MINUTE]
    return must, may


def _unkept(polls: Iterable[Run]) -> _Causes:
    logged = [run for run in polls if run.logged]
    must = [Span(run.start, run.start + SLACK) for run in logged if not run.died]
    return must, [Span(run.start, run.start + LINGERING) for run in logged]


def _throttled(runs: Sequence[Run]) -> _Causes:
    """Find where each of three periods had a write throttled."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    times = sorted(time for run in runs for time in run.throttled)
    throttled = {epoch + (time - epoch) // PERIOD * PERIOD for time in times}
    thirds = sorted(one for one in throttled if {one - PERIOD, one - 2 * PERIOD} <= throttled)
    must = [Span(third, third + PERIOD + SLACK) for third in thirds]
    # CloudWatch looks each minute, and its periods end then.
    may = []
    for at, third in enumerate(times):
        first = bisect_left(times, third - LOOKED_AT - MINUTE)
        if at - first > 1 and third - times[first] > PERIOD - MINUTE:
            may.append(Span(third, third + LINGERING))
    return must, may


def _given_up(runs: Iterable[Run], evidence: AlarmEvidence) -> _Causes:
    must: list[Span] = []
    may: list[Span] = []
    for run in runs:
        if not run.dead_lettered:
            continue
        later = bisect_right(evidence.emptied, run.start)
        emptied = evidence.emptied[later] if later < len(evidence.emptied) else evidence.end
        if emptied - run.start > 2 * SLACK:
            must.append(Span(run.start, run.start + SLACK))
        may.append(Span(run.start, emptied + LINGERING))
    return must, may


def _queued(evidence: AlarmEvidence, queued: timedelta) -> _Causes:
    must: list[Span] = []
    # CloudWatch looks at the most of each five minutes: what is empty in between is not seen.
    seen: list[Span] = []
    empty = evidence.start
    first: datetime | None = None
    for at, count in [*evidence.queue, (evidence.end, 0)]:
        if count:
            first = first or at
            continue
        if first:
            seen.append(Span(empty - SLACK, at + SLACK))
            if at - first > queued + 3 * SLACK:
                must.append(Span(first, first + queued + 2 * SLACK))
        empty, first = at, None
    may = [
        Span(start + queued - SLACK, end + SLACK)
        for start, end in _merged(seen)
        if end - start > queued
    ]
    return must, may


def _outages(
    evidence: AlarmEvidence, times: Mapping[str, timedelta]
) -> Iterator[tuple[str, Sequence[Span]]]:
    """Give what each outage has to ring that lasts, unless another one meets it.

    A queue that fails too, for instance, leaves what cannot be written to the log.
    """
    every = [(edge, one) for edge, outages in evidence.outages.items() for one in outages]
    for edge, one in every:
        alarm = NAMED.get(edge)
        if alarm is None or one.end - one.start < times[alarm] + 2 * SLACK:
            continue
        alone = not any(
            other.start < one.end and one.start < other.end + times[alarm]
            for place, other in every
            if place != edge
        )
        if alone:
            yield alarm, [Span(one.start, one.start + times[alarm] + 4 * SLACK)]
