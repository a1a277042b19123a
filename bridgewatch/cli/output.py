"""Printing: tables for people, JSON and CSV for programs."""

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

import typer
from rich import box
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from bridgewatch.cli.failures import WRONG_USAGE, CommandError


class Output(StrEnum):
    """What a command prints."""

    TABLE = "a table for people"
    JSON = "JSON"
    CSV = "CSV"

    @classmethod
    def of(cls, *, as_json: bool, as_csv: bool) -> "Output":
        """Choose what the options --json and --csv ask for.

        :raises CommandError: if they ask for both.
        """
        if as_json and as_csv:
            raise CommandError("Choose one of --json and --csv.", WRONG_USAGE)
        return cls.JSON if as_json else cls.CSV if as_csv else cls.TABLE


def print_json(value: object) -> None:
    """Print a value as JSON, readable too."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def print_json_list(records: Iterable[object]) -> None:
    """Print values as a list in JSON, one a line, as they come: there may be millions."""
    separator = "["
    for record in records:
        typer.echo(f"{separator}\n  {json.dumps(record, ensure_ascii=False)}", nl=False)
        separator = ","
    typer.echo("[]" if separator == "[" else "\n]")


def print_csv(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Print rows as CSV below their columns' names, as they come; None is nothing."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)


def print_records(
    output: Output, columns: Iterable[str], records: Iterable[Mapping[str, object]]
) -> None:
    """Print what --json or --csv asks for.

    :param columns: the keys of each record.
    """
    if output is Output.JSON:
        print_json_list(records)
    else:
        columns = list(columns)
        print_csv(columns, ([record[column] for column in columns] for record in records))


def print_table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Print a table.

    On a terminal cells are folded between words, never within a name or a time; where even that is
    too wide, each row is printed as lines of its own. What is piped is not folded at all.
    """
    names, cells = list(headings), [list(row) for row in rows]
    table = Table(*names, box=box.SIMPLE_HEAD)
    for row in cells:
        table.add_row(*row)
    console = Console(highlight=False, markup=False)
    widest = Measurement.get(console, console.options.update(max_width=sys.maxsize), table).maximum
    if not console.is_terminal:
        console.width = widest
    elif widest > console.width:
        columns = [list(column) for column in zip(names, *cells, strict=True)]
        widths = _column_widths(columns, too_wide=widest - console.width)
        if widths is None:
            _print_rows(console, names, cells)
            return
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
    console.print(table)


def _column_widths(columns: Sequence[Sequence[str]], too_wide: int) -> list[int] | None:
    """Make columns narrower, together by so many characters, the roomiest first.

    :returns: their widths; None if that would break a word.
    """
    widths = [max(map(cell_len, cells)) for cells in columns]
    words = [_longest_word(cells) for cells in columns]
    for _ in range(too_wide):
        roomiest = max(range(len(widths)), key=lambda index: widths[index] - words[index])
        if widths[roomiest] == words[roomiest]:
            return None
        widths[roomiest] -= 1
    return widths


def _longest_word(cells: Iterable[str]) -> int:
    return max((cell_len(word) for cell in cells for word in cell.split()), default=0)


def _print_rows(console: Console, names: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print each row as lines of a column's name and its cell."""
    width = max(map(cell_len, names))
    for row in rows:
        for name, cell in zip(names, row, strict=True):
            console.print(f"  {set_cell_size(name, width)}  {cell}", soft_wrap=True)
        console.print()


def counted(number: int, noun: str) -> str:
    """Write a number and what it counts: 1 bridge, 2 bridges.

    :param noun: for one; more have an s.
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def note(sentence: str) -> None:
    """Tell people something that is not part of the output."""
    typer.echo(f"bridgewatch: {sentence}", err=True)
