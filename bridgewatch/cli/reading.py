"""What the commands share: which table they work on, and how they print."""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from bridgewatch.cli.failures import WRONG_USAGE, CommandError, one_sentence
from bridgewatch.cli.output import Output
from bridgewatch.deployment import max_write_units
from bridgewatch.dynamodb.table import DynamoDbTable
from bridgewatch.observation_table import TABLE, ObservationTable
from bridgewatch.settings import Bridge, DynamoDbStorage, Settings, load_settings
from bridgewatch.timestream.table import TimestreamTable
from lambdas.aws import Connection
from lambdas.history import gap_tolerance
from lambdas.store import Store


@dataclass(frozen=True)
class Place:
    """The table that a command works on, and where it is.

    :param database: Timestream's; in DynamoDB, what its table's name begins with.
    :param observations: the table, in whichever store it is.
    """

    settings: Settings
    connection: Connection
    database: str
    table: str
    observations: ObservationTable

    @property
    def tolerance(self) -> timedelta:
        """How far apart records may be before there is a gap between them."""
        return gap_tolerance(
            timedelta(minutes=self.settings.heartbeat_minutes),
            timedelta(seconds=self.settings.poll_seconds),
        )

    @property
    def store(self) -> Store:
        """The table's observations."""
        return self.observations.store

    def timestream(self, what: str) -> TimestreamTable:
        """Give the table if it is Timestream's.

        :param what: what only Timestream has.
        :raises CommandError: if it is not.
        """
        if not isinstance(self.observations, TimestreamTable):
            raise CommandError(
                f"Only Timestream has {what}: this deployment's records are in DynamoDB.",
                WRONG_USAGE,
            )
        return self.observations

    def bridges(self, names: list[str] | None) -> list[Bridge]:
        """Find bridges of the settings by their names or codes; all of them without any.

        :raises CommandError: if there is none of that name.
        """
        known = {one.code: one for one in self.settings.bridges if one.code}
        known |= {one.name: one for one in self.settings.bridges}
        if missing := [name for name in names or () if name not in known]:
            names_known = ", ".join(one.name for one in self.settings.bridges)
            raise CommandError(
                f"The settings have no bridge {missing[0]!r}; theirs are: {names_known}.",
                WRONG_USAGE,
            )
        return [known[name] for name in names] if names else list(self.settings.bridges)


def _place(  # noqa: PLR0913 - each is an option of the command line
    *,
    settings: Annotated[
        Path | None, typer.Option(help="The settings, if not those in cdk.json.")
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(
            help="The Timestream database, if not the deployment's; what a DynamoDB table's name "
            "begins with."
        ),
    ] = None,
    table: Annotated[str, typer.Option(help="The table in it.")] = TABLE,
    endpoint_url: Annotated[
        str | None, typer.Option(help="Another address than AWS's: the embedded cloud's.")
    ] = None,
    profile: Annotated[str | None, typer.Option(help="The AWS profile.")] = None,
    # boto3 itself reads AWS_DEFAULT_REGION only; the CDK and the AWS CLI read AWS_REGION first.
    region: Annotated[str | None, typer.Option(help="The AWS region.", envvar="AWS_REGION")] = None,
) -> Place:
    if endpoint_url and not re.match(r"https?://[^/\s]", endpoint_url):
        raise CommandError(
            f"--endpoint-url takes an address such as http://127.0.0.1:4566, not {endpoint_url!r}.",
            WRONG_USAGE,
        )
    loaded = load_settings(settings)
    return place_of(
        loaded, Connection(profile, region, endpoint_url), database or loaded.deployment, table
    )


def place_of(
    settings: Settings, connection: Connection, database: str, table: str = TABLE
) -> Place:
    """Find the table of a deployment, in the store that its settings say.

    :raises CommandError: if there cannot be one of that name.
    """
    try:
        observations: ObservationTable
        if isinstance(settings.storage, DynamoDbStorage):
            observations = DynamoDbTable(
                settings.storage,
                database=database,
                table=table,
                connection=connection,
                dimensions={one.name: one.record_dimensions for one in settings.bridges},
                cap=max_write_units(settings, settings.storage),
            )
        else:
            observations = TimestreamTable(database=database, table=table, connection=connection)
    except ValueError as error:
        raise CommandError(str(error), WRONG_USAGE) from error
    return Place(settings, connection, database, table, observations)


def _output(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
) -> Output:
    return Output.of(as_json=as_json, as_csv=as_csv)


def works(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that tell its `Place`, and call it with that.

    :param command: its first parameter takes the `Place`; the others are its own, for typer.
    """
    return _with(command, _place)


def reads(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that tell its `Place` and `Output`, and call it with them.

    :param command: its first two parameters take them; the others are its own, for typer.
    """
    return _with(command, _place, _output)


def _with(command: Callable[..., None], *makers: Callable[..., object]) -> Callable[..., None]:
    shared = {make: inspect.signature(make).parameters for make in makers}
    own = list(inspect.signature(command).parameters.values())[len(makers) :]

    @wraps(command)
    def with_shared_options(**values: Any) -> None:  # noqa: ANN401 - typer has checked them
        with one_sentence():
            made = [
                make(**{name: values.pop(name) for name in options})
                for make, options in shared.items()
            ]
            command(*made, **values)

    parameters = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in own]
    for options in shared.values():
        parameters += options.values()
    # typer reads both.
    with_shared_options.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined] # what inspect looks for
    with_shared_options.__annotations__ = {one.name: one.annotation for one in parameters}
    return with_shared_options
