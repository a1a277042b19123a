"""Where a bridge's status is read: what every source does, and how it fails.

`look_at` is how to ask one. Whatever the `Reason`: no observation, a metric, a log line; never a
guess. Neither the metric nor the line can hold the API key: a `SourceError` quotes no request, and
of an answer at most a short word.
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lambdas.observation import Observation
    from lambdas.plans import Planned
    from lambdas.poller.configuration import Bridge


DEEPEST_FRAMES = 4
"""How many of them say where an unexpected error comes from."""


class Reason(StrEnum):
    """Why a source gave no observation; `REASONS` says more."""

    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"
    DENIED = "denied"
    NO_KEY = "no_key"
    SERVER_ERROR = "server_error"
    HTTP_ERROR = "http_error"
    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    UNKNOWN_STATUS = "unknown_status"
    STALE = "stale"
    UNCONFIRMED = "unconfirmed"
    UNEXPECTED = "unexpected"


REASONS: Mapping[Reason, tuple[str, str]] = {
    Reason.TIMED_OUT: ("no answer in time", "nothing, unless it lasts: raise `timeout_seconds`"),
    Reason.UNREACHABLE: (
        "no connection: refused, no such host, or a certificate that cannot be verified",
        "check the `url`",
    ),
    Reason.DENIED: ("HTTP 401 or 403, with the key as it stands in SSM now", "renew the key"),
    Reason.NO_KEY: (
        "SSM did not give the key",
        "check the `key.parameter`, and the poller's role",
    ),
    Reason.SERVER_ERROR: (
        "HTTP 5xx or 429, or it asked to be left alone for a while (`Retry-After`), and it is",
        "nothing, unless it lasts; after 429, raise `poll_seconds`",
    ),
    Reason.HTTP_ERROR: (
        "any other HTTP status than 200, redirects included",
        "check the `url`",
    ),
    Reason.MALFORMED: (
        "not the JSON or XML that was promised: HTML, nothing, or only half of it",
        "look at the answer",
    ),
    Reason.TOO_LARGE: (
        "more than `max_bytes`, packed or unpacked",
        "raise `max_bytes` if it is genuine",
    ),
    Reason.UNKNOWN_STATUS: (
        "a word that `statuses` does not translate",
        "add it to `statuses`",
    ),
    Reason.STALE: (
        "the feed's publication time is over ten minutes off",
        "nothing, unless it lasts",
    ),
    Reason.UNCONFIRMED: (
        "a second look, at once, did not see the change",
        "nothing: the next poll decides",
    ),
    Reason.UNEXPECTED: (
        "a fault in bridgewatch: the source raised what it should not have",
        "report it, with the log line",
    ),
}
"""What happened, and what the operator does about it."""


class SourceError(Exception):
    """A source gave no observation.

    :param detail: what happened, in words of our own.
    :param patience: for how many seconds the source asks to be left alone.
    """

    def __init__(self, reason: Reason, detail: str, patience: float = 0) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.patience = patience


@dataclass(frozen=True, slots=True)
class Failure:
    """Bridges of one source that gave no observation in a poll, for one reason.

    :param detail: what happened, for a log line.
    :param bridges: their names.
    """

    source: str
    reason: Reason
    detail: str
    bridges: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a source told: each bridge is in one of the two."""

    observations: tuple[Observation, ...]
    failures: tuple[Failure, ...]


class Source(Protocol):
    """Tells the status of its bridges."""

    def look(self, bridges: Sequence[Bridge], deadline: float) -> Look:
        """Ask for the status of these bridges, now.

        What goes wrong is a `Failure`; `look_at` makes one of whatever is raised all the same.

        :param deadline: when to give up, by `time.monotonic()`.
        """


@runtime_checkable
class Announcing(Protocol):
    """A source that announces openings."""

    def planned(
        self, bridges: Sequence[Bridge], deadline: float
    ) -> Mapping[str, Sequence[Planned]]:
        """Ask which openings of these bridges are announced, by the bridge's name.

        :param deadline: when to give up, by `time.monotonic()`.
        :raises SourceError: if the source gave no good answer.
        """


def announcers(
    bridges: Sequence[Bridge], sources: Mapping[str, Source]
) -> list[Callable[[float], Mapping[str, Sequence[Planned]]]]:
    """Give what asks each source that announces openings, of its own bridges, by a deadline."""
    return [
        partial(source.planned, [bridge for bridge in bridges if bridge.source == name])
        for name, source in sources.items()
        if isinstance(source, Announcing)
    ]


def look_at(source: Source, name: str, bridges: Sequence[Bridge], deadline: float) -> Look:
    """Look at a source, whatever it does. Never raises: it is only here that this is promised.

    :param name: the source's.
    """
    try:
        return source.look(bridges, deadline)
    except Exception as error:  # noqa: BLE001 - one source's fault must not end the poll of all
        names = tuple(bridge.name for bridge in bridges)
        return Look((), (Failure(name, Reason.UNEXPECTED, _without_its_text(error), names),))


def _without_its_text(error: Exception) -> str:
    """Say what was raised and where, but not its text: that may quote a request with its key."""
    frames = traceback.extract_tb(error.__traceback__)[-DEEPEST_FRAMES:]
    places = " > ".join(f"{PurePath(frame.filename).name}:{frame.lineno}" for frame in frames)
    return f"{type(error).__name__} at {places}"
