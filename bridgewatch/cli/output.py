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


def print_table(columns: Iterable[str], rows: Iterable[Iterable[str]], caption: str = "") -> None:
    """Print a table, with a line below it."""
    table = Table(*columns, box=box.SIMPLE_HEAD, caption=caption or None, caption_justify="left")
    for row in rows:
        table.add_row(*row)
    Console(highlight=False, markup=False).print(table)
