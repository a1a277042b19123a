"""What the notifier has to know of the settings: configuration.json in its bundle.

`Settings.notifier_configuration` writes it. It names the parameters of secrets, and holds
no secret.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from lambdas.history import gap_tolerance
from lambdas.json_object import JsonObject, read_json
from lambdas.notifier.evaluation import Watched
from lambdas.notifier.messages import LANGUAGES
from lambdas.notifier.rules import Hours, Kind, Rule

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CHATS = ("ntfy", "slack", "discord", "telegram", "email")
"""The types of targets whose address, a secret of theirs, is one of Apprise's URLs."""

TARGET_TYPES = ("topic", "webhook", *CHATS)

RULE_KINDS = (Kind.OPENS, Kind.CLOSES, Kind.OPEN_FOR, Kind.UNKNOWN_FOR, Kind.KNOWN_AGAIN)


@dataclass(frozen=True, slots=True)
class Target:
    """Who is told.

    :param kind: one of `TARGET_TYPES`.
    :param language: one of `LANGUAGES`.
    :param per_minute: how many messages it is sent in a minute at most.
    :param url: a webhook's.
    :param parameter: the SSM parameter that holds its secret; None for the topic.
    """

    name: str
    kind: str
    language: str
    per_minute: int
    url: str | None
    parameter: str | None


@dataclass(frozen=True, slots=True)
class Configuration:
    """What configuration.json holds.

    :param watched: the bridges that rules are about, by name.
    :param targets: by name.
    """

    deployment: str
    watched: Mapping[str, Watched]
    targets: Mapping[str, Target]

    @classmethod
    def read(cls, path: Path) -> Configuration:
        """Read the file.

        :raises ConfigurationError: if it is missing, no JSON, or a key is missing or wrong.
        """
        return cls.parse(read_json(path))

    @classmethod
    def parse(cls, document: object) -> Configuration:
        """Check the file's content.

        :raises ConfigurationError: if a key is missing or wrong.
        """
        whole = JsonObject(document)
        deployment = whole.get("deployment", str)
        tolerance = gap_tolerance(
            timedelta(seconds=whole.get("heartbeat_seconds", float)),
            timedelta(seconds=whole.get("interval_seconds", float)),
        )
        targets = whole.object("targets")
        rules = whole.object("rules")
        parsed = [_rule(name, rules.object(name)) for name in rules.keys]
        watched = {}
        for bridge in whole.objects("bridges"):
            name = bridge.get("name", str)
            about = tuple(rule for rule in parsed if rule.is_about(name))
            if about:
                zone = ZoneInfo(bridge.get("timezone", str))
                watched[name] = Watched(deployment, name, zone, tolerance, about)
        return cls(
            deployment,
            watched,
            {name: _target(name, targets.object(name)) for name in targets.keys},
        )


def _target(name: str, one: JsonObject) -> Target:
    return Target(
        name=name,
        kind=one.choice("type", TARGET_TYPES),
        language=one.choice("language", tuple(LANGUAGES)),
        per_minute=one.get("per_minute", int),
        url=one.get("url", str, optional=True),
        parameter=one.get("parameter", str, optional=True),
    )


def _rule(name: str, one: JsonObject) -> Rule:
    return Rule(
        name=name,
        bridges=frozenset(one.list_of("bridges", str)),
        when=one.choice("when", RULE_KINDS),
        length=timedelta(minutes=one.get("minutes", float, optional=True) or 0),
        hours=_hours(one.object("hours")) if one.has("hours") else None,
        weekdays=frozenset(one.list_of("weekdays", int)),
        targets=one.list_of("targets", str),
        patience=timedelta(minutes=one.get("patience_minutes", float)),
    )


def _hours(one: JsonObject) -> Hours:
    return Hours(
        time.fromisoformat(one.get("from", str)), time.fromisoformat(one.get("until", str))
    )
