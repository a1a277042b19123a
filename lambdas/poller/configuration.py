"""What the poller has to know of the settings: configuration.json in its bundle.

`Settings.poller_configuration` writes it. An environment holds at most 4 KB, and a hundred bridges
do not fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from lambdas.json_object import JsonObject, read_json
from lambdas.poller.sources.types import SOURCE_TYPES, source_type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from lambdas.poller.sources.types import SourceConfiguration

Place: TypeAlias = Literal["header", "query", "path"]
"""Where a request carries an API key; `path` replaces `{key}` in the URL."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """One bridge to watch.

    :param code: what the source calls it, if the source tells bridges apart.
    :param dimensions: its metadata, by name.
    """

    name: str
    source: str
    code: str | None
    dimensions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Key:
    """Where an API key is kept, and where a request carries it.

    :param parameter: the name of an SSM SecureString parameter.
    :param name: the header's or query parameter's name; None for `path`.
    """

    parameter: str
    place: Place
    name: str | None

    @classmethod
    def parse(cls, one: JsonObject) -> Key:
        """Read a source's `key`.

        :raises ConfigurationError: if something in it is missing or wrong.
        """
        places: tuple[Place, ...] = get_args(Place)
        place = one.choice("in", places)
        return cls(
            parameter=one.get("parameter", str),
            place=place,
            name=None if place == "path" else one.get("name", str),
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how often a source is asked, and how much of an answer is read.

    :param timeout_seconds: to connect, and between two pieces of an answer.
    :param attempts: how often one question is asked at most.
    :param backoff_seconds: the wait before the second attempt; it doubles with each.
    :param max_bytes: the longest answer, unpacked.
    """

    timeout_seconds: float
    attempts: int
    backoff_seconds: float
    max_bytes: int


@dataclass(frozen=True, slots=True)
class Configuration:
    """What configuration.json holds.

    :param heartbeat: the longest silence between two records of a bridge.
    :param interval: the time between two polls.
    :param sources: by name.
    """

    heartbeat: timedelta
    interval: timedelta
    bridges: tuple[Bridge, ...]
    sources: Mapping[str, SourceConfiguration]

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
        sources = whole.object("sources")
        return cls(
            heartbeat=timedelta(seconds=whole.get("heartbeat_seconds", float)),
            interval=timedelta(seconds=whole.get("interval_seconds", float)),
            bridges=tuple(_bridge(one, sources.keys) for one in whole.objects("bridges")),
            sources={name: _source(sources.object(name)) for name in sources.keys},
        )


def _bridge(one: JsonObject, sources: Sequence[str]) -> Bridge:
    return Bridge(
        name=one.get("name", str),
        source=one.choice("source", sources),
        code=one.get("code", str, optional=True),
        dimensions=one.object("dimensions").mapping(str),
    )


def _source(one: JsonObject) -> SourceConfiguration:
    limits = Limits(
        timeout_seconds=one.get("timeout_seconds", float),
        attempts=one.get("attempts", int),
        backoff_seconds=one.get("backoff_seconds", float),
        max_bytes=one.get("max_bytes", int),
    )
    return source_type(one.choice("type", tuple(SOURCE_TYPES))).parse(one, limits)
