"""The files that a backfill reads, line by line.

| format | columns or keys | what they say |
|---|---|---|
| CSV, JSON Lines, Parquet | `time`, `bridge`, `status` | observations, as `export` writes them |
| CSV, JSON Lines | `timestamp`, `status`, perhaps `bridge` | the article's entries: observations in the source's own words |
| CSV, JSON Lines | `bridge`, `opened_at`, `closed_at` | openings; one of the two times may be missing |
| CSV, JSON Lines | `entityname`, `opendatetime`, `closedatetime` | openings as Seattle publishes them |

Other columns are ignored. Each may be gzipped. Nothing is guessed: a time without a zone needs a named
time zone, in which an hour that the clock skipped or repeated is an error.
"""  # noqa: E501 - a table

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import os
import shutil
import zlib
from contextlib import ExitStack, contextmanager
from itertools import chain
from tempfile import NamedTemporaryFile
from typing import IO, TYPE_CHECKING, Any, cast

from bridgewatch.backfill.csv_records import csv_columns, csv_line, csv_records
from bridgewatch.backfill.entries import OPENINGS, entry_maker
from bridgewatch.backfill.parquet import MAGIC, parquet_rows
from bridgewatch.backfill.rows import Line, LineError, Rows
from bridgewatch.files import naming

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bridgewatch.backfill.entries import Language, Observed, Opened

STDIN = "-"

_GZIP = b"\x1f\x8b"
_UTF_32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)  # of which one begins as UTF-16 does
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read(
    path: str,
    language: Language,
    wrong: Callable[[LineError], None],
    stdin: IO[bytes] | None = None,
) -> Iterator[Observed | Opened]:
    """Read a file, or the standard input for `-`.

    :param wrong: is called with each wrong line, and may raise it.
    :param stdin: what the standard input said, which is read from its beginning and left open.
    :raises LineError: if the file as a whole is wrong.
    :raises OSError: if it can't be read.
    """
    name = "stdin" if path == STDIN else path
    with ExitStack() as stack:
        file = stack.enter_context(_opened(path, stdin))
        try:
            start = file.peek(len(MAGIC))
            if packed := start.startswith(_GZIP):
                unpacked = stack.enter_context(gzip.open(file))
                file = stack.enter_context(io.BufferedReader(cast("io.RawIOBase", unpacked)))
                start = file.peek(len(MAGIC))
            if start.startswith(MAGIC):
                is_there = path != STDIN and not packed
                rows = parquet_rows(name, path if is_there else stack.enter_context(_kept(file)))
            elif start.startswith(_UTF_32):
                raise LineError(f"{name} is UTF-32: save it as UTF-8.")
            elif start.startswith(_UTF_16):
                raise LineError(f"{name} is UTF-16: save it as UTF-8.")
            else:
                text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
                rows = _rows(stack.enter_context(text))
            yield from _entries(name, rows, language, wrong)
        except UnicodeDecodeError as error:
            byte = error.object[error.start]
            raise LineError(
                f"{name} is not UTF-8 throughout, as the byte 0x{byte:02x} shows: save it as UTF-8."
            ) from error
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise LineError(f"{name} cannot be read to its end: {error}.") from error
        except (ValueError, csv.Error) as error:
            raise LineError(f"{name}: {error}.") from error


@contextmanager
def _opened(path: str, stdin: IO[bytes] | None) -> Iterator[io.BufferedReader]:
    if path != STDIN:
        with open(path, "rb") as file:  # noqa: PTH123 - errors name it as it was named
            yield file
        return
    if stdin is None:
        raise ValueError("what the standard input said has to be given")
    stdin.seek(0)
    # A reader of its own, which closes nothing but itself.
    with os.fdopen(os.dup(stdin.fileno()), "rb") as file:
        yield file


@contextmanager
def _kept(file: IO[bytes]) -> Iterator[str]:
    """Keep what a file says in one with a name."""
    with NamedTemporaryFile() as kept:
        with naming(kept.name):
            shutil.copyfileobj(file, kept)
            kept.flush()
        yield kept.name


def _entries(
    name: str, rows: Rows, language: Language, wrong: Callable[[LineError], None]
) -> Iterator[Observed | Opened]:
    try:
        entry = entry_maker(rows.columns, language)
    except ValueError as error:
        raise LineError(f"{name}: {error}.") from error
    for number, text, values in rows.lines:
        try:
            if isinstance(values, ValueError):
                raise values
            found = entry(values)
        except (ValueError, IndexError, TypeError, OverflowError) as error:
            sentence = f"{name}:{number}: {_reason(error)}."
            line = text or (csv_line(values) if not isinstance(values, ValueError) else "")
            wrong(LineError(sentence, line=line, head=rows.head))
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


def _rows(text: IO[str]) -> Rows:
    numbered = enumerate(text, start=1)
    number, first = next(((at, line) for at, line in numbered if line.strip()), (1, ""))
    if not first:
        raise ValueError("it is empty")
    if "\0" in first:
        raise ValueError("its first line has NUL in it: it is no text in UTF-8")
    if first.lstrip().startswith("{"):
        return _json_rows(first, chain([(number, first)], numbered))
    columns = csv_columns(first)
    return Rows(columns, first, csv_records(numbered, len(columns)))


def _json_rows(first: str, numbered: Iterator[tuple[int, str]]) -> Rows:
    """Read JSON Lines; the first line's keys tell what they say."""
    try:
        columns = list(_object(first))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"its first line is not an object in JSON: {error}") from error
    for _, *times in OPENINGS:
        if set(times) & set(columns):
            columns += set(times) - set(columns)  # one of the two may be missing

    def values(content: str) -> Sequence[Any] | ValueError:
        try:
            record = _object(content)
            return [record.get(column) for column in columns]
        except (ValueError, RecursionError) as error:
            return ValueError(f"it is not an object in JSON: {error}")

    lines = (Line(number, text, values(text)) for number, text in numbered if text.strip())
    return Rows(columns, "", lines)


def _object(text: str) -> dict[str, Any]:
    found = json.loads(text, object_pairs_hook=_each_once)
    if not isinstance(found, dict):
        raise ValueError(f"it is a {type(found).__name__}")  # noqa: TRY004 - as of what is no JSON
    return found


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that stands twice, of which JSON's readers take the last one."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands in it twice")
    return found
