"""What every store does: each one's tests inherit these, and say how to make it empty."""

from abc import ABC, abstractmethod

import pytest

from lambdas.store import Store
from tests.unit.lambdas.moments import CLOSED, NOON, OPEN, minute, seen


class StoreContract(ABC):
    @pytest.fixture
    @abstractmethod
    def store(self) -> Store:
        """An empty store that takes Hisingsbron and Marieholmsbron at the `moments`."""

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

    @pytest.mark.parametrize(
        "name", ["' OR 1=1 --", "'s-Gravenbrug", '"', "a\\b", "å, ä\u00a0och ö"]
    )
    def test_a_name_is_never_more_than_a_name(self, store: Store, name: str) -> None:
        store.write([seen(OPEN, 1)])

        assert list(store.read([name], minute(0), minute(10))) == []
