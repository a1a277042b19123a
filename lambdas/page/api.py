"""The documents for programs: JSON, and shields.io's endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lambdas.page.words import ENGLISH, utc

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from lambdas.history import Opening
    from lambdas.page.configuration import PageBridge
    from lambdas.page.site import Moment
    from lambdas.page.verdict import Verdict
    from lambdas.page.view import View
    from lambdas.plans import Planned

Json = dict[str, Any]

UNKNOWN = "Unknown"

SHIELDS_COLORS = {"Open": "d55e00", "Closed": "00796b", UNKNOWN: "757575"}
SHIELDS_SECONDS = 300
"""The least that shields.io takes: https://shields.io/badges/endpoint-badge."""


def bridge_of(bridge: PageBridge, told: Verdict, base: str) -> Json:
    """Write what can be said of a bridge."""
    return {
        "name": bridge.name,
        "slug": bridge.slug,
        "place": bridge.place or None,
        "timezone": bridge.timezone,
        "status": told.status or UNKNOWN,
        "since": _time(told.since),
        "checked_at": _time(told.checked_at),
        "valid_until": _time(told.valid_until),
        "unknown_because": told.silence,
        "last_status": told.last,
        "page": f"{base}/bridges/{bridge.slug}",
        "url": f"{base}/api/bridges/{bridge.slug}.json",
    }


def bridges(moment: Moment, verdicts: Sequence[tuple[PageBridge, Verdict]], base: str) -> Json:
    """Write `/api/bridges.json`.

    Its `valid_until` is the first of the bridges', of those whose status is known.
    """
    ends = [told.valid_until for _, told in verdicts if told.status and told.valid_until]
    return {
        "checked_at": _time(moment.beat.polled) if moment.beat else None,
        "valid_until": _time(min(ends, default=None)),
        "bridges": [bridge_of(bridge, told, base) for bridge, told in verdicts],
    }


def whole(view: View, planned: Sequence[Planned], base: str) -> Json:
    """Write `/api/bridges/SLUG.json`."""
    pattern, usual = view.pattern, view.usual
    return {
        **bridge_of(view.bridge, view.verdict, base),
        "usual": usual
        and {
            "median_seconds": _seconds(usual.median),
            "p80_seconds": _seconds(usual.most),
            "openings": usual.openings,
        },
        "statistics": {
            "since": utc(view.days[-1].start),
            "until": utc(view.as_of),
            "openings": pattern.openings,
            "openings_a_day": pattern.openings_a_day,
            "mean_opening_seconds": _seconds(pattern.mean_opening),
            "longest_opening_seconds": _seconds(pattern.longest_opening),
            "open_share": pattern.open_share,
            "known_share": pattern.known_share,
            "by_weekday_and_hour": [list(row) for row in pattern.by_weekday_and_hour],
        },
        "openings": [_opening(one) for one in view.openings],
        "planned": [
            {
                "start": utc(one.start),
                "end": _time(one.end),
                "probability": one.probability,
            }
            for one in planned
        ],
    }


def shields(bridge: PageBridge, told: Verdict, as_of: datetime) -> Json:
    """Write the document of shields.io's endpoint badge."""
    return {
        "schemaVersion": 1,
        "label": bridge.name,
        "message": message(bridge, told, as_of),
        "color": SHIELDS_COLORS[told.status or UNKNOWN],
        "cacheSeconds": SHIELDS_SECONDS,
    }


def message(bridge: PageBridge, told: Verdict, as_of: datetime) -> str:
    """Say a status and the time that it is of: a badge may be older than it looks."""
    if told.checked_at is None:
        return "unknown"
    clock = ENGLISH.time(told.checked_at, bridge.zone, as_of)
    if told.status is None:
        return f"unknown since {clock}"
    return f"{told.status.lower()} at {clock}"


def _opening(one: Opening) -> Json:
    length = one.end - one.start if one.start and one.end else None
    return {"start": _time(one.start), "end": _time(one.end), "seconds": _seconds(length)}


def _time(moment: datetime | None) -> str | None:
    return utc(moment) if moment else None


def _seconds(length: timedelta | None) -> int | None:
    return None if length is None else round(length.total_seconds())
