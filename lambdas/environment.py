"""The functions' environment variables, read once: they say what the stacks made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lambdas.aws import Connection
    from lambdas.dynamodb import DynamoDbStore
    from lambdas.timestream import TimestreamStore

    AnyStore = TimestreamStore | DynamoDbStore


class ConfigurationError(Exception):
    """A variable or key is missing or wrong; the text names it."""


@dataclass(frozen=True, slots=True)
class Environment:
    """The environment variables of the poller and of the redriver.

    :param store: makes the store that BRIDGEWATCH_STORE names, on a connection: `timestream` (also
        without it), with BRIDGEWATCH_DATABASE and, in that, BRIDGEWATCH_TABLE; or `dynamodb`, with
        BRIDGEWATCH_TABLE and BRIDGEWATCH_RETENTION_DAYS.
    :param queue_url: BRIDGEWATCH_QUEUE_URL, the queue of records to be tried again.
    :param dead_letter_queue_url: BRIDGEWATCH_DEAD_LETTER_QUEUE_URL, the queue of those given up.
    :param sight_table: BRIDGEWATCH_SIGHT_TABLE, the table for the poller's marks about bridges that
        it does not see; None where nobody wants them.
    :param configuration: configuration.json in LAMBDA_TASK_ROOT, where Lambda unpacks the bundle.
    :param recent: makes the store of recent observations beside the store, if there is one:
        BRIDGEWATCH_RECENT_TABLE, and BRIDGEWATCH_RECENT_DAYS that it keeps.
    :param beat_table: BRIDGEWATCH_BEAT_TABLE, where the poller puts its beat if there is a page.
    """

    store: Callable[[Connection], AnyStore]
    queue_url: str
    dead_letter_queue_url: str
    configuration: Path
    sight_table: str | None = None
    recent: Callable[[Connection], DynamoDbStore] | None = None
    beat_table: str | None = None

    @classmethod
    def parse(cls, variables: Mapping[str, str]) -> Environment:
        """Read them from `os.environ` or the like.

        :raises ConfigurationError: if one is missing, empty or wrong.
        """

        def needed(name: str) -> str:
            if not variables.get(name):
                raise ConfigurationError(f"The environment variable {name} is not set.")
            return variables[name]

        return cls(
            store=_store(variables.get("BRIDGEWATCH_STORE", "timestream"), needed),
            queue_url=needed("BRIDGEWATCH_QUEUE_URL"),
            dead_letter_queue_url=needed("BRIDGEWATCH_DEAD_LETTER_QUEUE_URL"),
            configuration=Path(needed("LAMBDA_TASK_ROOT")) / "configuration.json",
            sight_table=variables.get("BRIDGEWATCH_SIGHT_TABLE"),
            recent=_recent(needed) if variables.get("BRIDGEWATCH_RECENT_TABLE") else None,
            beat_table=variables.get("BRIDGEWATCH_BEAT_TABLE") or None,
        )


def _store(kind: str, needed: Callable[[str], str]) -> Callable[[Connection], AnyStore]:
    table = needed("BRIDGEWATCH_TABLE")
    if kind == "timestream":
        from lambdas.timestream import TimestreamStore  # noqa: PLC0415 - a cold start loads one

        database = needed("BRIDGEWATCH_DATABASE")
        return lambda connection: TimestreamStore(
            database=database, table=table, connection=connection
        )
    if kind == "dynamodb":
        return _dynamodb(table, "BRIDGEWATCH_RETENTION_DAYS", needed)
    raise ConfigurationError(f"BRIDGEWATCH_STORE is {kind!r}, neither timestream nor dynamodb.")


def _recent(needed: Callable[[str], str]) -> Callable[[Connection], DynamoDbStore]:
    return _dynamodb(needed("BRIDGEWATCH_RECENT_TABLE"), "BRIDGEWATCH_RECENT_DAYS", needed)


def _dynamodb(
    table: str, variable_of_days: str, needed: Callable[[str], str]
) -> Callable[[Connection], DynamoDbStore]:
    from lambdas.dynamodb import DynamoDbStore  # noqa: PLC0415 - a cold start loads what it needs

    retention = days_of(variable_of_days, needed)
    return lambda connection: DynamoDbStore(table=table, retention=retention, connection=connection)


def days_of(variable: str, needed: Callable[[str], str]) -> timedelta:
    """Read a number of days.

    :param needed: reads a variable, or says that it is not set.
    :raises ConfigurationError: if it is none.
    """
    days = needed(variable)
    if not days.isdecimal():
        raise ConfigurationError(f"{variable} is {days!r}, not a whole number.")
    return timedelta(days=int(days))
