"""The notifier's table on moto's DynamoDB: what it reads of bridges, and what it keeps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from lambdas.notifier.ledger import Ledger
from lambdas.notifier.outcome import Outcome
from lambdas.notifier.state import State
from lambdas.notifier.table import ConflictError, DynamoDbTable
from lambdas.sight import Sight, partition, to_item
from tests.unit.lambdas.notifier.cases import BRIDGE, at, seen
from tests.unit.lambdas.observation_table import create_table

TABLE = "recent"
REMEMBERED = State(told={"an-event": at("08:00")}, wake=at("09:00"))
SAID = Ledger().after({"phone": Outcome(delivered=False, said="busy")}, at("08:00"))


@pytest.fixture
def client(moto: None) -> Any:  # noqa: ANN401, ARG001 - boto3 makes its classes as it runs
    client = boto3.client("dynamodb")
    create_table(client, TABLE)
    return client


@pytest.fixture
def table(client: Any) -> DynamoDbTable:  # noqa: ANN401 - see above
    return DynamoDbTable(TABLE, lambda: client)


def put(client: Any, clock: str, status: str, bridge: str = BRIDGE) -> None:  # noqa: ANN401 - see above
    time = str(int(at(clock).timestamp() * 1000))
    item = {"bridge": {"S": bridge}, "time": {"N": time}, "status": {"S": status}}
    client.put_item(TableName=TABLE, Item=item)


def test_a_bridges_observations_are_read_from_a_time_on_in_time_order(
    client: Any,  # noqa: ANN401 - see above
    table: DynamoDbTable,
) -> None:
    for clock, status in (("10:00", "Open"), ("08:00", "Closed"), ("07:59", "Open")):
        put(client, clock, status)
    put(client, "09:00", "Open", "Marieholmsbron")
    table.keep(BRIDGE, REMEMBERED)

    assert table.observations(BRIDGE, at("08:00")) == seen("08:00 C", "10:00 O")


def test_every_page_is_read_and_what_was_written_just_now_as_well(
    client: Any,  # noqa: ANN401 - see above
    table: DynamoDbTable,
) -> None:
    requests: list[dict[str, Any]] = []

    def one_a_page(params: dict[str, Any], **_: object) -> None:
        params["Limit"] = 1
        requests.append(params)

    client.meta.events.register("provide-client-params.dynamodb.Query", one_a_page)
    put(client, "08:00", "Closed")
    put(client, "09:00", "Open")

    assert table.observations(BRIDGE, at("08:00")) == seen("08:00 C", "09:00 O")
    assert len(requests) > 1
    assert all(request["ConsistentRead"] for request in requests)


def test_of_a_new_bridge_there_is_no_mark_and_nothing_is_remembered(table: DynamoDbTable) -> None:
    assert table.own(BRIDGE) == (None, State())


def test_the_pollers_mark_and_what_is_remembered_are_read_together(
    client: Any,  # noqa: ANN401 - see above
    table: DynamoDbTable,
) -> None:
    mark = Sight(at("08:00"), at("07:00"))
    client.put_item(TableName=TABLE, Item=to_item(BRIDGE, mark))

    assert table.own(BRIDGE) == (mark, State())
    table.keep(BRIDGE, REMEMBERED)
    assert table.own(BRIDGE) == (mark, replace(REMEMBERED, revision=1))
    assert table.own("Marieholmsbron") == (None, State())


def test_what_is_kept_is_given_with_its_revision_and_can_be_kept_again(
    table: DynamoDbTable,
) -> None:
    kept = table.keep(BRIDGE, REMEMBERED)
    assert kept == replace(REMEMBERED, revision=1)

    assert table.keep(BRIDGE, kept) == replace(REMEMBERED, revision=2)
    assert table.own(BRIDGE)[1].revision == 2


def test_what_somebody_else_has_kept_meanwhile_is_not_overwritten(table: DynamoDbTable) -> None:
    first = table.keep(BRIDGE, REMEMBERED)
    table.keep(BRIDGE, first)

    for late in (State(), first):
        with pytest.raises(ConflictError):
            table.keep(BRIDGE, late)

    assert table.own(BRIDGE)[1] == replace(REMEMBERED, revision=2)


def test_the_ledger_is_empty_at_first_and_read_as_it_was_kept(table: DynamoDbTable) -> None:
    assert table.ledger() == Ledger()

    kept = table.keep_ledger(SAID)

    assert kept == replace(SAID, revision=1) == table.ledger()
    assert table.keep_ledger(kept) == replace(SAID, revision=2) == table.ledger()
    for late in (SAID, kept):
        with pytest.raises(ConflictError):
            table.keep_ledger(late)


def test_the_ledger_is_read_as_it_is_now(client: Any, table: DynamoDbTable) -> None:  # noqa: ANN401 - see above
    requests: list[dict[str, Any]] = []
    client.meta.events.register(
        "provide-client-params.dynamodb.GetItem", lambda params, **_: requests.append(params)
    )

    table.ledger()

    assert [request["ConsistentRead"] for request in requests] == [True]


def test_its_own_items_are_where_no_bridge_can_be(client: Any, table: DynamoDbTable) -> None:  # noqa: ANN401 - see above
    table.keep(BRIDGE, REMEMBERED)
    table.keep_ledger(SAID)

    items = client.scan(TableName=TABLE)["Items"]

    keys = {(item["bridge"]["S"], item["time"]["N"]) for item in items}
    assert keys == {(partition(BRIDGE), "1"), ("\x1fnotify", "0")}


def test_another_failure_of_the_table_is_no_conflict(client: Any) -> None:  # noqa: ANN401 - see above
    missing = DynamoDbTable("missing", lambda: client)

    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        missing.keep(BRIDGE, REMEMBERED)


def test_its_client_is_made_once_when_it_is_first_needed(client: Any) -> None:  # noqa: ANN401 - see above
    made = []

    def make() -> Any:  # noqa: ANN401 - see above
        made.append(client)
        return client

    table = DynamoDbTable(TABLE, make)
    assert made == []

    table.ledger()
    table.own(BRIDGE)

    assert made == [client]
