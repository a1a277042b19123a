"""What requests are made of: AWS's own description, and what is answered to anything else."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import botocore.session
import pytest

from embedded_timestream.operations import OPERATIONS, REQUESTS, STRUCTURES
from embedded_timestream.protocol import Request, answer

if TYPE_CHECKING:
    from collections.abc import Iterator

CORAL = "com.amazon.coral.service#SerializationException"
LIST = "Start of list found where not expected"
OBJECT = "Start of structure or map found where not expected"
DAYS = "MagneticStoreRetentionPeriodInDays"
WRITE = {"DatabaseName": "bridges", "TableName": "status"}


def asked(operation: str, request: object) -> tuple[int, dict[str, Any], Mock]:
    """Ask over the protocol; the last is what the service was asked."""
    service = Mock()
    service.call.return_value = {}
    body = request if isinstance(request, str) else json.dumps(request)
    target = f"Timestream_20181101.{operation}"
    status, told = answer(Request(target, body, "http://127.0.0.1:4567"), lambda: service)
    return status, json.loads(told), service.call


def described() -> Iterator[tuple[str, Any]]:
    """Give every request of AWS's description, and every structure that is in one."""
    session = botocore.session.get_session()
    for api in ("timestream-write", "timestream-query"):
        model = session.get_service_model(api)
        for operation in set(model.operation_names) & set(OPERATIONS):
            # Tags are asked for in pages of the query API only.
            if api == "timestream-query" or operation != "ListTagsForResource":
                shape = model.operation_model(operation).input_shape
                yield operation, shape
                yield from structures(shape)


def structures(shape: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - botocore types less
    inner = shape.members.values() if shape.type_name == "structure" else [shape.member]
    for one in inner:
        if one.type_name == "structure":
            yield one.name, one
        if one.type_name in {"structure", "list"}:
            yield from structures(one)


def written(shape: Any) -> str:  # noqa: ANN401
    if shape.type_name == "list":
        return f"[{written(shape.member)}]"
    return str(shape.name if shape.type_name == "structure" else shape.type_name.title())


def test_requests_are_made_of_what_aws_says() -> None:
    ours = {**REQUESTS, **STRUCTURES}

    for name, shape in described():
        members = shape.members.items()
        theirs = {f"{key}:{written(one)}".removesuffix(":String") for key, one in members}
        assert set(ours.pop(name, "").split()) in (theirs, set()), name

    assert ours == {}


@pytest.mark.parametrize(
    ("operation", "request_", "message"),
    [
        ("WriteRecords", {**WRITE, "Records": 5}, "Expected list or null"),
        ("WriteRecords", {**WRITE, "Records": {}}, OBJECT),
        ("WriteRecords", {**WRITE, "Records": ["x"]}, "Expected null"),
        ("WriteRecords", {**WRITE, "Records": [[]]}, LIST),
        ("WriteRecords", {**WRITE, "Records": [{"Time": 7}]}, "NUMBER to String"),
        ("WriteRecords", {"Records": [{"Dimensions": [{"Name": True}]}]}, "TRUE to String"),
        ("WriteRecords", {**WRITE, "Records": [{"Version": "1"}]}, "STRING to Long"),
        ("WriteRecords", {**WRITE, "Records": [{"Version": 2**63}]}, "NUMBER to Long"),
        ("WriteRecords", {**WRITE, "CommonAttributes": "x"}, "Expected null"),
        ("DescribeDatabase", {"DatabaseName": 7}, "NUMBER to String"),
        ("DescribeDatabase", {"DatabaseName": {}}, OBJECT),
        ("CreateTable", {"RetentionProperties": {DAYS: 1.5}}, "NUMBER to Long"),
        ("ListTables", {"MaxResults": False}, "FALSE to Integer"),
        ("Query", {"QueryString": ["SELECT 1"]}, LIST),
        ("PrepareQuery", {"QueryString": "SELECT 1", "ValidateOnly": 1}, "NUMBER to Boolean"),
        ("ExecuteScheduledQuery", {"InvocationTime": "now"}, "STRING to Timestamp"),
        ("UntagResource", {"TagKeys": [1]}, "NUMBER to String"),
    ],
)  # fmt: skip
def test_a_member_of_another_type_is_refused_as_the_service_does(
    operation: str, request_: object, message: str
) -> None:
    status, told, service = asked(operation, request_)

    message = re.sub("([A-Z]+) to", r"\1_VALUE cannot be converted to", message)
    assert (status, told) == (400, {"__type": CORAL, "Message": message})
    service.assert_not_called()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_member_of_any_call_takes_every_type(operation: str) -> None:
    for member in REQUESTS[operation].split():
        name, _, kind = member.partition(":")
        taken: object = (
            "x" if not kind else True if kind == "Boolean" else [] if "[" in kind else {}
        )
        values: tuple[object, ...] = ("x", 1.5, True, [], {})
        for wrong in values:
            if type(wrong) is not type(taken) and (kind, wrong) != ("Timestamp", 1.5):
                status, told, _ = asked(operation, {name: wrong})

                assert (status, told["__type"]) == (400, CORAL), (member, wrong)


@pytest.mark.parametrize(
    "body",
    [
        *("null", '"x"', "5", "[[]]", '{"QueryString": NaN}', "{} {}", "[" * 100_000),
        *('{"QueryString": "\\ud800"}', '{"QueryString": "\\udc00\\ud800"}'),
    ],
)
def test_what_is_no_request_is_refused_as_the_service_does(body: str) -> None:
    assert asked("Query", body)[:2] == (400, {"__type": CORAL})


def test_null_is_as_if_nothing_stood_there() -> None:
    record = {"Time": "1", "Version": None, "Dimensions": None}
    request = {**WRITE, "Records": [record], "CommonAttributes": None}

    service = asked("WriteRecords", request)[2]

    service.assert_called_once_with("WriteRecords", {**WRITE, "Records": [{"Time": "1"}]})


def test_null_in_a_list_is_refused() -> None:
    status, told, _ = asked("WriteRecords", {**WRITE, "Records": [{"Time": "1"}, None]})

    assert (status, told["__type"].partition("#")[2]) == (400, "ValidationException")
    assert "Value null at 'records.2.member'" in told["Message"]


def test_what_the_service_does_not_know_and_whole_characters_are_left_alone() -> None:
    request = {"QueryString": "SELECT '\U0001f309'", "Unheard": {"Of": [1, "x"]}}

    asked("Query", request)[2].assert_called_once_with("Query", request)
