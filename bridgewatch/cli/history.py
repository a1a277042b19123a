"""`bridgewatch history`: what a bridge did."""

from collections.abc import Sequence
from typing import Annotated

import typer

from bridgewatch.charts.svg import strip_svg
from bridgewatch.charts.text import strip_text
from bridgewatch.cli.bridge_names import OneBridge
from bridgewatch.cli.charting import Chart, Svg, check_drawing, write_svg
from bridgewatch.cli.encoding import drawable
from bridgewatch.cli.failures import FAILED, CommandError
from bridgewatch.cli.output import Output, print_json, print_records, print_table
from bridgewatch.cli.reading import Place, reads
from bridgewatch.cli.times import in_words, iso, iso_milliseconds
from bridgewatch.cli.window import Since, Until, Window
from lambdas.history import Statistics, Stretch, statistics
from lambdas.observation import Observation
from lambdas.patterns import days


@reads
def history(  # noqa: PLR0913 - each is an option of the command line
    place: Place,
    output: Output,
    bridge: OneBridge,
    since: Since = "7d",
    until: Until = None,
    *,
    every: Annotated[
        bool, typer.Option("--all", help="Print each observation, heartbeats included.")
    ] = False,
    chart: Chart = False,
    svg: Svg = None,
) -> None:
    """Tell what a bridge did: each change, and each gap in which nothing is known.

    --chart and --svg draw a strip for each day, in the bridge's own time zone.
    """
    check_drawing(output, chart=chart, svg=svg)
    window = Window.of(since, until)
    bridge = {one.code: one.name for one in place.settings.bridges}.get(bridge, bridge)
    known = {one.name: one for one in place.settings.bridges}
    observations = window.observations(place, [bridge])[bridge]
    if not observations and bridge not in known:
        raise CommandError(
            f"Nothing is recorded of {bridge!r} there, and the settings' bridges are: "
            f"{', '.join(known)}.",
            FAILED,
        )
    found = window.stretches(place, observations)
    if chart or svg:
        timezone = known[bridge].timezone if bridge in known else "UTC"
        drawn = days(found, timezone)
        if svg:
            write_svg(svg, strip_svg(bridge, drawn, timezone))
        if chart:
            typer.echo(f"{bridge}, {timezone}\n{drawable(strip_text(drawn))}")
    elif every:
        _print_observations(
            output, [one for one in observations if window.since <= one.time < window.until]
        )
    else:
        _print_stretches(output, bridge, found)


def _print_observations(output: Output, observations: Sequence[Observation]) -> None:
    if output is Output.TABLE:
        print_table(("time", "status"), [(iso(one.time), one.status) for one in observations])
    else:
        records = (
            {"time": iso_milliseconds(one.time), "status": one.status} for one in observations
        )
        print_records(output, ("time", "status"), records)


def _print_stretches(output: Output, bridge: str, found: Sequence[Stretch]) -> None:
    sums = statistics(found)
    if output is Output.JSON:
        print_json(
            {
                "bridge": bridge,
                "since": iso_milliseconds(found[0].start),
                "until": iso_milliseconds(found[-1].end),
                "stretches": [_record(one) for one in found],
                "openings": sums.openings,
                "open_seconds": sums.open_time.total_seconds(),
                "known_seconds": sums.known_time.total_seconds(),
                "gap_seconds": sums.gap_time.total_seconds(),
            }
        )
    elif output is Output.CSV:
        print_records(output, RECORD, map(_record, found))
    else:
        print_table(
            ("start", "status", "duration"),
            [(iso(one.start), one.status or "gap", in_words(one.duration)) for one in found],
        )
        typer.echo(f"  {_summary(sums)}")


RECORD = ("start", "end", "status", "duration_seconds")


def _record(one: Stretch) -> dict[str, object]:
    return {
        "start": iso_milliseconds(one.start),
        "end": iso_milliseconds(one.end),
        "status": one.status or "unknown",
        "duration_seconds": one.duration.total_seconds(),
    }


def _summary(sums: Statistics) -> str:
    summary = f"openings: {sums.openings}, open {in_words(sums.open_time)}"
    if sums.longest_opening is not None:
        summary += f", the longest {in_words(sums.longest_opening)}"
    if sums.gap_time:
        summary += f"; unknown {in_words(sums.gap_time)}"
    return summary
