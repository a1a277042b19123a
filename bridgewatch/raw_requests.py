"""Requests and answers whose JSON is made and read here, in the place of botocore's.

botocore validates, serializes and parses in Python, value by value, which takes longer than all the
rest. What is made of checked values needs none of it; signing, retrying and endpoint discovery stay
botocore's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.config import Config

if TYPE_CHECKING:
    from lambdas.aws import Connection

Json = dict[str, Any]
_OK = 200

PATIENT = Config(
    connect_timeout=5,
    read_timeout=30,
    # Some two minutes of throttling. Timestream scales while it goes on
    # (https://docs.aws.amazon.com/timestream/latest/developerguide/writes.batching-writes.html),
    # and a capped table of DynamoDB's throttles all the time.
    retries={"mode": "adaptive", "total_max_attempts": 12},
)
"""How the command line's clients wait, and try again."""


def bulk_client(connection: Connection, operation: str, *, concurrency: int) -> Any:  # noqa: ANN401 - its stubs know nothing of `body`
    """Make a client that sends one operation's bodies as they are, from many threads.

    :param operation: as botocore's events have it: "timestream-write.WriteRecords".
    :param concurrency: how many threads share it.
    """
    config = PATIENT.merge(
        Config(
            max_pool_connections=concurrency,
            parameter_validation=False,
            # Otherwise botocore composes a long name for each request, in a tenth of its time.
            user_agent="bridgewatch",
        )
    )
    client: Any = connection.session().client(  # type: ignore[call-overload] # of either store
        operation.partition(".")[0], config=config, endpoint_url=connection.endpoint_url
    )
    _send_bodies(client, operation)
    return client


def _send_bodies(client: Any, operation: str) -> None:  # noqa: ANN401 - see above
    """Let one operation of a client take `body`, the request's bytes, and nothing else.

    :param operation: as botocore's events have it: "timestream-write.WriteRecords".
    """
    client.meta.events.register(f"before-parameter-build.{operation}", _take_body)
    client.meta.events.register(f"before-call.{operation}", _give_body)


def _take_body(params: Json, context: Json, **_: object) -> None:
    """Leave botocore's serializer nothing to serialize."""
    context["body"] = params.pop("body")


def _give_body(params: Json, context: Json, **_: object) -> None:
    params["body"] = context.pop("body")


def receive_bodies(client: Any, operation: str) -> None:  # noqa: ANN401 - see above
    """Let one operation of a client answer `body`, the answer's text, and nothing else.

    botocore's parser takes most of the time of a large answer. Errors are parsed as ever.

    :param operation: as botocore's events have it: "dynamodb.Query".
    """
    client.meta.events.register(f"before-parse.{operation}", _take_answer)


def _take_answer(response_dict: Json, customized_response_dict: Json, **_: object) -> None:
    """Leave botocore's parser nothing to parse."""
    if response_dict["status_code"] == _OK:
        customized_response_dict["body"] = response_dict["body"].decode()
        response_dict["body"] = b"{}"
