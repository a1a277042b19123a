"""`bridgewatch notify`: the rules, when each told something last, and a test of a target."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bridgewatch.cli.deployed import outputs
from bridgewatch.cli.failures import FAILED, WRONG_USAGE, CommandError, one_sentence
from bridgewatch.cli.output import Output, print_records, print_table
from bridgewatch.cli.times import iso
from bridgewatch.settings import Settings, load_settings
from lambdas.aws import Connection, explained

if TYPE_CHECKING:
    from bridgewatch.settings.notify import Rule
    from lambdas.notifier.state import State

notify = typer.Typer(help="Show who is told what, and test it.", no_args_is_help=True)

SettingsFile = Annotated[
    Path | None, typer.Option("--settings", help="The settings, if not those in cdk.json.")
]
Profile = Annotated[str | None, typer.Option("--profile", help="The AWS profile.")]
Region = Annotated[
    str | None, typer.Option("--region", help="The AWS region.", envvar="AWS_REGION")
]
COLUMNS = ("rule", "when", "bridges", "hours", "targets", "last_told", "waiting")


@notify.command("test")
def send_test(
    target: Annotated[str, typer.Argument(help="A name of `notify.targets`.")],
    settings: SettingsFile = None,
    profile: Profile = None,
    region: Region = None,
) -> None:
    """Send a test to a target, through what is deployed, and tell what came back."""
    with one_sentence():
        chosen = _with_rules(settings)
        if target not in chosen.notify.targets:
            known = ", ".join(chosen.notify.targets)
            raise CommandError(f"{target} is no target; there are: {known}.", WRONG_USAGE)
        connection = Connection(profile, region)
        function = outputs(connection, chosen.deployment, "notifier")["NotifierName"]
        with explained("Lambda"):
            answer = (
                connection.session()
                .client("lambda")
                .invoke(FunctionName=function, Payload=json.dumps({"test": target}).encode())
            )
            said = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise CommandError(f"The notifier failed: {said.get('errorMessage')}.", FAILED)
        if not said["delivered"]:
            raise CommandError(f"{target} was not told: {said['said']}.", FAILED)
        typer.echo(f"{target} was told: {said['said']}.")


@notify.command("list")
def list_(
    settings: SettingsFile = None,
    profile: Profile = None,
    region: Region = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
) -> None:
    """List the rules, when each told something last, and how many messages a target has not taken.

    What waits is tried again for a day. `notify test TARGET` says what the target answers.
    """
    with one_sentence():
        output = Output.of(as_json=as_json, as_csv=as_csv)
        chosen = _with_rules(settings)
        states = _states(chosen, Connection(profile, region))
        told, waiting = last_told(states), undelivered(states, chosen.notify.rules)
        rows = [
            _row(name, rule, told.get(name), waiting[name])
            for name, rule in chosen.notify.rules.items()
        ]
        if output is Output.TABLE:
            print_table(COLUMNS, [[str(row[one] or "") for one in COLUMNS] for row in rows])
        else:
            print_records(output, COLUMNS, rows)


def _with_rules(file: Path | None) -> Settings:
    settings = load_settings(file)
    if not settings.notify.rules:
        raise CommandError(
            "The settings have no notify.rules: nobody is told (docs/notify.md).", WRONG_USAGE
        )
    return settings


def _states(settings: Settings, connection: Connection) -> list["State"]:
    """Read what the notifier remembers of each bridge."""
    from lambdas.notifier.table import DynamoDbTable  # noqa: PLC0415 - AWS's SDK takes long

    table = DynamoDbTable(
        outputs(connection, settings.deployment, "notifier")["TableName"],
        lambda: connection.session().client("dynamodb"),
    )
    with explained("DynamoDB"):
        return [table.own(bridge.name)[1] for bridge in settings.bridges]


def last_told(states: Iterable["State"]) -> dict[str, datetime]:
    """Tell when each rule, by its name, told something last."""
    last: dict[str, datetime] = {}
    for state in states:
        for rule, time in state.last_told.items():
            last[rule] = max(time, last.get(rule, datetime.min.replace(tzinfo=UTC)))
    return last


def undelivered(states: Iterable["State"], rules: Mapping[str, "Rule"]) -> Counter[str]:
    """Count, by the rule's name, the messages that one of its targets has not taken yet."""
    return Counter(
        name
        for state in states
        for waits in state.pending
        for name, rule in rules.items()
        if name in waits.event.rules and not waits.attempts.keys().isdisjoint(rule.targets)
    )


def _row(name: str, rule: "Rule", told: datetime | None, waiting: int) -> dict[str, object]:
    when = rule.when if rule.minutes is None else f"{rule.when} {rule.minutes} min"
    hours = f"{rule.hours.start}-{rule.hours.until}" if rule.hours else ""
    return {
        "rule": name,
        "when": when,
        "bridges": ", ".join(rule.bridges) or "all",
        "hours": " ".join(filter(None, (hours, ",".join(rule.weekdays)))) or "always",
        "targets": ", ".join(rule.targets),
        "last_told": None if told is None else iso(told),
        "waiting": waiting,
    }
