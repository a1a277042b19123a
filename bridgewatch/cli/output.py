"""Printing: tables for people, JSON and CSV for programs."""

import csv
import json
import sys
from collections.abc import Iterable, Mapping
from enum import StrEnum

import typer
from rich import box
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


def print_table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Print a table; what does not fit a terminal is folded, never cut; nothing else is folded."""
    table = Table(box=box.SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        unbounded = console.options.update(max_width=sys.maxsize)
        console.width = Measurement.get(console, unbounded, table).maximum
    console.print(table)


def counted(number: int, noun: str) -> str:
    """Write a number and what it counts: 1 bridge, 2 bridges.

    :param noun: for one; more have an s.
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def note(sentence: str) -> None:
    """Tell people something that is not part of the output."""
    typer.echo(f"bridgewatch: {sentence}", err=True)
