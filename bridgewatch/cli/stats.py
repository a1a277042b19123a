"""`bridgewatch stats`: what bridges usually do."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import typer

from bridgewatch.charts.svg import heat_map_svg
from bridgewatch.charts.text import heat_map_text
from bridgewatch.cli.bridge_names import Bridges
from bridgewatch.cli.charting import Chart, Svg, check_drawing, write_svg
from bridgewatch.cli.encoding import drawable
from bridgewatch.cli.failures import WRONG_USAGE, CommandError
from bridgewatch.cli.output import Output, print_json, print_records, print_table
from bridgewatch.cli.reading import Place, reads
from bridgewatch.cli.times import in_words, iso
from bridgewatch.cli.window import Since, Until, Window
from lambdas.patterns import HOURS_A_DAY, WEEKDAYS, Pattern, pattern


@reads
def stats(  # noqa: PLR0913 - each is an option of the command line
    place: Place,
    output: Output,
    bridge: Bridges = None,
    since: Since = "30d",
    until: Until = None,
    *,
    chart: Chart = False,
    svg: Svg = None,
) -> None:
    """Tell how often and how long bridges open, and at which hours of which weekdays.

    By each bridge's own clock (`timezone` in the settings), and by the time in which its status was
    known. --chart and --svg draw a heat map, the latter for one bridge.
    """
    check_drawing(output, chart=chart, svg=svg)
    window = Window.of(since, until)
    bridges = place.bridges(bridge)
    if svg and len(bridges) > 1:
        raise CommandError("--svg draws one bridge: name it.", WRONG_USAGE)
    observations = window.observations(place, [one.name for one in bridges])
    found = {
        one.name: pattern(window.stretches(place, observations[one.name]), one.timezone)
        for one in bridges
    }
    if svg:
        (only,) = bridges
        period = f"{iso(window.since)} to {iso(window.until)}"
        counts = found[only.name].by_weekday_and_hour
        write_svg(svg, heat_map_svg(only.name, period, counts, only.timezone))
    if chart:
        for one in bridges:
            typer.echo(f"{one.name}, {one.timezone}")
            typer.echo(drawable(heat_map_text(found[one.name].by_weekday_and_hour)) + "\n")
    elif not svg:
        _print(output, found)


HOURS_TOGETHER = 3
HOURS = tuple(f"{hour}-{hour + HOURS_TOGETHER}" for hour in range(0, HOURS_A_DAY, HOURS_TOGETHER))


def _print(output: Output, found: Mapping[str, Pattern]) -> None:
    if output is Output.TABLE:
        columns = ("bridge", "openings", "a day", "mean", "longest", "open", "known")
        print_table(columns, [_cells(name, one) for name, one in found.items()])
        typer.echo("  Openings by weekday:")
        print_table(("bridge", *WEEKDAYS), [(n, *_by_weekday(one)) for n, one in found.items()])
        typer.echo("  Openings by hour:")
        print_table(("bridge", *HOURS), [(n, *_by_hours(one)) for n, one in found.items()])
    elif output is Output.JSON:
        print_json(
            [
                {
                    **_record(name, one),
                    "by_weekday_and_hour": dict(
                        zip(WEEKDAYS, one.by_weekday_and_hour, strict=True)
                    ),
                }
                for name, one in found.items()
            ]
        )
    else:
        print_records(output, RECORD, [_record(name, one) for name, one in found.items()])


def _by_weekday(found: Pattern) -> list[str]:
    return [_sum(row) for row in found.by_weekday_and_hour]


def _by_hours(found: Pattern) -> list[str]:
    return [
        _sum(
            [
                count
                for row in found.by_weekday_and_hour
                for count in row[first : first + HOURS_TOGETHER]
            ]
        )
        for first in range(0, HOURS_A_DAY, HOURS_TOGETHER)
    ]


def _sum(counts: Sequence[int | None]) -> str:
    """Add up openings; a question mark where the status was never known."""
    known = [count for count in counts if count is not None]
    return str(sum(known)) if known else "?"


RECORD = (
    "bridge",
    "openings",
    "openings_a_day",
    "mean_opening_seconds",
    "longest_opening_seconds",
    "open_share",
    "known_share",
)


def _record(bridge: str, found: Pattern) -> dict[str, object]:
    values = (
        bridge,
        found.openings,
        found.openings_a_day,
        _seconds(found.mean_opening),
        _seconds(found.longest_opening),
        found.open_share,
        found.known_share,
    )
    return dict(zip(RECORD, values, strict=True))


def _seconds(duration: timedelta | None) -> float | None:
    return duration.total_seconds() if duration is not None else None


def _cells(bridge: str, found: Pattern) -> tuple[str, ...]:
    return (
        bridge,
        str(found.openings),
        f"{found.openings_a_day:.1f}" if found.openings_a_day is not None else "unknown",
        in_words(found.mean_opening) if found.mean_opening is not None else "unknown",
        in_words(found.longest_opening) if found.longest_opening is not None else "unknown",
        f"{found.open_share:.1%}" if found.open_share is not None else "unknown",
        f"{found.known_share:.1%}",
    )
