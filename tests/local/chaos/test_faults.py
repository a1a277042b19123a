from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from local.chaos.faults import Faults
from local.simulated_time.clock import SimulatedClock

START = datetime(2026, 6, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def faults(clock: SimulatedClock, seed: int = 1) -> Faults:
    return Faults(
        seed=seed,
        clock=clock,
        rates={"source": {"html": 0.2, "slow": 0.1}},
        outages={"store": {"denied": (1, HOUR)}},
        start=START,
        end=START + 24 * HOUR,
    )


def chosen(seed: int) -> list[str | None]:
    clock = SimulatedClock(START)
    one = faults(clock, seed)
    return [one.choose("source") for _ in range(1000)]


def test_the_same_seed_gives_the_same_faults() -> None:
    assert chosen(1) == chosen(1) != chosen(2)


def test_what_passes_in_another_order_has_the_same_faults() -> None:
    def chosen_for(*order: str) -> dict[str, list[str | None]]:
        one = faults(SimulatedClock(START))
        found: dict[str, list[str | None]] = {"a": [], "b": []}
        for what in order * 500:
            found[what].append(one.choose("source", what))
        return found

    assert chosen_for("a", "b") == chosen_for("b", "a")


def test_each_fault_has_its_share_and_is_counted() -> None:
    clock = SimulatedClock(START)
    one = faults(clock)

    counts = Counter(one.choose("source") for _ in range(10_000))

    assert 1800 < counts["html"] < 2200
    assert 900 < counts["slow"] < 1100
    assert one.counts == {"source/html": counts["html"], "source/slow": counts["slow"]}


def test_what_is_excluded_does_not_come() -> None:
    one = faults(SimulatedClock(START))

    assert {one.choose("source", excluded=("slow",)) for _ in range(100)} == {None, "html"}


def test_an_outage_lasts() -> None:
    clock = SimulatedClock(START)
    one = faults(clock)
    found = []
    for minute in range(24 * 60):
        clock.move_to(START + timedelta(minutes=minute))
        found.append(one.choose("store"))

    first = found.index("denied")
    assert found.count("denied") == 60
    assert found[first : first + 60] == ["denied"] * 60


def test_after_the_end_nothing_fails() -> None:
    clock = SimulatedClock(START)
    one = faults(clock)
    clock.move_to(START + 24 * HOUR)

    assert {one.choose("source") for _ in range(1000)} == {None}
