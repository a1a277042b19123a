"""Same dimensions, measure name and time: which record holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.embedded_timestream.writing import NOON_NS, SECOND, Given, dimensions, multi, record

if TYPE_CHECKING:
    from collections.abc import Iterator

SAME = (
    "A record already exists with the same time, dimensions, measure name, and record version."
    " A higher record version must be specified in order to update the measure value."
    " Specifying record version is supported by the latest SDKs."
)


def lower(version: int, existing: int) -> str:
    return (
        f"The record version {version} is lower than the existing version {existing}."
        " A higher version is required to update the measure value."
    )


@pytest.fixture
def given() -> Iterator[Given]:
    given = Given()
    yield given
    given.store.close()


# existing (value, version), written (value, version), reason if rejected, what then holds
VERSIONS = [
    (("Open", None), ("Open", None), None, "Open"),
    (("Open", None), ("Open", 1), None, "Open"),
    (("Open", 5), ("Open", 5), None, "Open"),
    (("Open", None), ("Open", 2), None, "Open"),
    (("Open", None), ("Closed", 2), None, "Closed"),
    (("Open", 5), ("Closed", 6), None, "Closed"),
    (("Open", 5), ("Closed", 2**63 - 1), None, "Closed"),
    (("Open", None), ("Closed", None), SAME, "Open"),
    (("Open", 5), ("Closed", 5), SAME, "Open"),
    (("Open", 5), ("Closed", 4), lower(4, 5), "Open"),
    (("Open", 5), ("Closed", None), lower(1, 5), "Open"),
    (("Open", 5), ("Open", 4), lower(4, 5), "Open"),
]


@pytest.mark.parametrize("flushed", [False, True], ids=["waiting", "flushed"])
@pytest.mark.parametrize(("existing", "written", "reason", "holds"), VERSIONS)
def test_the_version_decides_which_value_holds(  # noqa: PLR0913 - a row of the table above
    given: Given,
    existing: tuple[str, int | None],
    written: tuple[str, int | None],
    reason: str | None,
    holds: str,
    *,
    flushed: bool,
) -> None:
    given.write(versioned(*existing))
    if flushed:
        given.store.flush()

    rejected = given.rejected(versioned(*written))

    expected = {"RecordIndex": 0, "Reason": reason, "ExistingVersion": existing[1] or 1}
    assert rejected == ([] if reason is None else [expected])
    assert given.rows() == [("Hisingsbron", NOON_NS, holds)]


def versioned(value: str, version: int | None) -> dict[str, Any]:
    return record(value) if version is None else record(value, Version=version)


@pytest.mark.parametrize("flushed", [False, True], ids=["waiting", "flushed"])
def test_a_higher_version_with_the_same_value_raises_the_version(
    given: Given, *, flushed: bool
) -> None:
    given.write(record())
    if flushed:
        given.store.flush()
    given.write(record(Version=7))

    rejected = given.rejected(record("Closed", Version=6))

    assert rejected[0]["ExistingVersion"] == 7


@pytest.mark.parametrize(
    "other",
    [
        {"at": NOON_NS + 1},
        {"name": "Jordfallsbron"},
        {"Dimensions": dimensions(city="Malmö")},
        {"Dimensions": dimensions(city="Gothenburg", country="Sweden")},
        {"Dimensions": dimensions(country="Sweden")},
    ],
    ids=["time", "measure name", "dimension's value", "one dimension more", "another dimension"],
)
def test_records_that_differ_in_their_key_stand_side_by_side(
    given: Given, other: dict[str, Any]
) -> None:
    given.write(record(Dimensions=dimensions(city="Gothenburg")))

    given.write(record("Closed", **{"Dimensions": dimensions(city="Gothenburg"), **other}))

    assert sorted(row[-1] for row in given.rows()) == ["Closed", "Open"]


def test_the_order_of_dimensions_does_not_matter(given: Given) -> None:
    pairs = dimensions(city="Gothenburg", country="Sweden")
    given.write(record(Dimensions=pairs))

    rejected = given.rejected(record("Closed", Dimensions=pairs[::-1]))

    assert rejected[0]["Reason"] == SAME


def test_records_of_one_call_are_taken_in_their_order(given: Given) -> None:
    rejected = given.rejected(
        record("Open", Version=1),
        record("Closed", Version=3),
        record("Open", Version=2),
        record("Closed", Version=3),
    )

    assert [(r["RecordIndex"], r["ExistingVersion"]) for r in rejected] == [(2, 3)]
    assert given.rows() == [("Hisingsbron", NOON_NS, "Closed")]


def test_a_new_version_of_a_multi_replaces_all_its_values(given: Given) -> None:
    given.write(record(multi(status=("VARCHAR", "Open"), cars=("BIGINT", "3")), "MULTI"))
    given.store.flush()

    given.write(record(multi(status=("VARCHAR", "Closed")), "MULTI", Version=2))

    assert given.rows() == [("Hisingsbron", NOON_NS, "Closed", None)]


@pytest.mark.parametrize("flushed", [False, True], ids=["waiting", "flushed"])
def test_a_multi_is_the_same_whatever_the_order_of_its_values(
    given: Given, *, flushed: bool
) -> None:
    values = multi(
        status=("VARCHAR", "Open"),
        cars=("BIGINT", "3"),
        wind=("DOUBLE", "0.1"),
        lit=("BOOLEAN", "false"),
        opened=("TIMESTAMP", "123456789"),
    )
    given.write(record(values, "MULTI"))
    if flushed:
        given.store.flush()

    assert given.rejected(record(values[::-1], "MULTI")) == []
    assert given.rejected(record(values[1:], "MULTI"))[0]["Reason"] == SAME


def test_a_retry_of_a_call_that_was_stored_in_part_stores_nothing_twice(given: Given) -> None:
    given.write(record())
    batch = [record("Closed"), record(at=NOON_NS + 1)]

    first = given.rejected(*batch)
    given.store.flush()
    second = given.rejected(*batch)

    assert first == second
    assert len(given.rows()) == 2


def test_history_may_be_written_in_any_order(given: Given) -> None:
    times = [NOON_NS - i * SECOND for i in range(3000)]
    for start in range(0, 3000, 100):
        given.write(*(record(at=at) for at in times[start : start + 100]))
    given.store.flush()

    assert given.rejected(record("Closed", at=times[1234]))[0]["Reason"] == SAME
    given.write(record("Closed", at=times[2999], Version=2))
    assert [row[1] for row in given.rows()] == times[::-1]
    assert given.rows()[0] == ("Hisingsbron", times[2999], "Closed")
