r"""Java's regular expressions, where RE2 cannot: groups that took no part, look-around, `\1`.

A message in ⟦⟧ reaches the caller as the service's error.
https://docs.aws.amazon.com/timestream/latest/developerguide/regex-functions.html
"""

from __future__ import annotations

import re
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_SPELLED_OTHERWISE = re.compile(
    r"\\Q(?P<quoted>.*?)(?:\\E|\Z)|\\k<(?P<again>\w+)>|(?P<named>\(\?<(?=[A-Za-z]))"
    r"|(?P<property>\\[pP])|(?P<end>\\z)|(?P<last>\\Z)|(?P<blank>\\h)|\\.",
    re.DOTALL,
)
_REFERENCE = re.compile(r"\\(?P<escaped>.)|\$(?:(?P<number>\d+)|\{(?P<name>\w+)\})|\$", re.DOTALL)


_RESPELLED = {
    "named": "(?P<",
    "end": r"\Z",
    "last": r"(?=\n?\Z)",
    "blank": r"[ \t\xA0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000]",
}


def _respell(found: re.Match[str]) -> str:
    """Write in Python's way what Java writes in another."""
    if found["property"]:
        raise ValueError(
            r"⟦\p{...} together with groups or look-around is not supported by this embedded "
            "Timestream⟧"
        )
    if found["quoted"] is not None:
        return re.escape(found["quoted"])
    if found["again"]:
        return f"(?P={found['again']})"
    return _RESPELLED.get(found.lastgroup or "", found[0])


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(_SPELLED_OTHERWISE.sub(_respell, pattern), re.ASCII)
    except (re.error, OverflowError):
        raise ValueError("⟦Invalid regular expression⟧") from None


def _matches(text: str, pattern: str) -> Iterator[re.Match[str]]:
    """Find each match; behind an empty one the search goes on a letter further, as in Java."""
    expression = _compiled(pattern)
    at = 0
    while at <= len(text) and (found := expression.search(text, at)):
        yield found
        at = found.end() + (found.start() == found.end())


def found_groups(text: str, pattern: str, group: int) -> list[str | None]:
    """Return what a group took in each match (0: the whole match); None where it took no part."""
    groups = _compiled(pattern).groups
    if not 0 <= group <= groups:
        raise ValueError(f"⟦Pattern has {groups} groups. Cannot access group {group}⟧")
    return [found[group] for found in _matches(text, pattern)]


def split(text: str, pattern: str) -> list[str]:
    """Return what stands between the matches."""
    return [piece["before"] for piece in pieces(text, pattern)]


def replace(text: str, pattern: str, replacement: str) -> str:
    """Replace each match; `$1` and `${name}` in the replacement are groups."""
    written, end = "", 0
    for found in _matches(text, pattern):
        written += text[end : found.start()]
        written += _REFERENCE.sub(partial(_expanded, found), replacement)
        end = found.end()
    return written + text[end:]


def _expanded(found: re.Match[str], reference: re.Match[str]) -> str:
    if reference["escaped"] is not None:
        return reference["escaped"]
    digits, rest = reference["number"] or "", ""
    # Only the first digit has to be a group's; more count as long as there are so many groups.
    while len(digits) > 1 and int(digits) > found.re.groups:
        digits, rest = digits[:-1], digits[-1] + rest
    group = reference["name"] or (digits and int(digits))
    try:
        return (found[group] or "") + rest
    except (IndexError, TypeError):
        raise ValueError("⟦Illegal replacement sequence: unknown group⟧") from None


def pieces(text: str, pattern: str) -> list[dict[str, Any]]:
    """Cut a text at its matches: what stands before each, and its groups (None: at the end)."""
    cut: list[dict[str, Any]] = []
    end = 0
    for found in _matches(text, pattern):
        cut.append({"before": text[end : found.start()], "groups": list(found.groups())})
        end = found.end()
    return [*cut, {"before": text[end:], "groups": None}]
