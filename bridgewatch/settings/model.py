"""What every part of the settings is made of: its base class, and text that is checked."""

from __future__ import annotations

import json
import re
from typing import Annotated, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict


def must(rule: str, pattern: str) -> AfterValidator:
    """Make a check that the whole text matches a pattern; `rule` says so in words."""
    allowed = re.compile(pattern)

    def check(text: str) -> str:
        if not allowed.fullmatch(text):
            raise ValueError(f"it must {rule}")
        return text

    return AfterValidator(check)


def _no_truth(value: object) -> object:
    """Refuse true, which Python takes for 1 where a choice of numbers is checked."""
    if isinstance(value, bool):
        raise ValueError("it must be a number")  # noqa: TRY004 - as pydantic wants it
    return value


NUMBER = BeforeValidator(_no_truth)
"""A check for choices of numbers; other numbers are checked strictly anyway."""


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
    str,
    must(
        "have characters, no blanks at its ends, and no control characters",
        r"(?!\s)[^\x00-\x1f\x7f-\x9f\u2028\u2029]+(?<!\s)",
    ),
]
WebAddress: TypeAlias = Annotated[str, AfterValidator(_web_address)]
Email: TypeAlias = Annotated[
    str, must("be an e-mail address", r"[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+")
]


class Model(BaseModel):
    """A part of the settings: once read it never changes, and it has no other keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def sentence(key: str, value: object, rule: str) -> str:
    """Say in one sentence what a setting is, and what rule that breaks."""
    return f"{key} is {shown(value)}, but {rule}."


def shown(value: object) -> str:
    """Write a value as JSON, on one line, of which everything is seen and not too much."""
    longest = 80
    written = json.dumps(value, ensure_ascii=False, default=str)
    cut = written[:longest] + "..." * (len(written) > longest)
    return "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in cut)
