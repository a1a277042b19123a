"""Who is told what the bridges do, and when: targets, and rules that name them."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from bridgewatch.settings.model import Email, Model, must, sentence
from bridgewatch.settings.sources import ParameterName

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

Name: TypeAlias = Annotated[
    str, must("be 1 to 64 letters, digits, - and _", r"[A-Za-z0-9_-]{1,64}")
]
Clock: TypeAlias = Annotated[
    str, must("be a time of day, such as 06:30", r"([01][0-9]|2[0-3]):[0-5][0-9]")
]
Weekday: TypeAlias = Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
When: TypeAlias = Literal["opens", "closes", "open_for", "unknown_for", "known_again"]
TargetType: TypeAlias = Literal["topic", "webhook", "ntfy", "slack", "discord", "telegram", "email"]

TIMED = ("open_for", "unknown_for", "known_again")
"""What a rule can wait for that takes `minutes`."""


def _public_https(url: str) -> str:
    parts = urlsplit(url)
    try:
        right = parts.scheme == "https" and parts.hostname and parts.port != 0
    except ValueError:
        right = False
    if not right or any(character.isspace() for character in url):
        raise ValueError("it must be an address that starts with https://")
    if parts.username is not None or parts.fragment:
        raise ValueError("it must have neither a user nor a fragment")
    try:
        is_public = ipaddress.ip_address(parts.hostname or "").is_global
    except ValueError:
        is_public = parts.hostname != "localhost"
    if not is_public:
        raise ValueError("it must be an address of the internet")
    return url


class Target(Model):
    """Who is told."""

    type: TargetType = Field(
        description="What it is. `topic` is the deployment's SNS topic of changes, to which anyone "
        "subscribes whom AWS can reach; `webhook` gets signed CloudEvents; the others are "
        "sent messages by [Apprise](https://appriseit.com)."
    )
    url: Annotated[str, AfterValidator(_public_https)] | None = Field(
        default=None, description="Where a `webhook` is; an address of the internet, by https."
    )
    parameter: ParameterName | None = Field(
        default=None,
        description="The name of the SSM SecureString that holds its secret, which is never a "
        "setting: of a `webhook` what it is signed with (`whsec_` and 24 to 64 random bytes in "
        "base64); of the others their address as Apprise writes it, such as "
        "`ntfys://ntfy.example.com/bridges`. The topic has none.",
    )
    emails: tuple[Email, ...] = Field(
        default=(),
        description="Of the `topic`: who gets its messages by mail. AWS asks each to confirm, and "
        "each message has a link to unsubscribe.",
    )
    language: Literal["en", "sv", "nl"] = Field(
        default="en", description="What messages are written in: English, Swedish or Dutch."
    )
    per_minute: int = Field(
        default=20,
        ge=1,
        le=600,
        description="How many messages it is sent in a minute at most; more wait.",
    )

    @property
    def host(self) -> str:
        """The host of its URL; nothing if it has none."""
        return urlsplit(self.url or "").hostname or ""

    @property
    def port(self) -> int:
        """The port of its URL."""
        return urlsplit(self.url or "").port or 443

    def disagreements(self, key: str) -> Iterator[str]:
        """Say what in it contradicts itself, each as a sentence.

        :param key: where it stands in the settings.
        """
        if (self.url is not None) != (self.type == "webhook"):
            yield sentence(f"{key}.url", self.url, "a webhook has one, and nothing else has")
        if (self.parameter is not None) != (self.type != "topic"):
            rule = "everything has one but the topic"
            yield sentence(f"{key}.parameter", self.parameter, rule)
        if self.emails and self.type != "topic":
            rule = "only a topic has them: an email target's address is in its parameter"
            yield sentence(f"{key}.emails", self.emails, rule)


class Hours(Model):
    """A part of the day, which may pass midnight."""

    start: Clock = Field(
        alias="from", description="Their first minute, by the clock of the bridge's `timezone`."
    )
    until: Clock = Field(
        description="The minute after their last; before `from`, it is the next day's."
    )


class Rule(Model):
    """When somebody is told."""

    when: When = Field(
        description="`opens` and `closes`; `open_for`, once an opening has lasted for `minutes`; "
        "`unknown_for`, once nobody has known the status for `minutes`; `known_again` after that "
        "long."
    )
    targets: tuple[Name, ...] = Field(min_length=1, description="Who is told: names of `targets`.")
    bridges: tuple[str, ...] = Field(
        default=(), description="The names of the bridges that it is about; none means all."
    )
    minutes: int | None = Field(
        default=None,
        ge=1,
        le=1440,
        description="Of `open_for`, `unknown_for` and `known_again`: how long. A poller that does "
        "not run is noticed when a heartbeat and two polls are overdue.",
    )
    hours: Hours | None = Field(
        default=None, description="When in the day it counts; by default the whole day."
    )
    weekdays: tuple[Weekday, ...] = Field(
        default=(), description="On which days those hours begin; none means every day."
    )
    patience_minutes: int = Field(
        default=30,
        ge=5,
        le=1440,
        description="What is found out later than this is no news, and told by nobody.",
    )

    def disagreements(
        self, key: str, bridges: Collection[str], targets: Collection[str]
    ) -> Iterator[str]:
        """Say what in it contradicts itself or the other settings, each as a sentence.

        :param key: where it stands in the settings.
        """
        if (self.minutes is not None) != (self.when in TIMED):
            rule = f"{', '.join(TIMED)} have them, and nothing else has"
            yield sentence(f"{key}.minutes", self.minutes, rule)
        for kind, names, known in (
            ("bridges", self.bridges, bridges),
            ("targets", self.targets, targets),
        ):
            for index, name in enumerate(names):
                if name not in known:
                    rule = f"it must be one of the {kind}: {', '.join(known) or 'there are none'}"
                    yield sentence(f"{key}.{kind}[{index}]", name, rule)
        if self.hours and self.hours.start == self.hours.until:
            yield sentence(f"{key}.hours.until", self.hours.until, "it must differ from `from`")

    def configuration(self) -> dict[str, Any]:
        """Give it as the notifier reads it."""
        days = get_args(Weekday)
        return {
            **self.model_dump(mode="json", by_alias=True, exclude_none=True),
            "weekdays": [days.index(day) for day in self.weekdays],
        }


class Notify(Model):
    """Who is told, and when."""

    targets: dict[Name, Target] = Field(
        default={}, max_length=50, description="Who can be told, by a name for the rules."
    )
    rules: dict[Name, Rule] = Field(
        default={},
        max_length=100,
        description="When whom, by a name for `notify list`. Without any nobody is told, and "
        "nothing for it is deployed.",
    )

    @property
    def emails(self) -> tuple[str, ...]:
        """Who gets the topic's messages by mail."""
        return tuple(
            dict.fromkeys(email for target in self.targets.values() for email in target.emails)
        )

    @property
    def secret_parameters(self) -> tuple[str, ...]:
        """The SSM parameters that hold the targets' secrets, each once."""
        names = (target.parameter for target in self.targets.values())
        return tuple(dict.fromkeys(name for name in names if name))

    @property
    def watches_sight(self) -> bool:
        """Whether the poller has to mark bridges that it does not see."""
        return any(rule.when in {"unknown_for", "known_again"} for rule in self.rules.values())

    def disagreements(self, key: str, bridges: Collection[str]) -> Iterator[str]:
        """Say what in it contradicts itself or the other settings, each as a sentence.

        :param key: where it stands in the settings.
        """
        topics = [name for name, target in self.targets.items() if target.type == "topic"]
        for name in topics[1:]:
            rule = "a deployment has one topic"
            yield sentence(f"{key}.targets.{name}.type", "topic", rule)
        for name, target in self.targets.items():
            yield from target.disagreements(f"{key}.targets.{name}")
        for name, rule_ in self.rules.items():
            yield from rule_.disagreements(f"{key}.rules.{name}", bridges, self.targets)
