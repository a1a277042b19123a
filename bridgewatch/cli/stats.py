"""`bridgewatch stats`: what bridges usually do."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

import typer

from bridgewatch.charts import WEEKDAYS, heat_map_svg, heat_map_text
from bridgewatch.cli.charting import Chart, Svg, check_drawing, write_svg
from bridgewatch.cli.failures import WRONG_USAGE, CommandError
from bridgewatch.cli.output import Output, print_json, print_records, print_table
from bridgewatch.cli.reading import Place, reads
from bridgewatch.cli.times import in_words
from bridgewatch.cli.window import Since, Until, Window
from bridgewatch.patterns import Pattern, pattern


@reads
def stats(  # noqa: PLR0913 - each is an option of the command line
    place: Place,
    output: Output,
    bridge: Annotated[
        list[str] | None, typer.Argument(help="The bridges' names; all of them without.")
    ] = None,
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
        ((name, only),) = found.items()
        write_svg(svg, heat_map_svg(name, only.by_weekday_and_hour))
    if chart:
        for name, one in found.items():
            typer.echo(f"{name}\n{heat_map_text(one.by_weekday_and_hour)}\n")
    elif not svg:
        _print(output, found)


def _print(output: Output, found: Mapping[str, Pattern]) -> None:
    if output is Output.TABLE:
        columns = ("bridge", "openings", "a day", "mean", "longest", "open", "known")
        print_table(columns, [_cells(name, one) for name, one in found.items()])
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
