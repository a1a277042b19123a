"""The calls on databases, tables and tags."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from embedded_timestream.errors import (
    ConflictException,
    ResourceNotFoundException,
    ServiceQuotaExceededException,
    ValidationException,
)
from embedded_timestream.write.store import Store
from tests.embedded_timestream.writing import (
    NOON_NS,
    SECOND,
    WHERE,
    Given,
    StoppedClock,
    dimensions,
    record,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Call = Callable[..., dict[str, Any]]

NOON_SECONDS = NOON_NS / SECOND
ARN = "arn:aws:timestream:us-east-1:123456789012:database/bridges"


@pytest.fixture
def store() -> Iterator[Store]:
    store = Store(StoppedClock())
    yield store
    store.close()


@pytest.fixture
def call(store: Store) -> Call:
    return lambda operation, **request: store.call(operation, request)


def test_a_new_database_is_described_as_it_was_answered(call: Call) -> None:
    created = call("CreateDatabase", DatabaseName="bridges")

    assert created == call("DescribeDatabase", DatabaseName="bridges")
    assert created["Database"] == {
        "Arn": ARN,
        "DatabaseName": "bridges",
        "TableCount": 0,
        "KmsKeyId": "arn:aws:kms:us-east-1:123456789012:key/timestream-default",
        "CreationTime": NOON_SECONDS,
        "LastUpdatedTime": NOON_SECONDS,
    }


def test_a_new_table_is_described_as_it_was_answered(call: Call) -> None:
    call("CreateDatabase", DatabaseName="bridges")

    created = call("CreateTable", **WHERE)

    assert created == call("DescribeTable", **WHERE)
    assert created["Table"] == {
        "Arn": f"{ARN}/table/status",
        "TableName": "status",
        "DatabaseName": "bridges",
        "TableStatus": "ACTIVE",
        "RetentionProperties": {
            "MemoryStoreRetentionPeriodInHours": 6,
            "MagneticStoreRetentionPeriodInDays": 73000,
        },
        "MagneticStoreWriteProperties": {"EnableMagneticStoreWrites": False},
        "Schema": {"CompositePartitionKey": [{"Type": "MEASURE"}]},
        "CreationTime": NOON_SECONDS,
        "LastUpdatedTime": NOON_SECONDS,
    }
    assert call("DescribeDatabase", DatabaseName="bridges")["Database"]["TableCount"] == 1


def test_an_update_changes_what_it_names_and_the_time_of_the_update(
    store: Store, call: Call
) -> None:
    call("CreateDatabase", DatabaseName="bridges", KmsKeyId="alias/one")
    assert isinstance(store.clock, StoppedClock)
    store.clock.now += SECOND

    updated = call("UpdateDatabase", DatabaseName="bridges", KmsKeyId="alias/two")["Database"]

    assert updated["KmsKeyId"] == "alias/two"
    assert updated["CreationTime"] == NOON_SECONDS
    assert updated["LastUpdatedTime"] == NOON_SECONDS + 1


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("abc", True),
        ("a.b-c_9", True),
        ("A" * 256, True),
        ("ab", False),
        ("A" * 257, False),
        ("a b c", False),
        ("å" * 3, False),
        ("a/b", False),
        ("", False),
        (None, False),
    ],
)
@pytest.mark.parametrize("what", ["Database", "Table"])
def test_a_name_has_3_to_256_letters_digits_dots_dashes_and_underscores(
    call: Call, name: str | None, what: str, *, taken: bool
) -> None:
    call("CreateDatabase", DatabaseName="bridges")
    request = {"DatabaseName": "bridges", f"{what}Name": name}

    if taken:
        assert call(f"Create{what}", **request)[what][f"{what}Name"] == name
    else:
        with pytest.raises(ValidationException, match=f"at '{what.lower()}Name' failed to satisfy"):
            call(f"Create{what}", **request)


def test_names_are_case_sensitive(call: Call) -> None:
    call("CreateDatabase", DatabaseName="bridges")
    call("CreateDatabase", DatabaseName="Bridges")

    with pytest.raises(ResourceNotFoundException):
        call("DescribeDatabase", DatabaseName="BRIDGES")


def test_what_exists_cannot_be_created_again(call: Call) -> None:
    call("CreateDatabase", DatabaseName="bridges")
    call("CreateTable", **WHERE)

    with pytest.raises(ConflictException, match="already exists"):
        call("CreateDatabase", DatabaseName="bridges")
    with pytest.raises(ConflictException, match="already exists"):
        call("CreateTable", **WHERE)


NO_DATABASE = {"DatabaseName": "no_such", "TableName": "status"}
NO_TABLE = {"DatabaseName": "bridges", "TableName": "no_such"}
RECORDS = {"Records": [record()]}


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("DescribeDatabase", NO_DATABASE),
        ("UpdateDatabase", {**NO_DATABASE, "KmsKeyId": "alias/key"}),
        ("DeleteDatabase", NO_DATABASE),
        ("ListTables", NO_DATABASE),
        ("CreateTable", NO_DATABASE),
        ("DescribeTable", NO_DATABASE),
        ("DescribeTable", NO_TABLE),
        ("UpdateTable", NO_DATABASE),
        ("UpdateTable", NO_TABLE),
        ("DeleteTable", NO_DATABASE),
        ("DeleteTable", NO_TABLE),
        ("WriteRecords", {**NO_DATABASE, **RECORDS}),
        ("WriteRecords", {**NO_TABLE, **RECORDS}),
        ("ListTagsForResource", {"ResourceARN": ARN + "_"}),
        ("TagResource", {"ResourceARN": ARN + "_", "Tags": []}),
        ("UntagResource", {"ResourceARN": ARN + "_", "TagKeys": []}),
    ],
)
def test_what_does_not_exist_is_not_found(
    call: Call, operation: str, request_: dict[str, Any]
) -> None:
    call("CreateDatabase", DatabaseName="bridges")

    with pytest.raises(ResourceNotFoundException, match="does not exist"):
        call(operation, **request_)


def test_a_database_is_deleted_after_its_tables(call: Call) -> None:
    call("CreateDatabase", DatabaseName="bridges")
    call("CreateTable", **WHERE)

    with pytest.raises(ValidationException, match="has tables"):
        call("DeleteDatabase", DatabaseName="bridges")
    call("DeleteTable", **WHERE)
    call("DeleteDatabase", DatabaseName="bridges")

    assert call("ListDatabases") == {"Databases": []}


@pytest.mark.parametrize("read_before", [False, True])
def test_a_table_created_again_is_empty(*, read_before: bool) -> None:
    given = Given()
    given.write(record())
    if read_before:
        assert len(given.rows()) == 1

    given.store.call("DeleteTable", WHERE)
    given.store.call("CreateTable", WHERE)

    assert given.columns() == []
    given.write(record("1", "BIGINT"))
    assert given.rows() == [("Hisingsbron", NOON_NS, 1)]
    given.store.close()


def test_tables_of_one_name_in_two_databases_are_two() -> None:
    given = Given()
    given.store.call("CreateDatabase", {"DatabaseName": "other"})
    given.store.call("CreateTable", {**WHERE, "DatabaseName": "other"})

    given.write(record())

    other = given.store.table("other", "status")
    assert other is not None
    assert other.columns() == []
    given.store.close()


@pytest.mark.parametrize(
    ("periods", "taken"),
    [
        ((1, 1), True),
        ((8766, 73000), True),
        ((0, 1), False),
        ((8767, 1), False),
        ((1, 0), False),
        ((1, 73001), False),
        ((None, 1), False),
        ((1, None), False),
    ],
)
def test_retention_has_its_limits(
    call: Call, periods: tuple[int | None, int | None], *, taken: bool
) -> None:
    call("CreateDatabase", DatabaseName="bridges")
    names = ("MemoryStoreRetentionPeriodInHours", "MagneticStoreRetentionPeriodInDays")
    retention = dict(zip(names, periods, strict=True))

    if taken:
        table = call("CreateTable", **WHERE, RetentionProperties=retention)["Table"]
        assert table["RetentionProperties"] == retention
    else:
        with pytest.raises(ValidationException, match="failed to satisfy constraint"):
            call("CreateTable", **WHERE, RetentionProperties=retention)


def test_magnetic_writes_may_name_no_place_for_what_they_reject(call: Call) -> None:
    call("CreateDatabase", DatabaseName="bridges")
    properties = {"EnableMagneticStoreWrites": True}

    table = call("CreateTable", **WHERE, MagneticStoreWriteProperties=properties)["Table"]

    assert table["MagneticStoreWriteProperties"] == properties
    with pytest.raises(ValidationException, match="enableMagneticStoreWrites"):
        call("UpdateTable", **WHERE, MagneticStoreWriteProperties={})


CITY = {"Type": "DIMENSION", "Name": "city", "EnforcementInRecord": "REQUIRED"}


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ([], "compositePartitionKey"),
        ([{}], "at 'type'"),
        ([{"Type": "TIME"}], "enum value set"),
        ([{"Type": "DIMENSION"}], "at 'name'"),
        ([{**CITY, "EnforcementInRecord": "SOMETIMES"}], "enforcementInRecord"),
        ([{"Type": "MEASURE", "Name": "city"}], "has no name"),
        ([CITY, {"Type": "MEASURE"}], "one partition key"),
    ],
)
def test_a_partition_key_that_is_none_is_refused(
    call: Call, keys: list[dict[str, str]], message: str
) -> None:
    call("CreateDatabase", DatabaseName="bridges")

    with pytest.raises(ValidationException, match=re.escape(message)):
        call("CreateTable", **WHERE, Schema={"CompositePartitionKey": keys})


def test_a_required_partition_key_must_be_in_every_record() -> None:
    given = Given(Schema={"CompositePartitionKey": [CITY]})

    rejected = given.rejected(record(), record(Dimensions=dimensions(city="Gothenburg")))

    assert rejected == [{"RecordIndex": 0, "Reason": "The record lacks the partition key city."}]
    assert len(given.rows()) == 1
    given.store.close()


def test_only_the_enforcement_of_a_partition_key_can_be_changed() -> None:
    given = Given(Schema={"CompositePartitionKey": [CITY]})
    optional = [{**CITY, "EnforcementInRecord": "OPTIONAL"}]

    given.store.call("UpdateTable", {**WHERE, "Schema": {"CompositePartitionKey": optional}})

    given.write(record())
    for keys in ([{**CITY, "Name": "country"}], [{"Type": "MEASURE"}]):
        with pytest.raises(ValidationException, match="cannot be changed"):
            given.store.call("UpdateTable", {**WHERE, "Schema": {"CompositePartitionKey": keys}})
    given.store.close()


def test_databases_are_listed_in_pages(call: Call) -> None:
    names = [f"database_{i:02}" for i in range(45)]
    for name in reversed(names):
        call("CreateDatabase", DatabaseName=name)

    pages = list(_pages(call, "ListDatabases"))

    assert [len(page["Databases"]) for page in pages] == [20, 20, 5]
    assert [d["DatabaseName"] for page in pages for d in page["Databases"]] == names


def test_tables_are_listed_in_pages_of_the_size_that_is_asked_for(call: Call) -> None:
    for database in ("one", "two"):
        call("CreateDatabase", DatabaseName=database)
        for i in range(4):
            call("CreateTable", DatabaseName=database, TableName=f"table_{i}")

    pages = list(_pages(call, "ListTables", DatabaseName="two", MaxResults=3))
    everything = list(_pages(call, "ListTables", MaxResults=5))

    assert [[t["TableName"][-1] for t in page["Tables"]] for page in pages] == [
        ["0", "1", "2"],
        ["3"],
    ]
    assert [len(page["Tables"]) for page in everything] == [5, 3]


def _pages(call: Call, operation: str, **request: object) -> Iterator[dict[str, Any]]:
    page = call(operation, **request)
    yield page
    while token := page.get("NextToken"):
        page = call(operation, **request, NextToken=token)
        yield page


@pytest.mark.parametrize("request_", [{"MaxResults": 0}, {"MaxResults": 21}, {"NextToken": "%"}])
def test_a_list_call_refuses_what_is_no_page(call: Call, request_: dict[str, Any]) -> None:
    with pytest.raises(ValidationException):
        call("ListDatabases", **request_)


def test_tags_are_kept_with_their_resource(call: Call) -> None:
    call("CreateDatabase", DatabaseName="bridges", Tags=[{"Key": "team", "Value": "bridges"}])
    call("CreateTable", **WHERE, Tags=[{"Key": "team", "Value": "status"}])

    call("TagResource", ResourceARN=ARN, Tags=[{"Key": "cost", "Value": "1"}])
    call("TagResource", ResourceARN=ARN, Tags=[{"Key": "cost", "Value": ""}])
    call("UntagResource", ResourceARN=ARN, TagKeys=["team", "no such"])

    assert call("ListTagsForResource", ResourceARN=ARN)["Tags"] == [{"Key": "cost", "Value": ""}]
    assert call("ListTagsForResource", ResourceARN=f"{ARN}/table/status")["Tags"] == [
        {"Key": "team", "Value": "status"}
    ]


@pytest.mark.parametrize(
    "tags",
    [
        [{"Key": "", "Value": "x"}],
        [{"Key": "x" * 129, "Value": "x"}],
        [{"Key": "x", "Value": "x" * 257}],
        [{"Key": "x"}],
        [{"Key": f"{i}", "Value": "x"} for i in range(201)],
    ],
)
def test_tags_have_their_limits(call: Call, tags: list[dict[str, str]]) -> None:
    with pytest.raises(ValidationException):
        call("CreateDatabase", DatabaseName="bridges", Tags=tags)


def test_a_resource_has_at_most_200_tags(call: Call) -> None:
    tags = [{"Key": f"{i}", "Value": "x"} for i in range(200)]
    call("CreateDatabase", DatabaseName="bridges", Tags=tags)

    with pytest.raises(ServiceQuotaExceededException, match="200 tags"):
        call("TagResource", ResourceARN=ARN, Tags=[{"Key": "one more", "Value": "x"}])


def test_an_account_has_at_most_500_databases(call: Call) -> None:
    for i in range(500):
        call("CreateDatabase", DatabaseName=f"database_{i}")

    with pytest.raises(ServiceQuotaExceededException, match="500 databases"):
        call("CreateDatabase", DatabaseName="one_more")


@pytest.mark.parametrize("operation", ["NoSuch", "Query", ""])
def test_what_is_not_done_is_refused_in_words(call: Call, operation: str) -> None:
    with pytest.raises(
        ValidationException, match=f"The embedded Timestream does not do {operation}"
    ):
        call(operation)
