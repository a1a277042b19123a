"""What every command that reads the history shares: where to read, and how to print."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Annotated

import typer

from bridgewatch.cli.failures import WRONG_USAGE, CommandError, one_sentence
from bridgewatch.settings import POLL_INTERVAL_SECONDS, Settings, load_settings
from lambdas.history import gap_tolerance
from lambdas.store import Store
from lambdas.timestream import Connection, TimestreamStore

TABLE = "observations"
"""The table that the storage stack makes; its database has the deployment's name."""


@dataclass(frozen=True)
class Reading:
    """What a command reads from, and prints as.

    :param as_json: JSON is wanted, not a table for people.
    """

    settings: Settings
    store: Store
    as_json: bool

    @property
    def tolerance(self) -> timedelta:
        """How far apart records may be before there is a gap between them."""
        return gap_tolerance(
            timedelta(minutes=self.settings.heartbeat_minutes),
            timedelta(seconds=POLL_INTERVAL_SECONDS),
        )


def _open(  # noqa: PLR0913 - each is an option of the command line
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    settings: Annotated[
        Path | None, typer.Option(help="The settings, if not those in cdk.json.")
    ] = None,
    database: Annotated[
        str | None, typer.Option(help="The Timestream database, if not the deployment's.")
    ] = None,
    table: Annotated[str, typer.Option(help="The table in it.")] = TABLE,
    endpoint_url: Annotated[
        str | None, typer.Option(help="Another address than AWS's: the embedded cloud's.")
    ] = None,
    profile: Annotated[str | None, typer.Option(help="The AWS profile.")] = None,
    # boto3 itself reads AWS_DEFAULT_REGION only; the CDK and the AWS CLI read AWS_REGION first.
    region: Annotated[str | None, typer.Option(help="The AWS region.", envvar="AWS_REGION")] = None,
) -> Reading:
    loaded = load_settings(settings)
    connection = Connection(profile, region, endpoint_url)
    try:
        store = TimestreamStore(
            database=database or loaded.deployment, table=table, connection=connection
        )
    except ValueError as error:
        raise CommandError(str(error), WRONG_USAGE) from error
    return Reading(loaded, store, as_json)


def reads(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the shared options, and call it with the `Reading` that they make.

    :param command: its first parameter takes the `Reading`; the others are its own, for typer.
    """
    shared = inspect.signature(_open).parameters
    own = list(inspect.signature(command).parameters.values())[1:]

    @wraps(command)
    def with_shared_options(**values: object) -> None:
        with one_sentence():
            reading = _open(**{name: values.pop(name) for name in shared})  # type: ignore[arg-type] # typer has checked them
            command(reading, **values)

    parameters = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in own]
    parameters += shared.values()
    # typer reads both.
    with_shared_options.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined] # what inspect looks for
    with_shared_options.__annotations__ = {one.name: one.annotation for one in parameters}
    return with_shared_options
