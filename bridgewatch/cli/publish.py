"""`bridgewatch publish`: fill the table of recent observations from the store."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from bridgewatch.cli.failures import FAILED, WRONG_USAGE, CommandError
from bridgewatch.cli.reading import Place, works
from bridgewatch.cost.bill import dollars
from bridgewatch.cost.dynamodb import read_units
from bridgewatch.cost.metering import query_gigabytes, query_tcu_hours
from bridgewatch.cost.prediction import records_a_day
from bridgewatch.cost.prices import REGION, load_prices
from bridgewatch.cost.usage import Dimension
from bridgewatch.deployment import RECENT_DAYS, deployment
from bridgewatch.publishing import compare, fill
from lambdas.dynamodb import DynamoDbStore

RECENT = "recent"
"""The table's name after the deployment's (stacks/recent.py)."""

KEPT = timedelta(days=RECENT_DAYS)
MARGIN = timedelta(minutes=5)
"""The oldest is not worth a write: it expires at once."""


@works
def publish(
    place: Place,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what it would cost, and read nothing.")
    ] = False,
) -> None:
    """Fill the table of recent observations, beside Timestream, from the history.

    The page and notifications read it. The poller writes it from when there is a page on; this
    fills in the 30 days before, and what was imported or corrected since. Do it again as you like:
    what is there as it should be is not written again. First it tells what that costs.
    """
    settings = place.settings
    if settings.storage.type != "timestream":
        raise CommandError(
            "There is nothing to publish: the page reads the store itself, which is DynamoDB.",
            WRONG_USAGE,
        )
    if settings.page is None and not settings.notify.rules:
        raise CommandError(
            "There is no table to fill: set `page` or `notify.rules`, and deploy.", WRONG_USAGE
        )
    typer.echo(_cost(place))
    if dry_run:
        return
    now = datetime.now(UTC)
    recent = DynamoDbStore(
        table=f"{settings.deployment}-{RECENT}",
        dimensions={bridge.name: bridge.record_dimensions for bridge in settings.bridges},
        retention=KEPT,
        connection=place.connection,
    )
    names = [bridge.name for bridge in settings.bridges]
    difference = compare(place.store, recent, names, now - KEPT + MARGIN, now)
    written, refused = 0, []
    for count, refusals in fill(recent, difference):
        written += count - len(refusals)
        refused += refusals
    corrected = len(difference.corrected)
    typer.echo(
        f"{written - corrected} observations were missing and are there now, {corrected} are "
        f"corrected, {difference.alike} were there."
    )
    if refused:
        raise CommandError(
            f"{len(refused)} were refused; the first of {refused[0].observation.bridge}: "
            f"{refused[0].reason}",
            FAILED,
        )


def _cost(place: Place) -> str:
    """Tell what it costs at most: a table that is empty, and a history as predicted."""
    predicted = deployment(place.settings)
    prices = load_prices()
    region = place.connection.region or REGION
    records = KEPT.days * records_a_day(predicted)
    scanned = int(records) * predicted.record_bytes
    by_bytes = prices.price(Dimension.QUERY_GB, region).of(query_gigabytes(scanned))
    by_tcu = prices.price(Dimension.QUERY_TCU_HOURS, region).of(
        query_tcu_hours(0, predicted.tcu_a_query)
    )
    writes = prices.price(Dimension.DYNAMODB_WRITES, region).of(records)
    reads = prices.price(Dimension.DYNAMODB_READS, region).of(read_units(scanned, consistent=False))
    return (
        f"One query of Timestream: {dollars(by_bytes)} USD if the account pays by bytes scanned, "
        f"{dollars(by_tcu)} if by TCU. DynamoDB: at most {dollars(writes + reads)} USD, for some "
        f"{int(records):,} records of {KEPT.days} days."
    )
