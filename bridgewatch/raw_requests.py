"""Requests and answers whose JSON is made and read here, in the place of botocore's.

botocore validates, serializes and parses in Python, value by value, which takes longer than all the
rest. What is made of checked values needs none of it; signing, retrying and endpoint discovery stay
botocore's.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
_OK = 200


def send_bodies(client: Any, operation: str) -> None:  # noqa: ANN401 - its stubs know nothing of `body`
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
