"""Drawings as SVG documents: every mark says what it shows when it is pointed at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr
from zoneinfo import ZoneInfo

from lambdas.observation import Status
from lambdas.patterns import HOURS_A_DAY, WEEKDAYS, most_openings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lambdas.history import Stretch
    from lambdas.patterns import Day

HOUR = timedelta(hours=1)

# Told apart by lightness as well as by colour.
FILLS: Mapping[Status | None, str] = {
    Status.OPEN: "#b3261e",
    Status.CLOSED: "#c8d5b9",
    None: "url(#unknown)",
}
_UNKNOWN = (
    '<pattern id="unknown" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect width="6" height="6" fill="#f4f4f4"/>'
    '<path d="M0 6L6 0" stroke="#999999" stroke-width="1"/></pattern>'
)

# In pixels.
ROW = 16
HOUR_WIDTH = 28
LEFT, TOP = 90, 84
SMALL, LARGE = 11, 15

HOURS_LABELLED = range(0, HOURS_A_DAY, 2)
DARK = 0.6
"""The opacity above which white is read better than black."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """A rectangle in a row.

    :param hours: how many hours from the row's left it begins.
    :param length: how many hours long it is.
    :param says: what is told when it is pointed at.
    :param label: what is written on it.
    """

    row: int
    hours: float
    length: float
    fill: str
    says: str
    opacity: float = 1
    label: str = ""

    def svg(self) -> str:
        place = f'x="{LEFT + self.hours * HOUR_WIDTH:.3f}" y="{TOP + self.row * ROW}"'
        size = f'width="{self.length * HOUR_WIDTH:.3f}" height="{ROW - 2}"'
        drawn = (
            f'<rect {place} {size} fill="{self.fill}" fill-opacity="{self.opacity:.2f}">'
            f"<title>{escape(self.says)}</title></rect>"
        )
        if not self.label:
            return drawn
        colour = "white" if self.opacity > DARK else "black"
        style = f' text-anchor="middle" fill="{colour}" pointer-events="none"'
        x = LEFT + (self.hours + self.length / 2) * HOUR_WIDTH
        return drawn + _text(x, TOP + (self.row + 1) * ROW - 4, self.label, style=style)


def strip_svg(title: str, days: Sequence[Day], timezone: str) -> str:
    """Draw days as rows, in which every stretch has its true start and length.

    :param timezone: whose clock the days are of. On the days when it jumps a row is an hour
        shorter or longer: a row follows time, not the clock.
    """
    zone = ZoneInfo(timezone)
    marks = [_stretch(row, day, one, zone) for row, day in enumerate(days) for one in day.stretches]
    period = f"{days[0].date} to {days[-1].date}, {timezone}"
    legend = {"Open": FILLS[Status.OPEN], "Closed": FILLS[Status.CLOSED], "unknown": FILLS[None]}
    return _document(title, period, legend, [str(day.date) for day in days], marks)


def _stretch(row: int, day: Day, one: Stretch, zone: ZoneInfo) -> _Mark:
    start, end = (
        time.astimezone(zone).isoformat(sep=" ", timespec="seconds")
        for time in (one.start, one.end)
    )
    return _Mark(
        row=row,
        hours=(one.start - day.start) / HOUR,
        length=one.duration / HOUR,
        fill=FILLS[one.status],
        says=f"{one.status or 'unknown'} from {start} to {end} ({one.duration})",
    )


def heat_map_svg(
    title: str, period: str, counts: Sequence[Sequence[int | None]], timezone: str
) -> str:
    """Draw openings by weekday and hour (`Pattern.by_weekday_and_hour`), with their number.

    :param period: which time was counted, in words.
    :param timezone: whose hours and weekdays they are.
    """
    most = most_openings(counts)
    marks = [
        _count(row, hour, count, most)
        for row, hours in enumerate(counts)
        for hour, count in enumerate(hours)
    ]
    legend = {"no opening": FILLS[Status.CLOSED], "unknown": FILLS[None]}
    if most:
        legend = {f"openings, up to {most}": FILLS[Status.OPEN], **legend}
    return _document(title, f"{period}, {timezone}", legend, WEEKDAYS, marks)


def _count(row: int, hour: int, count: int | None, most: int) -> _Mark:
    when = f"{WEEKDAYS[row]} {hour}:00 to {hour + 1}:00"
    if count is None:
        return _Mark(row, hour, 1, FILLS[None], f"{when}, unknown")
    says = f"{when}, openings: {count}"
    if not count:
        return _Mark(row, hour, 1, FILLS[Status.CLOSED], says)
    # Even the palest is told from none.
    opacity = 0.25 + 0.75 * count / most
    return _Mark(row, hour, 1, FILLS[Status.OPEN], says, opacity, str(count))


def _document(
    title: str,
    period: str,
    legend: Mapping[str, str],
    rows: Sequence[str],
    marks: Sequence[_Mark],
) -> str:
    """Frame marks with a title, the period, a legend, hours above and labels to the left.

    :param legend: the fill of what is drawn, by what it means.
    """
    hours = max(HOURS_A_DAY, *(one.hours + one.length for one in marks))
    size = f'width="{LEFT + hours * HOUR_WIDTH + 10:g}" height="{TOP + len(rows) * ROW + 10}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label={quoteattr(title)}'
    return "\n".join(
        [
            f'{head} {size} font-family="sans-serif">',
            f"<defs>{_UNKNOWN}</defs>",
            '<rect width="100%" height="100%" fill="white"/>',
            _text(4, 20, title, size=LARGE),
            _text(4, 38, period),
            *_legend(legend),
            *(_text(LEFT + hour * HOUR_WIDTH, TOP - 6, str(hour)) for hour in HOURS_LABELLED),
            *(_text(4, TOP + (y + 1) * ROW - 4, label) for y, label in enumerate(rows)),
            *(one.svg() for one in marks),
            "</svg>\n",
        ]
    )


def _legend(fills: Mapping[str, str]) -> Iterator[str]:
    for place, (meaning, fill) in enumerate(fills.items()):
        x = LEFT + place * 140
        yield f'<rect x="{x}" y="46" width="14" height="14" fill="{fill}"/>'
        yield _text(x + 20, 57, meaning)


def _text(x: float, y: float, text: str, *, size: int = SMALL, style: str = "") -> str:
    return f'<text x="{x:g}" y="{y:g}" font-size="{size}"{style}>{escape(text)}</text>'
