"""`bridgewatch openings`: when bridges were open."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import typer

from bridgewatch.cli.bridge_names import Bridges
from bridgewatch.cli.output import Output, print_json, print_records, print_table
from bridgewatch.cli.reading import Place, reads
from bridgewatch.cli.times import in_words, iso, iso_milliseconds
from bridgewatch.cli.window import Since, Until, Window
from lambdas.history import Stretch
from lambdas.history import openings as openings_of
from lambdas.observation import Status


@dataclass(frozen=True)
class Row:
    """An opening or a gap of a bridge.

    :param start: None if it is unknown.
    :param end: None if it is unknown, or not over.
    """

    bridge: str
    is_gap: bool
    start: datetime | None
    end: datetime | None

    @property
    def seconds(self) -> float | None:
        """How long it lasted; None if that is unknown."""
        return (self.end - self.start).total_seconds() if self.start and self.end else None


@reads
def openings(
    place: Place,
    output: Output,
    bridge: Bridges = None,
    since: Since = "7d",
    until: Until = None,
) -> None:
    """Tell when bridges were open, and the gaps in which nobody knows.

    A start or an end is only told where the records around it show the change. `backfill` reads
    what --csv prints, which is the openings of which either is known.
    """
    window = Window.of(since, until)
    names = [one.name for one in place.bridges(bridge)]
    found = window.observations(place, names)
    rows = [row for name in names for row in _rows(name, window.stretches(place, found[name]))]
    only_openings = [row for row in rows if not row.is_gap]
    if output is Output.CSV:
        columns = ("bridge", "opened_at", "closed_at", "duration_seconds")
        dated = (row for row in only_openings if row.start or row.end)
        print_records(output, columns, map(_record, dated))
    elif output is Output.JSON:
        gaps = [_gap(row) for row in rows if row.is_gap]
        print_json({"openings": [_record(row) for row in only_openings], "gaps": gaps})
    else:
        print_table(("bridge", "", "start", "end", "duration"), map(_cells, rows))
        typer.echo(f"  openings: {len(only_openings)}")


def _rows(bridge: str, found: Sequence[Stretch]) -> Iterator[Row]:
    """Give the openings and gaps among a bridge's stretches, in time order."""
    known = iter(openings_of(found))
    for stretch in found:
        if stretch.status is None:
            yield Row(bridge, is_gap=True, start=stretch.start, end=stretch.end)
        elif stretch.status is Status.OPEN:
            opening = next(known)
            yield Row(bridge, is_gap=False, start=opening.start, end=opening.end)


def _record(row: Row) -> dict[str, object]:
    return {
        "bridge": row.bridge,
        "opened_at": iso_milliseconds(row.start) if row.start else None,
        "closed_at": iso_milliseconds(row.end) if row.end else None,
        "duration_seconds": row.seconds,
    }


def _gap(row: Row) -> dict[str, object]:
    opening = _record(row)
    return {
        "bridge": row.bridge,
        "start": opening["opened_at"],
        "end": opening["closed_at"],
        "duration_seconds": row.seconds,
    }


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.bridge,
        "gap" if row.is_gap else "Open",
        iso(row.start) if row.start else "unknown",
        iso(row.end) if row.end else "unknown",
        in_words(timedelta(seconds=row.seconds)) if row.seconds is not None else "",
    )
