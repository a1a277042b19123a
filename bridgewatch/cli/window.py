"""The time that a reading command looks at, and what it reads there."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from bridgewatch.cli.failures import WRONG_USAGE, CommandError
from bridgewatch.cli.reading import Place
from bridgewatch.cli.times import iso, moment
from lambdas.history import Stretch, stretches
from lambdas.observation import Observation

Since = Annotated[str, typer.Option(help="From when: 7d, 36h or 90m ago, or 2026-11-23T12:00.")]
Until = Annotated[str | None, typer.Option(help="Until when, likewise; now without it.")]


@dataclass(frozen=True)
class Window:
    """A time to look at: since <= time < until.

    :param since: in UTC.
    :param until: in UTC, and not in the future, of which nothing is known.
    """

    since: datetime
    until: datetime

    @classmethod
    def of(cls, since: str, until: str | None) -> "Window":
        """Make it of what the options say.

        :raises CommandError: if that is no time, or none at all lies between.
        """
        # Timestream keeps milliseconds, and the end is not within: what is recorded now counts.
        now = datetime.now(UTC) + timedelta(milliseconds=1)
        start = moment(since, "--since", now)
        end = min(now, moment(until, "--until", now)) if until else now
        if start >= end:
            raise CommandError(f"--since {since} is not before {iso(end)}.", WRONG_USAGE)
        return cls(start, end)

    def observations(self, place: Place, bridges: Collection[str]) -> dict[str, list[Observation]]:
        """Read the observations of bridges within, by bridge and in time order.

        Also those around, as far as they tell the status at both ends.

        :raises StoreError: if the store failed.
        """
        found: dict[str, list[Observation]] = defaultdict(list)
        around = self.since - place.tolerance, self.until + place.tolerance
        try:
            for observation in place.store.read(bridges, *around):
                found[observation.bridge].append(observation)
        except ValueError as error:
            raise CommandError(str(error), WRONG_USAGE) from error
        return found

    def stretches(self, place: Place, observations: list[Observation]) -> list[Stretch]:
        """Divide it by what one bridge's observations tell."""
        return stretches(observations, self.since, self.until, place.tolerance)
