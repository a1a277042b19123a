"""Printing: JSON for programs, tables for people."""

import json
from collections.abc import Iterable

import typer
from rich import box
from rich.console import Console
from rich.table import Table


def print_json(value: object) -> None:
    """Print a value as JSON, readable too."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def print_table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Print a table; what does not fit is folded, never cut."""
    table = Table(box=box.SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console(highlight=False, markup=False).print(table)
