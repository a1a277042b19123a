"""Times and durations, as people type and read them."""

import re
from datetime import UTC, datetime, timedelta

from bridgewatch.cli.failures import WRONG_USAGE, CommandError
from lambdas.observation import EPOCH

_LATEST = datetime(9000, 1, 1, tzinfo=UTC)
_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_AGO = re.compile(r"(\d{1,6})([wdhms])")


def moment(text: str, option: str, now: datetime) -> datetime:
    """Read a time: how long ago (`7d`, `36h`, `90m`), or a date or time in ISO 8601.

    A time without a zone is UTC.

    :param option: which option it was, for the error.
    :raises CommandError: if it is neither.
    """
    try:
        if ago := _AGO.fullmatch(text):
            return max(EPOCH, now - timedelta(**{_UNITS[ago[2]]: int(ago[1])}))
        time = datetime.fromisoformat(text)
        time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
        # Timestream keeps no earlier times, and later ones leave no room for what is around them.
        return min(max(EPOCH, time), _LATEST)
    except (ValueError, OverflowError):
        raise CommandError(
            f"{option} takes how long ago, such as 7d, 36h or 90m, or a time such as "
            f"2026-11-23T12:00, not {text!r}.",
            WRONG_USAGE,
        ) from None


def iso(time: datetime) -> str:
    """Write a time in UTC, to the second."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_milliseconds(time: datetime) -> str:
    """Write a time in UTC, as exactly as it is stored."""
    return time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def in_words(duration: timedelta) -> str:
    """Write a duration in its two largest units: `3 d 4 h`, `8 min`."""
    seconds = round(duration.total_seconds())
    words: list[str] = []
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, seconds = divmod(seconds, length)
        if count or (unit == "s" and not words):
            words.append(f"{count} {unit}")
        elif words:
            break
    return " ".join(words[:2])
