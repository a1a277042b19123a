"""What the poller has to know of the settings: configuration.json in its bundle.

`Settings.poller_configuration` writes it. An environment holds at most 4 KB, and a hundred bridges
do not fit.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar, get_args, overload

from lambdas.environment import ConfigurationError
from lambdas.poller.sources.types import SOURCE_TYPES, source_type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from lambdas.poller.sources.types import SourceConfiguration

Place: TypeAlias = Literal["header", "query", "path"]
"""Where a request carries an API key; `path` replaces `{key}` in the URL."""

T = TypeVar("T")
C = TypeVar("C", bound=str)


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
        try:
            document = json.loads(path.read_bytes())
        except OSError as error:
            raise ConfigurationError(f"{path} cannot be read: {error.strerror}.") from error
        except ValueError as error:
            raise ConfigurationError(f"{path} is not JSON: {error}.") from error
        return cls.parse(document)

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


class JsonObject:
    """A JSON object of the file, and where it stands, so that an error names the key.

    What reads a value raises ConfigurationError if it is missing or wrong.
    """

    def __init__(self, value: object, where: str = "") -> None:
        if not isinstance(value, dict):
            raise ConfigurationError(f"configuration.json: {where or 'it'} must be an object.")
        self._value = value
        self._where = where

    @property
    def keys(self) -> tuple[str, ...]:
        """Its keys, as they stand."""
        return tuple(self._value)

    def has(self, key: str) -> bool:
        """Tell whether there is a value other than null."""
        return self._value.get(key) is not None

    @overload
    def get(self, key: str, kind: type[T]) -> T: ...
    @overload
    def get(self, key: str, kind: type[T], *, optional: Literal[True]) -> T | None: ...
    def get(self, key: str, kind: type[T], *, optional: bool = False) -> T | None:
        """Give a value of this kind; where it is optional, None for null or nothing."""
        value = self._value.get(key)
        if value is None and optional:
            return None
        # JSON writes 5 where 5.0 is meant, and Python counts True among the integers.
        if kind is float and type(value) is int:
            value = float(value)
        if type(value) is not kind:
            raise self.wrong(key, _KINDS[kind])
        return value

    def choice(self, key: str, choices: Sequence[C]) -> C:
        """Give a text that must be one of these."""
        value = self.get(key, str)
        for choice in choices:
            if choice == value:
                return choice
        raise self.wrong(key, f"one of {', '.join(choices)}")

    def object(self, key: str) -> JsonObject:
        """Give an object within this one."""
        return JsonObject(self._value.get(key), self._at(key))

    def objects(self, key: str) -> tuple[JsonObject, ...]:
        """Give a list of objects."""
        values = self.get(key, list)
        return tuple(JsonObject(one, f"{self._at(key)}[{n}]") for n, one in enumerate(values))

    def mapping(self, kind: type[T]) -> dict[str, T]:
        """Give it whole, if all of its values are of this kind."""
        return {key: self.get(key, kind) for key in self.keys}

    def wrong(self, key: str, wanted: str) -> ConfigurationError:
        """Make the error that says what a key must be."""
        value = "missing" if key not in self._value else repr(self._value[key])
        return ConfigurationError(
            f"configuration.json: {self._at(key)} must be {wanted}, not {value}."
        )

    def _at(self, key: str) -> str:
        return f"{self._where}.{key}" if self._where else key


_KINDS: Mapping[type, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    list: "a list",
}
