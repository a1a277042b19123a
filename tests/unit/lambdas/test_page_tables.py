"""The table of recent observations, as the poller writes it and the page reads it, on moto."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import boto3
import pytest

from lambdas.aws import Connection
from lambdas.beat import BEAT, Beat, Sighting
from lambdas.dynamodb import DynamoDbStore
from lambdas.page.table import RecentTable
from lambdas.plans import PLANNED, Planned, Probability
from lambdas.poller.beat_table import BeatTable
from lambdas.store import StoreError
from tests.unit.lambdas.moments import CLOSED, OPEN, minute, seen
from tests.unit.lambdas.observation_table import create_table
from tests.unit.lambdas.store_contract import DIMENSIONS

TABLE = "recent"
FIRST = Beat(minute(0), {"Hisingsbron": Sighting(CLOSED, minute(-5), minute(0))})
SECOND = Beat(minute(1), {"Hisingsbron": Sighting(OPEN, minute(1), minute(1))})
OPENING = Planned(minute(30), minute(40), Probability.CERTAIN)


def recent(table: str, connection: Connection) -> RecentTable:
    return RecentTable(table, connection, retention=timedelta(days=7), now=lambda: minute(10))


@pytest.fixture
def client(moto: None) -> Any:  # noqa: ANN401, ARG001 - boto3 makes its classes as it runs
    client = boto3.client("dynamodb")
    create_table(client, TABLE)
    return client


@pytest.fixture
def written(client: Any) -> BeatTable:  # noqa: ANN401, ARG001 - it makes the table
    return BeatTable(TABLE, Connection())


@pytest.fixture
def read(client: Any) -> RecentTable:  # noqa: ANN401, ARG001 - it makes the table
    return recent(TABLE, Connection())


def test_before_the_first_poll_there_is_nothing(read: RecentTable) -> None:
    assert read.beat() is None
    assert read.planned() == {}
    assert read.observations("Hisingsbron", minute(0), minute(9)) == []


def test_the_beat_that_was_put_last_is_read(written: BeatTable, read: RecentTable) -> None:
    assert written.put_beat(FIRST) is None
    assert read.beat() == FIRST

    assert written.put_beat(SECOND) == FIRST
    assert read.beat() == SECOND


def test_the_plans_that_were_put_last_are_read(written: BeatTable, read: RecentTable) -> None:
    written.put_plans({"Marieholmsbron": [OPENING]}, minute(0))
    written.put_plans({"Hisingsbron": [OPENING]}, minute(0))

    assert read.planned() == {"Hisingsbron": (OPENING,)}


def test_what_has_passed_is_not_put(written: BeatTable, read: RecentTable) -> None:
    written.put_plans({"Hisingsbron": [OPENING]}, minute(45))

    assert read.planned() == {}


def test_observations_are_read_from_a_time_on_until_before_another(read: RecentTable) -> None:
    store = DynamoDbStore(table=TABLE, dimensions=DIMENSIONS)
    store.write([seen(CLOSED, 0), seen(OPEN, 1), seen(CLOSED, 2), seen(OPEN, 3)])

    found = read.observations("Hisingsbron", minute(1), minute(3))

    assert found == [seen(OPEN, 1), seen(CLOSED, 2)]


def test_what_has_expired_is_not_shown_before_it_is_deleted(read: RecentTable) -> None:
    week = 7 * 24 * 60
    DynamoDbStore(table=TABLE, dimensions=DIMENSIONS, now=lambda: minute(10)).write(
        [seen(OPEN, 10 - week), seen(CLOSED, 11 - week)]
    )

    found = read.observations("Hisingsbron", minute(-2 * week), minute(10))

    assert found == [seen(CLOSED, 11 - week)]


@pytest.mark.parametrize("key", [BEAT, PLANNED])
def test_an_item_of_another_kind_is_told_to_who_reads_and_replaced_by_who_writes(
    client: Any,  # noqa: ANN401 - see above
    written: BeatTable,
    read: RecentTable,
    key: str,
) -> None:
    client.put_item(TableName=TABLE, Item={"bridge": {"S": key}, "time": {"N": "0"}})

    with pytest.raises(StoreError, match=r"The item .* (is no beat|holds no plans)") as failure:
        _ = read.beat(), read.planned()

    assert failure.value.code == "UnknownItem"
    assert written.put_beat(FIRST) is None
    written.put_plans({"Hisingsbron": [OPENING]}, minute(0))
    assert (read.beat(), read.planned()) == (FIRST, {"Hisingsbron": (OPENING,)})


@pytest.mark.usefixtures("client")
def test_a_table_that_is_missing_is_a_failure_of_the_store() -> None:
    written, read = BeatTable("missing", Connection()), recent("missing", Connection())

    for use in (
        lambda: written.put_beat(FIRST),
        lambda: written.put_plans({}, minute(0)),
        read.beat,
        read.planned,
        lambda: read.observations("Hisingsbron", minute(0), minute(1)),
    ):
        with pytest.raises(StoreError, match="DynamoDB has no such table"):
            use()


@pytest.mark.usefixtures("client")
def test_another_address_is_asked_if_the_connection_names_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    nowhere = Connection(endpoint_url="http://127.0.0.1:1")

    with pytest.raises(StoreError, match=r"127\.0\.0\.1:1"):
        recent(TABLE, nowhere).beat()
    with pytest.raises(StoreError, match=r"127\.0\.0\.1:1"):
        BeatTable(TABLE, nowhere).put_beat(FIRST)
