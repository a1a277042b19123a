"""What importing and moving have in common: what they say of cost and time, and their bar."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from fractions import Fraction

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from bridgewatch.cli.output import counted
from bridgewatch.cli.reading import Place
from bridgewatch.cli.times import in_words
from bridgewatch.cost.bill import dollars
from bridgewatch.cost.prices import REGION, load_prices
from bridgewatch.cost.usage import Dimension


def usd(place: Place, unit: Dimension, units: int | Fraction) -> str:
    """Write what units cost, in US dollars."""
    region = place.connection.session().region_name or REGION
    return dollars(load_prices().price(unit, region).of(Fraction(units)))


def estimate(place: Place, unit: Dimension, units: int, seconds: float) -> str:
    """Say what so many writes cost, and how long they take, if a limit makes them take long.

    :param seconds: how long at least.
    """
    cost = f"about {counted(units, 'write')}, {usd(place, unit, units)} USD"
    if seconds < 1:
        return cost
    least = in_words(timedelta(seconds=seconds))
    return f"{cost}; by the table's limits it takes {least} or more"


@contextmanager
def bar(total: int, done: int, said: str) -> Iterator["Bar"]:
    """Draw how far it is, on a terminal.

    :param said: at its end.
    """
    terminal = Console(stderr=True)
    with Progress(
        BarColumn(),
        MofNCompleteColumn(),
        _Speed(),
        TimeRemainingColumn(),
        TextColumn(said),
        console=terminal,
        transient=True,
        disable=not terminal.is_terminal,
    ) as progress:
        yield Bar(progress, progress.add_task("", total=total, completed=done))


class Bar:
    """A bar that is drawn, or isn't where nobody looks."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def advance(self, observations: int) -> None:
        """Tell that so many more are done."""
        if not self._progress.disable:
            self._progress.advance(self._task, observations)


class _Speed(ProgressColumn):
    """How fast it goes; worked out when it is shown, not for each request."""

    def render(self, task: Task) -> Text:
        """Write it."""
        return Text(f"{task.speed or 0:,.0f} records/s")
