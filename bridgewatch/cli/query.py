"""`bridgewatch query`: any SQL, and what it costs."""

import json
import time
from collections.abc import Sequence
from contextlib import closing
from itertools import chain, count
from math import ceil, isfinite
from typing import Annotated

import typer

from bridgewatch.cli.output import Output, counted, note, print_csv, print_json_list, print_table
from bridgewatch.cli.reading import Place, reads


@reads
def query(
    place: Place,
    output: Output,
    sql: Annotated[str, typer.Argument(help='The query; "-" reads it from the standard input.')],
    *,
    full: Annotated[
        bool,
        typer.Option(
            "--full", help="Read the table from its beginning, if the query has no bound on time."
        ),
    ] = False,
) -> None:
    """Run any SQL of Timestream's, in whichever store, and tell what it read and costs.

    https://docs.aws.amazon.com/timestream/latest/developerguide/reference.html
    """
    if sql == "-":
        sql = typer.get_text_stream("stdin").read()
    if not full and (warning := place.observations.warning(sql)):
        note(warning)
    started = time.monotonic()
    with closing(place.observations.query(sql, full=full)) as run:
        columns = [column.name for column in run.columns]
        numbers = count()
        rows = (row for row, _ in zip(run.texts(), numbers, strict=False))
        if output is Output.JSON:
            keys = unique(columns)
            print_json_list(dict(zip(keys, map(_json, row), strict=True)) for row in rows)
        elif output is Output.CSV:
            print_csv(columns, (map(_text, row) for row in rows))
        else:
            print_table(columns, (map(_text, row) for row in rows))
        said = run.bill(ceil(time.monotonic() - started))
        note(f"{counted(next(numbers), 'row')}; {said}")


def unique(names: Sequence[str]) -> list[str]:
    """Tell columns of one name apart, which SQL allows and JSON does not: time, time_2."""
    found: list[str] = []
    for name in names:
        numbered = (f"{name}_{number}" for number in count(2))
        found.append(next(one for one in chain([name], numbered) if one not in found))
    return found


def _text(value: object) -> str:
    """Write a value for people, and for CSV."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return json.dumps(_json(value), ensure_ascii=False)
    return str(value)


def _json(value: object) -> object:
    """Write a value as JSON has it."""
    if isinstance(value, list | tuple):
        return [_json(one) for one in value]
    if isinstance(value, float) and not isfinite(value):
        return str(value)  # JSON has no Infinity
    return value
