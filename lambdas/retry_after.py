"""How long a server wants to be left alone: the header Retry-After."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def seconds_of(retry_after: str) -> float:
    """Read the header: seconds or a date; 0 if it is neither.

    https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
    """
    if retry_after.isascii() and retry_after.isdecimal():
        return float(retry_after)
    try:
        then = parsedate_to_datetime(retry_after)
    except (ValueError, OverflowError):
        return 0
    if then.tzinfo is None:  # -0000: UTC, of an unknown place
        then = then.replace(tzinfo=UTC)
    # Not astimezone(): in UTC it may be the year 10000, which datetime does not know.
    return max(0.0, (then - datetime.now(UTC)).total_seconds())
