"""What can be said of a bridge right now, and until when: Open, Closed, or unknown and why.

Pure functions of the beat and the time. An answer is believed until `valid_until`; after that the
status is unknown, whatever it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from lambdas.beat import Beat, Sighting
    from lambdas.observation import Status


class Silence(StrEnum):
    """Why a bridge's status is unknown."""

    POLLER = "poller"
    """The poller made no poll: nobody asked."""
    SOURCE = "source"
    """It asked, and the bridge's source gave no good answer."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What can be said of a bridge at one moment.

    :param bridge: its name.
    :param status: its status, or None if that is unknown.
    :param sighting: what the beat knows of it; None if its source never gave a good answer.
    :param valid_until: when `status` becomes unknown unless there is another answer; of an unknown,
        when it became so.
    :param silence: why it is unknown.
    """

    bridge: str
    status: Status | None
    sighting: Sighting | None
    valid_until: datetime | None
    silence: Silence | None

    @property
    def checked_at(self) -> datetime | None:
        """When the last good answer was, if there was any."""
        return self.sighting.seen if self.sighting else None

    @property
    def last(self) -> Status | None:
        """The status of the last good answer, whether it is still believed or not."""
        return self.sighting.status if self.sighting else None

    @property
    def since(self) -> datetime | None:
        """Since when it is so; of an unknown, when the last good answer was."""
        if self.sighting is None:
            return None
        return self.sighting.since if self.status else self.sighting.seen


def verdict(beat: Beat | None, bridge: str, now: datetime, valid_for: timedelta) -> Verdict:
    """Tell what can be said of a bridge.

    :param beat: the last poll's; None if there never was one.
    :param valid_for: how long an answer is believed.
    """
    silence = Silence.POLLER
    if beat and now < beat.polled + valid_for:
        silence = Silence.SOURCE
    sighting = beat.bridges.get(bridge) if beat else None
    if sighting is None:
        return Verdict(bridge, None, None, None, silence)
    valid_until = sighting.seen + valid_for
    if now >= valid_until:
        return Verdict(bridge, None, sighting, valid_until, silence)
    return Verdict(bridge, sighting.status, sighting, valid_until, None)
