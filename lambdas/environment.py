"""The functions' environment variables, read once: they say what the stacks made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class ConfigurationError(Exception):
    """A variable or key is missing or wrong; the text names it."""


@dataclass(frozen=True, slots=True)
class Environment:
    """The environment variables of the poller and of the redriver.

    :param database: BRIDGEWATCH_DATABASE, the Timestream database.
    :param table: BRIDGEWATCH_TABLE, the table in it.
    :param queue_url: BRIDGEWATCH_QUEUE_URL, the queue of records to be tried again.
    :param dead_letter_queue_url: BRIDGEWATCH_DEAD_LETTER_QUEUE_URL, the queue of those given up.
    :param configuration: configuration.json in LAMBDA_TASK_ROOT, where Lambda unpacks the bundle.
    """

    database: str
    table: str
    queue_url: str
    dead_letter_queue_url: str
    configuration: Path

    @classmethod
    def parse(cls, variables: Mapping[str, str]) -> Environment:
        """Read them from `os.environ` or the like.

        :raises ConfigurationError: if one is missing or empty.
        """

        def needed(name: str) -> str:
            if not variables.get(name):
                raise ConfigurationError(f"The environment variable {name} is not set.")
            return variables[name]

        return cls(
            database=needed("BRIDGEWATCH_DATABASE"),
            table=needed("BRIDGEWATCH_TABLE"),
            queue_url=needed("BRIDGEWATCH_QUEUE_URL"),
            dead_letter_queue_url=needed("BRIDGEWATCH_DEAD_LETTER_QUEUE_URL"),
            configuration=Path(needed("LAMBDA_TASK_ROOT")) / "configuration.json",
        )
