from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local.chaos.alarms import NAMED, AlarmEvidence, AlarmVerdict, Ring, judge_alarms
from local.chaos.faults import Outage
from local.chaos.journal import Answer, Run

START = datetime(2026, 6, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOURS = 6
POLLER = "poller"


def at(minute: float) -> datetime:
    return START + minute * MINUTE


def polls(*unseen: range) -> list[Run]:
    """Poll each minute; in `unseen` the source tells nothing."""
    silent = {minute for stretch in unseen for minute in stretch}
    return [
        Run(
            POLLER,
            at(minute),
            answers=[
                Answer(at(minute), ("a",), None if minute in silent else {"a": "Closed"}),
            ],
        )
        for minute in range(HOURS * 60)
    ]


EVIDENCE = AlarmEvidence(
    rings=[],
    queue=[],
    emptied=[],
    outages={},
    bridges=["a"],
    start=START,
    end=at(HOURS * 60),
)


def verdict(runs: list[Run], evidence: AlarmEvidence = EVIDENCE) -> AlarmVerdict:
    return judge_alarms(*(runs, evidence), poller=POLLER, silence=62 * MINUTE, queued=30 * MINUTE)


def ringing(alarm: str, start: float, end: float | None) -> AlarmEvidence:
    return replace(EVIDENCE, rings=[Ring(alarm, at(start), None if end is None else at(end))])


def marked(minutes: range, **marks: object) -> list[Run]:
    runs = polls()
    for minute in minutes:
        runs[minute] = replace(runs[minute], **marks)  # type: ignore[arg-type] # a Run's own
    return runs


def throttled(*minutes: float) -> list[Run]:
    """Throttle a write in each of these, whenever what writes began."""
    runs = polls()
    runs[0] = replace(runs[0], throttled=[at(minute) for minute in minutes])
    return runs


def queued(*minutes: range) -> list[tuple[datetime, int]]:
    full = {minute for stretch in minutes for minute in stretch}
    return [(at(minute), int(minute in full)) for minute in range(HOURS * 60)]


def test_where_nothing_happens_nothing_rings() -> None:
    assert verdict(polls()).faultless


@pytest.mark.parametrize(
    ("runs", "alarm", "start", "end"),
    [
        (polls(range(60, 150)), "heartbeat", 123, 151),
        (marked(range(60, 63), failed=True, died=True), "poller-errors", 63, 66),
        (marked(range(60, 61), logged={"one"}), "unkept-records", 61, 75),
        (marked(range(60, 61), dead_lettered=at(60)), "dead-letters", 61, None),
        (throttled(*range(60, 75)), "write-throttles", 75, 88),
    ],
    ids=["heartbeat", "poller-errors", "unkept-records", "dead-letters", "write-throttles"],
)
def test_what_should_ring_an_alarm_has_to(
    runs: list[Run], alarm: str, start: float, end: float | None
) -> None:
    assert verdict(runs, ringing(alarm, start, end)).faultless
    # nothing rings; something else does; it rings too late; it does not resolve, without cause
    assert [name for name, _ in verdict(runs).silent] == [alarm]
    assert verdict(runs, ringing("query-bytes", start, end)).silent
    assert verdict(runs, ringing(alarm, start + 30, end)).silent
    assert verdict(polls(), ringing(alarm, start, end)).groundless


@pytest.mark.parametrize("alarm", ["heartbeat", "poller-errors", "unkept-records", "queue-age"])
def test_an_alarm_that_does_not_resolve_has_no_cause_any_more(alarm: str) -> None:
    runs = [
        replace(run, failed=60 <= minute < 63, logged={"one"} if minute == 60 else set())  # type: ignore[arg-type] # any value will do
        for minute, run in enumerate(polls(range(60, 150)))
    ]
    evidence = replace(EVIDENCE, queue=queued(range(60, 110)))
    rings = {
        "heartbeat": Ring("heartbeat", at(123), at(151)),
        "poller-errors": Ring("poller-errors", at(63), at(66)),
        "unkept-records": Ring("unkept-records", at(61), at(75)),
        "queue-age": Ring("queue-age", at(91), at(112)),
    }

    assert verdict(runs, replace(evidence, rings=list(rings.values()))).faultless
    rings[alarm] = replace_end(rings[alarm])
    assert [
        one.alarm for one in verdict(runs, replace(evidence, rings=list(rings.values()))).groundless
    ] == [alarm]


def replace_end(ring: Ring) -> Ring:
    return Ring(ring.alarm, ring.start, None)


def test_a_queue_that_is_never_empty_rings_and_one_that_is_at_times_does_not() -> None:
    rings = [Ring("queue-age", at(91), at(112))]

    stuck = replace(EVIDENCE, queue=queued(range(60, 110)))
    barely = replace(EVIDENCE, queue=queued(range(60, 83)))
    often = replace(EVIDENCE, queue=queued(*(range(at, at + 2) for at in range(60, 100, 5))))
    passing = replace(EVIDENCE, queue=queued(range(60, 70), range(85, 95)))

    assert verdict(polls(), replace(stuck, rings=rings)).faultless
    assert [alarm for alarm, _ in verdict(polls(), stuck).silent] == ["queue-age"]
    # of five minutes each, one with a message counts: 23 minutes may be enough, and need not be
    assert verdict(polls(), replace(barely, rings=[Ring("queue-age", at(87), at(88))])).faultless
    assert verdict(polls(), barely).faultless
    # nor is it seen that it was empty within each
    assert verdict(polls(), replace(often, rings=[Ring("queue-age", at(87), at(101))])).faultless
    assert verdict(polls(), often).faultless
    assert verdict(polls(), passing).faultless
    assert verdict(polls(), replace(passing, rings=rings)).groundless


def test_throttles_may_ring_their_alarm_although_a_period_between_them_had_none() -> None:
    rings = ringing("write-throttles", 76, 90)

    for enough in (throttled(55, 65.2, 75), throttled(65, 66, 75), throttled(70, 71.5, 75)):
        assert verdict(enough).faultless
        assert verdict(enough, rings).faultless
    for few in (throttled(48, 65.2, 75), throttled(65, 75), throttled(73, 74, 75)):
        assert verdict(few, rings).groundless


def test_dead_letters_that_were_taken_ring_no_longer() -> None:
    runs = marked(range(60, 61), dead_lettered=at(60))
    evidence = replace(EVIDENCE, emptied=[at(100)])

    assert verdict(runs, replace(evidence, rings=[Ring("dead-letters", at(61), at(106))])).faultless
    assert verdict(runs, replace(evidence, rings=[Ring("dead-letters", at(61), None)])).groundless


@pytest.mark.parametrize("edge", NAMED)
def test_an_outage_that_lasts_rings_the_alarm_that_is_named_for_it(edge: str) -> None:
    outage = Outage("down", at(60), at(150))
    evidence = replace(EVIDENCE, outages={edge: [outage]})

    ((alarm, span),) = verdict(polls(), evidence).silent

    assert (alarm, span.start) == (NAMED[edge], outage.start)
    assert span.end <= outage.end + 20 * MINUTE


def test_an_outage_that_meets_another_one_may_ring_what_that_one_does() -> None:
    outages = {
        "timestream": [Outage("denied", at(60), at(150))],
        "sqs": [Outage("error", at(70), at(80))],
    }

    assert verdict(polls(), replace(EVIDENCE, outages=outages)).faultless


def test_the_alarms_are_those_that_the_table_of_errors_names() -> None:
    table = Path(__file__).parents[3].joinpath("docs", "operations.md").read_text("utf-8")
    rows = {
        "roadsignals": "| A source gives no observation |",
        "ndw": "| A source gives no observation |",
        "schedule": "| The poller does not run |",
        "timestream": "| AWS denies access to the store ",
        "dynamodb": "| AWS denies access to the store ",
    }

    for edge, row in rows.items():
        (line,) = (one for one in table.splitlines() if one.startswith(row))
        assert line.split("|")[4].split(",")[0].strip() == NAMED[edge]
