"""The files that a backfill reads: what they say, and what is wrong with them."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import duckdb
import pytest

from bridgewatch.backfill.entries import Language
from bridgewatch.backfill.files import read
from bridgewatch.backfill.rows import LineError
from bridgewatch.settings import parse_settings

if TYPE_CHECKING:
    from pathlib import Path

STATUSES = {"Open": "Closed", "Closed": "Open"}
SETTINGS = parse_settings(
    {
        "bridges": [
            {"name": "Hisingsbron", "source": "city"},
            {"name": "Schinkelbrug", "source": "ndw", "code": "NLAMS002122253000074"},
        ],
        "sources": {
            "city": {
                "type": "json",
                "url": "https://example.org/",
                "pointer": "/status",
                "statuses": STATUSES,
            },
            "ndw": {"type": "ndw"},
        },
    }
)
STOCKHOLM = ZoneInfo("Europe/Stockholm")
SEATTLE = ZoneInfo("America/Los_Angeles")


def milliseconds(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


NOON = milliseconds("2026-11-23T12:00:00")


def entries(
    path: Path,
    content: str | bytes,
    *,
    name: str = "in.csv",
    **language: Any,  # noqa: ANN401 - Language's
) -> list[Any]:
    """Read a file's entries, and stop at the first wrong line."""
    file = path / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)

    return list(read(str(file), Language(SETTINGS, **language), stop))


def stop(error: LineError) -> None:
    raise error


@pytest.mark.parametrize(
    ("content", "language", "found"),
    [
        pytest.param(
            "time,bridge,status\n2026-11-23T12:00:00.000Z,Hisingsbron,Open\n",
            {},
            ("Hisingsbron", NOON, "Open"),
            id="observations: our own words",
        ),
        pytest.param(
            f"time,bridge,status\n{NOON},Hisingsbron,Open\n",
            {},
            ("Hisingsbron", NOON, "Open"),
            id="milliseconds since 1970",
        ),
        pytest.param(
            "note,Status,Bridge,TIME\nx,Open,NLAMS002122253000074,2026-11-23T13:00:00+01:00\n",
            {},
            ("Schinkelbrug", NOON, "Open"),
            id="any order and case, more columns, an offset, a code",
        ),
        pytest.param(
            '{"timestamp": "2026-11-23 13:00:00", "status": "Open"}\n',
            {"bridge": "Hisingsbron", "zone": STOCKHOLM},
            ("Hisingsbron", NOON, "Closed"),
            id="the article's entries: its Open means that the road is open",
        ),
        pytest.param(
            '{"timestamp": "2026-11-23 13:00:00", "status": "up"}\n',
            {"bridge": "Hisingsbron", "zone": STOCKHOLM, "words": {"up": "Open"}},
            ("Hisingsbron", NOON, "Open"),
            id="a map of one's own",
        ),
        pytest.param(
            '\n{"time": "2026-11-23T12:00:00Z", "bridge": "Hisingsbron", "status": "Open"}\n\n',
            {},
            ("Hisingsbron", NOON, "Open"),
            id="JSON Lines with empty lines",
        ),
        pytest.param(
            '{"bridge": "Hisingsbron", "opened_at": "2026-11-23T12:00Z"}\n',
            {},
            ("Hisingsbron", NOON, None),
            id="JSON Lines: an opening without an end",
        ),
        pytest.param(
            'time,note,bridge,status\n2026-11-23T12:00Z,"a, b",Hisingsbron,Open\n',
            {},
            ("Hisingsbron", NOON, "Open"),
            id="a comma in quotes",
        ),
        pytest.param(
            "bridge,opened_at,closed_at,latitude\nHisingsbron,2026-11-23T12:00Z,,57.7\n",
            {},
            ("Hisingsbron", NOON, None),
            id="openings: one without an end",
        ),
        pytest.param(
            "entityname,opendatetime,closedatetime,minutesopen\n"
            "Hisingsbron,2026-11-23T04:00:00.000,,\n",
            {"zone": SEATTLE},
            ("Hisingsbron", NOON, None),
            id="openings as Seattle publishes them, on its own clock",
        ),
        pytest.param(
            '{"entityname": "Hisingsbron", "opendatetime": "2026-11-23T04:00:00.000"}\n',
            {"zone": SEATTLE},
            ("Hisingsbron", NOON, None),
            id="JSON Lines of Seattle's: an opening without an end",
        ),
        pytest.param(
            "\ufefftime,bridge,status\r\n2026-11-23T12:00:00Z,Hisingsbron,Closed\r\n",
            {},
            ("Hisingsbron", NOON, "Closed"),
            id="as Windows writes CSV",
        ),
    ],
)
def test_what_a_line_says(
    tmp_path: Path, content: str, language: dict[str, Any], found: tuple[object, ...]
) -> None:
    assert entries(tmp_path, content, **language) == [found]
    packed = gzip.compress(content.encode())
    assert entries(tmp_path, packed, name="in.gz", **language) == [found]


@pytest.mark.parametrize(
    ("clock", "offset"),
    [
        ("2026-03-29 01:59:59", "2026-03-29T00:59:59"),
        ("2026-03-29 03:00:00", "2026-03-29T01:00:00"),
        ("2026-10-25 01:59:59", "2026-10-24T23:59:59"),
        ("2026-10-25 03:00:00", "2026-10-25T02:00:00"),
        ("2026-10-25 02:30:00+02:00", "2026-10-25T00:30:00"),
        ("2026-10-25 02:30:00+01:00", "2026-10-25T01:30:00"),
    ],
)
def test_a_clock_time_means_one_moment_on_both_days_when_the_clock_jumps(
    tmp_path: Path, clock: str, offset: str
) -> None:
    ((_, time, _),) = entries(
        tmp_path, f"time,bridge,status\n{clock},Hisingsbron,Open\n", zone=STOCKHOLM
    )

    assert time == milliseconds(offset)


ROW = "2026-11-23T12:00:00Z,Hisingsbron,Open"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (f"time,bridge,status\n{ROW}\n\n{ROW[:-4]}Ajar\n", ":4: the status 'Ajar' is none of Open"),
        ("time,bridge,status\n2026-11-23T12:00Z,X,Open\n", ":2: the settings have no bridge 'X'."),
        (f"time,bridge,status\n{ROW}\nyesterday,X,Open\n", ":3: the settings have no bridge 'X'."),
        ("time,bridge,status\nnoon,Hisingsbron,Open\n", ":2: the time 'noon' is neither ISO 8601"),
        (f'time,bridge,status\n{ROW}\n"{ROW}\n{ROW}\n', ":3: it is not one line of CSV: "),
        ("time,bridge,status\n0001-01-01T00:00,Hisingsbron,Open\n", ":2: the time 0001-01-01"),
        ("time,bridge,status\nx\n", ":2: it has too few columns."),
        ("time,bridge,status\n2026-11-23 12:00,Hisingsbron,Open\n", ":2: the time 2026-11-23"),
        ("bridge,opened_at,closed_at\nHisingsbron,,\n", ":2: it has neither opened_at nor"),
        (
            "bridge,opened_at,closed_at\nHisingsbron,2026-11-23T12:00Z,2026-11-23T12:00Z\n",
            ":2: closed_at 2026-11-23T12:00Z is not after opened_at 2026-11-23T12:00Z.",
        ),
        ("when,bridge,what\n", ": its columns are when, bridge, what, not time, bridge and status"),
        ("time,status\n", ": it has no column `bridge` among time, status: name it with --bridge."),
        ("", ": it is empty."),
        ("\n \n", ": it is empty."),
        (f"time,bridge,status\n{ROW}\n".encode("utf-16"), " is UTF-16: save it as UTF-8."),
        (f"time,bridge,status\n{ROW}\n".encode("utf-32"), " is UTF-32: save it as UTF-8."),
        (f"time,bridge,status\n{ROW}\n".encode("utf-16-le"), ": its first line has NUL in it"),
        pytest.param("x" * 1_000_000, ": field larger than field limit", id="a megabyte, no end"),
        pytest.param("[" * 100_000, ": it has no column `bridge` among [[[", id="nested lists"),
        (f"time,bridge,status,status\n{ROW},Closed\n", ": two of its columns are named 'status'."),
        (
            '{"time": 1763632800, "bridge": "Hisingsbron", "status": "Open"}',
            ":1: the time 1763632800 is in seconds, it seems: write it in milliseconds.",
        ),
        (
            "time,bridge,status\n1900-01-01T00:00Z,Hisingsbron,Open\n",
            ":2: the time 1900-01-01T00:00Z is before 1970",
        ),
        (
            '{"time": 1763632800000, "bridge": ["Hisingsbron"], "status": "Open"}',
            ":1: a list or an object stands where a word or a time is wanted.",
        ),
        ('{"time": "2026-11-23T12:00Z", "bridge": "Hisingsbron"}\n', ": its columns are time, br"),
        (
            '{"time": "2026-11-23T12:00Z", "bridge": "Hisingsbron", "status": "Open"}\n{"time": 1}',
            ":2: it names no bridge.",
        ),
        (
            '{"time": 253402300800000, "bridge": "Hisingsbron", "status": "Open"}',
            ":1: the time 253402300800000 is in microseconds, it seems",
        ),
        (
            '{"time": true, "bridge": "Hisingsbron", "status": "Open"}',
            ":1: the time True is neither",
        ),
        ("{time: 1}", ": its first line is not an object in JSON"),
        (
            gzip.compress(b"time,bridge,status\n", mtime=0)[:12] + b"\xff" * 20,
            " cannot be read to its end",
        ),
        (
            '{"time": "2026-11-23T12:00Z", "bridge": "Hisingsbron", "status": "Open"}\n[1]',
            ":2: it is not an object in JSON",
        ),
        (
            b"time,bridge,status\n\xff",
            " is not UTF-8 throughout, as the byte 0xff shows: save it as",
        ),
        ("time;bridge;status\n", ": its columns are separated by ';', not by commas: time;bridge;"),
        ("time\tbridge\tstatus\n", r": its columns are separated by '\t', not by commas: time\tb"),
        ("\u200bwhen,bridge,what\n", r": its columns are \u200bwhen, bridge, what, not time"),
        ("time,bridge,status\n1763632800,Hisingsbron,Open\n", ":2: the time 1763632800 is in sec"),
        (
            "time,bridge,status\n1763632800000000,Hisingsbron,Open\n",
            ":2: the time 1763632800000000 is in microseconds, it seems: write it in milliseconds.",
        ),
        (
            "time,bridge,status\n1763632800000000000,Hisingsbron,Open\n",
            ":2: the time 1763632800000000000 is in nanoseconds, it seems: write it in",
        ),
        (
            '{"time": 1763632800000, "bridge": "Hisingsbron", "time": 1, "status": "Open"}',
            ": its first line is not an object in JSON: a key stands in it twice.",
        ),
        *(
            pytest.param(f"time,bridge,status\n{row}\n", sentence, id=f"a megabyte: {sentence}")
            for row, sentence in (
                (f"{'x' * 10**6},Hisingsbron,Open", ":2: the time 'xxx"),
                (f"2026-11-23T12:00Z,{'x' * 10**6},Open", ":2: the settings have no bridge 'xxx"),
                (f"2026-11-23T12:00Z,Hisingsbron,{'x' * 10**6}", ":2: the status 'xxx"),
            )
        ),
        pytest.param(
            f'{{"time": 1{"0" * 4000}, "bridge": "Hisingsbron", "status": "Open"}}',
            ":1: the time 1000000",
            id="a number of 4,000 digits",
        ),
        # Without the time in it: workers must agree on the name of the case.
        (
            gzip.compress(f"time,bridge,status\n{ROW}\n".encode(), mtime=0)[:-9],
            " cannot be read to its end",
        ),
        (b"PAR1 and not Parquet", " must have the columns time, bridge and status"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(
    tmp_path: Path, content: str | bytes, sentence: str
) -> None:
    with pytest.raises(LineError) as error:
        entries(tmp_path, content)

    assert str(error.value).startswith(f"{tmp_path}/in.csv{sentence}")
    assert len(str(error.value)) < len(str(tmp_path)) + 400  # a whole file is no sentence


@pytest.mark.parametrize(
    ("clock", "reason"),
    [
        ("2026-03-29 02:00:00", "never was in Europe/Stockholm: the clock was put forward"),
        ("2026-03-29 02:59:59", "never was in Europe/Stockholm: the clock was put forward"),
        ("2026-10-25 02:00:00", "was twice in Europe/Stockholm: write it with its offset from"),
        ("2026-10-25 02:59:59", "was twice in Europe/Stockholm: write it with its offset from"),
    ],
)
def test_a_clock_time_that_never_was_or_was_twice_is_wrong(
    tmp_path: Path, clock: str, reason: str
) -> None:
    with pytest.raises(LineError, match=f":2: {clock} {reason}"):
        entries(tmp_path, f"time,bridge,status\n{clock},Hisingsbron,Open\n", zone=STOCKHOLM)


def test_the_standard_input_is_read_as_files_are_and_left_open(tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(gzip.compress(f"time,bridge,status\n{ROW}\n".encode()))

    with (tmp_path / "in").open("rb") as stdin:
        for _ in range(2):
            found = list(read("-", Language(SETTINGS), stop, stdin))
            assert found == [("Hisingsbron", NOON, "Open")]


def test_parquet_may_be_gzipped_or_come_on_the_standard_input(tmp_path: Path) -> None:
    duckdb.execute(
        "COPY (SELECT TIMESTAMPTZ '2026-11-23 12:00+00' AS time, 'Hisingsbron' AS bridge, "
        f"'Open' AS status) TO '{tmp_path / 'plain.parquet'}'"
    )
    plain = (tmp_path / "plain.parquet").read_bytes()

    packed = entries(tmp_path, gzip.compress(plain), name="x.parquet.gz")
    with (tmp_path / "plain.parquet").open("rb") as stdin:
        piped = list(read("-", Language(SETTINGS), stop, stdin))

    assert packed == piped == [("Hisingsbron", NOON, "Open")]


@pytest.mark.parametrize("year", ["2100", "9999"])
def test_a_time_in_the_future_is_wrong(tmp_path: Path, year: str) -> None:
    row = f"{year}-01-01T00:00:00Z,Hisingsbron,Open"

    with pytest.raises(LineError, match=rf":2: the time {year}-01-01T00:00:00Z is in the future"):
        entries(tmp_path, f"time,bridge,status\n{row}\n")


def test_a_quoted_value_may_go_over_lines(tmp_path: Path) -> None:
    content = f'time,bridge,status,note\n{ROW},"first\nsecond ""line""\n"\n{ROW},plain\n'

    assert entries(tmp_path, content) == [("Hisingsbron", NOON, "Open")] * 2


def test_a_quote_that_is_never_closed_is_one_wrong_line(tmp_path: Path) -> None:
    rows = [f'{ROW},"open', *[f"{ROW},good"] * 150, f'{ROW},"quoted"', f'{ROW},"open']
    file = tmp_path / "in.csv"
    file.write_text("\n".join(["time,bridge,status,note", *rows]) + "\n")
    wrong: list[LineError] = []

    found = list(read(str(file), Language(SETTINGS), wrong.append))

    assert len(found) == 151
    assert [error.line for error in wrong] == [f'{ROW},"open\n'] * 2
    assert {error.head for error in wrong} == {"time,bridge,status,note\n"}
    assert [str(error).split(":")[-3] for error in wrong] == ["2", "154"]


def test_a_quote_that_another_closes_far_below_swallows_no_line(tmp_path: Path) -> None:
    rows = [f'{ROW},"open', f"{ROW},good", f'{ROW},open",Open', f"{ROW},good"]
    file = tmp_path / "in.csv"
    file.write_text("\n".join(["time,bridge,status,note", *rows]) + "\n")
    wrong: list[LineError] = []

    found = list(read(str(file), Language(SETTINGS), wrong.append))

    assert len(found) == 3, "also the line with a quote within a value"
    assert len(wrong) == 1


def test_a_file_without_columns_says_so(tmp_path: Path) -> None:
    with pytest.raises(LineError, match=r"in.csv: it names no columns\.$"):
        entries(tmp_path, "{}\n")
