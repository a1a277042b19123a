"""Parquet files, read by DuckDB."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from bridgewatch.backfill.csv_records import csv_line
from bridgewatch.backfill.rows import Line, LineError, Rows

if TYPE_CHECKING:
    from collections.abc import Iterator

MAGIC = b"PAR1"
COLUMNS = ("bridge", "time", "status")
_ROWS = 10_000


def parquet_rows(name: str, path: str) -> Rows:
    """Read observations; the text of their lines is nothing.

    :param name: what errors call the file.
    :param path: where it is; DuckDB reads it at several places at once.
    :raises LineError: if it has other columns, or is no Parquet.
    """
    import duckdb  # noqa: PLC0415 - other formats do without

    try:
        database = duckdb.connect()
        described = database.execute("DESCRIBE SELECT * FROM read_parquet(?)", [path]).fetchall()
        kinds = {column: kind for column, kind, *_ in described}
        is_moment = kinds.get("time") == "TIMESTAMP WITH TIME ZONE"
        # Without a zone it is text, to be read as other files' times are.
        time = "epoch_ms(time)" if is_moment else "strftime(time, '%Y-%m-%dT%H:%M:%S.%f')"
        found = database.execute(f"SELECT bridge, {time}, status FROM read_parquet(?)", [path])  # noqa: S608 - one of two
    except duckdb.Error as error:
        raise LineError(
            f"{name} must have the columns time, bridge and status: {str(error).splitlines()[0]}."
        ) from error

    def lines() -> Iterator[Line]:
        pages = iter(lambda: found.fetchmany(_ROWS), [])
        for number, values in enumerate(chain.from_iterable(pages), start=1):
            yield Line(number, "", values)

    return Rows(COLUMNS, csv_line(COLUMNS), lines())
