"""What the SDK makes of answers that are none of AWS's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambdas.aws import Connection
from lambdas.dynamodb import DynamoDbStore
from lambdas.message import Message
from lambdas.sqs import Queue, QueueError
from lambdas.store import StoreError
from lambdas.timestream import TimestreamStore
from tests.unit.lambdas.moments import NOON, OPEN, seen

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer

    from lambdas.store import Store

DIMENSIONS = {"Hisingsbron": {"city": "Gothenburg"}}


@pytest.fixture
def connection(httpserver: HTTPServer, aws: None) -> Connection:  # noqa: ARG001 - for its environment
    page = "<!DOCTYPE html><title>Welcome to the hotel</title>"
    httpserver.expect_request("/").respond_with_data(page, content_type="text/html")
    return Connection(endpoint_url=httpserver.url_for("/"))


@pytest.fixture(params=["timestream", "dynamodb"])
def store(request: pytest.FixtureRequest, connection: Connection) -> Store:
    if request.param == "dynamodb":
        return DynamoDbStore(
            table="t", dimensions=DIMENSIONS, connection=connection, now=lambda: NOON
        )
    return TimestreamStore(
        database="gothenburg", table="observations", dimensions=DIMENSIONS, connection=connection
    )


def test_what_a_web_page_answers_is_not_taken_for_written(store: Store) -> None:
    with pytest.raises(StoreError, match=r"is not AWS, for it sent no JSON\. Is the address right"):
        store.write([seen(OPEN, 0)])


def test_what_a_web_page_answers_is_not_taken_for_read(store: Store) -> None:
    with pytest.raises(StoreError, match="is not AWS"):
        list(store.read(["Hisingsbron"], NOON, NOON.replace(hour=13)))


def test_what_a_web_page_answers_is_not_taken_for_queued(connection: Connection) -> None:
    endpoint = connection.endpoint_url
    assert endpoint
    queue = Queue(f"{endpoint}123456789012/queue", connection)

    with pytest.raises(QueueError):
        queue.send(Message((seen(OPEN, 0),), DIMENSIONS, "", attempts=1, first_failed=NOON))
