from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from embedded_timestream.scheduled_queries.schedule_expression import parse

SINCE = datetime(2026, 3, 1, 10, 30, tzinfo=UTC)  # a Sunday


@pytest.mark.parametrize(
    ("expression", "zone", "due"),
    [
        ("rate(1 minute)", "UTC", ["03-01T10:30", "03-01T10:31", "03-01T10:32"]),
        ("rate(2 hours)", "UTC", ["03-01T10:30", "03-01T12:30", "03-01T14:30"]),
        ("rate(1 day)", "Europe/Stockholm", ["03-01T10:30", "03-02T10:30", "03-03T10:30"]),
        ("cron(30 10 * * ? *)", "UTC", ["03-01T10:30", "03-02T10:30", "03-03T10:30"]),
        ("cron(0/15 * * * ? *)", "UTC", ["03-01T10:30", "03-01T10:45", "03-01T11:00"]),
        ("cron(0 8-9 ? * MON-FRI *)", "UTC", ["03-02T08:00", "03-02T09:00", "03-03T08:00"]),
        ("cron(5 6 1,15 JUN ? 2026-2027)", "UTC", ["06-01T06:05", "06-15T06:05"]),
        ("cron(0 12 ? * 1 *)", "UTC", ["03-01T12:00", "03-08T12:00", "03-15T12:00"]),
        ("cron(35 5 * * ? *)", "Europe/Stockholm", ["03-02T04:35", "03-03T04:35"]),
        ("at(2026-03-01T12:00:00)", "Europe/Stockholm", ["03-01T11:00"]),
    ],
)
def test_a_schedule_is_due_when_its_expression_says(
    expression: str, zone: str, due: list[str]
) -> None:
    recurrence = parse(expression, zone)

    found = [recurrence.first(SINCE)]
    while len(found) < len(due) and found[-1]:
        found.append(recurrence.after(found[-1]))

    assert [f"{time:%m-%dT%H:%M}" for time in found if time] == due


def test_a_time_that_spring_skips_is_skipped() -> None:
    # given: Stockholm goes from 2 to 3 o'clock on 29 March
    recurrence = parse("cron(30 2 * * ? *)", "Europe/Stockholm")

    due = recurrence.first(datetime(2026, 3, 28, 12, tzinfo=UTC))

    assert due == datetime(2026, 3, 30, 0, 30, tzinfo=UTC)


def test_a_time_that_autumn_repeats_is_due_once() -> None:
    # given: Stockholm goes from 3 back to 2 o'clock on 25 October
    recurrence = parse("cron(30 2 * * ? *)", "Europe/Stockholm")

    first = recurrence.first(datetime(2026, 10, 24, 12, tzinfo=UTC))
    assert first
    second = recurrence.after(first)

    assert second
    assert second - first == timedelta(hours=25)


def test_what_is_over_is_never_due() -> None:
    assert parse("at(2026-02-01T12:00:00)").first(SINCE) is None
    assert parse("cron(0 0 1 1 ? 2020)").first(SINCE) is None


@pytest.mark.parametrize(
    "expression",
    [
        "rate(0 minutes)",
        "rate(1 week)",
        "every minute",
        "cron(0 12 * * *)",
        "cron(0 12 * * * *)",
        "cron(61 12 * * ? *)",
        "cron(0 12 L * ? *)",
        "cron(0 12 ? * 6#3 *)",
        "at(tomorrow)",
    ],
)
def test_what_cannot_be_followed_exactly_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(expression)
