"""What waits in the queue: records that the store did not take, exactly as they were to be written.

The text of a message is JSON, all of it ASCII (SQS refuses some characters, and counts bytes):

    {"version": 1,
     "observations": [
         {"bridge": "Hisingsbron", "status": "Open", "time": "2026-11-23T12:00:00.000Z"}],
     "dimensions": {"Hisingsbron": {"city": "Gothenburg", "source": "roadsignals"}},
     "reason": "Timestream is throttling: ...", "attempts": 1,
     "first_failed": "2026-11-23T12:00:01.000Z"}
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from lambdas.observation import Observation, Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

VERSION = 1

# One WriteRecords takes as many:
# https://docs.aws.amazon.com/timestream/latest/developerguide/ts-limits.html
RECORDS_PER_MESSAGE = 100

# What every queue takes, whatever its own limit is:
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
MESSAGE_BYTES = 256 * 1024

REASON_CHARACTERS = 1000


class MessageError(ValueError):
    """A text that is no message, or of a version that this code does not know."""


@dataclass(frozen=True, slots=True)
class Message:
    """Records on their way to the store.

    :param observations: what was observed, at least one.
    :param dimensions: what the records of each bridge carry, by the bridge's name.
    :param reason: why the store did not take them the last time.
    :param attempts: how often they were sent to it.
    :param first_failed: when that failed first; timezone-aware.
    """

    observations: tuple[Observation, ...]
    dimensions: Mapping[str, Mapping[str, str]]
    reason: str
    attempts: int
    first_failed: datetime

    def encode(self) -> str:
        """Write it as the text of a message, in ASCII."""
        bridges = dict.fromkeys(seen.bridge for seen in self.observations)
        return json.dumps(
            {
                "version": VERSION,
                "observations": [as_json(seen) for seen in self.observations],
                "dimensions": {bridge: dict(self.dimensions[bridge]) for bridge in bridges},
                "reason": self.reason[:REASON_CHARACTERS],
                "attempts": self.attempts,
                "first_failed": as_text(self.first_failed),
            }
        )

    @classmethod
    def decode(cls, text: str) -> Message:
        """Read the text of a message.

        :raises MessageError: if it is none, or of another version.
        """
        try:
            body = json.loads(text)
            version = body["version"]
            message = cls(
                observations=tuple(map(_observation, body["observations"])),
                dimensions={name: dict(pairs) for name, pairs in body["dimensions"].items()},
                reason=str(body["reason"]),
                attempts=int(body["attempts"]),
                first_failed=datetime.fromisoformat(body["first_failed"]).astimezone(UTC),
            )
        except (
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
            OverflowError,
            RecursionError,
        ) as error:
            raise MessageError(f"it is no message of bridgewatch's: {error!r}") from None
        if version != VERSION:
            raise MessageError(f"its version {version!r} is not known here")
        if not message.observations:
            raise MessageError("it holds no observations")
        if not {seen.bridge for seen in message.observations} <= set(message.dimensions):
            raise MessageError("a bridge has no dimensions")
        return message

    def parts(self) -> Iterator[Message]:
        """Divide it, if needed, into messages that a queue takes and one write writes."""
        count = len(self.observations)
        if count == 1 or (count <= RECORDS_PER_MESSAGE and len(self.encode()) <= MESSAGE_BYTES):
            yield self
            return
        half = min(count // 2, RECORDS_PER_MESSAGE)
        yield from self.of(self.observations[:half]).parts()
        yield from self.of(self.observations[half:]).parts()

    def of(self, observations: Sequence[Observation]) -> Message:
        """Give the same message with these of its observations."""
        return replace(self, observations=tuple(observations))


def as_json(seen: Observation) -> dict[str, str]:
    """Write an observation as JSON values: a line of these is what `backfill` reads."""
    return {"bridge": seen.bridge, "status": str(seen.status), "time": as_text(seen.time)}


def as_text(time: datetime) -> str:
    """Write a time in UTC and milliseconds, as exactly as it is stored."""
    return time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _observation(one: Mapping[str, Any]) -> Observation:
    return Observation(one["bridge"], Status(one["status"]), datetime.fromisoformat(one["time"]))
