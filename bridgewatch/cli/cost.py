"""`bridgewatch cost`: what a month of these settings costs, before they are deployed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from math import isfinite
from pathlib import Path
from typing import Annotated

import boto3
import typer

from bridgewatch.cli.actual import ask_first, print_actual
from bridgewatch.cli.encoding import drawable
from bridgewatch.cli.failures import WRONG_USAGE, CommandError, one_sentence
from bridgewatch.cli.output import counted, note, print_json, print_table
from bridgewatch.cost.bill import QueryPricing, dollars
from bridgewatch.cost.metering import TCU_A_QUERY
from bridgewatch.cost.prediction import Deployment, DynamoDbTable, predict, what_ifs
from bridgewatch.cost.prices import REGION, PriceError, PriceList, load_prices
from bridgewatch.cost.report import LineReport, Report, difference, report
from bridgewatch.cost.words import month_in_words, reading_in_words
from bridgewatch.deployment import deployment as deployment_of
from bridgewatch.settings import load_settings
from lambdas.aws import Connection

BAR_WIDTH = 8


def cost(  # noqa: PLR0913 - each is an option of the command line
    *,
    settings: Annotated[
        Path | None, typer.Option(help="The settings, if not those in cdk.json.")
    ] = None,
    region: Annotated[
        str,
        typer.Option(
            help="The AWS region, whose prices count.", envvar=["AWS_REGION", "AWS_DEFAULT_REGION"]
        ),
    ] = REGION,
    queries_per_day: Annotated[float, typer.Option(help="How often the history is queried.")] = 0,
    tcu_per_query: Annotated[
        int, typer.Option(min=1, help="How many compute units a query gets; AWS doesn't say.")
    ] = TCU_A_QUERY,
    diff: Annotated[
        tuple[Path, Path] | None,
        typer.Option(
            metavar="OLD NEW",
            help="Tell what a change does to the price: two settings, or what --json printed.",
        ),
    ] = None,
    actually: Annotated[
        bool,
        typer.Option("--actual", help="Ask AWS what it was; AWS bills that, so it asks you first."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask before --actual.")] = False,
    profile: Annotated[str | None, typer.Option(help="The AWS profile, for --actual.")] = None,
    endpoint_url: Annotated[
        str | None, typer.Option(help="Another address than AWS's, for --actual.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Predict what a month of these settings costs.

    Told with the free allowances that every AWS account always has, unless something else in it
    uses them up, and without; and for both ways in which accounts pay for Timestream's queries: by
    the bytes they scan, or, since 2024-04-29, by compute units (TCU). Prices marked weak are badly
    attested, or another region's.
    """
    with one_sentence():
        prices = load_prices()
        if warning := prices.warning(datetime.now(UTC).date()):
            note(warning)
        if not (isfinite(queries_per_day) and queries_per_day >= 0):
            raise CommandError("--queries-per-day must be a number, 0 or more.", WRONG_USAGE)

        def deployed(file: Path | None) -> Deployment:
            read = load_settings(file)
            _check_region(region, read.storage.type)
            return replace(
                deployment_of(read),
                queries_a_day=Fraction(queries_per_day),
                tcu_a_query=tcu_per_query,
            )

        if diff is not None:
            if actually or as_json:
                raise CommandError("--diff goes without --actual and --json.", WRONG_USAGE)
            old, new = (_saved(file) or _report(deployed(file), prices, region) for file in diff)
            typer.echo(difference(old, new))
            return
        deployment = deployed(settings)
        found = _report(deployment, prices, region)
        if actually:
            if not yes:
                ask_first(prices)
            place = Connection(profile, region, endpoint_url)
            print_actual(load_settings(settings), place, found, as_json=as_json)
            return
        variants = {
            name: _report(variant, prices, region) for name, variant in what_ifs(deployment).items()
        }
        if as_json:
            print_json({**found, "what_if": {name: _totals(one) for name, one in variants.items()}})
        else:
            _print(deployment, found, variants, prices)


def _check_region(region: str, store: str) -> None:
    name, service = {
        "timestream": ("Timestream for LiveAnalytics", "timestream-write"),
        "dynamodb": ("DynamoDB", "dynamodb"),
    }[store]
    regions = boto3.Session().get_available_regions(service)
    if region not in regions:
        raise CommandError(
            f"{name} is not in {region}: choose one of {', '.join(sorted(regions))}.", WRONG_USAGE
        )


def _report(deployment: Deployment, prices: PriceList, region: str) -> Report:
    try:
        return report(predict(deployment), prices, region)
    except PriceError as error:
        raise CommandError(str(error), WRONG_USAGE) from error


def _saved(file: Path) -> Report | None:
    """Read what --json printed; None if the file is something else, settings for instance."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    is_report = isinstance(document, dict) and Report.__required_keys__ <= document.keys()
    return document if is_report else None


def _totals(found: Report) -> dict[str, dict[str, float]]:
    return {
        "monthly_usd": found["monthly_usd"],
        "monthly_usd_without_allowances": found["monthly_usd_without_allowances"],
    }


def _print(
    deployment: Deployment, found: Report, variants: Mapping[str, Report], prices: PriceList
) -> None:
    pricings = list(QueryPricing)
    usd, full = (
        max(Fraction(amounts[pricing]) for pricing in pricings)
        for amounts in (found["monthly_usd"], found["monthly_usd_without_allowances"])
    )
    typer.echo(month_in_words(usd, full))
    typer.echo(reading_in_words(deployment, prices, found["region"]))
    bridges = counted(deployment.bridges, "bridge")
    typer.echo(
        f"\nThat is {bridges}, polled every {deployment.poll_seconds} s, by {found['region']}'s "
        f"prices of {found['prices_read']} or later:"
    )
    _print_lines([line for line in found["lines"] if line["count"]])
    reports = {"these settings": found, **variants}
    if isinstance(deployment.store, DynamoDbTable):
        typer.echo("The total (and in full):")
        _print_totals(reports, {"a month": QueryPricing.BYTES_SCANNED})
    else:
        typer.echo("The total (and in full), by how the account pays for Timestream's queries:")
        pricings_by_name = {
            "by bytes scanned": QueryPricing.BYTES_SCANNED,
            "by TCU": QueryPricing.TCU,
        }
        _print_totals(reports, pricings_by_name)


def _print_lines(lines: Sequence[LineReport]) -> None:
    largest = max(lines, key=lambda line: line["usd_without_allowances"])
    rows = [
        (
            f"{line['service']} {line['unit']}{'*' if line['weak'] else ''}",
            _count(line["count"]),
            _usd(line["usd"]),
            _usd(line["usd_without_allowances"]),
            _bar(line["usd_without_allowances"], largest["usd_without_allowances"]),
        )
        for line in lines
    ]
    print_table(("what", "a month", "USD", "in full", ""), rows)
    typer.echo(
        "In full: without the free allowances, where "
        f"{largest['service']} {largest['unit']} dominate.\n"
        "* a weak price: badly attested, or another region's.\n"
    )


def _print_totals(reports: Mapping[str, Report], columns: Mapping[str, QueryPricing]) -> None:
    longest = max(max(one["monthly_usd"].values()) for one in reports.values())
    print_table(
        ("", *columns, ""),
        [
            (
                name,
                *(_both(one, query_pricing) for query_pricing in columns.values()),
                _bar(one["monthly_usd"][QueryPricing.TCU], longest),
            )
            for name, one in reports.items()
        ],
    )


def _both(found: Report, query_pricing: QueryPricing) -> str:
    allowed = found["monthly_usd"][query_pricing]
    full = found["monthly_usd_without_allowances"][query_pricing]
    return f"{_usd(allowed)} ({_usd(full)})"


def _count(count: float) -> str:
    return f"{count:,.0f}" if count >= 100 else f"{count:.3g}"  # noqa: PLR2004 - three digits


def _usd(usd: float) -> str:
    return dollars(Fraction(usd))


def _bar(usd: float, longest: float) -> str:
    return drawable("█") * round(BAR_WIDTH * usd / longest) if longest else ""
