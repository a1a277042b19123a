from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from lambdas.history import changes
from lambdas.observation import Observation, Status
from lambdas.poller.policy import HEARTBEATS_AT_A_TIME, Memory, Why, remember, turns, why_write
from tests.unit.lambdas.moments import CLOSED, NOON, OPEN, minute, seen

HOUR = timedelta(hours=1)
INTERVAL = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("last", "now", "why"),
    [
        (None, seen(CLOSED, 0), Why.FIRST),
        (None, seen(OPEN, 0), Why.FIRST),
        (seen(CLOSED, 0), seen(CLOSED, 1), None),
        (seen(CLOSED, 0), seen(OPEN, 1), Why.CHANGE),
        (seen(OPEN, 0), seen(CLOSED, 1), Why.CHANGE),
        (seen(OPEN, 0), seen(OPEN, 1), None),
        (seen(CLOSED, 0), seen(CLOSED, 59), None),
        (seen(CLOSED, 0), seen(CLOSED, 59.4), None),
        (seen(CLOSED, 0), seen(CLOSED, 59.5), Why.HEARTBEAT),
        (seen(CLOSED, 0), seen(CLOSED, 60), Why.HEARTBEAT),
        (seen(CLOSED, 0), seen(OPEN, 60), Why.CHANGE),
        (seen(CLOSED, 0), seen(CLOSED, 300), Why.HEARTBEAT),
    ],
)
def test_what_is_written_and_why(last: Observation | None, now: Observation, why: Why) -> None:
    assert why_write(last, now, HOUR, INTERVAL) is why


@pytest.mark.parametrize(
    ("last", "now", "why"),
    [
        (seen(CLOSED, 0), seen(CLOSED, 14), None),
        (seen(CLOSED, 0), seen(CLOSED, 15), Why.HEARTBEAT),
        (seen(CLOSED, 0), seen(CLOSED, 40), Why.HEARTBEAT),  # the polls of its turn had failed
        (seen(CLOSED, 15), seen(CLOSED, 16), None),
        (seen(CLOSED, 15), seen(CLOSED, 74), None),
        (seen(CLOSED, 15), seen(CLOSED, 75), Why.HEARTBEAT),
        (seen(CLOSED, 15), seen(OPEN, 16), Why.CHANGE),
    ],
)
def test_a_bridge_with_a_turn_has_its_heartbeat_then(
    last: Observation, now: Observation, why: Why | None
) -> None:
    assert why_write(last, now, HOUR, INTERVAL, turn=timedelta(minutes=15)) is why


def test_bridges_that_fit_into_one_request_take_no_turns() -> None:
    assert turns([f"bridge {number}" for number in range(HEARTBEATS_AT_A_TIME)], HOUR) == {}


@pytest.mark.parametrize("count", [101, 1000])
def test_many_bridges_that_were_first_seen_at_one_time_are_not_due_at_one_time(count: int) -> None:
    names = [f"bridge {number}" for number in range(count)]
    due = turns(names, HOUR)
    written = dict.fromkeys(names, 0)
    burst = Counter[int]()

    for now in range(1, 121):
        for name, last in written.items():
            if why_write(seen(CLOSED, last), seen(CLOSED, now), HOUR, INTERVAL, due[name]):
                assert now - last <= 60
                written[name] = now
                burst[now] += 1

    assert max(burst.values()) <= HEARTBEATS_AT_A_TIME
    assert sum(burst[now] for now in range(61, 121)) == count


@pytest.mark.parametrize(
    ("finished", "believed"),
    [
        (0, True),
        (-1, True),
        (-1.5, True),
        (-1.51, False),
        (-2, False),
        (0.01, False),  # the clock was set back
    ],
)
def test_memory_counts_for_one_and_a_half_intervals(finished: float, believed: bool) -> None:  # noqa: FBT001 - a table's column
    written = {"Hisingsbron": seen(OPEN, -30)}

    known = Memory(minute(finished), written).at(NOON, INTERVAL)

    assert known == (written if believed else {})


def test_a_container_without_a_finished_poll_knows_nothing() -> None:
    assert Memory().at(NOON, INTERVAL) == {}


class PollsInTwoContainers(RuleBasedStateMachine):
    """The policy against a model that keeps all that was seen.

    Each poll runs in one of two containers, a quarter of an interval early or late at most, and may
    fail to write: then it counts as not made.
    """

    @initialize(turn=st.none() | st.integers(0, 59).map(lambda one: timedelta(minutes=one)))
    def start(self, turn: timedelta | None) -> None:
        self.polls = 0
        self.turn = turn
        self.memories = {"A": Memory(), "B": Memory()}
        self.seen: list[Observation] = []
        self.written: list[Observation] = []

    @rule(
        container=st.sampled_from("AAAAB"),
        status=st.sampled_from(Status),
        late=st.floats(-0.25, 0.25),
        store_fails=st.sampled_from([False, False, False, True]),
        repeat=st.sampled_from([1, 1, 70]),
    )
    def poll(
        self, *, container: str, status: Status, late: float, store_fails: bool, repeat: int
    ) -> None:
        for _ in range(repeat):
            self.polls += 1
            now = seen(status, self.polls + late)
            known = self.memories[container].at(now.time, INTERVAL)
            why = why_write(known.get(now.bridge), now, HOUR, INTERVAL, self.turn)
            if why and store_fails:
                continue
            self.seen.append(now)
            self.memories[container] = remember(known, [now] if why else [], finished=now.time)
            if why:
                self.written.append(now)

    @rule(container=st.sampled_from("AB"))
    def cold_start(self, container: str) -> None:
        self.memories[container] = Memory()

    @rule(polls=st.integers(1, 100))
    def no_polls(self, polls: int) -> None:
        self.polls += polls

    @invariant()
    def every_change_seen_is_written_at_its_time(self) -> None:
        assert list(changes(self.written)) == list(changes(self.seen))

    @invariant()
    def silence_means_an_outage(self) -> None:
        written = {one.time for one in self.written}
        last = None
        for now in self.seen:
            if now.time in written:
                last = now
            assert last is not None
            assert now.time - last.time < HOUR


TestPollsInTwoContainers = PollsInTwoContainers.TestCase
TestPollsInTwoContainers.settings = settings(stateful_step_count=25)
