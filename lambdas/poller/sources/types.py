"""Which types of sources there are: the table that a new one is added to (docs/sources.md)."""

from __future__ import annotations

from pkgutil import resolve_name
from typing import TYPE_CHECKING, Protocol, Self, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from lambdas.json_object import JsonObject
    from lambdas.poller.configuration import Key, Limits
    from lambdas.poller.sources import Source

SOURCE_TYPES: Mapping[str, str] = {
    "json": "lambdas.poller.sources.json_source:JsonConfiguration",
    "ndw": "lambdas.poller.sources.ndw:NdwConfiguration",
}
"""The `type` in the settings, and where its `SourceConfiguration` is."""


class SourceConfiguration(Protocol):
    """What a source of one type has to know of the settings."""

    @property
    def key(self) -> Key | None:
        """Where its API key is kept, if it wants one."""

    @classmethod
    def parse(cls, one: JsonObject, limits: Limits) -> Self:
        """Read it from the source's object in configuration.json.

        :param limits: what every source has.
        :raises ConfigurationError: if something in it is missing or wrong.
        """

    def source(self, name: str, now: Callable[[], datetime]) -> Source:
        """Make the source.

        :param name: its name in the settings.
        :param now: tells the time.
        """


def source_type(name: str) -> type[SourceConfiguration]:
    """Give a type's configuration; what no source needs isn't loaded, an XML parser for instance.

    :param name: one of `SOURCE_TYPES`.
    """
    return cast("type[SourceConfiguration]", resolve_name(SOURCE_TYPES[name]))
