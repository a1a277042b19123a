"""The store in DynamoDB, on moto's: the contract, and what only it has to get right."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

import lambdas.dynamodb
from lambdas.aws import Connection
from lambdas.dynamodb import DynamoDbStore, Kept, about, unlike
from lambdas.store import Refusal, StoreError
from tests.unit.lambdas.moments import CLOSED, NOON, OPEN, minute, seen
from tests.unit.lambdas.observation_table import create_table
from tests.unit.lambdas.store_contract import DIMENSIONS, RETENTION, StoreContract

TABLE = "bridgewatch-observations"
MOVED = {"Hisingsbron": {"city": "Gothenburg", "source": "another"}}


@pytest.fixture
def table(moto: None, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401, ARG001 - boto3 makes its classes as it runs
    # However busy the machine is.
    monkeypatch.setattr(lambdas.dynamodb, "WRITE_SECONDS", 600)
    create_table(boto3.client("dynamodb"), TABLE)
    return boto3.resource("dynamodb").Table(TABLE)


@pytest.fixture
def store(table: Any) -> DynamoDbStore:  # noqa: ANN401 - see above
    return DynamoDbStore(
        table=table.name, dimensions=DIMENSIONS, retention=RETENTION, now=lambda: minute(10)
    )


class TestDynamoDbStore(StoreContract):
    @pytest.fixture
    def store(self, store: DynamoDbStore, monkeypatch: pytest.MonkeyPatch) -> DynamoDbStore:
        monkeypatch.setattr(lambdas.dynamodb, "PAGE_ITEMS", 100)
        return store


def test_an_observation_is_one_item_and_what_is_said_about_its_bridge_another(
    store: DynamoDbStore,
    table: Any,  # noqa: ANN401 - see above
) -> None:
    store.write([seen(OPEN, 0), seen(CLOSED, 8)])

    said, first, second = sorted(table.scan()["Items"], key=lambda item: item["time"])
    number = about(DIMENSIONS["Hisingsbron"])
    assert said == {"bridge": "Hisingsbron", "time": number, "dimensions": said["dimensions"]}
    assert said["dimensions"] == DIMENSIONS["Hisingsbron"]
    assert first == {
        "bridge": "Hisingsbron",
        "time": NOON.timestamp() * 1000,
        "status": "Open",
        "version": 1,
        "about": number,
        "expires": (NOON + RETENTION).timestamp() + 1,
    }
    assert second["status"] == "Closed"
    assert store.dimensions("Hisingsbron") == {number: DIMENSIONS["Hisingsbron"]}


def test_what_is_said_is_put_once_as_long_as_it_is_the_same(store: DynamoDbStore) -> None:
    store.write([seen(OPEN, 0)])
    calls: list[str] = []
    store.writer.meta.events.register(
        "before-call.dynamodb.*", lambda model, **_: calls.append(model.name)
    )

    store.write([seen(CLOSED, 1)])
    store.carrying(MOVED).write([seen(OPEN, 2), seen(CLOSED, 3)])

    assert calls == ["PutItem"] * 4
    said = [about["Hisingsbron"] for about in (DIMENSIONS, MOVED)]
    assert sorted(store.dimensions("Hisingsbron").values(), key=said.index) == said


def test_a_correction_stays_whatever_is_written_again(store: DynamoDbStore) -> None:
    store.write([seen(OPEN, 1)])
    number = about(DIMENSIONS["Hisingsbron"])
    corrected = Kept(seen(CLOSED, 1), 7, number)

    assert store.put(corrected) is None
    assert store.write([seen(OPEN, 1)]) == []
    assert store.put(replace(corrected, version=6)) == corrected
    assert list(store.read(["Hisingsbron"], minute(0), minute(2))) == [seen(CLOSED, 1)]


def test_what_is_refused_is_told_of_every_batch(
    store: DynamoDbStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lambdas.dynamodb, "_RECORDS", 2)
    store.write([seen(OPEN, 0), seen(OPEN, 3)])

    refusals = store.carrying(MOVED).write([seen(OPEN, time) for time in range(4)])

    assert [refusal.observation for refusal in refusals] == [seen(OPEN, 0), seen(OPEN, 3)]


def test_a_record_of_the_same_time_with_other_dimensions_is_refused(store: DynamoDbStore) -> None:
    store.write([seen(OPEN, 1)])
    other = store.carrying(MOVED)

    refusals = other.write([seen(OPEN, 1), seen(CLOSED, 2)])

    assert refusals == [Refusal(seen(OPEN, 1), refusals[0].reason)]
    assert "it says Open, with other dimensions" in refusals[0].reason
    higher = Kept(seen(CLOSED, 1), 9, about(MOVED["Hisingsbron"]))
    there = other.put(higher)
    assert there is not None
    assert unlike(there, higher.about)
    found = store.read(["Hisingsbron"], minute(0), minute(9))
    assert list(found) == [seen(OPEN, 1), seen(CLOSED, 2)]


def test_dimensions_whose_numbers_meet_are_not_mixed_up(
    store: DynamoDbStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lambdas.dynamodb, "about", lambda _: -1)
    store.write([seen(OPEN, 1)])

    (refusal,) = store.carrying(MOVED).write([seen(CLOSED, 2)])

    assert "have the number -1 already" in refusal.reason
    assert store.dimensions("Hisingsbron") == {-1: DIMENSIONS["Hisingsbron"]}


def test_the_order_of_dimensions_says_nothing() -> None:
    pairs = {"city": "Gothenburg", "source": "roadsignals"}

    assert about(pairs) == about(dict(reversed(pairs.items()))) < 0
    assert about(pairs) != about({**pairs, "city": "Göteborg"})


def test_what_has_expired_is_not_read_before_it_is_deleted(store: DynamoDbStore) -> None:
    store.write([seen(OPEN, -60 * 24 * 29)])
    later = DynamoDbStore(
        table=TABLE, retention=RETENTION, now=lambda: minute(10) + timedelta(days=2)
    )

    assert list(store.read(["Hisingsbron"], minute(-60 * 24 * 40), minute(1))) != []
    assert list(later.read(["Hisingsbron"], minute(-60 * 24 * 40), minute(1))) == []


@pytest.mark.parametrize("retention", [None, timedelta(days=36500)], ids=["for ever", "a century"])
def test_what_is_said_about_a_bridge_is_no_observation_from_whenever_it_is_read(
    store: DynamoDbStore, retention: timedelta | None
) -> None:
    store.write([seen(OPEN, 1)])
    keeping = DynamoDbStore(table=TABLE, retention=retention)

    assert list(keeping.read(["Hisingsbron"], datetime.min.replace(tzinfo=UTC), minute(9))) == [
        seen(OPEN, 1)
    ]


def test_what_is_read_comes_in_small_pages_at_half_the_price(
    store: DynamoDbStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Pages of many bridges are in memory at a time.
    monkeypatch.setattr(lambdas.dynamodb, "PAGE_ITEMS", 2)
    observations = [seen(OPEN, 1), seen(CLOSED, 2), seen(OPEN, 3)]
    store.write(observations)
    asked: list[tuple[int | None, bool]] = []

    def note(params: dict[str, Any], **_: object) -> None:
        asked.append((params.get("Limit"), params["ConsistentRead"]))

    with monkeypatch.context() as patch:
        client = DynamoDbStore._client  # noqa: SLF001 - to see its requests

        def noted(self: DynamoDbStore, config: Any) -> Any:  # noqa: ANN401 - see above
            made = client(self, config)
            made.meta.events.register("provide-client-params.dynamodb.Query", note)
            return made

        patch.setattr(DynamoDbStore, "_client", noted)
        found = list(DynamoDbStore(table=TABLE).read(["Hisingsbron"], minute(0), minute(9)))

    assert found == observations
    # What was just written may be missing: to be sure of it costs twice as much.
    assert set(asked) == {(2, False)}


@pytest.mark.usefixtures("aws")
def test_another_address_is_asked_if_the_connection_names_one() -> None:
    elsewhere = Connection(region="eu-north-1", endpoint_url="http://127.0.0.1:2")

    client = DynamoDbStore(table=TABLE, connection=elsewhere).writer

    assert (client.meta.endpoint_url, client.meta.region_name) == (
        "http://127.0.0.1:2",
        "eu-north-1",
    )


def test_a_foreign_item_is_no_observation(
    store: DynamoDbStore,
    table: Any,  # noqa: ANN401 - see above
) -> None:
    table.put_item(Item={"bridge": "Hisingsbron", "time": 1000 * int(NOON.timestamp())})

    with pytest.raises(StoreError, match="isn't bridgewatch's") as failure:
        list(store.read(["Hisingsbron"], minute(0), minute(1)))

    assert failure.value.code == "UnknownItem"


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("ThrottlingException", "DynamoDB is throttling or has an internal error: wait a minute"),
        ("ProvisionedThroughputExceededException", "DynamoDB is throttling"),
        ("AccessDeniedException", "AWS denies access to DynamoDB: .*dynamodb:PutItem"),
        ("ResourceNotFoundException", "DynamoDB has no such table in this region: deploy"),
        ("ValidationException", "DynamoDB refused the request with ValidationException: Oops"),
    ],
)
def test_an_error_says_what_to_do(store: DynamoDbStore, code: str, sentence: str) -> None:
    store.connect()
    with Stubber(store.writer) as stub:
        stub.add_client_error("put_item", code, "Oops")

        with pytest.raises(StoreError, match=sentence) as failure:
            store.write([seen(OPEN, 1)])

    assert failure.value.code == code


def test_the_first_failure_ends_a_write_and_what_was_put_stays(store: DynamoDbStore) -> None:
    def break_down(params: dict[str, Any], **_: object) -> None:
        if params["Item"]["time"]["N"] == str(1000 * int(minute(5).timestamp())):
            raise store.writer.exceptions.RequestLimitExceeded(
                {"Error": {"Code": "RequestLimitExceeded", "Message": "Oops"}}, "PutItem"
            )

    store.connect()
    store.writer.meta.events.register("provide-client-params.dynamodb.PutItem", break_down)
    everything = [seen(OPEN, number) for number in range(10)]

    with pytest.raises(StoreError, match="throttling"):
        store.write(everything)

    kept = list(store.read(["Hisingsbron"], minute(0), minute(60)))
    assert set(kept) < set(everything)


def test_a_write_that_takes_too_long_begins_no_more(
    store: DynamoDbStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lambdas.dynamodb, "WRITE_SECONDS", 0)

    with pytest.raises(StoreError, match="too slowly") as failure:
        store.write([seen(OPEN, 1), seen(CLOSED, 2)])

    assert failure.value.code == "OutOfTime"

    assert list(store.read(["Hisingsbron"], minute(0), minute(60))) == []
