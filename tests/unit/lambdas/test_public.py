from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from lambdas.beat import Beat, Sighting
from lambdas.delivery import Delivered
from lambdas.plans import Planned, Probability
from lambdas.poller.poll import Poll
from lambdas.poller.public import PLANS_EVERY, RESERVE_SECONDS, REST_SECONDS, WAITING, Public
from lambdas.poller.sources import Reason, SourceError
from lambdas.store import StoreError
from tests.unit.lambdas.memory_store import MemoryStore
from tests.unit.lambdas.moments import CLOSED, NOON, OPEN, minute, seen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lambdas.observation import Observation

TOLERANCE = timedelta(minutes=62)


class MemoryBeats:
    def __init__(self, before: Beat | None = None) -> None:
        self.last = before
        self.puts = 0
        self.fails = False
        self.plans: Mapping[str, Sequence[Planned]] = {}

    def put_beat(self, now: Beat) -> Beat | None:
        if self.fails:
            raise StoreError("The table is out of order.", "OutOfOrder")
        self.puts += 1
        before, self.last = self.last, now
        return before

    def put_plans(self, planned: Mapping[str, Sequence[Planned]], read: datetime) -> None:  # noqa: ARG002 - the protocol's
        self.plans = planned


class World:
    def __init__(self, before: Beat | None = None) -> None:
        self.now = NOON
        self.recent = MemoryStore()
        self.beats = MemoryBeats(before)
        self.announced: dict[str, list[Planned]] = {}
        self.announcing = 0
        self.public = Public(
            recent=self.recent,
            beats=self.beats,
            announcers=[self._announce],
            tolerance=TOLERANCE,
            now=lambda: self.now,
        )

    def _announce(self, _deadline: float) -> Mapping[str, Sequence[Planned]]:
        self.announcing += 1
        if not self.announced:
            raise SourceError(Reason.TIMED_OUT, "no answer")
        return self.announced

    def poll(
        self,
        minutes: float,
        *observations: Observation,
        written: Sequence[Observation] = (),
        queued: Sequence[Observation] = (),
        seconds: float = 1000,
    ) -> list[Exception]:
        self.now = minute(minutes)
        delivered = Delivered(written=list(written), queued=list(queued))
        poll = Poll(tuple(observations), (), {}, delivered)
        return self.public.tell(poll, time.monotonic() + seconds)


@pytest.fixture
def monotonic(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_each_poll_leaves_a_beat_and_what_was_worth_a_record() -> None:
    world = World()

    assert world.poll(0, seen(CLOSED, 0), written=[seen(CLOSED, 0)]) == []
    assert world.poll(1, seen(CLOSED, 1)) == []

    assert list(world.recent.kept.values()) == [seen(CLOSED, 0)]
    sightings = {"Hisingsbron": Sighting(CLOSED, NOON, minute(1))}
    assert world.beats.last == Beat(minute(1), sightings, began=NOON)


def test_what_the_store_did_not_take_yet_was_seen_all_the_same() -> None:
    world = World()

    world.poll(0, seen(OPEN, 0), queued=[seen(OPEN, 0)])

    assert list(world.recent.kept.values()) == [seen(OPEN, 0)]


def test_a_poll_that_saw_nothing_still_beats() -> None:
    world = World()
    world.poll(0, seen(CLOSED, 0))

    world.poll(1)

    assert world.beats.last
    assert world.beats.last.polled == minute(1)
    assert world.beats.last.bridges["Hisingsbron"].seen == NOON


def test_a_new_container_says_at_once_what_the_one_before_it_knew() -> None:
    world = World(Beat(minute(9), {"Hisingsbron": Sighting(OPEN, minute(2), minute(9))}))

    world.poll(10, seen(OPEN, 10))

    assert world.beats.last
    assert world.beats.last.bridges["Hisingsbron"].since == minute(2)
    world.poll(11, seen(OPEN, 11))
    assert world.beats.last.bridges["Hisingsbron"].since == minute(2)
    assert world.beats.puts == 3


def test_a_failure_is_told_and_the_next_polls_make_it_good(monotonic: list[float]) -> None:
    # given: a table that fails
    world = World(Beat(minute(-1), {"Hisingsbron": Sighting(CLOSED, minute(-30), minute(-1))}))
    world.recent.fails = world.beats.fails = True
    (trouble,) = world.poll(0, seen(CLOSED, 0), written=[seen(CLOSED, 0)])
    assert "out of order" in str(trouble)

    # when: it works again, but is left alone for a while
    world.recent.fails = world.beats.fails = False
    assert world.poll(1, seen(OPEN, 1), written=[seen(OPEN, 1)]) == []
    assert not world.recent.kept
    monotonic[0] += REST_SECONDS
    assert world.poll(2, seen(OPEN, 2)) == []

    # then: it has everything
    assert list(world.recent.kept.values()) == [seen(CLOSED, 0), seen(OPEN, 1)]
    assert world.beats.last
    assert world.beats.last.bridges["Hisingsbron"] == Sighting(OPEN, minute(1), minute(2))


def test_what_waits_is_bounded(monotonic: list[float]) -> None:
    world = World()
    world.recent.fails = True
    many = [seen(CLOSED, n) for n in range(WAITING + 5)]
    world.poll(0, written=many)

    world.recent.fails = False
    monotonic[0] += REST_SECONDS
    world.poll(1)

    assert list(world.recent.kept.values()) == many[5:]


def test_without_time_left_nothing_is_begun() -> None:
    world = World()

    assert world.poll(0, seen(CLOSED, 0), seconds=RESERVE_SECONDS - 1) == []

    assert world.beats.puts == 0


def test_announcements_need_time_and_somewhere_to_be_put() -> None:
    world = World()
    world.announced = {"Hisingsbron": [Planned(minute(30), None, Probability.PROBABLE)]}
    nowhere = Public(
        recent=None,
        beats=None,
        announcers=[world._announce],  # noqa: SLF001 - its own
        tolerance=TOLERANCE,
        now=lambda: world.now,
    )

    assert nowhere.announce(time.monotonic() + 1000) == []
    assert world.public.announce(time.monotonic() + RESERVE_SECONDS - 1) == []
    assert world.announcing == 0
    # It is due still.
    assert world.public.announce(time.monotonic() + 1000) == []
    assert world.announcing == 1


def test_announcements_of_all_sources_are_put_together() -> None:
    world = World()
    one, other = (Planned(minute(n), None, Probability.CERTAIN) for n in (30, 40))
    deadlines: list[float] = []

    def announces(bridge: str, plan: Planned) -> Callable[[float], Mapping[str, list[Planned]]]:
        def announce(deadline: float) -> Mapping[str, list[Planned]]:
            deadlines.append(deadline)
            return {bridge: [plan]}

        return announce

    public = Public(
        recent=None,
        beats=world.beats,
        announcers=[announces("Hisingsbron", one), announces("Marieholmsbron", other)],
        tolerance=TOLERANCE,
        now=lambda: world.now,
    )
    deadline = time.monotonic() + 1000

    assert public.announce(deadline) == []

    assert world.beats.plans == {"Hisingsbron": [one], "Marieholmsbron": [other]}
    assert deadlines == [deadline - RESERVE_SECONDS] * 2


def test_announcements_are_asked_for_now_and_then() -> None:
    world = World()
    plan = Planned(minute(30), None, Probability.PROBABLE)
    world.announced = {"Hisingsbron": [plan]}

    for minutes in range(int(PLANS_EVERY / timedelta(minutes=1)) + 1):
        world.now = minute(minutes)
        assert world.public.announce(time.monotonic() + 1000) == []

    assert world.beats.plans == {"Hisingsbron": [plan]}
    assert world.announcing == 2


def test_announcements_that_fail_are_told_and_leave_what_was_known() -> None:
    world = World()

    (trouble,) = world.public.announce(time.monotonic() + 1000)

    assert isinstance(trouble, SourceError)
    assert world.public.announce(time.monotonic() + 1000) == []
