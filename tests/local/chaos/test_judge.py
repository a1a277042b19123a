"""A judge that cannot fail is a defect: each kind of wrong is made once, and must be found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.chaos.journal import Answer, Run, Seen
from local.chaos.judge import Evidence, Gap, Verdict, judge

START = datetime(2026, 6, 1, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
BRIDGE, OTHER = "Hisingsbron", "Marieholmsbron"


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


def seen(minute: float, status: str, bridge: str = BRIDGE) -> Seen:
    return Seen(at(minute), bridge, status)


def answer(minute: float, status: str | None, bridges: tuple[str, ...] = (BRIDGE,)) -> Answer:
    return Answer(at(minute), bridges, dict.fromkeys(bridges, status) if status else None)


def poll(minute: float, *statuses: str | None, **fate: Any) -> Run:  # noqa: ANN401 - of a Run
    answers = [answer(minute, status) for status in statuses]
    return Run("poller", at(minute), answers, **fate)


def verdict(
    runs: list[Run],
    table: list[Seen],
    dead_letters: dict[Seen, str] | None = None,
    gaps: list[Gap] | None = None,
    waiting: int = 0,
) -> Verdict:
    evidence = Evidence(table, dead_letters or {}, {BRIDGE: gaps or []}, waiting)
    return judge(runs, evidence, poller="poller", heartbeat=HOUR, poll=MINUTE)


RUNS = [poll(0, "Closed"), poll(1, "Open", "Open"), poll(2, "Open"), poll(3, "Closed", "Closed")]
TABLE = [seen(0, "Closed"), seen(1, "Open"), seen(3, "Closed")]


def test_what_was_observed_and_stored_is_right() -> None:
    found = verdict(RUNS, TABLE)

    assert found.faultless
    assert (found.polls, found.observations, found.changes, found.stored) == (4, 4, 3, 3)
    assert (found.died, found.dead_lettered, found.logged, found.gaps) == (0, 0, 0, 0)


@pytest.mark.parametrize("deleted", TABLE)
def test_a_deleted_record_is_lost(deleted: Seen) -> None:
    found = verdict(RUNS, [record for record in TABLE if record != deleted])

    assert found.lost == (deleted,)
    assert not found.faultless


@pytest.mark.parametrize(
    "extra",
    [seen(2, "Closed"), seen(2.5, "Open"), seen(2, "Open", OTHER)],
    ids=["another status", "another time", "another bridge"],
)
def test_an_extra_record_is_invented(extra: Seen) -> None:
    found = verdict(RUNS, [*TABLE, extra])

    assert found.invented == (extra,)
    assert not found.faultless


def test_a_record_with_a_changed_status_is_lost_and_invented() -> None:
    found = verdict(RUNS, [seen(0, "Closed"), seen(1, "Closed"), seen(3, "Closed")])

    assert (found.lost, found.invented) == ((seen(1, "Open"),), (seen(1, "Closed"),))


def test_a_record_that_is_there_twice_is_doubled() -> None:
    found = verdict(RUNS, [*TABLE, TABLE[1]])

    assert found.doubled == (TABLE[1],)
    assert not found.faultless


def test_a_heartbeat_is_not_invented() -> None:
    assert verdict(RUNS, [*TABLE, seen(2, "Open")]).faultless


def test_a_change_that_a_second_look_denies_is_no_observation() -> None:
    runs = [poll(0, "Closed"), poll(1, "Open", "Closed"), poll(2, "Open", None)]

    assert verdict(runs, [seen(0, "Closed")]).faultless
    assert verdict(runs, [seen(0, "Closed"), seen(1, "Open")]).invented == (seen(1, "Open"),)


def test_a_source_that_fails_at_first_is_observed_by_its_first_good_answer() -> None:
    assert verdict([poll(0, None, "Closed")], [seen(0, "Closed")]).faultless


def test_a_second_look_that_needs_two_attempts_confirms_a_change() -> None:
    runs = [poll(0, "Closed"), poll(1, "Open", None, "Open")]

    assert verdict(runs, TABLE[:2]).faultless
    assert verdict(runs, TABLE[:1]).lost == (TABLE[1],)


def test_a_poll_that_died_counts_for_what_was_taken_from_it() -> None:
    # Given two polls that died, one of them after Timestream had stored its record
    before = poll(1, "Open", "Open", died=True)
    after = poll(2, "Open", "Open", died=True, kept={seen(2, "Open")})
    runs = [poll(0, "Closed"), before, after]

    found = verdict(runs, [seen(0, "Closed"), seen(2, "Open")])
    assert found.faultless
    assert (found.polls, found.died) == (3, 2)
    assert verdict(runs, [seen(0, "Closed")]).lost == (seen(2, "Open"),)


def test_a_rejected_record_is_in_the_dead_letter_queue_with_its_reason() -> None:
    runs = [poll(0, "Closed"), poll(1, "Open", "Open", rejected={seen(1, "Open"): "too old"})]

    found = verdict(runs, [seen(0, "Closed")], {seen(1, "Open"): "too old"})

    assert found.faultless
    assert (found.stored, found.dead_lettered) == (1, 1)
    assert verdict(runs, [seen(0, "Closed")], {seen(1, "Open"): ""}).lost == (seen(1, "Open"),)


def test_a_rejected_record_that_is_nowhere_is_lost() -> None:
    runs = [poll(0, "Closed"), poll(1, "Open", "Open", rejected={seen(1, "Open"): "too old"})]

    found = verdict(runs, [seen(0, "Closed")])

    assert (found.lost, found.unjustified) == ((seen(1, "Open"),), ())


def test_a_dead_letter_that_nothing_rejected_is_unjustified() -> None:
    found = verdict(RUNS, TABLE[:2], {TABLE[2]: "I did not feel like it"})

    assert found.unjustified == (TABLE[2],)
    assert not found.faultless


@pytest.mark.parametrize(
    ("hours", "unjustified"), [(72, ()), (71.9, (TABLE[2],))], ids=["three days", "less"]
)
def test_a_dead_letter_that_was_in_vain_for_three_days_is_justified(
    hours: float, unjustified: tuple[Seen, ...]
) -> None:
    late = TABLE[2].time + timedelta(hours=hours)
    began = late - timedelta(seconds=20)
    redriver = Run("redriver", began, kept={TABLE[2]}, dead_lettered=late)

    found = verdict([*RUNS, redriver], TABLE[:2], {TABLE[2]: "the store was out of order"})

    assert found.unjustified == unjustified
    assert found.dead_lettered == 1


def test_a_record_in_the_log_is_unjustified_unless_a_queue_failed() -> None:
    logged = {TABLE[0]}

    found = verdict([poll(0, "Closed", logged=logged, queue_failed=True)], TABLE[:1])
    assert found.faultless
    assert found.logged == 1
    assert verdict([poll(0, "Closed", logged=logged)], TABLE[:1]).unjustified == (TABLE[0],)


def test_a_record_that_still_waits_is_not_delivered() -> None:
    assert not verdict(RUNS, TABLE, waiting=1).faultless


def test_a_silence_that_is_no_reported_gap_is_hidden() -> None:
    runs, table = [poll(0, "Closed"), poll(63, "Closed")], [seen(0, "Closed"), seen(63, "Closed")]
    gap = Gap(at(0), at(63))

    found = verdict(runs, table, gaps=[gap])
    assert found.faultless
    assert found.gaps == 1
    assert verdict(runs, table).hidden == ((BRIDGE, gap),)
    assert verdict(runs, table, gaps=[Gap(at(0), at(62))]).hidden == ((BRIDGE, gap),)


def test_a_silence_of_a_heartbeat_and_two_polls_is_no_gap() -> None:
    runs, table = [poll(0, "Closed"), poll(62, "Closed")], [seen(0, "Closed"), seen(62, "Closed")]

    assert verdict(runs, table).faultless


def test_a_gap_in_which_no_poll_is_missing_is_false() -> None:
    gap = Gap(at(1), at(3))

    assert verdict(RUNS, TABLE, gaps=[gap]).false_gaps == ((BRIDGE, gap),)


def test_a_gap_in_which_one_poll_is_missing_is_true() -> None:
    runs = [run for run in RUNS if run.start != at(2)]

    assert verdict(runs, TABLE, gaps=[Gap(at(1), at(3))]).faultless


def test_a_poll_that_is_half_an_interval_late_is_not_missing() -> None:
    runs = [poll(0, "Closed"), poll(1, "Closed"), poll(2.5, "Closed")]
    gap = Gap(at(1), at(2.5))

    assert verdict(runs, TABLE[:1], gaps=[gap]).false_gaps == ((BRIDGE, gap),)


def test_gaps_are_judged_for_each_bridge() -> None:
    # Given two bridges that are silent for long, and of both a gap in which no poll is missing
    both = (BRIDGE, OTHER)
    runs = [Run("poller", at(minute), [answer(minute, "Open", both)]) for minute in (0, 1, 2, 65)]
    table = [seen(minute, "Open", bridge) for minute in (0, 65) for bridge in both]
    false, silence = Gap(at(1), at(2)), Gap(at(2), at(65))
    evidence = Evidence(table, {}, dict.fromkeys(both, (false,)), waiting=0)

    found = judge(runs, evidence, poller="poller", heartbeat=HOUR, poll=MINUTE)

    assert found.hidden == tuple((bridge, silence) for bridge in both)
    assert found.false_gaps == tuple((bridge, false) for bridge in both)
    assert found.gaps == 2


def test_a_gap_in_which_a_queued_heartbeat_was_given_up_is_true() -> None:
    # Given a heartbeat that a queue took, and that Timestream rejected later
    runs = [poll(minute, "Closed") for minute in range(83)]
    heartbeat, gap = seen(61, "Closed"), Gap(at(1), at(82))
    redriver = Run("redriver", at(66), rejected={heartbeat: "too old"})
    table = [seen(0, "Closed"), seen(1, "Closed"), seen(82, "Closed")]
    dead_letters = {heartbeat: "too old"}

    # Then the table's gap is true
    assert verdict([*runs, redriver], table, dead_letters, gaps=[gap]).faultless

    # But not where the poller knew of it at once, or where it would have been too long anyhow
    runs[61].rejected |= dead_letters
    assert verdict(runs, table, dead_letters, gaps=[gap]).false_gaps == ((BRIDGE, gap),)
    runs[61].rejected.clear()
    longer = Gap(at(1), at(130))
    runs += [poll(minute, "Closed") for minute in range(83, 131)]
    later = verdict([*runs, redriver], table, dead_letters, gaps=[longer])
    assert later.false_gaps == ((BRIDGE, longer),)


@pytest.mark.parametrize(
    ("given_up", "true"),
    [
        (seen(63, "Closed"), True),
        (seen(64, "Closed"), False),
        (seen(61, "Closed", OTHER), False),
    ],
    ids=["no longer silence", "a longer silence", "another bridge"],
)
def test_a_gap_is_true_if_what_was_given_up_would_have_left_none(
    given_up: Seen, *, true: bool
) -> None:
    # Given polls without a gap, and a record that a queue took and that was rejected later
    both = (BRIDGE, OTHER)
    runs = [Run("poller", at(m), [answer(m, "Closed", both)]) for m in range(83)]
    redriver = Run("redriver", at(83), rejected={given_up: "too old"})
    gap = Gap(at(1), at(82))

    found = verdict([*runs, redriver], [], {given_up: "too old"}, gaps=[gap])

    assert found.false_gaps == (() if true else ((BRIDGE, gap),))


@pytest.mark.parametrize("edge", [1, 3])
def test_what_was_given_up_at_the_edge_of_a_gap_would_not_have_filled_it(edge: float) -> None:
    record = next(one for one in TABLE if one.time == at(edge))
    redriver = Run("redriver", at(4), rejected={record: "too old"})
    gap = Gap(at(1), at(3))

    found = verdict([*RUNS, redriver], TABLE, {record: "too old"}, gaps=[gap])

    assert found.false_gaps == ((BRIDGE, gap),)


def test_what_is_before_the_first_record_is_a_gap_of_any_length() -> None:
    # Given a first record that was rejected
    rejected = {seen(0, "Closed"): "too old"}
    runs = [poll(0, "Closed", rejected=rejected), poll(1, "Closed")]

    assert verdict(runs, [seen(1, "Closed")], rejected, gaps=[Gap(at(0), at(1))]).faultless


def test_whose_change_a_shared_second_look_was_about_is_not_seen_from_outside() -> None:
    # Given one answer for two bridges, and a second that fails
    both = (BRIDGE, OTHER)
    run = Run("poller", at(0), [answer(0, "Open", both), answer(0, None, both)])

    assert verdict([run], []).changes == 0
    assert verdict([run], [seen(0, "Open", OTHER)]).stored == 1


def test_a_change_in_a_poll_without_time_for_a_second_look_may_be_observed() -> None:
    slow = Run("poller", at(1), [answer(1, "Open"), Answer(at(1), (OTHER,), None, seconds=31)])

    assert verdict([poll(0, "Closed"), slow], TABLE[:1]).faultless
    assert verdict([poll(0, "Closed"), slow], TABLE[:2]).faultless


def test_a_change_in_a_poll_without_a_key_for_a_second_look_may_be_observed() -> None:
    # Given a source that refuses its key to the next bridge, and no other key to be had
    keyless = poll(1, "Open", keyless=True)

    assert verdict([RUNS[0], keyless], TABLE[:1]).faultless
    assert verdict([RUNS[0], keyless], TABLE[:2]).faultless
    assert verdict([RUNS[0], poll(1, "Open")], TABLE[:1]).lost == (seen(1, "Open"),)


def test_a_slow_poll_that_tells_what_was_told_before_is_certainly_observed() -> None:
    slow = Run("poller", at(1), [Answer(at(1), (BRIDGE,), {BRIDGE: "Closed"}, seconds=31)])

    assert verdict([poll(0, "Closed"), slow], TABLE[:1]).observations == 2


def test_a_poll_that_takes_as_long_as_it_may_has_time_for_a_second_look() -> None:
    at_its_limit = Run("poller", at(1), [Answer(at(1), (BRIDGE,), {BRIDGE: "Open"}, seconds=8)])

    assert verdict([poll(0, "Closed"), at_its_limit], TABLE[:1]).lost == (TABLE[1],)


def test_nothing_to_judge_is_no_success() -> None:
    assert not verdict([poll(0)], []).faultless
