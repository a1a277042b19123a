"""From an HTTP request to its answer: AWS's JSON protocol, errors and endpoint discovery."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from embedded_timestream.protocol import Request, answer

if TYPE_CHECKING:
    from embedded_timestream.service import Service

ADDRESS = "http://127.0.0.1:4567"
BOTO3 = "Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux lang/python#3.11.7"
JAVASCRIPT = "aws-sdk-js/3.1138.0 ua/2.1 os/linux lang/js md/nodejs#24.11.1"
OLD_JAVASCRIPT = "aws-sdk-nodejs/2.1692.0 linux/v24.11.1 promise"
JAVA = "aws-sdk-java/2.29.0 md/io#sync md/http#Apache ua/2.1 os/Linux"


def no_service() -> Service:
    raise AssertionError("nobody asked for the service")


def asked(target: str, body: bytes | str = b"{}", user_agent: str = BOTO3) -> tuple[int, Any]:
    status, answered = answer(Request(target, body, ADDRESS, user_agent), no_service)
    return status, json.loads(answered)


@pytest.mark.parametrize(
    ("user_agent", "address"),
    [
        (BOTO3, ADDRESS),
        (OLD_JAVASCRIPT, ADDRESS),
        (JAVA, ADDRESS),
        ("", ADDRESS),
        (JAVASCRIPT, "127.0.0.1"),
        (f"my-application/1.0 {JAVASCRIPT}", "127.0.0.1"),
    ],
)
def test_discovery_answers_the_address_in_the_form_that_the_sdk_takes(
    user_agent: str, address: str
) -> None:
    status, members = asked("Timestream_20181101.DescribeEndpoints", user_agent=user_agent)

    assert (status, members["Endpoints"][0]["Address"]) == (200, address)


@pytest.mark.parametrize("target", ["Timestream_20181101.DropEverything", "", "nonsense"])
def test_an_unknown_call_is_answered_as_the_service_does(target: str) -> None:
    assert asked(target) == (404, {"__type": "com.amazon.coral.service#UnknownOperationException"})


@pytest.mark.parametrize("body", [b"{", b"[]", b'"text"', b"\xff", "{'a': 1}"])
def test_what_is_no_json_object_cannot_be_read(body: bytes | str) -> None:
    assert asked("Timestream_20181101.Query", body) == (
        400,
        {"__type": "com.amazon.coral.service#SerializationException"},
    )
