from datetime import UTC, datetime, timedelta, timezone

import pytest

from lambdas.observation import Observation, Status


def test_the_time_is_kept_in_utc_and_whole_milliseconds() -> None:
    # given a time in Gothenburg's summer, with microseconds
    time = datetime(2026, 7, 1, 14, 0, 0, 123_999, timezone(timedelta(hours=2)))

    observation = Observation("Hisingsbron", Status.OPEN, time)

    assert observation.time == datetime(2026, 7, 1, 12, 0, 0, 123_000, UTC)
    assert observation.time.tzinfo is UTC


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="timezone-aware"):
        Observation("Hisingsbron", Status.OPEN, datetime(2026, 7, 1, 12))  # noqa: DTZ001 - the point
