"""The options that draw: --chart in the terminal, --svg into a file."""

from pathlib import Path
from typing import Annotated

import typer

from bridgewatch.files import whole

Chart = Annotated[bool, typer.Option("--chart", help="Draw in the terminal.")]
Svg = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Draw into a file, as a picture (SVG).")
]


def write_svg(path: Path, svg: str) -> None:
    """Write a picture.

    :raises OSError: if it can't be.
    """
    with whole(path) as partial:
        partial.write_text(svg, encoding="utf-8")
