"""A run of the notifier: told once, in order, again after failures, whatever dies in between."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from lambdas.notifier.deliveries import ATTEMPT_SECONDS
from lambdas.notifier.notify import RESERVE_SECONDS, BusyError
from lambdas.notifier.outcome import Outcome
from lambdas.notifier.rules import Kind
from lambdas.notifier.table import ConflictError
from tests.unit.lambdas.notifier.cases import BRIDGE, MINUTE, at, rule, seen
from tests.unit.lambdas.notifier.memory import FAR, World

OPENS = rule(Kind.OPENS, targets=("phone", "mail"))
CLOSES = rule(Kind.CLOSES, targets=("phone",))
FAILED = Outcome(delivered=False, said="HTTP 503")
QUIET = seen("07:00 C", "08:00 C")


def world(*rules: object, records: tuple[str, ...] = (), **options: int) -> World:
    made = World(*rules, **options)  # type: ignore[arg-type] # rules
    made.table.records += [*QUIET, *seen(*records)]
    return made


def test_a_change_is_told_once_to_each_target_however_often_it_is_looked_at() -> None:
    one = world(OPENS, CLOSES, records=("08:10 O", "08:16 C"))

    for clock in ("08:10", "08:16", "08:16", "08:20"):
        one.run(clock)

    assert one.targets["phone"].kinds == ["opens 08:10", "closes 08:16"]
    assert one.targets["mail"].kinds == ["opens 08:10"]


def test_a_target_that_fails_is_tried_again_later_and_holds_up_nobody() -> None:
    one = world(OPENS, CLOSES, records=("08:10 O", "08:16 C"))
    one.targets["phone"].answers = [FAILED, FAILED]

    told = one.run("08:16")

    assert one.targets["mail"].kinds == ["opens 08:10"]
    assert one.targets["phone"].tried == 1
    assert [said for _, _, said in told.failed] == ["HTTP 503"]
    assert one.wake == at("08:17")
    one.follow()
    assert one.targets["phone"].kinds == ["opens 08:10", "closes 08:16"]


def test_the_pauses_grow_to_an_hour_and_after_a_day_it_is_given_up() -> None:
    one = world(OPENS, records=("08:10 O",))
    one.targets["phone"].answers = [FAILED] * 100

    one.run("08:10")
    one.follow()

    (letter,) = one.undelivered
    assert (letter.target, letter.said) == ("phone", "HTTP 503")
    assert letter.attempts == one.targets["phone"].tried == 29
    assert one.time - at("08:10") >= timedelta(days=1)
    assert one.table.own(BRIDGE)[1].pending == ()


def test_what_waits_behind_is_given_up_with_it_once_it_is_as_old() -> None:
    one = world(OPENS, CLOSES, records=("08:10 O", "08:16 C"))
    one.targets["phone"].answers = [FAILED] * 100

    one.run("08:16")
    one.follow()

    assert [letter.event.kind for letter in one.undelivered] == [Kind.OPENS, Kind.CLOSES]
    assert one.time - at("08:16") < timedelta(hours=25)


def test_what_another_bridge_took_each_turn_from_is_given_up_as_well() -> None:
    one = world(OPENS, records=("08:10 O",))
    one.targets["phone"].answers = [FAILED]
    one.run("08:10")
    for hour in range(24):
        ledger = one.table.ledger()
        later = at("08:10") + timedelta(hours=hour)
        one.table.keep_ledger(ledger.after({"phone": FAILED}, later))

    one.time = at("08:12", day=4)
    one.run()

    assert [(letter.target, letter.attempts) for letter in one.undelivered] == [("phone", 1)]
    assert one.targets["phone"].tried == 1


def test_a_target_is_left_alone_for_as_long_as_it_asks() -> None:
    one = world(OPENS, records=("08:10 O",))
    one.targets["phone"].answers = [Outcome(delivered=False, said="HTTP 429", patience=600)]

    one.run("08:10")

    assert one.wake == at("08:20")


def test_a_failing_target_is_left_alone_by_other_bridges_as_well() -> None:
    one = world(OPENS, CLOSES, records=("08:10 O", "08:10 O", "08:11 C"))
    one.targets["phone"].answers = [FAILED]

    one.run("08:10")
    one.run("08:10")

    assert one.targets["phone"].tried == 1


def test_what_a_library_raises_is_a_failure_like_any_other() -> None:
    one = world(OPENS, records=("08:10 O",))
    one.targets["phone"].answers = [ValueError("https://secret.example.com")]

    told = one.run("08:10")

    assert [said for _, _, said in told.failed] == ["it failed: ValueError"]


def test_a_target_gets_no_more_than_its_rate() -> None:
    rules = [rule(Kind.OPENS), rule(Kind.CLOSES)]
    one = world(*rules, records=("08:01 O", "08:02 C", "08:03 O", "08:04 C"), per_minute=2)

    one.run("08:05")
    assert len(one.targets["phone"].taken) == 2
    assert one.wake == at("08:06")
    one.follow()

    assert one.targets["phone"].kinds == [
        "opens 08:01",
        "closes 08:02",
        "opens 08:03",
        "closes 08:04",
    ]


def test_a_run_that_dies_after_the_delivery_repeats_it_with_the_same_identity() -> None:
    one = world(OPENS, records=("08:10 O",))
    kept = 0

    def die_at_the_second() -> None:
        nonlocal kept
        kept += 1
        if kept == 2:
            raise MemoryError

    one.table.before_keep = die_at_the_second
    with pytest.raises(MemoryError):
        one.run("08:10")
    one.run("08:11")
    # Somebody seems to be delivering still.
    assert len(one.targets["phone"].taken) == 1
    one.follow()

    identities = [letter.event.identity for letter in one.targets["phone"].taken]
    assert len(identities) == 2
    assert len(set(identities)) == 1


def test_a_run_that_dies_before_anything_is_written_down_tells_it_next_time() -> None:
    one = world(OPENS, records=("08:10 O",))

    def die() -> None:
        raise MemoryError

    one.table.before_keep = die
    with pytest.raises(MemoryError):
        one.run("08:10")
    one.table.before_keep = lambda: None
    one.run("08:11")

    assert one.targets["phone"].kinds == ["opens 08:10"]


def test_a_schedule_that_a_dead_run_moved_is_made_again_when_it_has_run() -> None:
    one = world(OPENS, rule(Kind.UNKNOWN_FOR, 10))
    one.run("08:00")
    silent = one.wake
    one.targets["phone"].answers = [FAILED]
    one.table.records += seen("08:10 O")

    def die_in_the_last_write() -> None:
        if one.wake != silent:
            raise MemoryError

    one.table.before_keep = die_in_the_last_write
    with pytest.raises(MemoryError):
        one.run("08:10")
    one.table.before_keep = lambda: None
    one.wake = None  # it has run, and is gone
    one.run("08:20", woken=True)

    assert one.wake is not None


def test_two_runs_at_a_time_deliver_once() -> None:
    one = world(OPENS, records=("08:10 O",))
    meanwhile = [lambda: one.notifier.run(BRIDGE, FAR)]

    def other_run() -> None:
        if meanwhile:
            meanwhile.pop()()

    one.table.before_keep = other_run
    one.run("08:10")

    assert one.targets["phone"].kinds == ["opens 08:10"]


def test_who_always_loses_against_others_fails() -> None:
    one = world(OPENS, records=("08:10 O",))

    def lose() -> None:
        raise ConflictError

    one.table.before_keep = lose

    with pytest.raises(BusyError):
        one.run("08:10")


def test_a_timed_rule_wakes_the_notifier_and_is_cancelled_when_the_bridge_closes() -> None:
    one = world(rule(Kind.OPEN_FOR, 10), records=("08:10 O",))
    one.run("08:10")
    assert one.wake == at("08:20")

    one.table.records += seen("08:15 C")
    one.run("08:15")

    assert one.wake is None
    assert one.targets["phone"].kinds == []


def test_a_timed_rule_is_told_when_it_is_due() -> None:
    one = world(rule(Kind.OPEN_FOR, 10), records=("08:10 O",))
    one.run("08:10")

    one.follow()

    assert one.targets["phone"].kinds == ["open_for 08:20"]


def test_a_target_that_the_settings_have_no_more_is_given_up() -> None:
    one = world(OPENS, records=("08:10 O",))
    one.targets["phone"].answers = [FAILED]
    one.run("08:10")

    two = World(rule(Kind.OPENS, targets=("mail",)))
    two.table.states, two.table.records = one.table.states, one.table.records
    two.run("08:11")

    assert [letter.target for letter in two.undelivered] == ["phone"]


def test_a_message_says_how_long_openings_usually_last() -> None:
    openings = [f"0{hour}:{minute}" for hour in range(1, 7) for minute in ("10 O", "16 C")]
    heartbeats = [f"0{hour}:00 C" for hour in range(7)]
    one = world(OPENS, records=tuple(sorted([*openings, *heartbeats, "08:10 O"])))

    one.run("08:10")

    (letter,) = one.targets["phone"].taken
    assert letter.event.usual == 6 * MINUTE
    assert letter.message.text == ("Hisingsbron opened at 10:10. Openings usually last 6 minutes.")


def test_what_is_remembered_stays_small() -> None:
    rules = [rule(Kind.OPENS), rule(Kind.CLOSES), rule(Kind.UNKNOWN_FOR, 10)]
    one = world(*rules)
    for hour in range(9, 23):
        one.table.records += seen(f"{hour:02}:00 O", f"{hour:02}:30 C")
        one.run(f"{hour:02}:00")
        one.run(f"{hour:02}:30")

    assert len(one.table.states[BRIDGE][1]) < 1024
    assert len(one.targets["phone"].taken) == 28


def test_a_target_is_tested_by_itself() -> None:
    one = world(OPENS)

    first, second = (one.notifier.test("phone", FAR) for _ in range(2))

    assert first.delivered
    assert second.delivered
    letters = one.targets["phone"].taken
    assert [letter.event.kind for letter in letters] == [Kind.TEST] * 2
    assert letters[0].event.bridge == BRIDGE
    assert letters[0].event.targets == ("phone",)
    assert letters[0].event.time == one.time
    assert letters[0].event.identity != letters[1].event.identity
    assert one.targets["mail"].taken == []


def test_an_observation_matters_while_rules_look_back_at_it() -> None:
    one = world(OPENS)
    window = 30 * MINUTE + 2 * 62 * MINUTE

    assert one.notifier.is_recent(BRIDGE, one.time - window)
    assert not one.notifier.is_recent(BRIDGE, one.time - window - MINUTE / 60)
    assert not one.notifier.is_recent("Marieholmsbron", one.time)


def test_when_too_many_events_wait_the_oldest_are_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lambdas.notifier.notify.LONGEST_PENDING", 2)
    rules = rule(Kind.OPENS), rule(Kind.CLOSES)
    one = world(*rules, records=("08:01 O", "08:02 C", "08:03 O"))
    one.targets["phone"].answers = [FAILED]

    told = one.run("08:05")

    (given_up,) = told.given_up
    assert one.undelivered == [given_up]
    assert (given_up.event.time, given_up.target) == (at("08:01"), "phone")
    assert given_up.said == "more than 2 events wait"
    pending = one.table.own(BRIDGE)[1].pending
    assert [waiting.event.time for waiting in pending] == [at("08:02"), at("08:03")]


def test_without_time_left_nothing_is_delivered_but_everything_is_written_down() -> None:
    one = world(OPENS, records=("08:10 O",))
    one.time = at("08:10")

    told = one.notifier.run(BRIDGE, time.monotonic() + RESERVE_SECONDS - 1)

    assert [event.kind for event in told.found] == [Kind.OPENS]
    assert told.delivered == []
    assert one.targets["phone"].tried == 0
    assert len(one.table.own(BRIDGE)[1].pending) == 1
    assert one.wake == at("08:10")


def test_what_was_told_and_failed_is_told_to_who_asked() -> None:
    one = world(OPENS, records=("08:10 O",))
    one.targets["mail"].answers = [FAILED]

    told = one.run("08:10")

    (found,) = told.found
    assert told.delivered == [(found, "phone")]
    assert told.failed == [(found, "mail", "HTTP 503")]
    assert told.given_up == []


def test_a_usual_length_needs_some_openings_and_is_counted_once_a_day() -> None:
    openings = [f"0{hour}:{minute}" for hour in range(1, 5) for minute in ("10 O", "16 C")]
    heartbeats = [f"0{hour}:00 C" for hour in range(7)]
    one = world(OPENS, records=tuple(sorted([*openings, *heartbeats, "08:10 O"])))

    one.run("08:10")

    usual = one.table.own(BRIDGE)[1].usual
    assert usual is not None
    assert (usual.length, usual.counted) == (None, at("08:10"))
    one.table.records += seen("08:20 C", "08:30 O")
    one.run("08:30")
    assert one.table.own(BRIDGE)[1].usual == usual


@pytest.mark.parametrize(
    ("left", "timeouts"),
    [
        (1000, [ATTEMPT_SECONDS]),
        (RESERVE_SECONDS + 1, [RESERVE_SECONDS / 2 + 1]),
        (RESERVE_SECONDS - 1, []),
    ],
)
def test_an_attempt_leaves_time_to_write_down_how_it_went(
    monkeypatch: pytest.MonkeyPatch, left: float, timeouts: list[float]
) -> None:
    monkeypatch.setattr(time, "monotonic", lambda: 1000.0)
    one = world(rule(Kind.OPENS), records=("08:10 O",))
    one.time = at("08:10")

    one.notifier.run(BRIDGE, 1000 + left)

    assert one.targets["phone"].timeouts == timeouts
