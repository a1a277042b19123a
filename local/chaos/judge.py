"""Compares what polls observed with what is in the table. Pure, and knows nothing of the poller.

What a poll observed follows from what the sources told during it, and from how it ended:

- A bridge's observation is the first answer that tells its status.
- If the source was asked again after that, the status seemed to have changed: the second look must
  tell the same, or there is no observation (docs/decisions/003). One answer may tell several
  bridges, of which only some seemed to have changed; who was asked for is then not seen from
  outside. So what a second look does not confirm may be an observation, but need not be.
- Likewise a change in a poll that may have had no second look at all: its sources took so long that
  no time was left, or a source refused its key and no other was to be had.
- A poll that died counts for what Timestream or a queue took from it.
- What the queue took counts as written for the poller. If Timestream rejects it later, the table
  truly has a gap until the next record, though no poll is missing, and the dead-letter queue holds
  what would fill it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from local.chaos.journal import Seen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from local.chaos.journal import Answer, Run


GIVEN_UP = timedelta(days=3)
"""After so long a record comes into the dead-letter queue, with whatever failed."""

LONG = timedelta(seconds=8)
"""In polls whose sources take longer, there may be no time for a second look: a poll may take half
of its interval for them, and each source has its share of that."""


class Gap(NamedTuple):
    """A stretch that is reported as unknown."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Evidence:
    """Where records are in the end.

    :param table: every record of the table.
    :param dead_letters: the records that came into the dead-letter queue, and their reasons.
    :param gaps: what is reported as unknown, by bridge.
    :param waiting: how many messages are still in the queue.
    """

    table: Sequence[Seen]
    dead_letters: Mapping[Seen, str]
    gaps: Mapping[str, Sequence[Gap]]
    waiting: int


@dataclass(frozen=True)
class Verdict:
    """What was found; everything from `lost` on is to be empty, or zero.

    :param polls: how often the poller ran, and `died` of them.
    :param observations: how many polls made.
    :param changes: how many of those changed a bridge's status, its first one included.
    :param stored: changes that are in the table once.
    :param dead_lettered: changes that are in the dead-letter queue only, with their reason.
    :param logged: records that were in the log only, and imported from there.
    :param gaps: how many were reported.
    :param lost: changes that are nowhere.
    :param invented: records, of the table or the dead-letter queue, that no poll observed.
    :param doubled: records that are in the table more than once.
    :param unjustified: records that were given up although nothing had rejected them, nor failed
        them for three days, or left to the log although no queue had failed.
    :param hidden: silences that are reported as no gap, by bridge.
    :param false_gaps: gaps in which no poll is missing, nor a record that was queued and then given
        up, by bridge.
    :param waiting: messages that are still in the queue.
    """

    polls: int
    died: int
    observations: int
    changes: int
    stored: int
    dead_lettered: int
    logged: int
    gaps: int
    lost: tuple[Seen, ...]
    invented: tuple[Seen, ...]
    doubled: tuple[Seen, ...]
    unjustified: tuple[Seen, ...]
    hidden: tuple[tuple[str, Gap], ...]
    false_gaps: tuple[tuple[str, Gap], ...]
    waiting: int

    @property
    def faultless(self) -> bool:
        """Whether nothing is wrong, and there was something to judge."""
        wrong = (self.lost, self.invented, self.doubled, self.unjustified)
        return self.changes > 0 and not any((*wrong, self.hidden, self.false_gaps, self.waiting))


def judge(
    runs: Sequence[Run], evidence: Evidence, *, poller: str, heartbeat: timedelta, poll: timedelta
) -> Verdict:
    """Judge what was made of everything that passed.

    :param runs: of all functions, in the order of time; one at least.
    :param poller: the name of the function that polls.
    :param heartbeat: the longest silence wanted between records.
    :param poll: the time between polls.
    """
    polls = [run for run in runs if run.function == poller]
    table = Counter(evidence.table)
    kept = {*table, *evidence.dead_letters}
    observed = _observed(polls, kept)
    changes = [seen for history in observed.values() for seen in _changes(history)]
    known = {seen for history in observed.values() for seen in history}
    dead = [seen for seen in changes if seen not in table and evidence.dead_letters.get(seen)]
    rejected = {seen for run in runs for seen in run.rejected}
    # As docs/operations.md says, after three days in vain.
    in_vain = {
        seen
        for run in runs
        if run.dead_lettered
        for seen in run.kept
        if run.dead_lettered - seen.time >= GIVEN_UP
    }
    logged = {seen for run in polls for seen in run.logged}
    needlessly = {seen for run in polls if not run.queue_failed for seen in run.logged}
    at_once = {seen for run in polls for seen in run.rejected}
    hidden, false_gaps = _compare_gaps(
        observed,
        evidence.gaps,
        given_up=set(evidence.dead_letters) - at_once,
        begin=runs[0].start,
        heartbeat=heartbeat,
        poll=poll,
    )
    return Verdict(
        polls=len(polls),
        died=sum(run.died for run in polls),
        observations=len(known),
        changes=len(changes),
        stored=sum(seen in table for seen in changes),
        dead_lettered=len(dead),
        logged=len(logged),
        gaps=sum(map(len, evidence.gaps.values())),
        lost=tuple(sorted({*changes} - {*table} - {*dead})),
        invented=tuple(sorted(kept - known)),
        doubled=tuple(sorted(_doubled(table))),
        unjustified=tuple(sorted((set(evidence.dead_letters) - rejected - in_vain) | needlessly)),
        hidden=hidden,
        false_gaps=false_gaps,
        waiting=evidence.waiting,
    )


def _observed(polls: Iterable[Run], kept: set[Seen]) -> Mapping[str, list[Seen]]:
    """Give what the polls observed, by bridge, in the order of time."""
    found: dict[str, list[Seen]] = defaultdict(list)
    for run in polls:
        unsure = may_lack_a_second_look(run)
        asked: dict[str, list[Answer]] = defaultdict(list)
        for answer in run.answers:
            for bridge in answer.bridges:
                asked[bridge].append(answer)
        for bridge, answers in asked.items():
            last = found[bridge][-1].status if found[bridge] else None
            seen, certain = observation(bridge, answers, last, unsure=unsure)
            if seen and (seen in run.kept if run.died else certain or seen in kept):
                found[bridge].append(seen)
    # Of two containers at one moment, the second began first to see some of it.
    return {bridge: sorted(history) for bridge, history in found.items()}


def observation(
    bridge: str, answers: Sequence[Answer], last: str | None, *, unsure: bool
) -> tuple[Seen | None, bool]:
    """Give a poll's observation of a bridge, and whether it certainly is one.

    :param answers: to the poll's requests that asked for the bridge.
    :param last: the status that was observed before.
    :param unsure: whether the poll may have had no second look, though it wanted one.
    """
    told = [answer.statuses for answer in answers]
    first = next((at for at, statuses in enumerate(told) if statuses), None)
    if first is None:
        return None, False
    status = _status(answers[first], bridge)
    seen = Seen(answers[first].time, bridge, str(status))
    if first == len(answers) - 1:
        return seen, not unsure or status == last
    if _status(answers[-1], bridge) == status:
        return seen, True
    if len(answers[first].bridges) == 1:
        return None, False
    return seen, status == last


def may_lack_a_second_look(run: Run) -> bool:
    """Say whether a poll may have had no time for a second look, or no key."""
    ends = (one.time + timedelta(seconds=one.seconds) for one in run.answers)
    return run.keyless or max(ends, default=run.start) - run.start > LONG


def _status(answer: Answer, bridge: str) -> str | None:
    return answer.statuses[bridge] if answer.statuses else None


def _changes(history: Iterable[Seen]) -> Iterable[Seen]:
    last = None
    for seen in history:
        if seen.status != last:
            yield seen
        last = seen.status


def _doubled(table: Counter[Seen]) -> Iterable[Seen]:
    """Find what is in the table twice, with one status or with two."""
    keys = Counter((seen.time, seen.bridge) for seen in table.elements())
    return (seen for seen in table if keys[seen.time, seen.bridge] > 1)


def _compare_gaps(  # noqa: PLR0913 - keyword-only
    observed: Mapping[str, Sequence[Seen]],
    gaps: Mapping[str, Sequence[Gap]],
    *,
    given_up: set[Seen],
    begin: datetime,
    heartbeat: timedelta,
    poll: timedelta,
) -> tuple[tuple[tuple[str, Gap], ...], tuple[tuple[str, Gap], ...]]:
    hidden: list[tuple[str, Gap]] = []
    false_gaps: list[tuple[str, Gap]] = []
    for bridge, history in observed.items():
        times = [seen.time for seen in history]
        reported = gaps.get(bridge, ())
        hidden += [
            (bridge, Gap(start, end))
            for start, end in pairwise(times)
            if end - start > heartbeat + 2 * poll
            and not any(gap.start <= start and end <= gap.end for gap in reported)
        ]
        false_gaps += [
            (bridge, gap)
            for gap in reported
            # What is before the first record is unknown, however short it is.
            if gap.start > begin
            and not _misses_a_poll(gap, times, poll)
            and not _misses_a_record(gap, bridge, given_up, heartbeat + 2 * poll)
        ]
    return tuple(hidden), tuple(false_gaps)


def _misses_a_poll(gap: Gap, times: Sequence[datetime], poll: timedelta) -> bool:
    within = times[bisect_left(times, gap.start) : bisect_left(times, gap.end)]
    return any(end - start > 1.5 * poll for start, end in pairwise([gap.start, *within, gap.end]))


def _misses_a_record(gap: Gap, bridge: str, given_up: set[Seen], silence: timedelta) -> bool:
    """Say whether what was given up would have filled a gap, so that none is left."""
    within = sorted(
        one.time for one in given_up if one.bridge == bridge and gap.start < one.time < gap.end
    )
    return bool(within) and all(
        end - start <= silence for start, end in pairwise([gap.start, *within, gap.end])
    )
