"""What every part of the settings is made of: its base class, and text that is checked."""

from __future__ import annotations

import json
import re
from typing import Annotated, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict


def must(rule: str, pattern: str) -> AfterValidator:
    """Make a check that the whole text matches a pattern; `rule` says so in words."""
    allowed = re.compile(pattern)

    def check(text: str) -> str:
        if not allowed.fullmatch(text):
            raise ValueError(f"it must {rule}")
        return text

    return AfterValidator(check)


def at_most_bytes(limit: int) -> AfterValidator:
    """Make a check that text takes at most `limit` bytes of UTF-8."""

    def check(text: str) -> str:
        if len(text.encode()) > limit:
            raise ValueError(f"it must be at most {limit} bytes of UTF-8")
        return text

    return AfterValidator(check)


def _web_address(url: str) -> str:
    try:
        parts = urlsplit(url)
        right = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:  # a port or an IPv6 address that is none
        right = False
    if not right or re.search(r"\s", url):
        raise ValueError("it must be an address that starts with http:// or https://")
    return url


Text: TypeAlias = Annotated[
    str, must("have characters, none of them a control character", r"[^\x00-\x1f]+")
]
WebAddress: TypeAlias = Annotated[str, AfterValidator(_web_address)]
Email: TypeAlias = Annotated[str, must("be an e-mail address", r"[^@\s]+@[^@\s]+")]


class Model(BaseModel):
    """A part of the settings: once read it never changes, and it has no other keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def sentence(key: str, value: object, rule: str) -> str:
    """Say in one sentence what a setting is, and what rule that breaks."""
    shown = json.dumps(value, ensure_ascii=False, default=str)
    longest = 80
    if len(shown) > longest:
        shown = shown[:longest] + "..."
    return f"{key} is {shown}, but {rule}."
