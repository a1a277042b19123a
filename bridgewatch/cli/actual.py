"""`bridgewatch cost --actual`: what AWS says it was, beside the prediction and the budget."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from fractions import Fraction

import typer
from botocore.exceptions import BotoCoreError, ClientError

from bridgewatch.actual import COST_EXPLORER_REQUESTS, TAG, Actual, Budget, actual
from bridgewatch.cli.failures import FAILED, CommandError
from bridgewatch.cli.output import print_json, print_table
from bridgewatch.cost.bill import dollars
from bridgewatch.cost.prices import REGION, PriceList
from bridgewatch.cost.report import Report
from bridgewatch.cost.usage import Dimension
from bridgewatch.settings import Settings
from lambdas.aws import Connection


def ask_first(prices: PriceList) -> None:
    """Ask whether AWS shall be asked, as that is billed; exit if not."""
    price = prices.price(Dimension.COST_EXPLORER_REQUESTS, REGION)
    usd = dollars(price.of(Fraction(COST_EXPLORER_REQUESTS)))
    typer.confirm(
        f"AWS bills {usd} USD for the {COST_EXPLORER_REQUESTS} requests to Cost Explorer. Go on?",
        abort=True,
        err=True,
    )


def print_actual(
    settings: Settings, connection: Connection, predicted: Report, *, as_json: bool
) -> None:
    """Print what AWS says beside what was predicted.

    :raises CommandError: if AWS cannot be asked.
    """
    now = datetime.now(UTC)
    session = connection.session()

    def client(service: str, **options: str) -> object:
        return session.client(service, endpoint_url=connection.endpoint_url, **options)  # type: ignore[call-overload] # any service

    try:
        said = actual(client, deployment=settings.deployment, database=settings.deployment, now=now)
    except (ClientError, BotoCoreError) as error:
        raise CommandError(f"AWS cannot be asked: {error}", FAILED) from error
    if as_json:
        print_json({**_json(said), "predicted": predicted})
    else:
        _print(said, predicted, now)


def _json(said: Actual) -> dict[str, object]:
    return {
        "account_usd": _floats(said.account),
        "tagged_usd": _floats(said.tagged),
        "budget_usd": said.budget
        and {
            name: float(amount) if amount is not None else None
            for name, amount in asdict(said.budget).items()
        },
        "metrics": said.metrics,
    }


def _floats(costs: Mapping[str, Fraction]) -> dict[str, float]:
    return {service: float(usd) for service, usd in costs.items()}


def _print(said: Actual, predicted: Report, now: datetime) -> None:
    month: dict[str, Fraction] = {}
    for line in predicted["lines"]:
        # The bill of an account that pays by bytes scanned: the other one has no query line here.
        if line["query_pricing"] != "tcu":
            usd = month.get(line["service"], Fraction(0)) + Fraction(line["usd"])
            month[line["service"]] = usd
    services = {**said.account, **said.tagged, **month}
    days = monthrange(now.year, now.month)[1]
    typer.echo(f"{now:%B %Y} until day {now.day} of {days}, in US dollars:")
    print_table(
        ("service", "account", "tagged", "predicted a month"),
        [
            (
                service,
                *(
                    dollars(costs[service]) if service in costs else ""
                    for costs in (said.account, said.tagged, month)
                ),
            )
            for service in services
        ]
        + [("together", *(_total(costs) for costs in (said.account, said.tagged, month)))],
    )
    if not said.tagged:
        typer.echo(f"Nothing carries the tag {TAG}: has the payer account activated it?")
    typer.echo(_budget(said.budget))
    for name, value in said.metrics.items():
        typer.echo(f"Timestream's {name}, in the last day that has any: {value:,.0f}")


def _total(costs: Mapping[str, Fraction]) -> str:
    return dollars(sum(costs.values(), Fraction(0)))


def _budget(budget: Budget | None) -> str:
    if budget is None:
        return "There is no budget: deploy the cost alarm stack."
    forecast = f", {dollars(budget.forecast)} expected" if budget.forecast is not None else ""
    return f"The budget is {dollars(budget.limit)}: {dollars(budget.spent)} spent{forecast}."
