"""What one WriteRecords call may say: tables of records, and what the service makes of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from embedded_timestream.errors import ValidationException
from tests.embedded_timestream.writing import NOON_NS, Given, dimensions, multi, record

if TYPE_CHECKING:
    from collections.abc import Iterator

GOTHENBURG = dimensions(city="Gothenburg")


@pytest.fixture
def given() -> Iterator[Given]:
    given = Given()
    yield given
    given.store.close()


TAKEN = [
    # type, text, what is stored
    ("VARCHAR", "Open", "Open"),
    ("VARCHAR", " ", " "),
    ("VARCHAR", "Älvsborgsbron 🌉", "Älvsborgsbron 🌉"),
    ("VARCHAR", 'it\'s "quoted"; DROP TABLE t1', 'it\'s "quoted"; DROP TABLE t1'),
    ("VARCHAR", "x" * 1900, "x" * 1900),
    ("VARCHAR", "null", "null"),
    ("BIGINT", "0", 0),
    ("BIGINT", "-1", -1),
    ("BIGINT", "+7", 7),
    ("BIGINT", "007", 7),
    ("BIGINT", "9223372036854775807", 2**63 - 1),
    ("BIGINT", "-9223372036854775808", -(2**63)),
    ("DOUBLE", "0", 0.0),
    ("DOUBLE", "1", 1.0),
    ("DOUBLE", "-0.5", -0.5),
    ("DOUBLE", ".5", 0.5),
    ("DOUBLE", "5.", 5.0),
    ("DOUBLE", "1e3", 1000.0),
    ("DOUBLE", "1E-3", 0.001),
    ("DOUBLE", "0.1", 0.1),
    ("DOUBLE", "1.7976931348623157e308", 1.7976931348623157e308),
    ("DOUBLE", "5e-324", 5e-324),
    ("DOUBLE", "123456789012345678901234567890", 1.2345678901234568e29),
    ("BOOLEAN", "true", True),
    ("BOOLEAN", "false", False),
    ("BOOLEAN", "TRUE", True),
    ("BOOLEAN", "False", False),
]


@pytest.mark.parametrize(("kind", "text", "stored"), TAKEN)
def test_a_single_value_is_stored_as_its_type(
    given: Given, kind: str, text: str, stored: object
) -> None:
    given.write(record(text, kind))

    assert given.rows() == [("Hisingsbron", NOON_NS, stored)]
    assert given.columns()[-1] == f"measure_value::{kind.lower()} {kind.lower()}"


@pytest.mark.parametrize(
    ("kind", "text", "stored"), [*TAKEN, ("TIMESTAMP", "1", 1), ("TIMESTAMP", "0", 0)]
)
def test_a_value_of_a_multi_is_stored_as_its_type(
    given: Given, kind: str, text: str, stored: object
) -> None:
    given.write(record(multi(seen=(kind, text)), "MULTI"))

    assert given.rows() == [("Hisingsbron", NOON_NS, stored)]
    assert given.columns() == [
        "measure_name varchar",
        "time timestamp",
        f"seen {kind.lower()}",
    ]


UNREADABLE = [
    ("BIGINT", "1.0"),
    ("BIGINT", "1e3"),
    ("BIGINT", "one"),
    ("BIGINT", " 1"),
    ("BIGINT", "1_000"),
    ("BIGINT", "١"),  # noqa: RUF001 - a digit, but not one of the API's
    ("BIGINT", "9223372036854775808"),
    ("BIGINT", "-9223372036854775809"),
    ("DOUBLE", "NaN"),
    ("DOUBLE", "Infinity"),
    ("DOUBLE", "-inf"),
    ("DOUBLE", "1e309"),
    ("DOUBLE", "1,5"),
    ("DOUBLE", "1_0.0"),
    ("DOUBLE", "0x10"),
    ("DOUBLE", "."),
    ("DOUBLE", "Open"),
    ("BOOLEAN", "1"),
    ("BOOLEAN", "yes"),
    ("BOOLEAN", " true"),
]


@pytest.mark.parametrize(("kind", "text"), UNREADABLE)
@pytest.mark.parametrize("as_multi", [False, True])
def test_a_value_that_is_not_of_its_type_is_rejected_alone(
    given: Given, kind: str, text: str, *, as_multi: bool
) -> None:
    wrong = record(multi(seen=(kind, text)), "MULTI") if as_multi else record(text, kind)

    rejected = given.rejected(wrong, record(name="Jordfallsbron"))

    assert rejected == [
        {"RecordIndex": 0, "Reason": f"The measure value '{text}' is not a valid {kind}."}
    ]
    assert [row[0] for row in given.rows()] == ["Jordfallsbron"]


@pytest.mark.parametrize(
    ("unit", "time", "nanoseconds"),
    [
        ("SECONDS", NOON_NS // 10**9, NOON_NS),
        ("MILLISECONDS", NOON_NS // 10**6 + 1, NOON_NS + 10**6),
        ("MICROSECONDS", NOON_NS // 10**3 + 1, NOON_NS + 10**3),
        ("NANOSECONDS", NOON_NS + 1, NOON_NS + 1),
        ("NANOSECONDS", NOON_NS + 999_999_999, NOON_NS + 999_999_999),
        (None, NOON_NS // 10**6 + 7, NOON_NS + 7 * 10**6),
    ],
)
def test_every_unit_of_time_is_kept_to_the_nanosecond(
    given: Given, unit: str | None, time: int, nanoseconds: int
) -> None:
    one = record(Time=str(time), TimeUnit=unit)
    if unit is None:
        del one["TimeUnit"]

    given.write(one)

    assert given.rows() == [("Hisingsbron", nanoseconds, "Open")]


def test_a_timestamp_of_a_multi_is_in_the_unit_of_its_record(given: Given) -> None:
    given.write(
        record(
            multi(opened=("TIMESTAMP", "1767614400")),
            "MULTI",
            Time=str(NOON_NS // 10**9),
            TimeUnit="SECONDS",
        )
    )

    assert given.rows() == [("Hisingsbron", NOON_NS, 1767614400 * 10**9)]


def test_a_type_that_is_not_said_is_double(given: Given) -> None:
    one = record("1.5")
    del one["MeasureValueType"]

    given.write(one)

    assert given.columns()[-1] == "measure_value::double double"


def without(member: str) -> dict[str, Any]:
    one = record()
    del one[member]
    return one


MALFORMED = {
    "no records": ([], {}, "between 1 and 100"),
    "101 records": ([record(at=NOON_NS + i) for i in range(101)], {}, "between 1 and 100"),
    "no measure name": ([without("MeasureName")], {}, "records.1.member.measureName"),
    "empty measure name": ([record(MeasureName="")], {}, "records.1.member.measureName"),
    "no time": ([without("Time")], {}, "Invalid time for record."),
    "empty time": ([record(Time="")], {}, "Invalid time for record."),
    "a time with a fraction": ([record(Time="1.5")], {}, "Invalid time for record."),
    "a negative time": ([record(Time="-1")], {}, "Invalid time for record."),
    "a time after 2262": ([record(Time=str(2**63))], {}, "Invalid time for record."),
    "an unknown unit": ([record(TimeUnit="MINUTES")], {}, "timeUnit"),
    "no dimension": (
        [record(Dimensions=[])],
        {},
        "At least one dimension is required for a record.",
    ),
    "version 0": ([record(Version=0)], {}, "greater than or equal to 1"),
    "version -1": ([record(Version=-1)], {}, "greater than or equal to 1"),
    "no value": ([without("MeasureValue")], {}, "measureValue' failed"),
    "an empty value": ([record("")], {}, "greater than or equal to 1"),
    "a value of 2049 characters": ([record("x" * 2049)], {}, "less than or equal to 2048"),
    "an unknown type": ([record(kind="INTEGER")], {}, "enum value set"),
    "a lone timestamp": ([record("1", "TIMESTAMP")], {}, "TIMESTAMP is an invalid measure value"),
    "a MULTI with one value": ([record("1", "MULTI")], {}, "not allowed for type MULTI"),
    "a MULTI without values": ([record([], "MULTI")], {}, "measureValues"),
    "values without MULTI": (
        [record(MeasureValues=multi(a=("BIGINT", "1")))],
        {},
        "only allowed for type MULTI",
    ),
    "a MULTI within a MULTI": ([record(multi(a=("MULTI", "1")), "MULTI")], {}, "MULTI is an inval"),
    "a MULTI with a name twice": (
        [record(multi(a=("BIGINT", "1")) * 2, "MULTI")],
        {},
        "Duplicate measure name",
    ),
    "an empty value in a MULTI": (
        [record(multi(a=("VARCHAR", "")), "MULTI")],
        {},
        "greater than or equal to 1",
    ),
    "a dimension twice": ([record(Dimensions=GOTHENBURG * 2)], {}, "may not overlap"),
    "a dimension in both": (
        [record(Dimensions=GOTHENBURG)],
        {"Dimensions": GOTHENBURG},
        "may not overlap",
    ),
    "a dimension with two values": (
        [record(Dimensions=GOTHENBURG)],
        {"Dimensions": dimensions(city="Malmö")},
        "may not overlap",
    ),
    "a dimension without value": ([record(Dimensions=[{"Name": "city"}])], {}, "dimensions"),
    "a dimension without name": ([record(Dimensions=[{"Value": "city"}])], {}, "dimensions"),
    "a second record that is malformed": ([record(), record("")], {}, "records.2.member"),
}


@pytest.mark.parametrize(("records", "common", "message"), MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_call_is_refused_as_a_whole(
    given: Given, records: list[dict[str, Any]], common: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationException, match=re.escape(message)):
        given.write(*records, **common)

    assert given.rows() == []


@pytest.mark.parametrize(
    "name",
    ["time", "measure_value", "measure_name", "measure_name2", "ts_x", "ts_non_existent_col"],
)
def test_a_reserved_name_is_refused(given: Given, name: str) -> None:
    with pytest.raises(ValidationException, match="is reserved"):
        given.write(record(Dimensions=dimensions(**{name: "x"})))
    with pytest.raises(ValidationException, match="is reserved"):
        given.write(record(multi(**{name: ("BIGINT", "1")}), "MULTI"))


@pytest.mark.parametrize("name", ["Time_", "tsx", "value", "measure", "a b", 'a"b', "å", "select"])
def test_any_other_name_is_a_column(given: Given, name: str) -> None:
    given.write(record(Dimensions=dimensions(**{name: "x"})))

    assert given.columns()[0] == f"{name} varchar"
    assert [row[0] for row in _quoted_rows(given)] == ["x"]


def _quoted_rows(given: Given) -> list[tuple[Any, ...]]:
    table = given.store.table("bridges", "status")
    assert table is not None
    return given.store.cursor().execute(f"FROM {table.relation()}").fetchall()


def test_a_dimension_name_has_no_colon(given: Given) -> None:
    with pytest.raises(ValidationException, match="colon"):
        given.write(record(Dimensions=dimensions(**{"a:b": "x"})))


LIMITS = {
    "a measure name of 256 bytes": (record(name="x" * 256), None),
    "a measure name of 257 bytes": (record(name="x" * 257), "longer than 256 bytes"),
    "a measure name of 129 letters of two bytes": (record(name="å" * 129), "longer than 256 bytes"),
    "a dimension name of 60 bytes": (record(Dimensions=dimensions(**{"x" * 60: "y"})), None),
    "a dimension name of 61 bytes": (
        record(Dimensions=dimensions(**{"x" * 61: "y"})),
        "longer than 60 bytes",
    ),
    "128 dimensions": (record(Dimensions=dimensions(**{f"d{i}": "x" for i in range(128)})), None),
    "129 dimensions": (
        record(Dimensions=dimensions(**{f"d{i}": "x" for i in range(129)})),
        "more than 128 dimensions",
    ),
    "256 measures": (
        record(multi(**{f"m{i}": ("BOOLEAN", "true") for i in range(256)}), "MULTI"),
        None,
    ),
    "257 measures": (
        record(multi(**{f"m{i}": ("BOOLEAN", "true") for i in range(257)}), "MULTI"),
        "the maximum is 256",
    ),
    "a record of 2048 bytes": (
        record("x" * (2048 - 11 - 8 - 14), Dimensions=GOTHENBURG),
        None,
    ),
    "a record of 2049 bytes": (
        record("x" * (2049 - 11 - 8 - 14), Dimensions=GOTHENBURG),
        "larger than 2048 bytes",
    ),
}


@pytest.mark.parametrize(("one", "reason"), LIMITS.values(), ids=LIMITS.keys())
def test_what_breaks_a_limit_is_rejected_alone(
    given: Given, one: dict[str, Any], reason: str | None
) -> None:
    # With a dimension of its own, 128 would be 129.
    shared = {"Dimensions": one["Dimensions"][:1]} if len(one["Dimensions"]) == 128 else {}
    rejected = given.rejected(one, record(name="another", **shared))

    if reason is None:
        assert rejected == []
    else:
        assert [r["RecordIndex"] for r in rejected] == [0]
        assert reason in rejected[0]["Reason"]
    assert len(given.rows()) == (2 if reason is None else 1)


def test_a_table_has_at_most_128_dimensions_over_all_its_records(given: Given) -> None:
    for start in (0, 64):
        names = {f"d{i}": "x" for i in range(start, start + 64)}
        given.write(record(Dimensions=dimensions(**names)))

    rejected = given.rejected(record(Dimensions=dimensions(d128="x")))

    assert "more than 128 dimensions" in rejected[0]["Reason"]


def test_a_table_has_at_most_1024_multi_measures(given: Given) -> None:
    for start in range(0, 1024, 256):
        names = {f"m{i}": ("BOOLEAN", "true") for i in range(start, start + 256)}
        given.write(record(multi(**names), "MULTI", name=f"measures from {start}"))

    rejected = given.rejected(record(multi(one_more=("BOOLEAN", "true")), "MULTI"))

    assert "more than 1024 measures" in rejected[0]["Reason"]


def test_a_table_has_at_most_8192_measure_names(given: Given) -> None:
    for start in range(0, 8192, 64):
        given.write(*(record(name=f"bridge {i}") for i in range(start, start + 64)))

    rejected = given.rejected(record(name="one more"), record("Closed", name="bridge 0", Version=2))

    assert [r["RecordIndex"] for r in rejected] == [0]
    assert "8192 measure names" in rejected[0]["Reason"]


COMMON = {
    "nothing of its own": ({}, ("Gothenburg", "Hisingsbron", NOON_NS, "Open")),
    "its own measure name": ({"MeasureName": "x"}, ("Gothenburg", "x", NOON_NS, "Open")),
    "its own value": ({"MeasureValue": "x"}, ("Gothenburg", "Hisingsbron", NOON_NS, "x")),
    "its own time": (
        {"Time": str(NOON_NS - 1)},
        ("Gothenburg", "Hisingsbron", NOON_NS - 1, "Open"),
    ),
    "its own unit and time": (
        {"Time": str(NOON_NS // 10**9), "TimeUnit": "SECONDS"},
        ("Gothenburg", "Hisingsbron", NOON_NS, "Open"),
    ),
    "its own version": ({"Version": 9}, ("Gothenburg", "Hisingsbron", NOON_NS, "Open")),
}


@pytest.mark.parametrize(("own", "row"), COMMON.values(), ids=COMMON.keys())
def test_what_a_record_does_not_say_is_in_the_common_attributes(
    given: Given, own: dict[str, Any], row: tuple[Any, ...]
) -> None:
    given.write(own, **record(Dimensions=GOTHENBURG))

    assert given.rows() == [row]


def test_dimensions_of_a_record_and_common_ones_are_merged(given: Given) -> None:
    given.write(record(Dimensions=dimensions(country="Sweden")), Dimensions=GOTHENBURG)

    assert given.columns()[:2] == ["city varchar", "country varchar"]
    assert given.rows() == [("Gothenburg", "Sweden", "Hisingsbron", NOON_NS, "Open")]


def test_measures_of_a_record_and_common_ones_are_merged(given: Given) -> None:
    common = record(multi(status=("VARCHAR", "Open")), "MULTI")
    given.write({"MeasureValues": multi(cars=("BIGINT", "3"))}, **common)

    assert given.rows() == [("Hisingsbron", NOON_NS, "Open", 3)]


def test_a_dimension_without_text_is_a_value(given: Given) -> None:
    given.write(record(Dimensions=dimensions(city="")), record(at=NOON_NS + 1))

    assert [row[0] for row in given.rows()] == ["", None]


CLASHES = {
    "a measure of another type": (
        record("1.5", "DOUBLE"),
        "The measure 'Hisingsbron' is of type VARCHAR; it cannot be written as DOUBLE.",
    ),
    "a measure that becomes a MULTI": (
        record(multi(a=("BIGINT", "1")), "MULTI"),
        "The measure 'Hisingsbron' is of type VARCHAR; it cannot be written as MULTI.",
    ),
    "a multi-measure of another type": (
        record(multi(cars=("DOUBLE", "1")), "MULTI", name="counts"),
        "The measure 'cars' is of type BIGINT; it cannot be written as DOUBLE.",
    ),
    "a multi-measure of another type under another name": (
        record(multi(cars=("VARCHAR", "1")), "MULTI", name="more counts"),
        "The measure 'cars' is of type BIGINT; it cannot be written as VARCHAR.",
    ),
    "a multi-measure called as a dimension": (
        record(multi(city=("VARCHAR", "1")), "MULTI", name="counts"),
        "'city' cannot be both a dimension and a measure.",
    ),
    "a dimension called as a multi-measure": (
        record(name="x", Dimensions=dimensions(cars="1")),
        "'cars' cannot be both a dimension and a measure.",
    ),
}


@pytest.mark.parametrize(("one", "reason"), CLASHES.values(), ids=CLASHES.keys())
def test_what_does_not_fit_the_columns_is_rejected_and_adds_none(
    given: Given, one: dict[str, Any], reason: str
) -> None:
    given.write(
        record(Dimensions=GOTHENBURG),
        record(multi(cars=("BIGINT", "3")), "MULTI", name="counts", Dimensions=GOTHENBURG),
    )
    before = given.columns()

    rejected = given.rejected({**one, "Time": str(NOON_NS + 1)})

    assert rejected == [{"RecordIndex": 0, "Reason": reason}]
    assert given.columns() == before
    assert len(given.rows()) == 2


def test_columns_stand_in_the_order_of_their_first_writing(given: Given) -> None:
    given.write(record("1", "BIGINT", name="cars"))
    given.write(record(Dimensions=dimensions(zone="1", city="Gothenburg")))
    given.write(record(multi(b=("BIGINT", "1"), a=("TIMESTAMP", "1")), "MULTI", name="both"))

    assert given.columns() == [
        "city varchar",
        "zone varchar",
        "measure_name varchar",
        "time timestamp",
        "measure_value::bigint bigint",
        "measure_value::varchar varchar",
        "b bigint",
        "a timestamp",
    ]


def test_a_table_without_records_has_no_columns_and_no_rows(given: Given) -> None:
    assert given.columns() == []
    assert given.rows() == []
