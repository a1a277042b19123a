"""Openings as observations."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain, pairwise
from typing import TYPE_CHECKING, cast

from bridgewatch.backfill.entries import Observed, Opened
from lambdas.observation import EPOCH, Status

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


def observations(
    openings: Iterable[Opened], findings: Findings, heartbeat: timedelta | None = None
) -> Iterator[Observed]:
    """Say what openings say as observations: Open when one begins, Closed when it ends.

    The bridge was Closed just before a start that is known, and Open just before an end whose start
    is not: each is said by an observation a millisecond earlier, so that whoever reads sees the
    change. Openings of a bridge that overlap or touch count as one: while either lasts, the span is
    raised. An end that is not known gives no observation.

    :param openings: sorted by bridge and then by start; by its end, after others, what has none.
    :param findings: what is remarkable is added here.
    :param heartbeat: if there were no others, how often to say so: Open while one lasts, and Closed
        from its end to the next one. Without, that time is a gap, if it is long.
    """
    nothing = Opened("", None, None)
    before = nothing
    for opening, following in pairwise(chain(_merged(openings, findings), [nothing])):
        bridge, start, end = opening
        if _first_known(opening) > 0 and not _comes_at_once(before, opening):
            just_before = Status.OPEN if start is None else Status.CLOSED
            yield Observed(bridge, _first_known(opening) - 1, just_before.value)
        if start is not None:
            yield from _during(Status.OPEN, bridge, start, end, heartbeat)
        if end is not None:
            until = following.opened_at if following.bridge == bridge else None
            yield from _during(Status.CLOSED, bridge, end, until, heartbeat)
        before = opening


def _comes_at_once(first: Opened, second: Opened) -> bool:
    """Tell whether there is no millisecond between two openings of which to say anything."""
    last = first.opened_at if first.closed_at is None else first.closed_at
    return first.bridge == second.bridge and last is not None and last >= _first_known(second) - 1


def _merged(openings: Iterable[Opened], findings: Findings) -> Iterator[Opened]:
    """Make one opening of those that overlap or touch."""
    current: Opened | None = None
    for opening in openings:
        if opening.closed_at is None:
            findings.without_end.append(f"{_named(opening)} has no end")
        if current is None or not _meet(current, opening):
            if current is not None:
                yield current
            current = opening
            continue
        if opening.opened_at != current.closed_at:
            findings.overlaps.append(f"{_named(opening)} overlaps {_named(current)}")
        ends = [one.closed_at for one in (current, opening) if one.closed_at is not None]
        current = current._replace(closed_at=max(ends))
    if current is not None:
        yield current


def _meet(first: Opened, second: Opened) -> bool:
    return (
        first.bridge == second.bridge
        and first.closed_at is not None
        and _first_known(second) <= first.closed_at
    )


def _first_known(opening: Opened) -> int:
    """Give when it began or, if only that is known, when it ended."""
    return cast("int", opening.closed_at if opening.opened_at is None else opening.opened_at)


def _during(
    status: Status, bridge: str, start: int, end: int | None, heartbeat: timedelta | None
) -> Iterator[Observed]:
    """Say a status when it begins, and by heartbeats until it ends, if that is known."""
    yield Observed(bridge, start, status.value)
    if heartbeat is not None and end is not None:
        step = heartbeat // timedelta(milliseconds=1)
        for time in range(start + step, end, step):
            yield Observed(bridge, time, status.value)


def _named(opening: Opened) -> str:
    time = EPOCH + timedelta(milliseconds=_first_known(opening))
    which = "until" if opening.opened_at is None else "of"
    return f"{opening.bridge}'s opening {which} {time:%Y-%m-%dT%H:%M:%SZ}"
