"""What a function reads of configuration.json, checked key by key.

In a bundle of the settings' making nothing is wrong; whoever edits it is told the key.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal, TypeVar, overload

from lambdas.environment import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

T = TypeVar("T")
C = TypeVar("C", bound=str)


def read_json(path: Path) -> object:
    """Read a file of JSON.

    :raises ConfigurationError: if it is missing or no JSON.
    """
    try:
        document: object = json.loads(path.read_bytes())
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise ConfigurationError(f"{path} is not JSON: {error}.") from error
    return document


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

    def list_of(self, key: str, kind: type[T]) -> tuple[T, ...]:
        """Give a list of values that are all of this kind."""
        values = self.get(key, list)
        if not all(type(value) is kind for value in values):
            raise self.wrong(key, f"a list, of {_KINDS[kind]} each")
        return tuple(values)

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
