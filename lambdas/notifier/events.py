"""What is told: events, their identity, and their form as CloudEvents."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from lambdas.notifier.rules import Kind
from lambdas.observation import Status, from_milliseconds, in_milliseconds

TYPE_PREFIX = "io.github.bridgewatch."
"""Of the events' types, a name in reverse as CloudEvents recommends:
https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#type"""

CONTENT_TYPE = "application/cloudevents+json"
"""https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md"""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that people are told.

    :param identity: the same one however often it is told: a receiver that knows it has it.
    :param time: when it happened: of OPEN_FOR and UNKNOWN_FOR, when the time was up.
    :param targets: the names of who is told.
    :param rules: the names of the rules that said so.
    :param status: the bridge's status then, or None if it is unknown.
    :param since: since when that is so. None if nobody saw it begin.
    :param earliest: where `since` is None, when the bridge was seen last before; else None.
    :param length: of OPEN_FOR and UNKNOWN_FOR, what the rule says; of CLOSES, how long the bridge
        was open; of KNOWN_AGAIN, how long its status was unknown; of CALM and FLAPPING, in what
        time there were `changes`. None if it is not known.
    :param usual: how long the bridge's openings usually last, if that is known.
    :param changes: of FLAPPING and CALM, how many there were.
    """

    identity: str
    kind: Kind
    bridge: str
    time: datetime
    targets: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    status: Status | None = None
    since: datetime | None = None
    earliest: datetime | None = None
    length: timedelta | None = None
    usual: timedelta | None = None
    changes: int | None = None


def identity(deployment: str, kind: Kind, bridge: str, *what: object) -> str:
    """Make the identity of an event, out of what makes it this one.

    :param what: what tells it apart from others of its kind at its bridge.
    """
    words = "|".join(("bridgewatch", deployment, kind, bridge, *map(str, what)))
    return str(uuid.uuid5(uuid.NAMESPACE_OID, words))


def cloud_event(event: Event, deployment: str, message: str) -> dict[str, Any]:
    """Write an event as a CloudEvent in JSON.

    https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md

    :param message: what people are told.
    """
    data = {
        "bridge": event.bridge,
        "kind": event.kind,
        "status": event.status or "unknown",
        "since": _text(event.since),
        "earliest": _text(event.earliest),
        "seconds": _seconds(event.length),
        "usual_seconds": _seconds(event.usual),
        "changes": event.changes,
        "rules": list(event.rules),
        "message": message,
    }
    return {
        "specversion": "1.0",
        "id": event.identity,
        "source": f"/bridgewatch/{quote(deployment, safe='')}",
        "type": TYPE_PREFIX + event.kind,
        "subject": event.bridge,
        "time": _text(event.time),
        "datacontenttype": "application/json",
        "data": {name: value for name, value in data.items() if value is not None},
    }


def to_json(event: Event) -> dict[str, Any]:
    """Write an event for the notifier's own table; `from_json` reads it."""
    values = {
        "identity": event.identity,
        "kind": event.kind,
        "bridge": event.bridge,
        "time": in_milliseconds(event.time),
        "targets": list(event.targets),
        "rules": list(event.rules),
        "status": event.status,
        "since": event.since and in_milliseconds(event.since),
        "earliest": event.earliest and in_milliseconds(event.earliest),
        "length": _seconds(event.length),
        "usual": _seconds(event.usual),
        "changes": event.changes,
    }
    return {name: value for name, value in values.items() if value is not None}


def from_json(values: dict[str, Any]) -> Event:
    """Read what `to_json` wrote."""
    return Event(
        identity=values["identity"],
        kind=Kind(values["kind"]),
        bridge=values["bridge"],
        time=from_milliseconds(values["time"]),
        targets=tuple(values["targets"]),
        rules=tuple(values["rules"]),
        status=Status(values["status"]) if "status" in values else None,
        since=from_milliseconds(values["since"]) if "since" in values else None,
        earliest=from_milliseconds(values["earliest"]) if "earliest" in values else None,
        length=timedelta(seconds=values["length"]) if "length" in values else None,
        usual=timedelta(seconds=values["usual"]) if "usual" in values else None,
        changes=values.get("changes"),
    )


def _seconds(length: timedelta | None) -> float | None:
    return None if length is None else length.total_seconds()


def _text(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat(timespec="milliseconds")
