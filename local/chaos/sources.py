"""Simulated bridges whose sources fail in every way, and a note of what they told."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from embedded_timestream.clock import utc
from local.bridges import server
from local.bridges.ndw import Feed
from local.bridges.openings import Opening, status_at
from local.bridges.server import NDW_PATH, ROAD_SIGNALS_PATH, BridgeServer
from local.chaos.journal import Answer, truncated_to_milliseconds

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime
    from email.message import Message
    from http.server import BaseHTTPRequestHandler

    from local.bridges.openings import Openings
    from local.chaos.effects import Effects
    from local.chaos.faults import Faults
    from local.chaos.journal import Journal
    from local.simulated_time.clock import SimulatedClock

ROAD_SIGNALS, NDW = "roadsignals", "ndw"
"""The sources, and the edges of `Faults`."""

TIMEOUT_SECONDS = 5.0
MAX_BYTES = {ROAD_SIGNALS: 1_000_000, NDW: 4_000_000}
"""What the settings of these sources say."""

SLOW_SECONDS = 2.0
PUNCTUAL = timedelta(seconds=2)
"""How late in a poll an answer may still be slow: later the poller may give up, or not."""

TRICKLE_SECONDS = 31.0
"""Longer than a poll may ask its sources."""

WAITS = {"silent": TIMEOUT_SECONDS, "trickle": TRICKLE_SECONDS}
"""How long who asked waits for nothing, by the fault's name."""

SKEWS = {
    "ahead": timedelta(minutes=4),
    "behind": timedelta(minutes=-4),
    "far_ahead": timedelta(minutes=15),
    "far_behind": timedelta(minutes=-15),
}
"""How far the clock of the feed is off, by the fault's name."""

AGES = {"old": timedelta(minutes=5), "stale": timedelta(minutes=15)}
"""How long ago the feed stopped being renewed, by the fault's name."""

BELIEVED = ("slow", "ahead", "behind", "old")
"""What is told with these faults is an observation: a feed may be ten minutes off."""

STATUSES = {"500": 500, "429": 429, "denied": 401, "redirect": 302}

_HTML = b"<!doctype html><title>Maintenance</title><p>We will be back soon."
_BODIES = {
    "html": _HTML,
    "empty": b"",
    "malformed": b"<a>{",
    "wrong_word": b'{"status": "Ajar"}',
    "wrong_type": b'{"status": {"open": true}}',
    "entities": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha">]><a>&b;</a>',
}
_BOMBS = {
    ROAD_SIGNALS: gzip.compress(b'{"status": "Open"' + b" " * 2 * MAX_BYTES[ROAD_SIGNALS] + b"}"),
    NDW: gzip.compress(b"<a>" + b" " * 2 * MAX_BYTES[NDW] + b"</a>"),
}


@dataclass(frozen=True)
class _Half(server.Answer):
    """Ends in the middle of its body."""

    def send(self, handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        handler.send_response(self.status)
        for name, value in self.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(self.body)))
        handler.end_headers()
        handler.wfile.write(self.body[: len(self.body) // 2])
        handler.wfile.flush()


@dataclass(frozen=True)
class _Trickle(_Half):
    """Has the middle of its body when it is too late for the rest."""

    effects: Effects | None = None

    def send(self, handler: BaseHTTPRequestHandler) -> None:
        assert self.effects  # noqa: S101 - a dataclass has its defaults last
        head = self.effects.wait_for_client(handler.connection)
        super().send(handler)
        self.effects.silence(handler.connection, TRICKLE_SECONDS, since=head)


@dataclass(frozen=True)
class _Nothing(server.Answer):
    """No answer; what happens to who asked instead."""

    instead: Callable[[socket.socket], None] = lambda _: None

    def send(self, handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        self.instead(handler.connection)


class DisturbedBridges(BridgeServer):
    """A BridgeServer with faults, that notes what it told.

    :param run_beside: lets a second container run, if there is to be one now, and tells it.
    """

    def __init__(  # noqa: PLR0913 - three of them are keyword-only
        self,
        clock: SimulatedClock,
        openings: Openings,
        key: str,
        *,
        faults: Faults,
        journal: Journal,
        effects: Effects,
        run_beside: Callable[[], bool],
    ) -> None:
        super().__init__(clock, openings, key)
        self._simulated = clock
        self._faults = faults
        self._journal = journal
        self._effects = effects
        self._run_beside = run_beside
        self._instead: Mapping[str, Callable[[socket.socket], None]] = {
            "dropped": lambda _: None,
            "silent": lambda connection: effects.silence(connection, TIMEOUT_SECONDS),
            "crash": effects.crash,
            "freeze": effects.freeze,
        }
        self._dutch = {name: openings[name] for name in openings if name.startswith("NL")}
        self._feeds = {name: Feed(_shifted(self._dutch, skew)) for name, skew in SKEWS.items()}

    def answer(self, target: str, headers: Message) -> server.Answer:
        """Answer a GET, or fail to."""
        path = unquote(urlsplit(target).path)
        source = NDW if path == NDW_PATH else ROAD_SIGNALS
        bridges = tuple(self._dutch) if source == NDW else (path[len(ROAD_SIGNALS_PATH) + 1 :],)
        run = self._journal.run
        if run is None:
            return super().answer(target, headers)
        late = utc(self._simulated) - run.start > PUNCTUAL
        # Either of the two has no faults of its own while the other one waits for it.
        fault = None
        if not self._journal.beside and not self._run_beside():
            fault = self._faults.choose(source, path, excluded=("slow",) if late else ())
        if fault == "slow":
            self._simulated.sleep(SLOW_SECONDS)
        now = utc(self._simulated)
        answer = super().answer(target, headers)
        told = now if source == ROAD_SIGNALS else self._feed.published(now)
        if fault in AGES:
            told -= AGES[fault]
        if fault in AGES or fault in SKEWS:
            answer = self._picture(fault, told)
        elif fault not in (None, "slow"):
            answer = self._broken(fault, source, answer)
        statuses = None
        if fault is None or fault in BELIEVED:
            statuses = {bridge: status_at(self._openings, bridge, told) for bridge in bridges}
        seconds = WAITS.get(fault, 0.0) if fault else 0.0
        run.answers.append(
            Answer(truncated_to_milliseconds(now), bridges, statuses, fault, seconds)
        )
        return answer

    def _picture(self, fault: str, told: datetime) -> server.Answer:
        feed = self._feeds.get(fault, self._feed)
        body = feed.picture(told + SKEWS.get(fault, timedelta()))
        tag = f'"{fault}-{told:%Y%m%dT%H%M%S}"'
        return server.Answer(200, body, {"Content-Type": "application/x-gzip", "ETag": tag})

    def _broken(self, fault: str, source: str, answer: server.Answer) -> server.Answer:
        headers = {"Content-Type": "application/json"}
        if fault in STATUSES:
            extra = {"Retry-After": "1", "Location": "/elsewhere"}
            return server.Answer(STATUSES[fault], b"no", {**headers, **extra})
        if fault in _BODIES:
            return server.Answer(200, _BODIES[fault], headers)
        if fault == "bomb":
            return server.Answer(200, _BOMBS[source], headers)
        if fault in self._instead:
            return _Nothing(0, instead=self._instead[fault])
        # A body to break is needed, also where the answer would be Not Modified.
        body = answer.body or _HTML
        if fault == "half":
            return _Half(200, body, headers)
        return _Trickle(200, body, headers, effects=self._effects)


def _shifted(openings: Mapping[str, Iterable[Opening]], skew: timedelta) -> Openings:
    return {
        bridge: tuple(
            replace(one, start=one.start + skew, end=one.end + skew if one.end else None)
            for one in history
        )
        for bridge, history in openings.items()
    }
