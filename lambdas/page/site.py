"""What the answers are made of: the bridges, what is known of them, and the time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from lambdas.observation import Status
from lambdas.page.http import brief
from lambdas.page.verdict import Verdict, verdict
from lambdas.page.view import HOURS, MONTH, beginning, history, hours_of, lasted_since, view
from lambdas.store import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from lambdas.beat import Beat
    from lambdas.page.configuration import PageBridge, PageConfiguration
    from lambdas.page.recent import Recent
    from lambdas.page.view import View
    from lambdas.patterns import Day
    from lambdas.plans import Planned

SHORTEST, LONGEST = 5, 30
"""Seconds that shared caches keep an answer that tells a status. With the longest one address costs
at most 87,600 invocations a month and regional cache."""

STRIPS = 30
"""With more bridges than this the overview has no strips: each is a query."""


@dataclass(frozen=True, slots=True)
class Glance:
    """A bridge on the overview; `hours` is None where there are too many."""

    bridge: PageBridge
    verdict: Verdict
    hours: Day | None


@dataclass(frozen=True, slots=True)
class Moment:
    """What the last poll knew, seen at one time.

    :param as_of: until when histories tell: the last poll or, if polls stopped, the whole minute.
    """

    now: datetime
    beat: Beat | None
    as_of: datetime


class Site:
    """What is known of the bridges.

    :param now: tells the time.
    """

    def __init__(
        self, configuration: PageConfiguration, recent: Recent, now: Callable[[], datetime]
    ) -> None:
        self.configuration = configuration
        self._recent = recent
        self._now = now

    def moment(self) -> Moment:
        """Look at the beat.

        :raises StoreError: if it cannot be read.
        """
        now = self._now()
        beat = self._recent.beat()
        as_of = now.replace(second=0, microsecond=0)
        if beat and beat.polled <= now < beat.polled + self.configuration.valid_for:
            as_of = beat.polled
        return Moment(now, beat, as_of)

    def verdict(self, bridge: PageBridge, moment: Moment) -> Verdict:
        """Tell what can be said of a bridge."""
        valid_for = self.configuration.valid_for
        told = verdict(moment.beat, bridge.name, moment.now, valid_for)
        return self._before_the_first_beat(told, bridge, moment)

    def _before_the_first_beat(self, told: Verdict, bridge: PageBridge, moment: Moment) -> Verdict:
        """Let the records tell since when, where the bridge has not changed since the first beat.

        Not where bridges are many: each is a query, though one that a container does once.
        """
        beat, sighting, tolerance = moment.beat, told.sighting, self.configuration.tolerance
        if (
            beat is None
            or beat.began is None
            or sighting is None
            or sighting.since > beat.began + tolerance
            or moment.now > beat.began + timedelta(days=MONTH)
            or len(self.configuration.bridges) > STRIPS
        ):
            return told
        first = beginning(bridge, moment.as_of) - tolerance
        try:
            seen = self._recent.observations(bridge.name, first, beat)
        except StoreError:
            return told
        since = lasted_since(seen, sighting, tolerance)
        return replace(told, sighting=replace(sighting, since=since))

    def verdicts(self, moment: Moment) -> list[tuple[PageBridge, Verdict]]:
        """Tell what can be said of every bridge."""
        return [(one, self.verdict(one, moment)) for one in self.configuration.bridges]

    def glances(self, moment: Moment) -> list[Glance]:
        """Show every bridge, those that are Open first.

        :raises StoreError: if their observations cannot be read.
        """
        known = self.verdicts(moment)
        hours: dict[str, Day] = {}
        if len(known) <= STRIPS:
            tolerance = self.configuration.tolerance
            since = moment.as_of - HOURS
            first = since - tolerance
            self._recent.load([one.name for one, _ in known], first, moment.beat)
            for bridge, told in known:
                seen = self._recent.observations(bridge.name, first, moment.beat)
                found = history(seen, told, since, moment.as_of, tolerance)
                hours[bridge.name] = hours_of(found, moment.as_of)
        order = {Status.OPEN: 0, None: 1, Status.CLOSED: 2}
        glances = [Glance(bridge, told, hours.get(bridge.name)) for bridge, told in known]
        return sorted(glances, key=lambda one: order[one.verdict.status])

    def view(self, bridge: PageBridge, moment: Moment) -> View:
        """Show all of one bridge.

        :raises StoreError: if its observations cannot be read.
        """
        tolerance = self.configuration.tolerance
        since = beginning(bridge, moment.as_of) - tolerance
        seen = self._recent.observations(bridge.name, since, moment.beat)
        return view(bridge, self.verdict(bridge, moment), seen, moment.as_of, tolerance)

    def planned(self, bridge: PageBridge, moment: Moment) -> Sequence[Planned]:
        """List the announced openings of a bridge that are not over.

        :raises StoreError: if they cannot be read.
        """
        return [
            one for one in self._recent.planned(bridge.name) if (one.end or one.start) > moment.now
        ]

    def cache(self, moment: Moment, verdicts: Sequence[Verdict]) -> str:
        """Say how long shared caches may keep an answer: until the next poll is there, or less.

        Never past a `valid_until`, so that what they keep never says more than is known.
        """
        ends = [one.valid_until for one in verdicts if one.status and one.valid_until]
        if moment.beat:
            ends.append(moment.beat.polled + self.configuration.interval + timedelta(seconds=2))
        left = [int((end - moment.now).total_seconds()) for end in ends if end > moment.now]
        return brief(max(SHORTEST, min([LONGEST, *left])))
