"""Drawings of patterns: as text for a terminal, and as SVG."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from bridgewatch.patterns import CELLS_A_DAY, HOURS_A_DAY, Cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SHADES = " ░▒▓█"

_COLOURS = {Cell.OPEN: "#d1495b", Cell.CLOSED: "#c8d5b9", Cell.UNKNOWN: "#eeeeee"}
_HEAT = "#d1495b"
_SIDE = 14  # pixels of a cell
_LABEL = 90  # pixels left of the first one
_TOP = 48  # pixels above it


def strip_text(days: Mapping[date, Sequence[Cell]]) -> str:
    """Draw a strip (`patterns.strip`) for a terminal of 80 columns."""
    hours = "".join(f"{hour:<4}" for hour in range(0, HOURS_A_DAY, 2))
    rows = [f"{day}  {''.join(cell.value for cell in cells)}" for day, cells in days.items()]
    key = f"{Cell.OPEN.value} Open  {Cell.CLOSED.value} Closed  {Cell.UNKNOWN.value} unknown"
    return "\n".join([f"{'':12}{hours}".rstrip(), *rows, "", f"{'':12}{key}"])


def heat_map_text(counts: Sequence[Sequence[int]]) -> str:
    """Draw openings by weekday and hour (`Pattern.by_weekday_and_hour`) for a terminal."""
    most = max(map(max, counts))
    hours = "".join(f"{hour:<6}" for hour in range(0, HOURS_A_DAY, 3))
    rows = [
        f"{weekday}  {''.join(_shade(count, most) * 2 for count in row)}".rstrip()
        for weekday, row in zip(WEEKDAYS, counts, strict=True)
    ]
    return "\n".join([f"{'':5}{hours}".rstrip(), *rows, "", f"{'':5}darkest: {most} openings"])


def _shade(count: int, most: int) -> str:
    return SHADES[-(-count * (len(SHADES) - 1) // most)] if most else SHADES[0]


def strip_svg(title: str, days: Mapping[date, Sequence[Cell]]) -> str:
    """Draw a strip (`patterns.strip`) as an SVG document."""
    cells = (
        _cell(x, y, _COLOURS[cell], 1, f"{day} {x // 2:02}:{x % 2 * 30:02} {cell.name.lower()}")
        for y, (day, row) in enumerate(days.items())
        for x, cell in enumerate(row)
        if cell is not Cell.OUTSIDE
    )
    hours = {2 * hour: str(hour) for hour in range(0, HOURS_A_DAY, 2)}
    return _document(title, CELLS_A_DAY, hours, [str(day) for day in days], cells)


def heat_map_svg(title: str, counts: Sequence[Sequence[int]]) -> str:
    """Draw openings by weekday and hour (`Pattern.by_weekday_and_hour`) as an SVG document."""
    most = max(map(max, counts)) or 1
    cells = (
        _cell(x, y, _HEAT, count / most, f"{WEEKDAYS[y]} {x}:00 to {x + 1}:00, openings: {count}")
        for y, row in enumerate(counts)
        for x, count in enumerate(row)
    )
    hours = {hour: str(hour) for hour in range(0, HOURS_A_DAY, 3)}
    return _document(title, HOURS_A_DAY, hours, WEEKDAYS, cells)


def _document(
    title: str,
    width: int,
    columns: Mapping[int, str],
    rows: Sequence[str],
    cells: Iterator[str],
) -> str:
    """Frame cells with a title, labels above and labels to the left."""
    size = f'width="{_LABEL + width * _SIDE + 10}" height="{_TOP + len(rows) * _SIDE + 10}"'
    above = [_text(_LABEL + x * _SIDE, _TOP - 6, label) for x, label in columns.items()]
    left = [_text(4, _TOP + (y + 1) * _SIDE - 3, label) for y, label in enumerate(rows)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif">',
            '<rect width="100%" height="100%" fill="white"/>',
            f'<text x="4" y="20" font-size="15">{escape(title)}</text>',
            *above,
            *left,
            *cells,
            "</svg>\n",
        ]
    )


def _text(x: int, y: int, text: str) -> str:
    return f'<text x="{x}" y="{y}" font-size="11">{escape(text)}</text>'


def _cell(x: int, y: int, colour: str, opacity: float, says: str) -> str:
    place = f'x="{_LABEL + x * _SIDE}" y="{_TOP + y * _SIDE}"'
    return (
        f'<rect {place} width="{_SIDE - 1}" height="{_SIDE - 1}" fill="{colour}" '
        f'fill-opacity="{opacity:.2f}"><title>{escape(says)}</title></rect>'
    )
