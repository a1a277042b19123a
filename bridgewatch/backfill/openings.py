"""Openings as observations."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from bridgewatch.backfill.files import Observed, Opened
from lambdas.observation import Status
from lambdas.timestream import EPOCH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass
class Findings:
    """What is remarkable about openings, each as a sentence.

    :param overlaps: openings that begin before the same bridge's one before has ended.
    :param without_end: openings whose end is not known.
    """

    overlaps: list[str] = field(default_factory=list)
    without_end: list[str] = field(default_factory=list)


def observations(openings: Iterable[Opened], findings: Findings) -> Iterator[Observed]:
    """Say what openings say as observations: Open when one begins, Closed when it ends.

    Openings of a bridge that overlap or touch count as one: while either lasts, the span is raised.
    An end that is not known gives no observation.

    :param openings: sorted by bridge and then by start, those without a start first.
    :param findings: what is remarkable is added here.
    """
    current: Opened | None = None
    for opening in openings:
        if opening.opened_at is None:
            yield Observed(opening.bridge, opening.closed_at or 0, Status.CLOSED.value)
            continue
        if opening.closed_at is None:
            findings.without_end.append(f"{_named(opening)} has no end")
        if current is None or not _meet(current, opening):
            yield from _ends(current)
            current = opening
            continue
        if opening.opened_at != current.closed_at:
            findings.overlaps.append(f"{_named(opening)} overlaps {_named(current)}")
        ends = [one.closed_at for one in (current, opening) if one.closed_at is not None]
        current = current._replace(closed_at=max(ends))
    yield from _ends(current)


def _meet(first: Opened, second: Opened) -> bool:
    return (
        first.bridge == second.bridge
        and first.closed_at is not None
        and second.opened_at is not None
        and second.opened_at <= first.closed_at
    )


def _ends(opening: Opened | None) -> Iterator[Observed]:
    if opening is not None and opening.opened_at is not None:
        yield Observed(opening.bridge, opening.opened_at, Status.OPEN.value)
        if opening.closed_at is not None:
            yield Observed(opening.bridge, opening.closed_at, Status.CLOSED.value)


def _named(opening: Opened) -> str:
    opened_at = EPOCH + timedelta(milliseconds=opening.opened_at or 0)
    return f"{opening.bridge}'s opening of {opened_at:%Y-%m-%dT%H:%M:%SZ}"
