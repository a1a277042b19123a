"""Where statuses are read: one class a type of source."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias, get_args
from urllib.parse import urlsplit

from pydantic import Field

from bridgewatch.settings.model import Model, Text, WebAddress, must, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bridgewatch.settings.bridges import Bridge

NDW_URL = "https://opendata.ndw.nu/actueel_beeld.xml.gz"

Status: TypeAlias = Literal["Open", "Closed"]

# Country, UN/LOCODE, fairway section, object and hectometre: 2, 3, 5, 5 and 5 characters
# (RIS Index Encoding Guide, https://ris.cesni.eu).
ISRS = re.compile(r"[A-Z]{2}[A-Z0-9]{13}[0-9]{5}")

# https://www.rfc-editor.org/rfc/rfc9110#name-tokens
HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")

SourceName: TypeAlias = Annotated[
    str, must("be 1 to 64 letters, digits, - and _", r"[A-Za-z0-9_-]{1,64}")
]
ParameterName: TypeAlias = Annotated[
    str,
    # https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
    must(
        "be the name of a parameter: letters, digits, . - and _, with / between its parts",
        r"(?=.{1,1011}$)/?[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*",
    ),
]
Pointer: TypeAlias = Annotated[
    str, must("be a JSON pointer, such as /status or /bridges/0/open", r"(/([^~]|~[01])*)?")
]


class Key(Model):
    """Where a source's API key is kept, and where a request carries it."""

    parameter: ParameterName = Field(
        description="The name of the SSM SecureString parameter that holds the key. The key itself "
        "is never a setting.",
    )
    place: Literal["header", "query", "path"] = Field(
        alias="in",
        description="Where a request carries it; `path` replaces `{key}` in the `url`.",
    )
    name: Text | None = Field(
        default=None,
        description="The header's or query parameter's name; not for `path`.",
    )


class BaseSource(Model):
    """What all types of sources have."""

    timeout_seconds: float = Field(
        default=5,
        gt=0,
        le=20,
        description="How long a request may take to connect, and between two pieces of an answer.",
    )
    attempts: int = Field(
        default=3, ge=1, le=5, description="How often a poll asks before it gives up."
    )
    backoff_seconds: float = Field(
        default=0.5,
        ge=0,
        le=5,
        description="The pause before the second attempt; it doubles with each one after that.",
    )

    @property
    def key_parameter(self) -> str | None:
        """The SSM parameter that holds its API key, if it wants one."""
        return None

    def rule_of_code(self, _bridge: Bridge) -> str | None:
        """Say what the code of a bridge of it breaks, if it breaks anything."""
        return None

    def disagreements(self, _key: str) -> Iterator[str]:
        """Say what in it contradicts itself, each as a sentence.

        :param _key: where it stands in the settings.
        """
        yield from ()


class JsonSource(BaseSource):
    """An HTTP API that answers JSON."""

    type: Literal["json"] = Field(description="An HTTP API that answers JSON.")
    url: WebAddress = Field(
        description="What is fetched. With `{code}` in it, one request a bridge; without, one "
        "request serves all bridges of the source."
    )
    key: Key | None = Field(default=None, description="The API key, for a source that wants one.")
    pointer: Pointer = Field(
        description="Where the answer holds the status: a JSON pointer (RFC 6901), in which "
        "`{code}` stands for the bridge's code."
    )
    statuses: dict[str, Status] = Field(
        description="The source's words, each with what it means here: `Open` is a raised span. "
        "A word that is not listed is not an observation."
    )
    max_bytes: int = Field(
        default=1_000_000, ge=1, le=10_000_000, description="The longest answer that is read."
    )
    concurrency: int = Field(
        default=4,
        ge=1,
        le=32,
        description="How many bridges are asked for at a time, with `{code}` in the `url`.",
    )
    requests_per_second: float | None = Field(
        default=None,
        gt=0,
        le=1000,
        description="How many requests a second the source allows, where it tells a limit.",
    )

    @property
    def needs_codes(self) -> bool:
        """Whether its bridges are told apart by their codes."""
        return "{code}" in self.url or "{code}" in self.pointer

    @property
    def key_parameter(self) -> str | None:
        """The SSM parameter that holds its API key."""
        return self.key.parameter if self.key else None

    def rule_of_code(self, bridge: Bridge) -> str | None:
        """Say what a bridge's code breaks, if it breaks anything."""
        if self.needs_codes and bridge.code is None:
            return f"the source {bridge.source} tells its bridges apart by their codes"
        return None

    def disagreements(self, key: str) -> Iterator[str]:
        """Say what in it contradicts itself."""
        if missing := set(get_args(Status)) - set(self.statuses.values()):
            rule = f"some word must mean {' and some '.join(sorted(missing))}"
            yield sentence(f"{key}.statuses", self.statuses, rule)
        in_path = self.key is not None and self.key.place == "path"
        if in_path != ("{key}" in self.url):
            rule = 'it must contain {key} if the key is "in": "path", and only then'
            yield sentence(f"{key}.url", self.url, rule)
        if self.key and not _is_private(self.url):
            rule = "a key is only sent over https, or to loopback"
            yield sentence(f"{key}.url", self.url, rule)
        if self.key and in_path != (self.key.name is None):
            rule = 'a header or query parameter needs a name, and "in": "path" has none'
            yield sentence(f"{key}.key.name", self.key.name, rule)
        header = self.key.name if self.key and self.key.place == "header" else None
        if header and not HEADER_NAME.fullmatch(header):
            rule = "a header's name has no spaces and no letters but A to Z"
            yield sentence(f"{key}.key.name", header, rule)


class NdwSource(BaseSource):
    """The feed of NDW, the Dutch road-traffic data portal; it needs no key."""

    type: Literal["ndw"] = Field(
        description="The feed of NDW, the Dutch road-traffic data portal; it needs no key."
    )
    url: WebAddress = Field(default=NDW_URL, description="Where the feed is.")
    planned_url: WebAddress | None = Field(
        default=None,
        description="Where its planned openings are, which the page shows. By default, NDW's own "
        "if `url` is.",
    )
    max_bytes: int = Field(
        default=256_000_000,
        ge=1,
        le=1_000_000_000,
        description="The largest feed that is read, unpacked.",
    )

    def rule_of_code(self, bridge: Bridge) -> str | None:
        """Say what a bridge's code breaks, if it breaks anything."""
        if ISRS.fullmatch(bridge.code or ""):
            return None
        return "a bridge of an ndw source needs its ISRS code, such as NLAMS002122253000074"


Source: TypeAlias = Annotated[JsonSource | NdwSource, Field(discriminator="type")]
"""The types of sources; each also stands in `SOURCE_TYPES` (lambdas/poller/sources/types.py)."""


def source_types() -> tuple[str, ...]:
    """Give the values that a source's `type` may have."""
    members: tuple[type[BaseSource], ...] = get_args(get_args(Source)[0])
    return tuple(get_args(member.model_fields["type"].annotation)[0] for member in members)


def _is_private(url: str) -> bool:
    """Tell whether nobody on the way can read what is sent to an address."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https" or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
