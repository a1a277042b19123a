"""What every store does: each one's tests inherit these, and say how to make it empty."""

import string
from abc import ABC, abstractmethod
from datetime import timedelta

import pytest

from lambdas.store import Refusal, Store
from tests.unit.lambdas.moments import CLOSED, NOON, OPEN, minute, seen

RETENTION = timedelta(days=30)
EVERY_CHARACTER = f"{string.printable.strip()} å, ä\u00a0och ö \U0001f309 \u202e\u0300"
STRANGE_NAMES = ["' OR 1=1 --", "'s-Gravenbrug", '"', "a\\b", EVERY_CHARACTER, "é" * 128, "\x7f"]
DIMENSIONS = {
    "Hisingsbron": {"city": "Gothenburg", "source": "roadsignals"},
    "Marieholmsbron": {"city": "Gothenburg", "source": "trafikverket"},
    **{name: {"city": EVERY_CHARACTER, "source": "elsewhere"} for name in STRANGE_NAMES},
}


class StoreContract(ABC):
    @pytest.fixture
    @abstractmethod
    def store(self) -> Store:
        """An empty store whose present is ten minutes past noon.

        It takes the bridges of DIMENSIONS, and keeps observations for the RETENTION.
        """

    def test_it_gives_back_what_was_written_in_time_order(self, store: Store) -> None:
        observations = [seen(OPEN, 3), seen(CLOSED, 1), seen(CLOSED, 2, "Marieholmsbron")]

        refusals = store.write(observations)

        assert refusals == []
        found = store.read(["Hisingsbron", "Marieholmsbron"], minute(0), minute(10))
        assert list(found) == [observations[1], observations[2], observations[0]]

    def test_it_gives_only_the_bridges_that_are_asked_for(self, store: Store) -> None:
        store.write([seen(OPEN, 1), seen(CLOSED, 1, "Marieholmsbron")])

        assert list(store.read(["Hisingsbron"], minute(0), minute(10))) == [seen(OPEN, 1)]
        assert list(store.read([], minute(0), minute(10))) == []

    def test_the_beginning_is_within_and_the_end_is_not(self, store: Store) -> None:
        store.write([seen(CLOSED, 1), seen(OPEN, 2), seen(CLOSED, 3)])

        found = store.read(["Hisingsbron"], minute(1), minute(3))

        assert list(found) == [seen(CLOSED, 1), seen(OPEN, 2)]

    def test_writing_the_same_again_changes_nothing(self, store: Store) -> None:
        store.write([seen(OPEN, 1)])

        assert store.write([seen(OPEN, 1)]) == []
        assert list(store.read(["Hisingsbron"], minute(0), minute(10))) == [seen(OPEN, 1)]

    def test_the_first_status_at_a_moment_stays_and_that_is_no_refusal(self, store: Store) -> None:
        store.write([seen(OPEN, 1)])

        assert store.write([seen(CLOSED, 1), seen(CLOSED, 2)]) == []
        found = store.read(["Hisingsbron"], minute(0), minute(10))
        assert list(found) == [seen(OPEN, 1), seen(CLOSED, 2)]

    def test_it_takes_more_than_a_hundred_observations(self, store: Store) -> None:
        observations = [seen(OPEN, count / 60) for count in range(250)]

        assert store.write(observations) == []
        assert list(store.read(["Hisingsbron"], NOON, minute(10))) == observations

    def test_a_naive_time_is_refused_at_once(self, store: Store) -> None:
        with pytest.raises(ValueError, match="timezone-aware"):
            store.read(["Hisingsbron"], NOON.replace(tzinfo=None), minute(1))

    @pytest.mark.parametrize("name", ["", "x" * 257, "a\nb"])
    def test_a_name_that_no_bridge_can_have_is_refused_at_once(
        self, store: Store, name: str
    ) -> None:
        with pytest.raises(ValueError, match="cannot be a bridge's name"):
            store.read([name], minute(0), minute(1))

    @pytest.mark.parametrize("name", STRANGE_NAMES)
    def test_a_name_is_never_more_than_a_name(self, store: Store, name: str) -> None:
        store.write([seen(OPEN, 1)])

        assert list(store.read([name], minute(0), minute(10))) == []

    @pytest.mark.parametrize("name", STRANGE_NAMES)
    def test_a_bridge_may_have_any_name_without_control_characters(
        self, store: Store, name: str
    ) -> None:
        observations = [seen(OPEN, 1, name), seen(CLOSED, 2, name)]

        assert store.write([*observations, seen(CLOSED, 1)]) == []
        assert list(store.read([name], minute(0), minute(10))) == observations

    def test_a_record_twice_in_one_write_is_kept_once(self, store: Store) -> None:
        assert store.write([seen(OPEN, 1), seen(CLOSED, 2), seen(OPEN, 1)]) == []

        found = store.read(["Hisingsbron"], minute(0), minute(10))
        assert list(found) == [seen(OPEN, 1), seen(CLOSED, 2)]

    def test_what_comes_late_takes_its_place_in_time(self, store: Store) -> None:
        late = [seen(CLOSED, -60 * 24 * days) for days in (29, 3, 1)]
        store.write([seen(OPEN, 1)])

        assert store.write(late[::-1]) == []
        found = store.read(["Hisingsbron"], minute(-60 * 24 * 40), minute(10))
        assert list(found) == [*late, seen(OPEN, 1)]

    def test_what_is_older_than_the_retention_is_refused_and_the_rest_is_kept(
        self, store: Store
    ) -> None:
        too_old, fine = seen(OPEN, -60 * 24 * 31), seen(CLOSED, 1)

        refusals = store.write([too_old, fine])

        assert refusals == [Refusal(too_old, refusals[0].reason)]
        assert "outside the time range" in refusals[0].reason
        assert list(store.read(["Hisingsbron"], too_old.time, minute(10))) == [fine]

    def test_what_is_too_far_ahead_is_refused_and_a_little_is_not(self, store: Store) -> None:
        ahead, too_far = seen(OPEN, 10 + 14), seen(CLOSED, 10 + 16)

        (refusal,) = store.write([ahead, too_far])

        assert refusal.observation == too_far
        assert "outside the time range" in refusal.reason
        assert list(store.read(["Hisingsbron"], minute(0), minute(60))) == [ahead]

    def test_more_than_a_page_is_read_in_time_order_whoever_it_is_of(self, store: Store) -> None:
        names = ["Hisingsbron", "Marieholmsbron"]
        observations = [seen(CLOSED, -number / 10, names[number % 2]) for number in range(1100)]
        store.write(observations)

        found = list(store.read(names, minute(-150), minute(1)))

        assert found == observations[::-1]

    def test_milliseconds_are_told_apart(self, store: Store) -> None:
        observations = [seen(OPEN, 1 + number / 60_000) for number in range(3)]
        store.write(observations)

        found = store.read(["Hisingsbron"], observations[1].time, observations[2].time)

        assert list(found) == [observations[1]]

    def test_the_last_observation_of_each_bridge_is_given_however_old(self, store: Store) -> None:
        long_ago = seen(OPEN, -29 * 24 * 60, "Marieholmsbron")
        store.write([seen(OPEN, 1), seen(CLOSED, 3), seen(OPEN, 2), long_ago])

        found = store.last(["Hisingsbron", "Marieholmsbron", STRANGE_NAMES[0]])

        assert found == {"Hisingsbron": seen(CLOSED, 3), "Marieholmsbron": long_ago}
        assert store.last([]) == {}

    def test_the_last_of_a_name_that_no_bridge_can_have_is_refused(self, store: Store) -> None:
        with pytest.raises(ValueError, match="cannot be a bridge's name"):
            store.last(["\n"])
