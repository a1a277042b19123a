"""What one container of the function keeps: its notifier, with all that it needs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from lambdas.environment import ConfigurationError
from lambdas.notifier.configuration import Configuration
from lambdas.notifier.notify import Notifier
from lambdas.notifier.secrets import SsmSecrets
from lambdas.notifier.table import DynamoDbTable
from lambdas.notifier.topic import Topic
from lambdas.notifier.undelivered import UndeliveredQueue
from lambdas.notifier.wakes import ScheduledWakes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lambdas.notifier.configuration import Target
    from lambdas.notifier.outcome import Letter, Outcome, Sender

CONFIG = Config(
    connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3}
)


class Container:
    """The notifier, and what the settings say.

    :param variables: the environment variables.
    :raises ConfigurationError: if one of them, or configuration.json, is wrong.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        def needed(name: str) -> str:
            if not variables.get(name):
                raise ConfigurationError(f"The environment variable {name} is not set.")
            return variables[name]

        self.configuration = Configuration.read(
            Path(needed("LAMBDA_TASK_ROOT")) / "configuration.json"
        )
        self._topic = needed("BRIDGEWATCH_TOPIC_ARN")
        self._secrets = SsmSecrets(_clients("ssm"))
        targets = self.configuration.targets
        self.notifier = Notifier(
            deployment=self.configuration.deployment,
            watched=self.configuration.watched,
            targets=targets,
            senders={name: _Lazy(self._maker(target)) for name, target in targets.items()},
            table=DynamoDbTable(needed("BRIDGEWATCH_TABLE"), _clients("dynamodb")),
            wakes=ScheduledWakes(
                group=needed("BRIDGEWATCH_SCHEDULE_GROUP"),
                function=needed("BRIDGEWATCH_FUNCTION_ARN"),
                role=needed("BRIDGEWATCH_SCHEDULE_ROLE_ARN"),
                client=_clients("scheduler"),
            ),
            dead_letters=UndeliveredQueue(
                needed("BRIDGEWATCH_UNDELIVERED_QUEUE_URL"), _clients("sqs")
            ),
            now=lambda: datetime.now(UTC),
        )

    def _maker(self, target: Target) -> Callable[[], Sender]:
        """Give what makes a target's sender; the modules that it needs are loaded then."""

        def secret() -> str:
            return self._secrets.read(target.parameter or "")

        def make() -> Sender:
            if target.kind == "topic":
                return Topic(self._topic, _clients("sns"))
            if target.kind == "webhook":
                from lambdas.notifier.webhook import Webhook  # noqa: PLC0415 - see above

                return Webhook(target.url or "", secret)
            from lambdas.notifier.chat import Chat  # noqa: PLC0415 - likewise

            return Chat(target.kind, secret)

        return make


class _Lazy:
    """A sender that is made when it is first needed: most runs tell nobody."""

    def __init__(self, make: Callable[[], Sender]) -> None:
        self._make = make
        self._made: Sender | None = None

    def send(self, letter: Letter, timeout: float) -> Outcome:
        if self._made is None:
            self._made = self._make()
        return self._made.send(letter, timeout)


def _clients(service: str) -> Callable[[], Any]:
    """Give what gives the client of a service: the same one each time, for all threads."""
    made: list[Any] = []

    def client() -> Any:  # noqa: ANN401 - boto3 makes them at run time
        if not made:
            made.append(boto3.client(service, config=CONFIG))  # type: ignore[call-overload] # any name
        return made[0]

    return client
