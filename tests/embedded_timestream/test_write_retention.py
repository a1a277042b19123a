"""Where a record goes by its age, and when a row is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.embedded_timestream.writing import DAY, HOUR, MINUTE, NOON_NS, WHERE, Given, record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAGNETIC = {
    "EnableMagneticStoreWrites": True,
    "MagneticStoreRejectedDataLocation": {
        "S3Configuration": {"BucketName": "rejected", "EncryptionOption": "SSE_S3"}
    },
}


def periods(hours: int, days: int) -> dict[str, int]:
    return {
        "MemoryStoreRetentionPeriodInHours": hours,
        "MagneticStoreRetentionPeriodInDays": days,
    }


@pytest.fixture
def open_given() -> Iterator[Callable[..., Given]]:
    opened = []

    def given(hours: int = 24, days: int = 3, *, late: bool = False) -> Given:
        one = Given(
            RetentionProperties=periods(hours, days),
            MagneticStoreWriteProperties=MAGNETIC if late else None,
        )
        opened.append(one)
        return one

    yield given
    for one in opened:
        one.store.close()


def test_a_table_keeps_6_hours_and_200_years_unless_told_otherwise() -> None:
    given = Given()

    table = given.store.call("DescribeTable", WHERE)["Table"]

    assert table["RetentionProperties"] == periods(6, 73000)
    assert table["MagneticStoreWriteProperties"] == {"EnableMagneticStoreWrites": False}
    given.store.close()


OUTSIDE_MEMORY = (
    "The record timestamp is outside the time range"
    " [2026-01-04T12:00:00.000Z, 2026-01-05T12:15:00.000Z) of the memory store."
)
OUTSIDE_BOTH = (
    "The record timestamp is outside the time range"
    " [2026-01-01T12:00:00.000Z, 2026-01-05T12:15:00.000Z) of the data ingestion window."
)
# nanoseconds from now, whether late records are taken, memory, magnetic, reason
AGES = [
    (0, False, 1, 0, None),
    (-24 * HOUR, False, 1, 0, None),
    (-24 * HOUR - 1, False, 0, 0, OUTSIDE_MEMORY),
    (-25 * HOUR, False, 0, 0, OUTSIDE_MEMORY),
    (-400 * DAY, False, 0, 0, OUTSIDE_MEMORY),
    (15 * MINUTE, False, 1, 0, None),
    (15 * MINUTE + 1, False, 0, 0, OUTSIDE_MEMORY),
    (DAY, False, 0, 0, OUTSIDE_MEMORY),
    (0, True, 1, 0, None),
    (-24 * HOUR, True, 1, 0, None),
    (-24 * HOUR - 1, True, 0, 1, None),
    (-3 * DAY, True, 0, 1, None),
    (-4 * DAY, True, 0, 1, None),
    (-4 * DAY - 1, True, 0, 0, OUTSIDE_BOTH),
    (-400 * DAY, True, 0, 0, OUTSIDE_BOTH),
    (15 * MINUTE, True, 1, 0, None),
    (15 * MINUTE + 1, True, 0, 0, OUTSIDE_BOTH),
]


@pytest.mark.parametrize(("age", "late", "memory", "magnetic", "reason"), AGES)
def test_the_age_of_a_record_decides_where_it_goes(  # noqa: PLR0913 - a row of the table above
    open_given: Callable[..., Given],
    age: int,
    memory: int,
    magnetic: int,
    reason: str | None,
    *,
    late: bool,
) -> None:
    given = open_given(late=late)

    if reason is None:
        ingested = given.write(record(at=NOON_NS + age))
        assert ingested == {"Total": 1, "MemoryStore": memory, "MagneticStore": magnetic}
    else:
        rejected = given.rejected(record(at=NOON_NS + age))
        assert rejected == [{"RecordIndex": 0, "Reason": reason}]
    assert len(given.rows()) == memory + magnetic


def test_ingested_records_are_counted_for_each_store(open_given: Callable[..., Given]) -> None:
    given = open_given(late=True)

    ingested = given.write(*(record(at=NOON_NS - hours * HOUR) for hours in (1, 2, 25, 26, 27)))

    assert ingested == {"Total": 5, "MemoryStore": 2, "MagneticStore": 3}


def test_a_row_ages_out_after_both_stores(open_given: Callable[..., Given]) -> None:
    given = open_given(hours=1, days=1)
    given.write(record(at=NOON_NS), record(at=NOON_NS + MINUTE))

    given.clock.now = NOON_NS + HOUR + DAY
    assert len(given.rows()) == 2
    given.clock.now += 1
    assert len(given.rows()) == 1
    given.clock.now += MINUTE
    assert given.rows() == []
    assert given.columns() != []  # a column once written stays


def test_what_has_aged_out_leaves_the_memory_of_the_computer_too(
    open_given: Callable[..., Given],
) -> None:
    given = open_given(hours=1, days=1)
    for day in range(5):
        given.clock.now = NOON_NS + day * DAY
        given.write(record(at=given.clock.now))
        given.rows()

    kept = given.store.cursor().execute("SELECT count(*) FROM kept.t1").fetchall()

    assert kept[0][0] <= 3


def test_a_longer_retention_brings_nothing_back(open_given: Callable[..., Given]) -> None:
    given = open_given(hours=1, days=1, late=True)
    given.write(record("Open", at=NOON_NS - 24 * HOUR))
    assert len(given.rows()) == 1
    given.clock.now += 2 * HOUR

    update(given, hours=1, days=30)

    assert given.rows() == []
    given.write(record("Closed", at=NOON_NS - 24 * HOUR))
    assert [row[-1] for row in given.rows()] == ["Closed"]


def update(given: Given, hours: int, days: int) -> dict[str, Any]:
    request = {**WHERE, "RetentionProperties": periods(hours, days)}
    table: dict[str, Any] = given.store.call("UpdateTable", request)["Table"]
    return table


def test_an_enlarged_memory_store_takes_old_records_only_once_it_has_filled(
    open_given: Callable[..., Given],
) -> None:
    given = open_given(hours=2)
    update(given, hours=24, days=3)

    assert given.rejected(record(at=NOON_NS - 3 * HOUR)) != []
    given.write(record(at=NOON_NS - 2 * HOUR))
    given.clock.now += 5 * HOUR
    assert given.rejected(record(at=NOON_NS - 2 * HOUR - 1)) != []
    given.write(record("Closed", at=NOON_NS - 2 * HOUR, Version=2))


def test_a_shortened_memory_store_sends_older_records_to_the_magnetic_store(
    open_given: Callable[..., Given],
) -> None:
    given = open_given(hours=24, late=True)
    update(given, hours=2, days=3)

    ingested = given.write(record(at=NOON_NS - HOUR), record(at=NOON_NS - 3 * HOUR))

    assert ingested == {"Total": 2, "MemoryStore": 1, "MagneticStore": 1}


def test_a_shortened_retention_hides_older_rows_at_once(open_given: Callable[..., Given]) -> None:
    given = open_given(hours=24, days=30, late=True)
    given.write(record(at=NOON_NS - 10 * DAY), record(at=NOON_NS))

    update(given, hours=1, days=1)

    assert [row[1] for row in given.rows()] == [NOON_NS]


def test_magnetic_writes_can_be_switched_on_and_off(open_given: Callable[..., Given]) -> None:
    given = open_given()
    late = record(at=NOON_NS - 2 * DAY)

    assert given.rejected(late) != []
    given.store.call("UpdateTable", {**WHERE, "MagneticStoreWriteProperties": MAGNETIC})
    assert given.write(late)["MagneticStore"] == 1
    off = {"EnableMagneticStoreWrites": False}
    given.store.call("UpdateTable", {**WHERE, "MagneticStoreWriteProperties": off})
    assert given.rejected({**late, "Version": 2}) != []
