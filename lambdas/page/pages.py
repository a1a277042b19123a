"""The pages as HTML, and the badge: templates filled with what is known."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader

from lambdas.observation import Status
from lambdas.page import drawing
from lambdas.page.api import SHIELDS_COLORS, UNKNOWN, message
from lambdas.page.assets import ICONS, TEMPLATES, addresses
from lambdas.page.days import open_times, time_of
from lambdas.page.words import LANGUAGES, utc
from lambdas.patterns import most_openings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from http import HTTPStatus
    from zoneinfo import ZoneInfo

    from lambdas.page.configuration import PageBridge, PageConfiguration
    from lambdas.page.site import Glance, Moment
    from lambdas.page.verdict import Verdict
    from lambdas.page.view import View
    from lambdas.page.words import Language
    from lambdas.plans import Planned

LISTED = 40
"""Openings in the list."""

LEVELS = 4
"""Shades of the heat map."""

# Verdana's, in tenths of a pixel at 11 px, of what badges are mostly made of: good enough, because
# the text is stretched to what is reckoned here.
NARROW, WIDE, USUAL = 38, 95, 68


class Pages:
    """Writes pages."""

    def __init__(self, configuration: PageConfiguration) -> None:
        self._configuration = configuration

    @cached_property
    def _templates(self) -> Environment:
        templates = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        templates.globals.update(
            paths=drawing.paths,
            width=drawing.width,
            ticks=drawing.ticks,
            open_times=open_times,
            time_of=time_of,
            Status=Status,
            widest_of=_widest,
            level=_level,
            most_openings=most_openings,
            clock=_clock,
            percent=_percent,
            milliseconds=_milliseconds,
            utc=utc,
            languages=LANGUAGES,
            assets=addresses(),
            icons={status: addresses()[file] for status, file in ICONS.items()},
            title=self._configuration.title,
            interval=self._configuration.interval,
            several=len(self._configuration.bridges) > 1,
        )
        return templates

    def bridge(
        self, view: View, planned: Sequence[Planned], t: Language, *, base: str, chosen: bool
    ) -> bytes:
        """Write a bridge's page.

        :param chosen: whether the address names the language, so that links keep it.
        """
        return self._write(
            "bridge.html",
            t,
            chosen=chosen,
            here=f"/bridges/{view.bridge.slug}",
            as_of=_milliseconds(view.as_of),
            refreshes=True,
            base=base,
            view=view,
            planned=planned,
            listed=LISTED,
            summary=_summary(view.verdict, view.bridge, view.as_of, t),
        )

    def overview(
        self, glances: Sequence[Glance], moment: Moment, t: Language, *, base: str, chosen: bool
    ) -> bytes:
        """Write the page of all bridges."""
        statuses = [one.verdict.status or UNKNOWN for one in glances]
        counts = {key: statuses.count(word) for key, word in _COUNTED}
        overall = next((word for _, word in _COUNTED if word in statuses), UNKNOWN)
        polled = moment.beat.polled if moment.beat else None
        zone = self._configuration.bridges[0].zone
        return self._write(
            "overview.html",
            t,
            chosen=chosen,
            here="/",
            as_of=_milliseconds(moment.as_of),
            refreshes=True,
            base=base,
            glances=glances,
            as_of_time=moment.as_of,
            overall=overall,
            summary=t["overview"].format(**counts),
            polled=polled,
            polled_clock=_clock(polled, zone) if polled else "",
        )

    def error(self, status: HTTPStatus, t: Language, *, chosen: bool) -> bytes:
        """Write the page of an error."""
        return self._write(
            "error.html", t, chosen=chosen, here="/", as_of=0, refreshes=False, code=status.value
        )

    def badge(self, bridge: PageBridge, told: Verdict, as_of: datetime) -> bytes:
        """Write a badge as SVG, with the time of its status in it."""
        text = message(bridge, told, as_of)
        return (
            self._templates.get_template("badge.svg")
            .render(
                label=bridge.name,
                message=text,
                color=f"#{SHIELDS_COLORS[told.status or UNKNOWN]}",
                left=_breadth(bridge.name),
                right=_breadth(text),
            )
            .encode()
        )

    def _write(self, template: str, t: Language, *, chosen: bool, **values: Any) -> bytes:  # noqa: ANN401 - whatever the template shows
        prefix = f"/{t.code}" if chosen else ""
        page = self._templates.get_template(template).render(t=t, prefix=prefix, **values)
        return page.encode()


_COUNTED = (("open", "Open"), ("unknown", UNKNOWN), ("closed", "Closed"))
"""In the order of what the icon of the overview warns of."""


def _summary(told: Verdict, bridge: PageBridge, as_of: datetime, t: Language) -> str:
    if told.checked_at is None or told.since is None:
        return t["unknown.never"]
    if told.status is None:
        clock = t.time(told.checked_at, bridge.zone, as_of)
        return t[f"unknown.{told.silence}"].format(clock)
    since = t["since"].format(t.time(told.since, bridge.zone, as_of))
    return f"{t[f'means.{told.status}']} {t.status(told)} {since}."


def _widest(view: View) -> int:
    return max(map(drawing.width, view.days))


def _level(count: int, most: int) -> int:
    return max(1, round(LEVELS * count / most))


def _clock(moment: datetime, zone: ZoneInfo, seconds: bool = True) -> str:  # noqa: FBT001, FBT002 - a template's
    return moment.astimezone(zone).strftime("%H:%M:%S" if seconds else "%H:%M")


def _percent(share: float) -> str:
    """Write a share, and never round what is missing away."""
    percent = 100 * share
    if percent in (0, 100) or 1 <= percent <= 99:  # noqa: PLR2004 - percent
        return f"{percent:.0f} %"
    return f"{min(percent, 99.9):.1f} %"


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _breadth(text: str) -> int:
    tenths = sum(
        NARROW if one in "iljtfIr.,:;'|! ()" else WIDE if one in "mwMW@" else USUAL for one in text
    )
    return tenths // 10 + 12
