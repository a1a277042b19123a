"""The store in DynamoDB, on moto's: the contract, and what only it has to get right."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber
from moto.dynamodb.exceptions import DynamodbException
from moto.dynamodb.responses import DynamoHandler

import lambdas.dynamodb
import lambdas.dynamodb_items
from lambdas.aws import Connection
from lambdas.dynamodb import AHEAD, WRITE, DynamoDbStore
from lambdas.dynamodb_items import Kept, about, unlike
from lambdas.observation import Observation
from lambdas.store import WRITE_SECONDS, Refusal, StoreError
from tests.unit.lambdas.moments import CLOSED, NOON, OPEN, minute, seen
from tests.unit.lambdas.observation_table import create_table
from tests.unit.lambdas.store_contract import DIMENSIONS, RETENTION, StoreContract

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

TABLE = "bridgewatch-observations"
MILLISECOND = timedelta(milliseconds=1)
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
    calls: list[str] = []
    store.writer.meta.events.register(
        "before-call.dynamodb.*", lambda model, **_: calls.append(model.name)
    )

    store.write([seen(OPEN, time / 10) for time in range(8)])
    store.write([seen(CLOSED, 1)])
    store.carrying(MOVED).write([seen(OPEN, 2), seen(CLOSED, 3)])

    assert calls == ["PutItem"] * (8 + 1 + 2 + 2)
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


@pytest.fixture
def one_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give all dimensions the same number."""
    for module in (lambdas.dynamodb, lambdas.dynamodb_items):
        monkeypatch.setattr(module, "about", lambda _: -1)


@pytest.mark.usefixtures("one_number")
def test_dimensions_whose_numbers_meet_are_not_mixed_up(store: DynamoDbStore) -> None:
    store.write([seen(OPEN, 1)])

    (refusal,) = store.carrying(MOVED).write([seen(CLOSED, 2)])

    assert "have the number -1 already" in refusal.reason
    assert store.carrying(MOVED).write([seen(CLOSED, 2)]) == [refusal]
    assert store.dimensions("Hisingsbron") == {-1: DIMENSIONS["Hisingsbron"]}


def test_the_order_of_dimensions_says_nothing() -> None:
    pairs = {"city": "Gothenburg", "source": "roadsignals"}

    assert about(pairs) == about(dict(reversed(pairs.items()))) < 0
    assert about(pairs) != about({**pairs, "city": "Göteborg"})


def test_the_number_of_dimensions_is_what_it_was_in_the_tables_that_there_are() -> None:
    assert about({"source": "roadsignals", "city": "Göteborg"}) == -3543278284381183
    assert about({}) == -1197604288682807


@pytest.mark.parametrize(
    ("time", "kept"),
    [
        (minute(10) - RETENTION, False),
        (minute(10) - RETENTION + MILLISECOND, True),
        (minute(10) + AHEAD, True),
        (minute(10) + AHEAD + MILLISECOND, False),
    ],
)
def test_what_is_taken_is_what_can_be_read(
    store: DynamoDbStore, time: datetime, *, kept: bool
) -> None:
    observation = Observation("Hisingsbron", OPEN, time)

    assert (store.write([observation]) == []) is kept
    assert list(store.read(["Hisingsbron"], NOON - 2 * RETENTION, minute(60))) == (
        [observation] if kept else []
    )


def test_what_has_expired_is_not_read_before_it_is_deleted(store: DynamoDbStore) -> None:
    store.write([seen(OPEN, -60 * 24 * 29)])
    later = DynamoDbStore(
        table=TABLE, retention=RETENTION, now=lambda: minute(10) + timedelta(days=2)
    )

    assert list(store.read(["Hisingsbron"], minute(-60 * 24 * 40), minute(1))) != []
    assert list(later.read(["Hisingsbron"], minute(-60 * 24 * 40), minute(1))) == []
    assert store.last(["Hisingsbron"]) != {}
    assert later.last(["Hisingsbron"]) == {}


def test_an_observation_is_read_until_its_retention_is_over_to_the_millisecond(
    store: DynamoDbStore,
) -> None:
    observation = seen(OPEN, 1)
    store.write([observation])

    for rest, expected in ((MILLISECOND, [observation]), (timedelta(0), [])):
        then = observation.time + RETENTION - rest
        later = DynamoDbStore(table=TABLE, retention=RETENTION, now=lambda then=then: then)  # type: ignore[misc] # mypy asks for a type of the default
        assert list(later.read(["Hisingsbron"], minute(0), minute(60))) == expected


def test_the_last_observation_may_be_a_little_ahead(store: DynamoDbStore) -> None:
    store.write([seen(CLOSED, 9), seen(OPEN, 10 + 14)])

    assert store.last(["Hisingsbron"]) == {"Hisingsbron": seen(OPEN, 10 + 14)}


@pytest.mark.usefixtures("one_number")
@pytest.mark.parametrize("retention", [None, timedelta(days=36500)], ids=["for ever", "a century"])
def test_what_is_said_about_a_bridge_is_no_observation_from_whenever_it_is_read(
    store: DynamoDbStore, retention: timedelta | None
) -> None:
    store.write([seen(OPEN, 1)])
    keeping = DynamoDbStore(table=TABLE, retention=retention)

    assert list(keeping.read(["Hisingsbron"], datetime.min.replace(tzinfo=UTC), minute(9))) == [
        seen(OPEN, 1)
    ]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The queries of stores whose first read comes after this."""
    queries: list[dict[str, Any]] = []
    client = DynamoDbStore._client  # noqa: SLF001 - to see its requests

    def noted(self: DynamoDbStore, config: Any) -> Any:  # noqa: ANN401 - boto3 makes its classes as it runs
        made = client(self, config)
        made.meta.events.register(
            "provide-client-params.dynamodb.Query", lambda params, **_: queries.append(params)
        )
        return made

    monkeypatch.setattr(DynamoDbStore, "_client", noted)
    return queries


def test_what_is_read_comes_in_small_pages_at_half_the_price(
    store: DynamoDbStore, monkeypatch: pytest.MonkeyPatch, asked: list[dict[str, Any]]
) -> None:
    # Pages of many bridges are in memory at a time.
    monkeypatch.setattr(lambdas.dynamodb, "PAGE_ITEMS", 2)
    observations = [seen(OPEN, 1), seen(CLOSED, 2), seen(OPEN, 3)]
    store.write(observations)

    assert list(store.read(["Hisingsbron"], minute(0), minute(9))) == observations
    # What was just written may be missing: to be sure of it costs twice as much.
    assert {(one["Limit"], one["ConsistentRead"]) for one in asked} == {(2, False)}


def test_what_was_just_said_about_a_bridge_is_surely_read(
    store: DynamoDbStore, asked: list[dict[str, Any]]
) -> None:
    store.write([seen(OPEN, 1)])

    store.dimensions("Hisingsbron")

    assert [one["ConsistentRead"] for one in asked] == [True]


@pytest.mark.usefixtures("aws")
def test_what_cannot_be_there_is_not_asked_for(asked: list[dict[str, Any]]) -> None:
    store = DynamoDbStore(table=TABLE, retention=RETENTION, now=lambda: minute(10))

    assert list(store.read(["Hisingsbron"], minute(1), minute(1))) == []
    assert list(store.read(["Hisingsbron"], NOON - 3 * RETENTION, NOON - 2 * RETENTION)) == []
    assert asked == []


@pytest.mark.usefixtures("aws")
def test_another_address_is_asked_if_the_connection_names_one() -> None:
    elsewhere = Connection(region="eu-north-1", endpoint_url="http://127.0.0.1:2")

    client = DynamoDbStore(table=TABLE, connection=elsewhere).writer

    assert (client.meta.endpoint_url, client.meta.region_name) == (
        "http://127.0.0.1:2",
        "eu-north-1",
    )


@pytest.mark.parametrize(
    "different",
    [
        {"status": {"S": "Ajar"}},
        {"time": {"N": str(10**15)}},
        {"time": {"N": "1.5"}},
        {"version": {"S": "1"}},
        {"about": {"N": "one"}},
    ],
)
def test_an_item_that_differs_from_an_observation_is_none(
    different: dict[str, AttributeValueTypeDef],
) -> None:
    item = Kept(seen(OPEN, 1), 1, -1).item(RETENTION)
    assert Kept.of(item).observation == seen(OPEN, 1)

    with pytest.raises(StoreError, match="isn't bridgewatch's") as failure:
        Kept.of(item | different)

    assert failure.value.code == "UnknownItem"


def test_a_foreign_item_stops_what_reads_it_and_is_not_overwritten(
    store: DynamoDbStore,
    table: Any,  # noqa: ANN401 - see above
) -> None:
    table.put_item(Item={"bridge": "Hisingsbron", "time": 1000 * int(NOON.timestamp())})

    for act in (
        lambda: list(store.read(["Hisingsbron"], minute(0), minute(1))),
        lambda: store.last(["Hisingsbron"]),
        lambda: store.write([seen(OPEN, 0)]),
    ):
        with pytest.raises(StoreError, match="isn't bridgewatch's"):
            act()


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


@dataclass
class Throttled:
    """DynamoDB that throttles an operation some times.

    :ivar times: how often it still will.
    :ivar asked: how often it was asked.
    """

    times: int = 0
    asked: int = 0
    does_it_all_the_same: bool = False

    def around(self, stock: Callable[[DynamoHandler], Any]) -> Callable[[DynamoHandler], Any]:
        def answer(handler: DynamoHandler) -> Any:  # noqa: ANN401 - moto's own answers
            self.asked += 1
            if self.times == 0:
                return stock(handler)
            self.times -= 1
            if self.does_it_all_the_same:
                stock(handler)
            raise DynamodbException("com.amazon.coral.service#ThrottlingException", "Oops")

        return answer


@pytest.fixture
def throttled(store: DynamoDbStore, monkeypatch: pytest.MonkeyPatch) -> Throttled:
    """What follows a write to a store that knows what is said about its bridges."""
    store.write([seen(OPEN, 0)])
    one = Throttled()
    for operation in ("put_item", "query"):
        monkeypatch.setattr(DynamoHandler, operation, one.around(getattr(DynamoHandler, operation)))
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)
    return one


@pytest.mark.parametrize(("times", "kept"), [(1, True), (2, False)])
def test_a_put_that_is_throttled_is_tried_once_more_and_then_left_to_the_queue(
    store: DynamoDbStore, throttled: Throttled, times: int, *, kept: bool
) -> None:
    throttled.times = times

    if kept:
        assert store.write([seen(CLOSED, 1)]) == []
    else:
        with pytest.raises(StoreError, match="throttling"):
            store.write([seen(CLOSED, 1)])

    assert throttled.asked == 2


def test_a_put_whose_answer_is_lost_is_kept_once_and_no_refusal(
    store: DynamoDbStore, throttled: Throttled
) -> None:
    throttled.times = 1
    throttled.does_it_all_the_same = True

    assert store.write([seen(CLOSED, 1)]) == []

    assert throttled.asked == 2
    found = store.read(["Hisingsbron"], minute(0), minute(9))
    assert list(found) == [seen(OPEN, 0), seen(CLOSED, 1)]


@pytest.mark.parametrize(("times", "answered"), [(5, True), (6, False)])
def test_who_reads_waits_longer_than_who_writes(
    store: DynamoDbStore, throttled: Throttled, times: int, *, answered: bool
) -> None:
    throttled.times = times

    if answered:
        assert store.last(["Hisingsbron"]) == {"Hisingsbron": seen(OPEN, 0)}
    else:
        with pytest.raises(StoreError, match="throttling"):
            store.last(["Hisingsbron"])

    assert throttled.asked == 6


def test_the_first_failure_ends_a_write_and_what_was_put_stays(
    store: DynamoDbStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lambdas.dynamodb, "CONCURRENCY", 1)

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

    assert list(store.read(["Hisingsbron"], minute(0), minute(60))) == everything[:5]


def test_a_write_that_takes_too_long_begins_no_more(
    store: DynamoDbStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lambdas.dynamodb, "WRITE_SECONDS", 0)

    with pytest.raises(StoreError, match="too slowly") as failure:
        store.write([seen(OPEN, 1), seen(CLOSED, 2)])

    assert failure.value.code == "OutOfTime"

    assert list(store.read(["Hisingsbron"], minute(0), minute(60))) == []


@pytest.mark.parametrize(("seconds", "kept"), [(6, True), (6.001, False)])
def test_the_last_put_that_is_begun_ends_within_the_time_of_a_write(
    store: DynamoDbStore, monkeypatch: pytest.MonkeyPatch, seconds: float, *, kept: bool
) -> None:
    # What is said about the bridge and the observation may each take two attempts, and the SDK's
    # pause of a second at most between these.
    attempts = WRITE.retries["total_max_attempts"]  # type: ignore[attr-defined] # botocore's stubs don't have it
    one_put = attempts * (WRITE.connect_timeout + WRITE.read_timeout) + 1  # type: ignore[attr-defined] # likewise
    assert seconds <= WRITE_SECONDS - 2 * one_put + 0.001
    times = iter([0, seconds, seconds])
    monkeypatch.setattr(lambdas.dynamodb, "WRITE_SECONDS", WRITE_SECONDS)
    monkeypatch.setattr(lambdas.dynamodb, "clock", SimpleNamespace(monotonic=lambda: next(times)))

    if kept:
        assert store.write([seen(OPEN, 1)]) == []
    else:
        with pytest.raises(StoreError, match="too slowly"):
            store.write([seen(OPEN, 1)])


def test_every_hundred_observations_have_the_time_of_a_write(
    store: DynamoDbStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = count()
    clock = SimpleNamespace(monotonic=lambda: next(looks) / 20)
    monkeypatch.setattr(lambdas.dynamodb, "WRITE_SECONDS", WRITE_SECONDS)
    monkeypatch.setattr(lambdas.dynamodb, "clock", clock)

    assert store.write([seen(OPEN, number / 60) for number in range(201)]) == []
    assert next(looks) > 201
