"""What is told about a bridge, and when to look again: tables of cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.notifier.evaluation import Known, evaluate
from lambdas.notifier.events import Event
from lambdas.notifier.rules import Kind, Rule
from lambdas.observation import Observation, Status
from lambdas.sight import Sight
from tests.unit.lambdas.notifier.cases import (
    BRIDGE,
    MINUTE,
    at,
    evaluated,
    hours,
    rule,
    seen,
    watched,
)

OPENS, CLOSES = rule(Kind.OPENS), rule(Kind.CLOSES)
OPEN_FOR = rule(Kind.OPEN_FOR, 10)
UNKNOWN_FOR = rule(Kind.UNKNOWN_FOR, 10)
KNOWN_AGAIN = rule(Kind.KNOWN_AGAIN, 10)
QUIET = seen("07:00 C", "08:00 C")


def told(*args: object, **options: object) -> list[tuple[Kind, str]]:
    """Say what is told, and when it happened by the clock."""
    evaluation = evaluated(*args, **options)  # type: ignore[arg-type] # as it has them
    return [(event.kind, f"{event.time:%H:%M}") for event in evaluation.events]


@pytest.mark.parametrize(
    ("now", "records", "expected"),
    [
        ("08:10", [], []),
        ("08:10", ["08:10 O"], [(Kind.OPENS, "08:10")]),
        ("08:20", ["08:10 O", "08:16 C"], [(Kind.OPENS, "08:10"), (Kind.CLOSES, "08:16")]),
        # A heartbeat is no change.
        ("08:40", ["08:10 O", "08:40 O"], [(Kind.OPENS, "08:10")]),
        # Half an hour is the patience; what is older is told by nobody.
        ("08:41", ["08:10 O"], []),
    ],
)
def test_a_change_is_told_while_it_is_news(
    now: str, records: list[str], expected: list[object]
) -> None:
    assert told(now, QUIET + seen(*records), OPENS, CLOSES) == expected


def test_the_first_record_of_a_bridge_is_no_change() -> None:
    assert told("08:00", seen("08:00 O"), OPENS, CLOSES) == []


def test_a_year_of_late_records_tells_nothing() -> None:
    records = seen(
        *(f"{hour:02}:{minute:02} {'OC'[minute // 30]}" for hour in range(8) for minute in (0, 30))
    )

    assert told("09:00", records, OPENS, CLOSES, OPEN_FOR) == []


def test_a_change_that_nobody_saw_is_told_without_a_time() -> None:
    evaluation = evaluated("10:00", seen("07:00 C", "08:00 C", "10:00 O"), OPENS)

    (event,) = evaluation.events
    assert (event.since, event.earliest) == (None, at("08:00"))


@pytest.mark.parametrize(
    ("now", "records", "expected"),
    [
        ("08:19", ["08:10 O"], []),
        ("08:20", ["08:10 O"], [(Kind.OPEN_FOR, "08:20")]),
        # Closed in time: cancelled.
        ("08:20", ["08:10 O", "08:19 C"], []),
        ("08:25", ["08:10 O", "08:19 C"], []),
        # Looked at late: it was open for so long all the same.
        ("08:25", ["08:10 O", "08:22 C"], [(Kind.OPEN_FOR, "08:20")]),
        # Once an opening, however often it is observed.
        ("08:30", ["08:10 O", "08:28 O"], [(Kind.OPEN_FOR, "08:20")]),
    ],
)
def test_a_long_opening_is_told_once_it_is_long(
    now: str, records: list[str], expected: list[object]
) -> None:
    assert told(now, QUIET + seen(*records), OPEN_FOR) == expected


def test_an_opening_whose_length_is_unknown_is_not_long() -> None:
    unseen = Sight(unseen=at("08:16"), seen=at("08:15"))

    assert told("08:20", QUIET + seen("08:10 O"), OPEN_FOR, sight=unseen) == []


def test_a_long_opening_is_told_when_it_is_seen_again() -> None:
    seen_again = Sight(unseen=None, seen=at("08:24"))
    records = QUIET + seen("08:10 O")
    mark = evaluated("08:24", records, OPEN_FOR, sight=seen_again)

    assert [event.kind for event in mark.events] == [Kind.OPEN_FOR]


@pytest.mark.parametrize(
    ("now", "sight", "records", "expected"),
    [
        ("08:13", Sight(at("08:05"), at("08:04")), [], []),
        ("08:14", Sight(at("08:05"), at("08:04")), [], [(Kind.UNKNOWN_FOR, "08:14")]),
        # A poller that has just started does not know since when.
        ("08:15", Sight(at("08:05"), None), [], [(Kind.UNKNOWN_FOR, "08:15")]),
        # Seen again, by a record or by a mark.
        ("08:16", Sight(at("08:05"), at("08:04")), ["08:10 O"], []),
        ("08:16", Sight(None, at("08:10")), [], []),
        # Nobody polls: unknown once a heartbeat is overdue.
        ("09:02", None, [], []),
        ("09:03", None, [], [(Kind.UNKNOWN_FOR, "09:02")]),
    ],
)
def test_an_unknown_status_is_told(
    now: str, sight: Sight | None, records: list[str], expected: list[object]
) -> None:
    assert told(now, QUIET + seen(*records), UNKNOWN_FOR, sight=sight) == expected


@pytest.mark.parametrize(
    ("again", "expected"), [("08:13", []), ("08:14", [(Kind.KNOWN_AGAIN, "08:14")])]
)
def test_it_is_told_that_a_status_is_known_again_that_was_not_for_long(
    again: str, expected: list[object]
) -> None:
    sight = Sight(unseen=at("08:05"), seen=at("08:04"))

    assert told(again, QUIET + seen(f"{again} C"), KNOWN_AGAIN, sight=sight) == expected


def test_a_silence_that_ended_is_told_by_both_rules() -> None:
    records = QUIET + seen("10:00 O")

    evaluation = evaluated("10:00", records, KNOWN_AGAIN, OPENS)

    assert {event.kind for event in evaluation.events} == {Kind.KNOWN_AGAIN, Kind.OPENS}
    assert next(e for e in evaluation.events if e.kind is Kind.KNOWN_AGAIN).length == 120 * MINUTE


@pytest.mark.parametrize(
    ("records", "sight", "rules", "wake"),
    [
        (QUIET, None, [OPENS], None),
        (QUIET + seen("08:10 O"), None, [OPEN_FOR], at("08:20")),
        (QUIET + seen("08:10 O", "08:11 C"), None, [OPEN_FOR], None),
        (QUIET, None, [UNKNOWN_FOR], at("09:02") + timedelta(milliseconds=1)),
        (QUIET, Sight(at("08:10"), at("08:09")), [UNKNOWN_FOR], at("08:19")),
    ],
)
def test_it_looks_again_when_a_rule_is_due(
    records: tuple[Observation, ...], sight: Sight | None, rules: list[Rule], wake: object
) -> None:
    assert evaluated("08:12", records, *rules, sight=sight).wake == wake


@pytest.mark.parametrize(
    ("when", "clock", "weekdays", "counts"),
    [
        # Stockholm is two hours ahead of UTC in June.
        ("04:29", ("06:30", "09:00"), (), False),
        ("04:30", ("06:30", "09:00"), (), True),
        ("07:00", ("06:30", "09:00"), (), False),
        ("04:30", ("06:30", "09:00"), (0, 1, 2, 3, 4), True),
        ("04:30", ("06:30", "09:00"), (5, 6), False),
        # A night that begins on a Tuesday is a Tuesday's until its end on Wednesday.
        ("23:30", ("22:00", "02:00"), (2,), True),
        ("01:30", ("22:00", "06:00"), (1,), True),
        ("01:30", ("22:00", "06:00"), (2,), False),
        ("12:00", ("22:00", "06:00"), (), False),
    ],
)
def test_a_rule_counts_in_the_hours_of_the_bridge(
    when: str,
    clock: tuple[str, str],
    weekdays: tuple[int, ...],
    counts: bool,  # noqa: FBT001 - what is expected
) -> None:
    one = rule(Kind.OPENS, hours=hours(*clock), weekdays=frozenset(weekdays))

    assert one.counts_at(at(when), watched(one).zone) is counts


def test_hours_follow_the_clock_when_it_is_changed() -> None:
    # On the 29th of March 2026 at 01:00 UTC the clocks of Stockholm jump from 02:00 to 03:00.
    one = rule(Kind.OPENS, hours=hours("07:00", "07:30"))
    winter, summer = at("06:10", day=3).replace(month=3), at("05:10", day=30).replace(month=3)

    assert one.counts_at(winter, watched(one).zone)
    assert one.counts_at(summer, watched(one).zone)


def test_a_flapping_bridge_is_told_once_and_then_summed_up() -> None:
    records = QUIET + seen(*(f"08:{minute:02} {'OC'[minute % 2]}" for minute in range(10, 22)))

    during = evaluated("08:21", records, OPENS, CLOSES)
    after = evaluated("08:36", records, OPENS, CLOSES)

    assert [event.kind for event in during.events] == [
        *(Kind.OPENS, Kind.CLOSES, Kind.OPENS, Kind.CLOSES, Kind.OPENS),
        Kind.FLAPPING,
    ]
    assert during.wake == at("08:36")
    assert during.flapping_since == at("08:15")
    (calm,) = [event for event in after.events if event.kind is Kind.CALM]
    assert (calm.changes, calm.since, calm.status) == (7, at("08:15"), Status.CLOSED)


UNSEEN = Sight(at("08:05"), at("08:04"))
SAW_AND_SAW_AGAIN = QUIET + seen("08:10 O", "08:16 C")
FLAPS = QUIET + seen(*(f"08:{minute:02} {'OC'[minute % 2]}" for minute in range(10, 22)))


@pytest.mark.parametrize(
    ("now", "records", "one", "sight", "expected"),
    [
        (
            "08:12",
            SAW_AND_SAW_AGAIN,
            OPENS,
            None,
            Event("", Kind.OPENS, BRIDGE, at("08:10"), status=Status.OPEN, since=at("08:10")),
        ),
        (
            "08:16",
            SAW_AND_SAW_AGAIN,
            CLOSES,
            None,
            Event(
                "",
                Kind.CLOSES,
                BRIDGE,
                at("08:16"),
                status=Status.CLOSED,
                since=at("08:16"),
                length=6 * MINUTE,
            ),
        ),
        (
            "08:30",
            QUIET + seen("08:10 O"),
            OPEN_FOR,
            None,
            Event(
                "",
                Kind.OPEN_FOR,
                BRIDGE,
                at("08:20"),
                status=Status.OPEN,
                since=at("08:10"),
                length=10 * MINUTE,
            ),
        ),
        (
            "08:20",
            QUIET,
            UNKNOWN_FOR,
            UNSEEN,
            Event("", Kind.UNKNOWN_FOR, BRIDGE, at("08:14"), since=at("08:04"), length=10 * MINUTE),
        ),
        (
            "08:30",
            QUIET + seen("08:30 O"),
            KNOWN_AGAIN,
            UNSEEN,
            Event(
                "",
                Kind.KNOWN_AGAIN,
                BRIDGE,
                at("08:30"),
                status=Status.OPEN,
                since=at("08:04"),
                length=26 * MINUTE,
            ),
        ),
        (
            "08:21",
            FLAPS,
            OPENS,
            None,
            Event(
                "",
                Kind.FLAPPING,
                BRIDGE,
                at("08:15"),
                status=Status.CLOSED,
                since=at("08:15"),
                length=15 * MINUTE,
                changes=6,
            ),
        ),
        (
            "08:36",
            FLAPS,
            OPENS,
            None,
            Event(
                "",
                Kind.CALM,
                BRIDGE,
                at("08:36"),
                status=Status.CLOSED,
                since=at("08:15"),
                length=6 * MINUTE,
                changes=7,
            ),
        ),
    ],
    ids=lambda value: value.kind if isinstance(value, Event) else "",
)
def test_an_event_says_all_that_is_known(
    now: str,
    records: tuple[Observation, ...],
    one: Rule,
    sight: Sight | None,
    expected: Event,
) -> None:
    events = evaluated(now, records, one, sight=sight).events

    (event,) = (event for event in events if event.kind is expected.kind)
    told_to = {"identity": event.identity, "targets": one.targets, "rules": (one.name,)}
    assert event == replace(expected, **told_to)  # type: ignore[arg-type] # an event's fields
    assert event.identity


def test_what_happens_again_is_another_event() -> None:
    first, again = QUIET + seen("08:10 O", "08:16 C"), seen("10:00 C", "10:20 O", "10:26 C")
    rules = OPENS, CLOSES, rule(Kind.OPEN_FOR, 2), UNKNOWN_FOR, KNOWN_AGAIN

    early = [event for now in ("08:15", "08:20") for event in evaluated(now, first, *rules).events]
    late = [
        event
        for now in ("09:30", "10:00", "10:30")
        for event in evaluated(now, first + again, *rules).events
    ]

    identities = {(event.kind, event.time): event.identity for event in early + late}
    assert len(set(identities.values())) == len(identities) == 8


def test_each_time_that_a_status_is_known_again_is_another_event() -> None:
    once = evaluated("10:00", QUIET + seen("10:00 O"), KNOWN_AGAIN).events
    twice = evaluated("12:00", QUIET + seen("10:00 O", "12:00 O"), KNOWN_AGAIN).events

    assert len({event.identity for event in (*once, *twice)}) == len(once) + len(twice) == 2


def test_lengths_tell_events_of_one_opening_and_of_one_silence_apart() -> None:
    rules = [rule(kind, n, str(n)) for kind in (Kind.OPEN_FOR, Kind.UNKNOWN_FOR) for n in (2, 5)]
    records = QUIET + seen("08:10 O", "09:00 O")

    events = [
        *evaluated("08:16", records, *rules).events,
        *evaluated("08:40", records, *rules, sight=Sight(at("08:31"), at("08:30"))).events,
    ]

    assert len({(event.kind, event.length) for event in events}) == 4
    assert len({event.identity for event in events}) == 4
    assert all(event.length == int(event.rules[0]) * MINUTE for event in events)


def test_events_come_in_time_order() -> None:
    evaluation = evaluated("08:20", QUIET + seen("08:10 O", "08:16 C"), CLOSES, OPENS, OPEN_FOR)

    times = [event.time for event in evaluation.events]
    assert times == sorted(times)
    assert len(times) == 2


def test_observations_are_needed_for_as_long_as_any_rule_looks_back() -> None:
    rules = rule(Kind.OPEN_FOR, 90, patience=5 * MINUTE), rule(Kind.OPENS, patience=30 * MINUTE)

    assert watched(*rules).window() == (30 + 90 + 2 * 62) * MINUTE
    assert watched().window() == 2 * 62 * MINUTE
    busy = replace(watched(), tolerance=5 * MINUTE)
    assert busy.window() == 2 * 15 * MINUTE


def test_two_rules_make_one_event_for_the_targets_of_both() -> None:
    other = rule(Kind.OPENS, name="other", targets=("phone", "mail"))

    (event,) = evaluated("08:10", QUIET + seen("08:10 O"), OPENS, other).events

    assert (event.rules, event.targets) == (("opens", "other"), ("phone", "mail"))


@given(
    st.lists(st.tuples(st.integers(60, 239), st.sampled_from(Status)), max_size=40),
    st.integers(240, 300),
)
def test_nothing_is_told_twice_under_two_identities(
    minutes: list[tuple[int, Status]], now: int
) -> None:
    """Whatever the order in which records arrive, the same events have the same identities."""
    records = {
        minute: Observation(BRIDGE, status, at("00:00") + minute * MINUTE)
        for minute, status in minutes
    }
    ordered = tuple(records[minute] for minute in sorted(records))
    rules = watched(OPENS, CLOSES, OPEN_FOR, UNKNOWN_FOR, KNOWN_AGAIN)
    found: dict[tuple[Kind, object], str] = {}

    for moment in range(60, now):
        time = at("00:00") + moment * MINUTE
        by_then = tuple(one for one in ordered if one.time <= time)
        for event in evaluate(rules, Known(time, at("00:00"), by_then, ())).events:
            if event.kind is not Kind.CALM:
                key = event.kind, event.time
                assert found.setdefault(key, event.identity) == event.identity
    assert len(set(found.values())) == len(found)
