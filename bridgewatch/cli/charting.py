"""The options that draw: --chart in the terminal, --svg into a file."""

from pathlib import Path
from typing import Annotated

import typer

from bridgewatch.cli.failures import WRONG_USAGE, CommandError
from bridgewatch.cli.output import Output
from bridgewatch.files import atomic_write

Chart = Annotated[bool, typer.Option("--chart", help="Draw in the terminal.")]
Svg = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Draw into a file, as a picture (SVG).")
]


def check_drawing(output: Output, *, chart: bool, svg: Path | None) -> None:
    """See that what is drawn is not also asked for as text.

    :raises CommandError: if it is.
    """
    if output is not Output.TABLE and (chart or svg):
        raise CommandError("Choose one of --json or --csv, and --chart or --svg.", WRONG_USAGE)


def write_svg(path: Path, svg: str) -> None:
    """Write a picture.

    :raises OSError: if it can't be.
    """
    with atomic_write(path) as partial:
        partial.write_text(svg, encoding="utf-8")
