from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.unit.bridgewatch.commands.conftest import DATABASE

if TYPE_CHECKING:
    import pytest

    from tests.unit.bridgewatch.commands.conftest import Commands

PAGE = Path(__file__).parents[4] / "docs" / "scripting.md"


def test_what_the_page_on_scripting_shows_works(
    run: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    text = PAGE.read_text().replace('"bridgewatch"', f'"{DATABASE}"')
    blocks = re.findall(
        r"```python\n(.*?)```", text.replace('observations"', f'{run.table}"'), re.DOTALL
    )
    write = blocks.pop()
    names: dict[str, Any] = {}
    connect = blocks[0].split("store =")[0]

    # Written first, so that there is something to read.
    for block in (connect, write, *blocks):
        exec(block, names)  # noqa: S102 - the documentation's own code

    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "2 {}"
    assert printed[1].endswith("+00:00"), "the opening's end is known, its start is not"
    # A minute apart, they may be in two hours.
    assert sum(int(line.split()[-1]) for line in printed[3:-1]) == 2
