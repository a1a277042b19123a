"""`bridgewatch export`: observations into files."""

import csv
import errno
import json
import os
import sys
import time
from contextlib import ExitStack, closing
from enum import StrEnum
from math import ceil
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
from bridgewatch.files import atomic_write, naming
from bridgewatch.observation_table import Rows
from lambdas.observation import in_milliseconds
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
    names = sorted(one.name for one in place.bridges(bridge))
    first, end = in_milliseconds(window.since), in_milliseconds(window.until)
    if unload:
        if output or format_:
            raise CommandError("--unload goes without --output and --format.", WRONG_USAGE)
        _unload(place, names, window, unload)
        return
    ending = output.suffix[1:] if output else Format.CSV
    if format_ is None and ending not in set(Format):
        raise CommandError(
            f"{output} ends in none of {', '.join(Format)}: say --format.", WRONG_USAGE
        )
    started = time.monotonic()
    with closing(place.observations.observations(names, first, end)) as rows:
        count = _write(rows, output, format_ or Format(ending))
    note(f"{counted(count, 'observation')}; {rows.bill(ceil(time.monotonic() - started))}")


def _unload(place: Place, bridges: list[str], window: Window, url: str) -> None:
    """Let Timestream write to S3, without a row passing through here.

    https://docs.aws.amazon.com/timestream/latest/developerguide/export-unload.html
    """
    table = place.timestream("UNLOAD")
    if not url.startswith("s3://") or "'" in url:
        raise CommandError(f"--unload takes s3://BUCKET/PREFIX, not {url!r}.", WRONG_USAGE)
    names = ", ".join(map(text_literal, bridges))
    query = table.query(
        "UNLOAD (SELECT time, measure_name AS bridge, measure_value::varchar AS status "  # noqa: S608 - of checked literals
        f"FROM {table.sql_name} WHERE measure_name IN ({names}) "
        f"AND time >= {time_literal(window.since)} AND time < {time_literal(window.until)} "
        f"ORDER BY measure_name, time) TO '{url}' WITH (format = 'PARQUET')"
    )
    for row in query:
        for column, value in zip(query.columns, row, strict=True):
            typer.echo(f"{column.name}: {value}")
    note("Its times are in UTC, without saying so: import it by `backfill --timezone UTC`.")


def _write(rows: Rows, output: Path | None, format_: Format) -> int:
    if format_ is Format.PARQUET:
        if output is None:
            raise CommandError("Parquet needs a file: name it with --output.", WRONG_USAGE)
        return _write_parquet(rows, output)
    with ExitStack() as stack:
        file: IO[str] = sys.stdout
        if output:
            partial = stack.enter_context(atomic_write(output))
            file = stack.enter_context(partial.open("w", encoding="utf-8", newline=""))
        return _write_text(rows, file, format_)


def _write_text(rows: Rows, file: IO[str], format_: Format) -> int:
    count = 0
    if format_ is Format.CSV:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
    for at, bridge, status in rows:
        count += 1
        values = (iso_milliseconds(at), bridge, status)
        if format_ is Format.CSV:
            writer.writerow(values)
        else:
            record = dict(zip(COLUMNS, values, strict=True))
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return count


def _write_parquet(rows: Rows, output: Path) -> int:
    """Write CSV first, which DuckDB turns into Parquet piece by piece: neither holds all rows."""
    import duckdb  # noqa: PLC0415 - other formats do without

    types = {"time": "TIMESTAMPTZ", "bridge": "VARCHAR", "status": "VARCHAR"}
    with atomic_write(output) as partial, TemporaryDirectory() as directory:
        text = Path(directory) / "rows.csv"
        with naming(text), text.open("w", encoding="utf-8", newline="") as file:
            count = _write_text(rows, file, Format.CSV)
        try:
            with duckdb.connect() as database:
                database.read_csv(str(text), header=True, dtype=types).write_parquet(str(partial))
        except duckdb.IOException as error:
            told = str(error)  # the system's own words are somewhere in it
            code = next((one for one in errno.errorcode if os.strerror(one) in told), errno.EIO)
            raise OSError(code, os.strerror(code), str(output)) from error
    return count
