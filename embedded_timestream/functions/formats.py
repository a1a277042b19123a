"""Dates and times as text: MySQL's patterns (date_format), Joda's (format_datetime), ISO 8601.

Times are nanoseconds since 1970-01-01T00:00:00Z. A message in ⟦⟧ reaches the caller as the
service's error.
https://docs.aws.amazon.com/timestream/latest/developerguide/date-time-functions.html
"""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

_SECOND = 1_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MONTHS, _DAYS = list(calendar.month_name), list(calendar.day_name)


def _split(nanoseconds: int) -> tuple[datetime, int]:
    seconds, fraction = divmod(nanoseconds, _SECOND)
    return _EPOCH + timedelta(seconds=seconds), fraction


def _join(moment: datetime, fraction: int = 0) -> int:
    return (moment - _EPOCH) // timedelta(seconds=1) * _SECOND + fraction


# MySQL's patterns

_NOON = 12
_UNSUPPORTED = "DUuVwX"  # by Trino as well


def date_format(nanoseconds: int, pattern: str) -> str:
    """Write a time by a MySQL pattern: `%Y-%m-%d %H:%i:%s`."""
    moment, fraction = _split(nanoseconds)
    twelve = f"{_twelve(moment.hour):02}"
    written = {
        "a": moment.strftime("%a"), "b": moment.strftime("%b"), "c": str(moment.month),
        "d": f"{moment.day:02}", "e": str(moment.day), "f": f"{fraction // 1000:06}",
        "H": f"{moment.hour:02}", "h": twelve, "I": twelve,
        "i": f"{moment.minute:02}", "j": f"{moment.timetuple().tm_yday:03}", "k": str(moment.hour),
        "l": str(_twelve(moment.hour)), "M": _MONTHS[moment.month], "m": f"{moment.month:02}",
        "p": _half(moment), "r": f"{twelve}:{moment:%M:%S} {_half(moment)}",
        "S": f"{moment.second:02}", "s": f"{moment.second:02}", "T": f"{moment:%H:%M:%S}",
        "v": f"{moment.isocalendar().week:02}", "W": _DAYS[moment.weekday()],
        "x": f"{moment.isocalendar().year:04}", "Y": f"{moment.year:04}",
        "y": f"{moment.year % 100:02}", "%": "%",
    }  # fmt: skip
    return re.sub("%(.)", lambda found: _known(written, found[1]), pattern, flags=re.DOTALL)


def _known(written: dict[str, str], letter: str) -> str:
    if letter in _UNSUPPORTED:
        raise ValueError(f"⟦%{letter} not supported in date format string⟧")
    return written.get(letter, letter)


def _half(moment: datetime) -> str:
    return "AM" if moment.hour < _NOON else "PM"


def _twelve(hour: int) -> int:
    return (hour - 1) % 12 + 1


_MYSQL_PARTS = {  # what a letter reads, and how
    "a": ("skip", "[A-Za-z]{3}"), "b": ("month", "[A-Za-z]{3}"), "c": ("month", r"\d{1,2}"),
    "d": ("day", r"\d{1,2}"), "e": ("day", r"\d{1,2}"), "f": ("fraction", r"\d{1,9}"),
    "H": ("hour", r"\d{1,2}"), "h": ("hour12", r"\d{1,2}"), "I": ("hour12", r"\d{1,2}"),
    "i": ("minute", r"\d{1,2}"), "j": ("yearday", r"\d{1,3}"), "k": ("hour", r"\d{1,2}"),
    "l": ("hour12", r"\d{1,2}"), "M": ("month", "[A-Za-z]+"), "m": ("month", r"\d{1,2}"),
    "p": ("half", "[AaPp][Mm]"), "S": ("second", r"\d{1,2}"), "s": ("second", r"\d{1,2}"),
    "v": ("week", r"\d{1,2}"), "W": ("skip", "[A-Za-z]+"), "x": ("weekyear", r"\d{4}"),
    "Y": ("year", r"\d{4}"), "y": ("year2", r"\d{2}"),
}  # fmt: skip


def date_parse(text: str, pattern: str) -> int:
    """Read a time by a MySQL pattern."""
    pattern = pattern.replace("%T", "%H:%i:%s").replace("%r", "%h:%i:%s %p")
    reads, expression = [], ""
    for literal, letter in _mysql_pieces(pattern):
        if literal:
            expression += re.escape(literal)
        elif letter == "%":
            expression += "%"
        elif letter in _MYSQL_PARTS:
            name, piece = _MYSQL_PARTS[letter]
            reads.append(name)
            expression += f"({piece})"
        else:
            raise ValueError(f"⟦%{letter} not supported in date format string⟧")
    return _read(text, expression, reads)


def _mysql_pieces(pattern: str) -> list[tuple[str, str]]:
    pieces, index = [], 0
    while index < len(pattern):
        if pattern[index] == "%" and index + 1 < len(pattern):
            pieces.append(("", pattern[index + 1]))
            index += 1
        else:
            pieces.append((pattern[index], ""))
        index += 1
    return pieces


# Joda's patterns

_SAME = {"u": "y", "L": "M"}  # letters of java.time, which AWS's own examples use


def _joda_pieces(pattern: str) -> list[tuple[str, str]]:
    """Split into (literal text, "") and ("", a run of one letter)."""
    pieces = []
    for quoted, run in (
        (found[1], found[2]) for found in re.finditer(r"'((?:[^']|'')*)'|((?:[^'])+)", pattern)
    ):
        if run is None:
            pieces.append((quoted.replace("''", "'") or "'", ""))
            continue
        for letter, same in groupby(run):
            text = "".join(same)
            pieces.append(("", text) if letter.isalpha() else (text, ""))
    return pieces


def format_datetime(nanoseconds: int, pattern: str) -> str:
    """Write a time by a Joda pattern: `yyyy-MM-dd HH:mm:ss.SSS`."""
    moment, fraction = _split(nanoseconds)
    return "".join(
        literal or _joda_text(run, moment, fraction) for literal, run in _joda_pieces(pattern)
    )


_ABBREVIATED = 3  # so many letters, and as many letters of the name; with more, the whole name


def _joda_text(run: str, moment: datetime, fraction: int) -> str:
    letter, width = _SAME.get(run[0], run[0]), len(run)
    if letter == "E" or (letter == "M" and width >= _ABBREVIATED):
        name = _DAYS[moment.weekday()] if letter == "E" else _MONTHS[moment.month]
        return name if width > _ABBREVIATED else name[:_ABBREVIATED]
    texts = {
        "S": f"{fraction:09}"[:width].ljust(width, "0"), "a": _half(moment), "G": "AD",
        "Z": {1: "+0000", 2: "+00:00"}.get(width, "UTC"), "z": "UTC", "V": "UTC",
    }  # fmt: skip
    return texts[letter] if letter in texts else _joda_number(letter, width, moment)


def _joda_number(letter: str, width: int, moment: datetime) -> str:
    week = moment.isocalendar()
    numbers = {
        "y": moment.year, "Y": moment.year, "x": week.year, "C": moment.year // 100,
        "M": moment.month, "d": moment.day, "D": moment.timetuple().tm_yday, "w": week.week,
        "e": week.weekday, "H": moment.hour, "k": (moment.hour - 1) % 24 + 1, "K": moment.hour % 12,
        "h": _twelve(moment.hour), "m": moment.minute, "s": moment.second,
    }  # fmt: skip
    if letter not in numbers:
        raise ValueError(f"⟦Illegal pattern component: {letter * width}⟧")
    number = numbers[letter]
    if letter in "yYx" and width == len("yy"):
        return f"{number % 100:02}"
    return f"{number:0{width}}"


_ZONES = {  # the names that Joda reads: hours from UTC
    "Z": 0, "UTC": 0, "GMT": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6,
    "PST": -8, "PDT": -7,
}  # fmt: skip
_JODA_PARTS = {
    "y": "year", "Y": "year", "M": "month", "d": "day", "H": "hour", "h": "hour12", "m": "minute",
    "s": "second", "S": "fraction", "D": "yearday", "a": "half", "E": "skip", "Z": "zone",
    "z": "zone", "x": "weekyear", "w": "week", "e": "weekday",
}  # fmt: skip


def parse_datetime(text: str, pattern: str) -> int:
    """Read a time by a Joda pattern."""
    reads, expression = [], ""
    for literal, run in _joda_pieces(pattern):
        if literal:
            expression += re.escape(literal)
            continue
        name = _JODA_PARTS.get(_SAME.get(run[0], run[0]))
        if name is None:
            raise ValueError(f"⟦Illegal pattern component: {run}⟧")
        if name == "year" and len(run) == 2:  # noqa: PLR2004
            name = "year2"
        reads.append(name)
        expression += {
            "year": r"(\d{4})",
            "weekyear": r"(\d{4})",
            "year2": r"(\d{2})",
            "month": "([A-Za-z]+)" if len(run) > 2 else r"(\d{1,2})",  # noqa: PLR2004
            "fraction": rf"(\d{{1,{max(len(run), 1)}}})",
            "yearday": r"(\d{1,3})",
            "half": "([AaPp][Mm])",
            "skip": "([A-Za-z]+)",
            "zone": rf"({'|'.join(_ZONES)}|[+-]\d{{2}}:?\d{{2}})",
        }.get(name, r"(\d{1,2})")
    return _read(text, expression, reads)


def _read(text: str, expression: str, reads: list[str]) -> int:
    found = re.fullmatch(expression, text)
    if found is None:
        raise _invalid(text)
    parts = dict(zip(reads, found.groups(), strict=True))
    try:
        return _moment(parts)
    except (ValueError, OverflowError):
        raise _invalid(text) from None


def _invalid(text: str) -> ValueError:
    return ValueError(f'⟦Invalid format: "{text}"⟧')


_OF_WEEKS = ("weekyear", "week", "weekday")


def _moment(parts: dict[str, str]) -> int:
    year = int(parts.get("year", 1970))
    if "year2" in parts:
        year = int(parts["year2"]) + (2000 if int(parts["year2"]) < 70 else 1900)  # noqa: PLR2004
    month = parts.get("month", "1")
    if not month.isdigit():
        names = [name[: len(month)].lower() for name in _MONTHS]
        month = str(names.index(month.lower(), 1))
    day = date(year, int(month), int(parts.get("day", 1)))
    if not parts.keys().isdisjoint(_OF_WEEKS):
        of = int(parts.get("weekyear", year))
        day = date.fromisocalendar(of, int(parts.get("week", 1)), int(parts.get("weekday", 1)))
    hour = int(parts.get("hour", 0))
    if "hour12" in parts:
        hour = int(parts["hour12"]) % 12 + (12 if parts.get("half", "am").lower() == "pm" else 0)
    moment = datetime(
        day.year, day.month, day.day, hour, int(parts.get("minute", 0)),
        int(parts.get("second", 0)), tzinfo=UTC,
    )  # fmt: skip
    if "yearday" in parts:
        moment += timedelta(days=int(parts["yearday"]) - 1)
    zone = parts.get("zone", "Z")
    if zone in _ZONES:
        moment -= timedelta(hours=_ZONES[zone])
    else:
        sign = -1 if zone[0] == "-" else 1
        moment -= sign * timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    return _join(moment, int(parts.get("fraction", "").ljust(9, "0")))


# ISO 8601

_ISO = re.compile(
    r"(\d{4})(?:-?W(\d{2})(?:-?(\d))?|-?(\d{3})|-?(\d{2})(?:-?(\d{2}))?)?"
    r"(?:T(\d{2})?(?::?(\d{2}))?(?::?(\d{2}))?(?:[.,](\d{1,9}))?(Z|[+-]\d{2}(?::?\d{2})?)?)?"
)


def _iso(text: str) -> re.Match[str]:
    found = _ISO.fullmatch(text)
    if found is None:
        raise _invalid(text)
    return found


def _iso_date(found: re.Match[str]) -> date:
    year, week, weekday, yearday, month, day = found.groups()[:6]
    if week:
        return date.fromisocalendar(int(year), int(week), int(weekday or 1))
    if yearday:
        return date(int(year), 1, 1) + timedelta(days=int(yearday) - 1)
    return date(int(year), int(month or 1), int(day or 1))


def from_iso8601_timestamp(text: str) -> int:
    """Read an ISO 8601 time; without a zone it is UTC."""
    found = _iso(text)
    try:
        day = _iso_date(found)
        hour, minute, second, fraction, zone = found.groups()[6:]
        moment = datetime(
            day.year, day.month, day.day, int(hour or 0), int(minute or 0), int(second or 0),
            tzinfo=UTC,
        )  # fmt: skip
    except ValueError:
        raise _invalid(text) from None
    if zone and zone != "Z":
        sign = -1 if zone[0] == "-" else 1
        digits = zone[1:].replace(":", "").ljust(4, "0")
        moment -= sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return _join(moment, int((fraction or "").ljust(9, "0")))


def from_iso8601_date(text: str) -> int:
    """Read an ISO 8601 date, as days since 1970-01-01."""
    found = _iso(text)
    if "T" in text:
        raise _invalid(text)
    try:
        return (_iso_date(found) - date(1970, 1, 1)).days
    except ValueError:
        raise _invalid(text) from None
