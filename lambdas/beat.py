"""The beat: what the last poll knew of every bridge, in one small item that each poll replaces.

It tells how fresh the newest answer is, which the records do not: those are changes, and heartbeats
an hour apart. Who reads it knows a poller that fell silent from a source that did.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from lambdas.observation import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

    from lambdas.observation import Observation

BEAT = "\x1fbeat"
"""The item's partition key: no bridge's name has a control character."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LETTERS = {Status.OPEN: "O", Status.CLOSED: "C"}
_STATUSES = {letter: status for status, letter in _LETTERS.items()}


@dataclass(frozen=True, slots=True)
class Sighting:
    """What is known of one bridge.

    :param status: its status at its source's last good answer.
    :param since: the first answer that said so, without another status or a gap after it.
    :param seen: when the last good answer was.
    """

    status: Status
    since: datetime
    seen: datetime


@dataclass(frozen=True, slots=True)
class Beat:
    """What is known of all bridges.

    :param polled: when the last poll was, whatever it saw.
    :param bridges: by name; one that never gave an answer isn't there.
    :param began: when the first beat was, or the first after a pause: of the time before it only
        records tell. None where that is not known, as an earlier version wrote it.
    """

    polled: datetime
    bridges: Mapping[str, Sighting]
    began: datetime | None = None

    def after(
        self, observations: Iterable[Observation], polled: datetime, tolerance: timedelta
    ) -> Beat:
        """Give the beat after another poll.

        :param observations: what that poll saw.
        :param tolerance: a longer silence is a gap (`lambdas.history.gap_tolerance`).
        """
        seen = {one.bridge: Sighting(one.status, one.time, one.time) for one in observations}
        return Beat(polled, seen).joined_to(self, tolerance)

    def joined_to(self, earlier: Beat, tolerance: timedelta) -> Beat:
        """Give this beat with what an earlier one knew: since when, and of bridges unseen since."""
        joined = dict(earlier.bridges)
        for bridge, now in self.bridges.items():
            before = joined.get(bridge)
            lasted = (
                before is not None
                and before.status is now.status
                and before.since <= now.since
                and now.since - before.seen <= tolerance
            )
            joined[bridge] = replace(now, since=before.since) if before and lasted else now
        # After a pause of the beat it begins anew; records may have been written meanwhile.
        paused = self.polled - earlier.polled > tolerance
        return Beat(self.polled, joined, self.polled if paused else earlier.began)


def to_item(beat: Beat) -> dict[str, AttributeValueTypeDef]:
    """Write a beat as DynamoDB's item.

    A write is billed by the KiB, so a bridge is one short text: `C1780000000000` for one that is
    Closed since then, and `/60000` after it if it was last seen a minute before the poll.
    """
    item: dict[str, AttributeValueTypeDef] = {
        "bridge": {"S": BEAT},
        "time": {"N": "0"},
        "polled": {"N": str(_milliseconds(beat.polled))},
        "bridges": {
            "M": {name: {"S": _text(one, beat.polled)} for name, one in beat.bridges.items()}
        },
    }
    if beat.began:
        item["began"] = {"N": str(_milliseconds(beat.began))}
    return item


def from_item(item: Mapping[str, AttributeValueTypeDef]) -> Beat:
    """Read a beat from DynamoDB's item.

    :raises ValueError: if it is none.
    """
    try:
        polled = _time(item["polled"]["N"])
        bridges = {
            name: _sighting(value["S"], polled) for name, value in item["bridges"]["M"].items()
        }
        began = _time(item["began"]["N"]) if "began" in item else None
    except (KeyError, ValueError, OverflowError) as error:
        raise ValueError(f"The item {BEAT!r} is no beat: {item!r}.") from error
    return Beat(polled, bridges, began)


def _text(one: Sighting, polled: datetime) -> str:
    age = _milliseconds(polled) - _milliseconds(one.seen)
    return f"{_LETTERS[one.status]}{_milliseconds(one.since)}" + (f"/{age}" if age else "")


def _sighting(text: str, polled: datetime) -> Sighting:
    since, _, age = text[1:].partition("/")
    return Sighting(_STATUSES[text[:1]], _time(since), polled - int(age or 0) * _MILLISECOND)


def _milliseconds(time: datetime) -> int:
    return (time - _EPOCH) // _MILLISECOND


def _time(milliseconds: str) -> datetime:
    return _EPOCH + int(milliseconds) * _MILLISECOND
