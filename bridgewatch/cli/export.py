"""`bridgewatch export`: observations into files."""

import csv
import json
import sys
from contextlib import ExitStack, closing
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Annotated

import typer

from bridgewatch.cli.bridge_names import Bridges
from bridgewatch.cli.failures import WRONG_USAGE, CommandError
from bridgewatch.cli.output import counted, note
from bridgewatch.cli.reading import Place, works
from bridgewatch.cli.times import iso_milliseconds
from bridgewatch.cli.window import Since, Until, Window
from bridgewatch.files import atomic_write
from bridgewatch.timestream.query import Query
from lambdas.timestream import text_literal, time_literal

COLUMNS = ("time", "bridge", "status")


class Format(StrEnum):
    """What a file is written as; also the end of its name."""

    CSV = "csv"
    JSON_LINES = "jsonl"
    PARQUET = "parquet"


@works
def export(  # noqa: PLR0913 - each is an option of the command line
    place: Place,
    bridge: Bridges = None,
    *,
    since: Since = "7d",
    until: Until = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file; without it, standard output.")
    ] = None,
    format_: Annotated[
        Format | None, typer.Option("--format", help="By default as the file's name ends, or CSV.")
    ] = None,
    unload: Annotated[
        str | None,
        typer.Option(metavar="S3-URL", help="Let Timestream write it there instead, as Parquet."),
    ] = None,
) -> None:
    """Write observations, heartbeats included, as CSV, JSON Lines or Parquet; backfill reads it.

    Rows are written as they arrive, by bridge and time. A file is there whole or not at all.
    """
    window = Window.of(since, until)
    sql = _sql(place, [one.name for one in place.bridges(bridge)], window)
    if unload:
        if output or format_:
            raise CommandError("--unload goes without --output and --format.", WRONG_USAGE)
        _unload(place, sql, unload)
        return
    ending = output.suffix[1:] if output else Format.CSV
    if format_ is None and ending not in set(Format):
        raise CommandError(
            f"{output} ends in none of {', '.join(Format)}: say --format.", WRONG_USAGE
        )
    with closing(place.query(sql)) as query:
        count = _write(query, output, format_ or Format(ending))
    note(f"{counted(count, 'observation')}; {query.status.bytes_metered:,} bytes metered.")


def _sql(place: Place, bridges: list[str], window: Window) -> str:
    """Select the columns of a file: only needed ones, and only the window's rows."""
    names = ", ".join(map(text_literal, bridges))
    return (
        "SELECT time, measure_name AS bridge, measure_value::varchar AS status "  # noqa: S608 - of checked literals
        f"FROM {place.sql_name} WHERE measure_name IN ({names}) "
        f"AND time >= {time_literal(window.since)} AND time < {time_literal(window.until)} "
        "ORDER BY measure_name, time"
    )


def _unload(place: Place, sql: str, url: str) -> None:
    """Let Timestream write to S3, without a row passing through here.

    https://docs.aws.amazon.com/timestream/latest/developerguide/export-unload.html
    """
    if not url.startswith("s3://") or "'" in url:
        raise CommandError(f"--unload takes s3://BUCKET/PREFIX, not {url!r}.", WRONG_USAGE)
    query = place.query(f"UNLOAD ({sql}) TO '{url}' WITH (format = 'PARQUET')")
    for row in query:
        for column, value in zip(query.columns, row, strict=True):
            typer.echo(f"{column.name}: {value}")
    note("Its times are in UTC, without saying so: import it by `backfill --timezone UTC`.")


def _write(query: Query, output: Path | None, format_: Format) -> int:
    if format_ is Format.PARQUET:
        if output is None:
            raise CommandError("Parquet needs a file: name it with --output.", WRONG_USAGE)
        return _write_parquet(query, output)
    with ExitStack() as stack:
        file: IO[str] = sys.stdout
        if output:
            partial = stack.enter_context(atomic_write(output))
            file = stack.enter_context(partial.open("w", encoding="utf-8", newline=""))
        return _write_text(query, file, format_)


def _write_text(query: Query, file: IO[str], format_: Format) -> int:
    count = 0
    if format_ is Format.CSV:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
    for time, bridge, status in query:
        count += 1
        values = (iso_milliseconds(time), bridge, status)
        if format_ is Format.CSV:
            writer.writerow(values)
        else:
            record = dict(zip(COLUMNS, values, strict=True))
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return count


def _write_parquet(query: Query, output: Path) -> int:
    """Write CSV first, which DuckDB turns into Parquet piece by piece: neither holds all rows."""
    import duckdb  # noqa: PLC0415 - other formats do without

    types = {"time": "TIMESTAMPTZ", "bridge": "VARCHAR", "status": "VARCHAR"}
    with atomic_write(output) as partial, TemporaryDirectory() as directory:
        rows = Path(directory) / "rows.csv"
        with rows.open("w", encoding="utf-8", newline="") as file:
            count = _write_text(query, file, Format.CSV)
        with duckdb.connect() as database:
            database.read_csv(str(rows), header=True, dtype=types).write_parquet(str(partial))
    return count
