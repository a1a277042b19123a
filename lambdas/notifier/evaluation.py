"""What is to be told about a bridge, out of what is known of it: pure, and always the same again.

Everything is derived anew from the observations of the last hours, each time that something may
have happened. So it does not matter in which order records come, how often, or how late.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from lambdas.notifier import flapping
from lambdas.notifier.events import Event, identity
from lambdas.notifier.rules import Kind
from lambdas.notifier.unknowns import Unknown, unknowns
from lambdas.observation import Observation, Status, in_milliseconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import tzinfo

    from lambdas.notifier.rules import Rule

MOMENT = timedelta(milliseconds=1)
"""The resolution of the records' times."""

CHANGE_KINDS = {Status.OPEN: Kind.OPENS, Status.CLOSED: Kind.CLOSES}


@dataclass(frozen=True, slots=True)
class Watched:
    """A bridge, as the settings and the poller have it.

    :param zone: whose clock and calendar the rules follow.
    :param tolerance: how far apart two records may be before there is a gap between them.
    :param rules: those that are about it.
    """

    deployment: str
    bridge: str
    zone: tzinfo
    tolerance: timedelta
    rules: tuple[Rule, ...]

    def window(self) -> timedelta:
        """Say from how long ago observations are needed."""
        patience = max((rule.patience for rule in self.rules), default=timedelta())
        length = max((rule.length for rule in self.rules), default=timedelta())
        return patience + length + 2 * max(self.tolerance, flapping.WITHIN)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a bridge at a moment.

    :param now: the moment.
    :param start: from when on the observations are complete.
    :param observations: in time order.
    :param marks: when its status was unknown by the poller's marks.
    """

    now: datetime
    start: datetime
    observations: tuple[Observation, ...]
    marks: tuple[Unknown, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What follows from it.

    :param events: what was to be told by now and is not too old, in time order.
    :param wake: when there may be something to tell without any new record; None if there is not.
    :param flapping_since: when the bridge began to flap, if it does or its sum is still to be told.
    """

    events: tuple[Event, ...]
    wake: datetime | None
    flapping_since: datetime | None


@dataclass(frozen=True, slots=True)
class _Change:
    """A change of status.

    :param before: the observation before it.
    :param earliest: when the status was known last before, if nobody saw the change itself.
    """

    time: datetime
    status: Status
    before: Observation
    earliest: datetime | None


@dataclass(frozen=True, slots=True)
class _Opening:
    start: datetime
    end: datetime | None


def evaluate(watched: Watched, known: Known) -> Evaluation:
    """Say what is to be told, and when to look again."""
    return _Evaluator(watched, known).evaluate()


class _Evaluator:
    def __init__(self, watched: Watched, known: Known) -> None:
        self._watched = watched
        self._known = known
        self._now = known.now
        self._unknowns = unknowns(known.marks, known.observations, known.now, watched.tolerance)
        self._changes = list(self._find_changes())
        self._openings = self._find_openings()
        self._episodes = flapping.episodes([change.time for change in self._changes])
        self._wakes: list[datetime] = []

    def evaluate(self) -> Evaluation:
        events = [
            *self._of_unknowns(),
            *self._of_changes(),
            *self._of_openings(),
            *self._of_episodes(),
        ]
        self._wake_if_silent()
        lasting = [
            self._changes[one.first].time
            for one in self._episodes
            if self._now - one.calm <= self._patience()
        ]
        return Evaluation(
            # Two rules with the same length want the same event.
            events=tuple(
                sorted(
                    {event.identity: event for event in events}.values(),
                    key=lambda event: event.time,
                )
            ),
            wake=min((wake for wake in self._wakes if wake > self._now), default=None),
            flapping_since=min(lasting, default=None),
        )

    def _patience(self) -> timedelta:
        return max((rule.patience for rule in self._watched.rules), default=timedelta())

    def _find_changes(self) -> Iterator[_Change]:
        for before, seen in pairwise(self._known.observations):
            if before.status is seen.status:
                continue
            unseen = [one.since for one in self._unknowns if one.until == seen.time]
            yield _Change(seen.time, seen.status, before, max(unseen, default=None))

    def _find_openings(self) -> list[_Opening]:
        """Find the openings with a known beginning: of the bridge's, or of its being seen again."""
        found: list[_Opening] = []
        last: Observation | None = None
        for seen in self._known.observations:
            since = last.time if last else self._known.start
            in_gap = seen.time - since > self._watched.tolerance
            was_open = last is not None and last.status is Status.OPEN
            if was_open and found and found[-1].end is None:
                if in_gap and last:
                    found[-1] = replace(found[-1], end=last.time)
                elif seen.status is Status.CLOSED:
                    found[-1] = replace(found[-1], end=seen.time)
            if seen.status is Status.OPEN and (in_gap or (last is not None and not was_open)):
                found.append(_Opening(seen.time, None))
            last = seen
        return found

    def _of_changes(self) -> Iterator[Event]:
        flaps = {index for one in self._episodes for index in range(one.first, one.last + 1)}
        for index, change in enumerate(self._changes):
            if index in flaps:
                continue
            kind = CHANGE_KINDS[change.status]
            event = Event(
                identity(*self._names(kind), in_milliseconds(change.time)),
                kind,
                self._watched.bridge,
                change.time,
                status=change.status,
                since=None if change.earliest else change.time,
                earliest=change.earliest,
                length=self._open_until(change.time) if kind is Kind.CLOSES else None,
            )
            yield from self._told(event, kind)

    def _open_until(self, end: datetime) -> timedelta | None:
        return next((end - one.start for one in self._openings if one.end == end), None)

    def _of_openings(self) -> Iterator[Event]:
        for opening in self._openings:
            for rule in self._rules(Kind.OPEN_FOR):
                if due := self._once_known(opening.start + rule.length):
                    yield from self._lasting(rule, opening.start, opening.end, due, Status.OPEN)

    def _once_known(self, moment: datetime) -> datetime | None:
        """Give the moment, or when the status was known again after it; None if it is not yet."""
        for one in self._unknowns:
            if one.covers(moment):
                return one.until
        return moment

    def _of_unknowns(self) -> Iterator[Event]:
        for unknown in self._unknowns:
            for rule in self._rules(Kind.UNKNOWN_FOR):
                due = max(unknown.since + rule.length, unknown.found)
                yield from self._lasting(rule, unknown.since, unknown.until, due)
            yield from self._known_again(unknown)

    def _lasting(
        self,
        rule: Rule,
        start: datetime,
        end: datetime | None,
        due: datetime,
        status: Status | None = None,
    ) -> Iterator[Event]:
        """Tell of what lasts as long as a rule says, once it is due, unless it ended before."""
        if end is not None and end <= due:
            return
        if due > self._now:
            self._wakes.append(due)
            return
        event = Event(
            identity(
                *(*self._names(rule.when), rule.length.total_seconds(), in_milliseconds(start))
            ),
            rule.when,
            self._watched.bridge,
            due,
            status=status,
            since=start,
            length=rule.length,
        )
        yield from self._told(event, rule.when)

    def _known_again(self, unknown: Unknown) -> Iterator[Event]:
        if unknown.until is None:
            return
        lasted = unknown.until - unknown.since
        statuses = [one.status for one in self._known.observations if one.time <= unknown.until]
        event = Event(
            identity(*self._names(Kind.KNOWN_AGAIN), in_milliseconds(unknown.since)),
            Kind.KNOWN_AGAIN,
            self._watched.bridge,
            unknown.until,
            status=statuses[-1] if statuses else None,
            since=unknown.since,
            length=lasted,
        )
        yield from self._told(
            event,
            Kind.KNOWN_AGAIN,
            [one for one in self._rules(Kind.KNOWN_AGAIN) if lasted >= one.length],
        )

    def _of_episodes(self) -> Iterator[Event]:
        for episode in self._episodes:
            first = self._changes[episode.first]
            changes = self._changes[episode.first : episode.last + 1]
            rules = [*self._rules(Kind.OPENS), *self._rules(Kind.CLOSES)]
            begun = Event(
                identity(*self._names(Kind.FLAPPING), in_milliseconds(first.time)),
                Kind.FLAPPING,
                self._watched.bridge,
                first.time,
                status=first.status,
                since=first.time,
                length=flapping.WITHIN,
                changes=flapping.CHANGES,
            )
            yield from self._told(begun, Kind.FLAPPING, rules)
            if episode.calm > self._now:
                self._wakes.append(episode.calm)
                continue
            sum_up = Event(
                identity(*self._names(Kind.CALM), in_milliseconds(first.time)),
                Kind.CALM,
                self._watched.bridge,
                episode.calm,
                status=changes[-1].status,
                since=first.time,
                length=changes[-1].time - first.time,
                changes=len(changes),
            )
            in_hours = [
                rule
                for rule in rules
                if any(rule.counts_at(one.time, self._watched.zone) for one in changes)
            ]
            yield from self._told(sum_up, Kind.CALM, in_hours, always=True)

    def _wake_if_silent(self) -> None:
        """Look again when the next record is overdue."""
        if self._known.observations and not any(one.until is None for one in self._unknowns):
            silent = self._known.observations[-1].time + self._watched.tolerance
            self._wakes += [
                # Silence is longer than the tolerance: not just as long.
                max(silent + MOMENT, self._known.observations[-1].time + rule.length)
                for rule in self._rules(Kind.UNKNOWN_FOR)
            ]

    def _rules(self, kind: Kind) -> list[Rule]:
        return [rule for rule in self._watched.rules if rule.when is kind]

    def _names(self, kind: Kind) -> tuple[str, Kind, str]:
        return self._watched.deployment, kind, self._watched.bridge

    def _told(
        self,
        event: Event,
        kind: Kind,
        rules: Iterable[Rule] | None = None,
        *,
        always: bool = False,
    ) -> Iterator[Event]:
        """Give the event with whom to tell, unless that is nobody.

        :param rules: those that want it if it is in their hours; by default those of the kind.
        :param always: whether that was looked at already.
        """
        candidates: Sequence[Rule] = list(self._rules(kind) if rules is None else rules)
        if rules is None and event.length is not None and kind in {Kind.OPEN_FOR, Kind.UNKNOWN_FOR}:
            candidates = [rule for rule in candidates if rule.length == event.length]
        wanting = [
            rule
            for rule in candidates
            if self._now - event.time <= rule.patience
            and (always or rule.counts_at(event.time, self._watched.zone))
        ]
        if wanting:
            targets = dict.fromkeys(target for rule in wanting for target in rule.targets)
            yield replace(
                event,
                targets=tuple(targets),
                rules=tuple(dict.fromkeys(rule.name for rule in wanting)),
            )
