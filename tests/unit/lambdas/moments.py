"""Times and observations for tests, counted from one noon."""

from datetime import UTC, datetime, timedelta

from lambdas.observation import Observation, Status

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
OPEN, CLOSED = Status.OPEN, Status.CLOSED


def minute(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def seen(status: Status, minutes: float, bridge: str = "Hisingsbron") -> Observation:
    return Observation(bridge, status, minute(minutes))
