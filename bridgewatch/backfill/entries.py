"""What the lines of a file say: which columns there may be, and how they become entries."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, Never

from lambdas.observation import EPOCH, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from bridgewatch.settings import Settings

_MILLISECOND = timedelta(milliseconds=1)
OPENINGS = (
    ("bridge", "opened_at", "closed_at"),
    # Seattle's open data: https://data.seattle.gov/d/gm8h-9449
    ("entityname", "opendatetime", "closedatetime"),
)
"""What publishers of openings call the bridge, the start and the end."""
_UNITS = {"seconds": 100_000_000_000, "microseconds": 100_000_000_000_000_000}
_EARLIEST, _LATEST = 100_000_000_000, 100_000_000_000_000
"""From March 1973 to the year 5138, in milliseconds: other numbers are times in another unit."""
_NUMBER = re.compile("[0-9]{9,25}")
"""Text that is no date: the longest of digits alone has 8 of them."""
_AHEAD = timedelta(minutes=15)
"""How far in the future Timestream takes a record
(https://docs.aws.amazon.com/timestream/latest/developerguide/ts-limits.html)."""

_SHOWN = 200
"""How many characters of a file's columns an error quotes."""
_SHOWN_OF_A_VALUE = 80

_PLAIN = {status.value: status.value for status in Status}


class Observed(NamedTuple):
    """An observation as the journal keeps it.

    :param time: in milliseconds since 1970.
    """

    bridge: str
    time: int
    status: str


class Opened(NamedTuple):
    """An opening as the journal keeps it; one of the times may be None.

    :param opened_at: in milliseconds since 1970.
    :param closed_at: likewise, later.
    """

    bridge: str
    opened_at: int | None
    closed_at: int | None


class _Bridges(dict[str | None, tuple[str, "Mapping[str, str]"]]):
    def __missing__(self, name: str | None) -> Never:
        if name is None:
            raise ValueError("it names no bridge")
        raise ValueError(f"the settings have no bridge {_shown(name)}")


@dataclass(frozen=True)
class Language:
    """How to understand what files say.

    :param settings: their bridges are known, by their names and codes.
    :param bridge: whose observations they are where lines name none.
    :param zone: whose clock times without a zone are read on.
    :param words: what status each word means, in place of those that the format implies.
    :param now: the time; much later ones are wrong.
    """

    settings: Settings
    bridge: str | None = None
    zone: ZoneInfo | None = None
    words: Mapping[str, str] | None = None
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def bridges(self) -> Mapping[str | None, tuple[str, Mapping[str, str]]]:
        """Give each bridge's name and its source's own words, by its name and by its code.

        :returns: a mapping that raises ValueError where it holds no such bridge.
        """
        known = _Bridges()
        for bridge in self.settings.bridges:
            source = self.settings.sources[bridge.source]
            words: Mapping[str, str] = source.statuses if source.type == "json" else _PLAIN
            known[bridge.code or bridge.name] = known[bridge.name] = (bridge.name, words)
        return known


def entry_maker(
    columns: Sequence[str], language: Language
) -> Callable[[Sequence[Any]], Observed | Opened]:
    """Choose by the columns how a line becomes an entry.

    :returns: a function that raises ValueError, IndexError or TypeError on a wrong line.
    :raises ValueError: if the columns are none of the formats'.
    """
    if not any(columns):
        raise ValueError("it names no columns")
    names = set(columns)
    shown = _printable(", ".join(columns)[:_SHOWN])
    if len(names) == 1 and (other := next((one for one in ";\t|" if one in columns[0]), None)):
        raise ValueError(f"its columns are separated by {other!r}, not by commas: {shown}")
    if twice := next((one for one in columns if one and columns.count(one) > 1), None):
        raise ValueError(f"two of its columns are named {twice[:_SHOWN]!r}")
    in_own_words = "timestamp" in names and "time" not in names
    time = "timestamp" if in_own_words else "time"
    opening = next((one for one in OPENINGS if names >= set(one[1:])), None)
    named = opening[0] if opening else "bridge"
    bridge = named if named in names else None
    if bridge is None and language.bridge is None:
        raise ValueError(f"it has no column `{named}` among {shown}: name it with --bridge")
    if opening:
        return _opening_maker(_getter(columns, bridge, *opening[1:]), language)
    if {time, "status"} <= names:
        get = _getter(columns, bridge, time, "status")
        return _observation_maker(get, language, in_own_words=in_own_words)
    raise ValueError(
        f"its columns are {shown}, not time, bridge and status, nor "
        "timestamp and status, nor bridge, opened_at and closed_at"
    )


def _getter(
    columns: Sequence[str], bridge: str | None, *others: str
) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """Give what takes the named values out of a line; without a bridge, they come after None."""
    places = [columns.index(name) for name in others]
    if bridge is not None:
        return itemgetter(columns.index(bridge), *places)
    get = itemgetter(*places)
    return lambda values: (None, *get(values))


def _observation_maker(
    get: Callable[[Sequence[Any]], tuple[Any, ...]], language: Language, *, in_own_words: bool
) -> Callable[[Sequence[Any]], Observed]:
    bridges, milliseconds = language.bridges(), _time_reader(language)
    default = language.bridge
    implied = language.words or (None if in_own_words else _PLAIN)

    def observation(values: Sequence[Any]) -> Observed:
        given, time, word = get(values)
        name, own_words = bridges[given or default]
        words = implied or own_words
        try:
            status = words[word]
        except KeyError:
            raise ValueError(f"the status {_shown(word)} is none of {', '.join(words)}") from None
        return Observed(name, milliseconds(time), status)

    return observation


def _opening_maker(
    get: Callable[[Sequence[Any]], tuple[Any, ...]], language: Language
) -> Callable[[Sequence[Any]], Opened]:
    bridges, milliseconds = language.bridges(), _time_reader(language)

    def opening(values: Sequence[Any]) -> Opened:
        given, opened, closed = get(values)
        name, _ = bridges[given or language.bridge]
        start = milliseconds(opened) if opened else None
        end = milliseconds(closed) if closed else None
        if start is None and end is None:
            raise ValueError("it has neither opened_at nor closed_at")
        if start is not None and end is not None and end <= start:
            raise ValueError(f"closed_at {closed} is not after opened_at {opened}")
        return Opened(name, start, end)

    return opening


def _time_reader(language: Language) -> Callable[[str | int], int]:
    """Give what reads a time, as ISO 8601 or as milliseconds since 1970."""
    zone = language.zone
    latest = (language.now + _AHEAD - EPOCH) // _MILLISECOND

    def milliseconds(text: str | int) -> int:
        if type(text) is int and text >= 0:
            found = _milliseconds(text)
        elif isinstance(text, str) and _NUMBER.fullmatch(text):
            found = _milliseconds(int(text))
        else:
            found = _written(text, zone)
        if found > latest:
            raise ValueError(f"the time {text} is in the future")
        return found

    return milliseconds


def _milliseconds(number: int) -> int:
    if not _EARLIEST <= number < _LATEST:
        unit = next((one for one, end in _UNITS.items() if number < end), "nanoseconds")
        shown = _shown(number)
        raise ValueError(f"the time {shown} is in {unit}, it seems: write it in milliseconds")
    return number


def _written(text: str | int, zone: ZoneInfo | None) -> int:
    try:
        time = datetime.fromisoformat(text)  # type: ignore[arg-type] # where it is no text, it says so
    except (ValueError, TypeError):
        raise ValueError(
            f"the time {_shown(text)} is neither ISO 8601 nor milliseconds since 1970"
        ) from None
    if time.tzinfo is None:
        time = _on_the_clock(time, zone)
    if time < EPOCH:
        raise ValueError(f"the time {text} is before 1970, where Timestream's begins")
    return (time - EPOCH) // _MILLISECOND


def _on_the_clock(time: datetime, zone: ZoneInfo | None) -> datetime:
    """Find the moment at which the clock of a zone showed that time.

    :raises ValueError: if there is none, or there are two: in spring and in autumn.
    """
    if zone is None:
        raise ValueError(f"the time {time} has no zone: name its --timezone")
    first, second = (time.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != time:
        raise ValueError(f"{time} never was in {zone}: the clock was put forward")
    if first.utcoffset() != second.utcoffset():
        raise ValueError(f"{time} was twice in {zone}: write it with its offset from UTC")
    return first


def _shown(value: object) -> str:
    """Write a value as an error shows it: not more of it than one reads."""
    written = repr(value)
    return written if len(written) <= _SHOWN_OF_A_VALUE else f"{written[:_SHOWN_OF_A_VALUE]}..."


def _printable(text: str) -> str:
    """Write what is not seen as Python does: a tab as a backslash and t."""
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)
