"""The files that a backfill reads, line by line.

| format | columns or keys | what they say |
|---|---|---|
| CSV, JSON Lines, Parquet | `time`, `bridge`, `status` | observations, as `export` writes them |
| CSV, JSON Lines | `timestamp`, `status`, perhaps `bridge` | the article's entries: observations in the source's own words |
| CSV, JSON Lines | `bridge`, `opened_at`, `closed_at` | openings; one of the two times may be missing |
| CSV, JSON Lines | `entityname`, `opendatetime`, `closedatetime` | openings as Seattle publishes them |

Other columns are ignored. CSV and JSON Lines may be gzipped. Nothing is guessed: a time without a zone
needs a named time zone, in which an hour that the clock skipped or repeated is an error.
"""  # noqa: E501 - a table

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import sys
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from operator import itemgetter
from typing import IO, TYPE_CHECKING, Any, NamedTuple, Never, cast

from lambdas.observation import Status
from lambdas.timestream import EPOCH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from bridgewatch.settings import Settings

STDIN = "-"

_MILLISECOND = timedelta(milliseconds=1)
_GZIP = b"\x1f\x8b"
_PARQUET = b"PAR1"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_PARQUET_ROWS = 10_000
_OPENINGS = (
    ("bridge", "opened_at", "closed_at"),
    # Seattle's open data: https://data.seattle.gov/d/gm8h-9449
    ("entityname", "opendatetime", "closedatetime"),
)
"""What publishers of openings call the bridge, the start and the end."""
_LATEST = (datetime.max.replace(tzinfo=UTC) - EPOCH) // _MILLISECOND
_EARLIEST_MILLISECONDS = 100_000_000_000
"""In March 1973: a smaller number is a time in seconds, of any year until 5138."""

_SHOWN = 200
"""How many characters of a file's columns an error quotes."""

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
        raise ValueError(f"the settings have no bridge {name!r}")


@dataclass(frozen=True)
class Language:
    """How to understand what files say.

    :param settings: their bridges are known, by their names and codes.
    :param bridge: whose observations they are where lines name none.
    :param zone: whose clock times without a zone are read on.
    :param words: what status each word means, in place of those that the format implies.
    """

    settings: Settings
    bridge: str | None = None
    zone: ZoneInfo | None = None
    words: Mapping[str, str] | None = None

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


class LineError(Exception):
    """A line that cannot be imported: its text names the file, the line and the reason."""


class _Rows(NamedTuple):
    """What a file holds: its columns, and the values of each line, or what is wrong with it."""

    columns: Sequence[str]
    lines: Iterator[tuple[int, Sequence[Any] | ValueError]]


def read(
    path: str,
    language: Language,
    wrong: Callable[[LineError], None],
    stdin: IO[bytes] | None = None,
) -> Iterator[Observed | Opened]:
    """Read a file, or the standard input for `-`.

    :param wrong: is called with each wrong line, and may raise it.
    :param stdin: what `-` means, if not the standard input; is read from its beginning, and closed.
    :raises LineError: if the file as a whole is wrong.
    :raises OSError: if it can't be read.
    """
    name = "stdin" if path == STDIN else path
    if path != STDIN:
        raw: IO[bytes] = open(path, "rb", buffering=0)  # noqa: PTH123, SIM115 - closed below
    elif stdin is None:
        raw = sys.stdin.buffer
    else:
        raw = stdin
        raw.seek(0)
    with io.BufferedReader(cast("io.RawIOBase", raw)) as file:
        start = file.peek(len(_PARQUET))
        if start.startswith(_PARQUET):
            yield from _entries(name, _parquet(path), language, wrong)
            return
        if start.startswith(_UTF_16):
            raise LineError(f"{name} is UTF-16: save it as UTF-8.")
        packed = cast("IO[bytes]", gzip.open(file)) if start.startswith(_GZIP) else file  # noqa: SIM115 - the text closes it
        with io.TextIOWrapper(packed, encoding="utf-8-sig", newline="") as text:
            try:
                yield from _entries(name, _rows(text), language, wrong)
            except (EOFError, gzip.BadGzipFile, zlib.error, UnicodeDecodeError) as error:
                raise LineError(f"{name} cannot be read to its end: {error}.") from error
            except (ValueError, csv.Error) as error:
                raise LineError(f"{name}: {error}.") from error


def _entries(
    name: str, rows: _Rows, language: Language, wrong: Callable[[LineError], None]
) -> Iterator[Observed | Opened]:
    try:
        entry = _entry_maker(rows.columns, language)
    except ValueError as error:
        raise LineError(f"{name}: {error}.") from error
    for line, values in rows.lines:
        try:
            if isinstance(values, ValueError):
                raise values
            found = entry(values)
        except (ValueError, IndexError, TypeError, OverflowError) as error:
            wrong(LineError(f"{name}:{line}: {_reason(error)}."))
        else:
            yield found


def _reason(error: Exception) -> str:
    match error:
        case IndexError():
            return "it has too few columns"
        case TypeError():
            return "a list or an object stands where a word or a time is wanted"
        case OverflowError():
            return "its time is before the year 1 or after 9999"
        case _:
            return str(error)


def _rows(text: IO[str]) -> _Rows:
    start, first = next(
        ((line, content) for line, content in enumerate(text, start=1) if content.strip()), (1, "")
    )
    if not first:
        raise ValueError("it is empty")
    if "\0" in first:
        raise ValueError("its first line has NUL in it: it is no text in UTF-8")
    if first.lstrip().startswith("{"):
        return _json_rows(start, chain([first], text))
    columns = [column.strip().lower() for column in next(csv.reader([first]), [])]
    return _Rows(columns, _csv_lines(enumerate(text, start=start + 1)))


def _csv_lines(
    lines: Iterable[tuple[int, str]],
) -> Iterator[tuple[int, Sequence[str] | ValueError]]:
    """Read each line by itself: a quote that is not closed makes one wrong line, not many."""
    for line, content in lines:
        values = _quoted(content) if '"' in content else content.rstrip("\r\n").split(",")
        if values != [""]:
            yield line, values


def _quoted(content: str) -> Sequence[str] | ValueError:
    try:
        return next(csv.reader([content], strict=True))
    except csv.Error as error:
        return ValueError(f"it is not one line of CSV: {error}")


def _json_rows(start: int, text: Iterator[str]) -> _Rows:
    """Read JSON Lines; the first line's keys tell what they say."""
    first = next(text)
    try:
        columns = list(json.loads(first))
    except (ValueError, TypeError, RecursionError) as error:
        raise ValueError(f"its first line is not an object in JSON: {error}") from error
    for _, *times in _OPENINGS:
        if set(times) & set(columns):
            columns += set(times) - set(columns)  # one of the two may be missing

    def values(content: str) -> Sequence[Any] | ValueError:
        try:
            record = json.loads(content)
            return [record.get(column) for column in columns]
        except (ValueError, AttributeError, RecursionError) as error:
            return ValueError(f"it is not an object in JSON: {error}")

    lines = enumerate(chain([first], text), start=start)
    return _Rows(columns, ((line, values(content)) for line, content in lines if content.strip()))


def _parquet(path: str) -> _Rows:
    if path == STDIN:
        raise LineError("Parquet cannot be read from the standard input: name the file.")
    import duckdb  # noqa: PLC0415 - other formats do without

    try:
        database = duckdb.connect()
        described = database.execute("DESCRIBE SELECT * FROM read_parquet(?)", [path]).fetchall()
        kinds = {name: kind for name, kind, *_ in described}
        is_moment = kinds.get("time") == "TIMESTAMP WITH TIME ZONE"
        # Without a zone it is text, to be read as other files' times are.
        time = "epoch_ms(time)" if is_moment else "strftime(time, '%Y-%m-%dT%H:%M:%S.%f')"
        found = database.execute(f"SELECT bridge, {time}, status FROM read_parquet(?)", [path])  # noqa: S608 - one of two
    except duckdb.Error as error:
        raise LineError(
            f"{path} must have the columns time, bridge and status: {str(error).splitlines()[0]}"
        ) from error

    pages = iter(lambda: found.fetchmany(_PARQUET_ROWS), [])
    return _Rows(("bridge", "time", "status"), enumerate(chain.from_iterable(pages), start=1))


def _entry_maker(
    columns: Sequence[str], language: Language
) -> Callable[[Sequence[Any]], Observed | Opened]:
    """Choose by the columns how a line becomes an entry.

    :returns: a function that raises ValueError, IndexError or TypeError on a wrong line.
    :raises ValueError: if the columns are none of the formats'.
    """
    names = set(columns)
    shown = ", ".join(columns)[:_SHOWN]
    if twice := next((one for one in columns if one and columns.count(one) > 1), None):
        raise ValueError(f"two of its columns are named {twice[:_SHOWN]!r}")
    in_own_words = "timestamp" in names and "time" not in names
    time = "timestamp" if in_own_words else "time"
    opening = next((one for one in _OPENINGS if names >= set(one[1:])), None)
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
    bridges, milliseconds = language.bridges(), _time_reader(language.zone)
    default = language.bridge
    implied = language.words or (None if in_own_words else _PLAIN)

    def observation(values: Sequence[Any]) -> Observed:
        given, time, word = get(values)
        name, own_words = bridges[given or default]
        words = implied or own_words
        try:
            status = words[word]
        except KeyError:
            raise ValueError(f"the status {word!r} is none of {', '.join(words)}") from None
        return Observed(name, milliseconds(time), status)

    return observation


def _opening_maker(
    get: Callable[[Sequence[Any]], tuple[Any, ...]], language: Language
) -> Callable[[Sequence[Any]], Opened]:
    bridges, milliseconds = language.bridges(), _time_reader(language.zone)

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


def _time_reader(zone: ZoneInfo | None) -> Callable[[str | int], int]:
    """Give what reads a time, as ISO 8601 or as milliseconds since 1970."""

    def milliseconds(text: str | int) -> int:
        if type(text) is int and 0 <= text < _EARLIEST_MILLISECONDS:
            raise ValueError(f"the time {text} is in seconds, it seems: write it in milliseconds")
        if type(text) is int and 0 <= text <= _LATEST:
            return text
        try:
            time = datetime.fromisoformat(text)  # type: ignore[arg-type] # where it is no text, it says so
        except (ValueError, TypeError):
            raise ValueError(
                f"the time {text!r} is neither ISO 8601 nor milliseconds since 1970"
            ) from None
        if time.tzinfo is None:
            time = _on_the_clock(time, zone)
        if time < EPOCH:
            raise ValueError(f"the time {text} is before 1970, where Timestream's begins")
        return (time - EPOCH) // _MILLISECOND

    return milliseconds


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
