"""What calendars, feed readers and Prometheus read; each library is loaded when it is asked for."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING

from lambdas.page.words import utc
from lambdas.plans import Probability

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from lambdas.history import Opening
    from lambdas.page.configuration import PageBridge
    from lambdas.page.site import Moment
    from lambdas.page.verdict import Verdict
    from lambdas.page.view import View
    from lambdas.page.words import Language
    from lambdas.plans import Planned

ENTRIES = 100
"""Changes in a feed, the newest ones."""

PLANNED_LENGTH = timedelta(minutes=10)
"""Of a planned opening whose end isn't told, for calendars."""


def atom(view: View, base: str, language: Language) -> bytes:
    """Write the changes of a bridge as Atom (RFC 4287), the newest first."""
    import feedgenerator  # noqa: PLC0415 - most answers do without it

    bridge = view.bridge
    page = f"{base}/bridges/{bridge.slug}"
    feed = feedgenerator.Atom1Feed(
        title=bridge.name,
        link=page,
        feed_url=f"{page}/changes.atom",
        feed_guid=f"urn:bridgewatch:{bridge.slug}",
        description="",
        language=language.code,
        author_name=bridge.name,
    )
    for moment, status in list(_changes(view.openings))[:ENTRIES]:
        clock = language.time(moment, bridge.zone, view.as_of)
        feed.add_item(
            title=f"{bridge.name}: {language[f'status.{status}']} {clock}",
            link=page,
            unique_id=f"urn:bridgewatch:{bridge.slug}:{utc(moment)}:{status}",
            description=language[f"means.{status}"],
            pubdate=moment,
            updateddate=moment,
        )
    written = StringIO()
    feed.write(written, "utf-8")
    return written.getvalue().encode()


def _changes(openings: Iterable[Opening]) -> Iterable[tuple[datetime, str]]:
    """List the changes that were seen, the newest first."""
    for opening in openings:
        if opening.end:
            yield opening.end, "Closed"
        if opening.start:
            yield opening.start, "Open"


def calendar(view: View, planned: Sequence[Planned], base: str, language: Language) -> bytes:
    """Write the openings of a bridge, and those that are announced, as iCalendar (RFC 5545)."""
    import icalendar  # noqa: PLC0415 - most answers do without it

    bridge = view.bridge
    whole = icalendar.Calendar()
    whole.add("prodid", "-//bridgewatch//bridgewatch//EN")
    whole.add("version", "2.0")
    whole.add("x-wr-calname", bridge.name)
    whole.add("refresh-interval", timedelta(minutes=15), parameters={"VALUE": "DURATION"})

    def add(uid: str, start: datetime, end: datetime, summary: str, status: str) -> None:
        event = icalendar.Event()
        event.add("uid", f"{uid}@{bridge.slug}.bridgewatch")
        # Never the time of asking: the same openings are the same calendar.
        event.add("dtstamp", start)
        event.add("dtstart", start)
        event.add("dtend", end)
        event.add("summary", f"{bridge.name}: {summary}")
        event.add("status", status)
        event.add("transp", "TRANSPARENT")
        event.add("url", f"{base}/bridges/{bridge.slug}")
        whole.add_component(event)

    for opening in view.openings:
        if opening.start:
            end = opening.end or (view.as_of if opening is view.openings[0] else opening.start)
            word = language["status.Open"]
            add(f"{opening.start:%Y%m%dT%H%M%SZ}", opening.start, end, word, "CONFIRMED")
    for one in planned:
        sure = one.probability is Probability.CERTAIN
        add(
            f"planned-{one.start:%Y%m%dT%H%M%SZ}",
            one.start,
            one.end or one.start + PLANNED_LENGTH,
            f"{language['planned']} ({language[f'planned.{one.probability}']})",
            "CONFIRMED" if sure else "TENTATIVE",
        )
    return bytes(whole.to_ical())


def metrics(moment: Moment, verdicts: Sequence[tuple[PageBridge, Verdict]]) -> bytes:
    """Write what is known as Prometheus' text format."""
    from prometheus_client import (  # noqa: PLC0415 - most answers do without it
        CollectorRegistry,
        Gauge,
        generate_latest,
    )

    registry = CollectorRegistry()
    polled = Gauge(
        "bridgewatch_last_poll_timestamp_seconds",
        "When the last poll was.",
        registry=registry,
    )
    polled.set(moment.beat.polled.timestamp() if moment.beat else float("nan"))
    status = Gauge(
        "bridgewatch_bridge_status",
        "1 for the status that a bridge has: Open is a raised span.",
        ("bridge", "status"),
        registry=registry,
    )
    since, checked, valid = (
        Gauge(f"bridgewatch_bridge_{name}_timestamp_seconds", text, ("bridge",), registry=registry)
        for name, text in (
            ("since", "Since when a bridge has its status."),
            ("checked", "When its source gave the last good answer."),
            ("valid_until", "When its status becomes unknown without another answer."),
        )
    )
    for bridge, told in verdicts:
        for word in ("Open", "Closed", "Unknown"):
            status.labels(bridge.slug, word).set(word == (told.status or "Unknown"))
        for gauge, when in (
            (since, told.since),
            (checked, told.checked_at),
            (valid, told.valid_until),
        ):
            if when:
                gauge.labels(bridge.slug).set(when.timestamp())
    return generate_latest(registry)
