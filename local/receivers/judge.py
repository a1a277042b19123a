"""What receivers were told, beside what happened: nothing of the notifier's own is used here.

What happened is what the polls could see. What has to be told follows from the rules, as they are
in words in docs/notify.md; what was told are the requests of a webhook.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from local.bridges.openings import Change
    from local.receivers.server import Received

WORDS = {"Open": "opens", "Closed": "closes"}
SUCCESS = range(200, 300)


@dataclass(frozen=True, slots=True, order=True)
class News:
    """Something that somebody has to be told.

    :param happened: when it was seen; of `open_for`, when the time was up.
    """

    happened: datetime
    bridge: str
    kind: str


@dataclass(frozen=True, slots=True)
class Sum:
    """Changes that were summed up."""

    bridge: str
    since: datetime
    until: datetime
    changes: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """How what was told compares with what happened.

    :param told: how much was told that happened.
    :param missing: what happened and was neither told nor given up in time.
    :param given_up: how much of it is in the dead letters.
    :param invented: what was told and did not happen.
    :param renamed: what was told under two identities.
    :param disordered: what was told after what happened later at the same bridge.
    :param miscounted: sums that do not add up.
    :param repeated: how often something was told again under the same identity.
    :param delays: from when it happened to when it was told first, the longest last.
    """

    told: int
    missing: tuple[News, ...]
    given_up: int
    invented: tuple[News, ...]
    renamed: tuple[News, ...]
    disordered: tuple[News, ...]
    miscounted: tuple[Sum, ...]
    repeated: int
    delays: tuple[timedelta, ...]

    @property
    def faultless(self) -> bool:
        """Whether all was told, in order, and nothing else."""
        faults = (self.missing, self.invented, self.renamed, self.disordered, self.miscounted)
        return not any(faults)


def to_be_told(
    changes: Iterable[Change], end: datetime, open_for: timedelta | None = None
) -> frozenset[News]:
    """Say what has to be told of a bridge's changes.

    :param changes: of all bridges, in the order of time.
    :param end: what would be due later is left out.
    :param open_for: how long an opening has to last to be told, if there is a rule about that.
    """
    news: set[News] = set()
    opened: dict[str, datetime] = {}
    for change in changes:
        news.add(News(change.time, change.bridge, WORDS[change.status]))
        since = opened.pop(change.bridge, None)
        if open_for and since and change.time - since > open_for:
            news.add(News(since + open_for, change.bridge, "open_for"))
        if change.status == "Open":
            opened[change.bridge] = change.time
    for bridge, since in opened.items():
        if open_for and since + open_for < end:
            news.add(News(since + open_for, bridge, "open_for"))
    return frozenset(one for one in news if one.happened < end)


def judge(
    expected: frozenset[News], requests: Sequence[Received], given_up: frozenset[News] = frozenset()
) -> Verdict:
    """Compare.

    :param requests: those of one webhook, in the order in which they came.
    :param given_up: what is in the dead letters.
    """
    identities: dict[News, set[str]] = defaultdict(set)
    first: dict[News, datetime] = {}
    disordered: list[News] = []
    latest: dict[str, datetime] = {}
    sums: list[Sum] = []
    answered = [request for request in requests if request.answer in SUCCESS]
    for request in answered:
        event = request.event
        one = News(datetime.fromisoformat(event["time"]), event["subject"], event["data"]["kind"])
        if one not in first:
            first[one] = request.time
            if one.happened < latest.get(one.bridge, one.happened):
                disordered.append(one)
            latest[one.bridge] = max(one.happened, latest.get(one.bridge, one.happened))
        identities[one].add(event["id"])
        if one.kind == "calm" and len(identities[one]) == 1:
            sums.append(_sum(event))
    of_flapping = {one for one in first if one.kind in {"flapping", "calm"}}
    missing = [
        one
        for one in expected - first.keys() - given_up
        if not any(one.bridge == s.bridge and s.since <= one.happened <= s.until for s in sums)
    ]
    return Verdict(
        told=len(expected & first.keys()),
        missing=tuple(sorted(missing)),
        given_up=len(given_up & expected - first.keys()),
        invented=tuple(sorted(first.keys() - expected - of_flapping)),
        renamed=tuple(sorted(one for one, names in identities.items() if len(names) > 1)),
        disordered=tuple(disordered),
        miscounted=tuple(one for one in sums if _count(one, expected) != one.changes),
        repeated=len(answered) - len(first),
        delays=tuple(sorted(time - one.happened for one, time in first.items())),
    )


def _sum(event: dict[str, object]) -> Sum:
    data = event["data"]
    assert isinstance(data, dict)  # noqa: S101 - CloudEvents' data
    since = datetime.fromisoformat(data["since"])
    until = since + timedelta(seconds=data["seconds"])
    return Sum(str(event["subject"]), since, until, data["changes"])


def _count(one: Sum, expected: frozenset[News]) -> int:
    return sum(
        news.bridge == one.bridge
        and news.kind in WORDS.values()
        and one.since <= news.happened <= one.until
        for news in expected
    )
