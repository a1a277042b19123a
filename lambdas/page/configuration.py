"""What the page has to know of the settings: configuration.json in its bundle.

`Settings.page_configuration` writes it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from lambdas.environment import ConfigurationError
from lambdas.history import gap_tolerance

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MISSED_POLLS = 2
"""How many polls in a row may see nothing before what is known is too old."""

SLACK = timedelta(seconds=30)
"""How much later than its tick a poll's beat may be there."""


@dataclass(frozen=True)
class PageBridge:
    """One bridge.

    :param slug: what addresses call it: lower-case letters, digits and `-`; unique.
    :param timezone: whose clock its page shows, such as `Europe/Stockholm`.
    :param place: where it is, in words; may be empty.
    """

    name: str
    slug: str
    timezone: str
    place: str

    @cached_property
    def zone(self) -> ZoneInfo:
        """The clock that its page shows."""
        return ZoneInfo(self.timezone)


@dataclass(frozen=True)
class PageConfiguration:
    """What configuration.json holds.

    :param title: what the page is called.
    :param heartbeat: the longest silence between two records of a bridge.
    :param interval: the time between two polls.
    """

    title: str
    heartbeat: timedelta
    interval: timedelta
    bridges: tuple[PageBridge, ...]

    @property
    def tolerance(self) -> timedelta:
        """How far apart two records may be before there is a gap between them."""
        return gap_tolerance(self.heartbeat, self.interval)

    @property
    def valid_for(self) -> timedelta:
        """How long an answer is believed after a source gave it."""
        return self.interval * (1 + MISSED_POLLS) + SLACK

    @cached_property
    def by_slug(self) -> Mapping[str, PageBridge]:
        """The bridges by what addresses call them."""
        return {bridge.slug: bridge for bridge in self.bridges}

    @classmethod
    def read(cls, path: Path) -> PageConfiguration:
        """Read the file.

        :raises ConfigurationError: if it is missing, or not what the settings write.
        """
        try:
            return cls.parse(json.loads(path.read_bytes()))
        except OSError as error:
            raise ConfigurationError(f"{path} cannot be read: {error.strerror}.") from error
        except (KeyError, TypeError, ValueError) as error:
            raise ConfigurationError(
                f"{path} is not the page's configuration: {error!r}."
            ) from None

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> PageConfiguration:
        """Take the file's content: the settings have checked it."""
        return cls(
            title=str(document["title"]),
            heartbeat=timedelta(seconds=document["heartbeat_seconds"]),
            interval=timedelta(seconds=document["interval_seconds"]),
            bridges=tuple(
                PageBridge(one["name"], one["slug"], one["timezone"], one["place"])
                for one in document["bridges"]
            ),
        )
