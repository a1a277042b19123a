"""The poller's marks: one when a bridge is not seen, one when it is seen again, none else."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from lambdas.aws import Connection
from lambdas.poller.eyes import Eyes, TableMarks
from lambdas.sight import Sight, from_item, partition, to_item
from tests.unit.lambdas.moments import CLOSED, minute, seen
from tests.unit.lambdas.observation_table import create_table

BRIDGE = "Hisingsbron"
TABLE = "recent"


class MemoryMarks:
    def __init__(self) -> None:
        self.kept: list[Sight] = []
        self.fails = False

    def put(self, bridge: str, sight: Sight) -> bool:
        assert bridge == BRIDGE
        if not self.fails:
            self.kept.append(sight)
        return not self.fails


def polled(eyes: Eyes, minutes: float, *, sees: bool) -> list[str]:
    return eyes.note([seen(CLOSED, minutes)] if sees else [], minute(minutes))


def test_a_bridge_is_marked_once_when_it_is_unseen_and_once_when_it_is_seen_again() -> None:
    marks = MemoryMarks()
    eyes = Eyes([BRIDGE], marks)

    for minutes, sees in enumerate([True, True, False, False, False, True, True]):
        assert polled(eyes, minutes, sees=sees) == []

    assert marks.kept == [Sight(minute(2), minute(1)), Sight(None, minute(5))]


def test_a_mark_that_is_not_kept_is_told_and_tried_again_with_what_is_known_then() -> None:
    marks = MemoryMarks()
    eyes = Eyes([BRIDGE], marks)
    polled(eyes, 0, sees=True)
    marks.fails = True

    assert polled(eyes, 1, sees=False) == [BRIDGE]
    marks.fails = False
    assert polled(eyes, 2, sees=False) == []

    assert marks.kept == [Sight(minute(2), minute(0))]


def test_a_container_that_has_just_started_does_not_know_when_it_was_seen() -> None:
    marks = MemoryMarks()

    polled(Eyes([BRIDGE], marks), 0, sees=False)

    assert marks.kept == [Sight(minute(0), None)]


def test_a_mark_is_read_as_it_was_written() -> None:
    for sight in (Sight(minute(2), minute(1)), Sight(None, minute(1)), Sight(minute(2), None)):
        assert from_item(to_item(BRIDGE, sight)) == sight


@pytest.fixture
def client(moto: None) -> Any:  # noqa: ANN401, ARG001 - boto3 makes its classes as it runs
    client = boto3.client("dynamodb")
    create_table(client, TABLE)
    return client


def mark(client: Any) -> Sight:  # noqa: ANN401 - see above
    key = {"bridge": {"S": partition(BRIDGE)}, "time": {"N": "0"}}
    return from_item(client.get_item(TableName=TABLE, Key=key)["Item"])


def test_the_first_mark_stands_until_the_bridge_is_seen(client: Any) -> None:  # noqa: ANN401 - see above
    marks = TableMarks(TABLE, Connection())
    first, again = Sight(minute(2), None), Sight(None, minute(9))

    assert marks.put(BRIDGE, first)
    assert marks.put(BRIDGE, Sight(minute(3), None))
    assert mark(client) == first

    assert marks.put(BRIDGE, again)
    assert mark(client) == again


@pytest.mark.parametrize(("seen_at", "replaced"), [(2, False), (3, True)])
def test_a_mark_from_before_the_bridge_was_last_seen_is_replaced(
    client: Any,  # noqa: ANN401 - see above
    seen_at: float,
    *,
    replaced: bool,
) -> None:
    # Given a mark that a container left which saw the bridge no more
    marks = TableMarks(TABLE, Connection())
    left, new = Sight(minute(2), minute(1)), Sight(minute(5), minute(seen_at))
    marks.put(BRIDGE, left)

    assert marks.put(BRIDGE, new)

    assert mark(client) == (new if replaced else left)


@pytest.mark.usefixtures("client")
def test_a_mark_that_the_table_does_not_take_is_not_kept() -> None:
    assert not TableMarks("missing", Connection()).put(BRIDGE, Sight(minute(2), None))


def test_a_mark_that_does_not_reach_the_table_is_not_kept(aws: None) -> None:  # noqa: ARG001 - nobody is there
    assert not TableMarks(TABLE, Connection()).put(BRIDGE, Sight(minute(2), None))


@pytest.mark.usefixtures("client")
def test_another_address_is_asked_if_the_connection_names_one() -> None:
    nowhere = Connection(endpoint_url="http://127.0.0.1:1")

    assert not TableMarks(TABLE, nowhere).put(BRIDGE, Sight(minute(2), None))
