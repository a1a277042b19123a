from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.stacks.templates import SETTINGS, synthesize, templates, with_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = (
    "AlarmName",
    "DashboardName",
    "DatabaseName",
    "FunctionName",
    "LogGroupName",
    "Name",
    "TopicName",
)


def names(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value of a template
    """Walk through the names that a template gives to resources and exports."""
    match value:
        case dict():
            for key, inner in value.items():
                if key == "Dimensions":
                    continue  # they name what they watch
                if key in NAMES and isinstance(inner, str):
                    yield inner
                yield from names(inner)
        case list():
            for inner in value:
                yield from names(inner)


def names_of(deployment: str) -> set[str]:
    settings = with_settings({"deployment": deployment}, "everything")
    return set(names(list(synthesize(settings).values())))


def test_two_deployments_in_one_account_share_no_name() -> None:
    one, other = names_of("bridgewatch"), names_of("bridgewatch-test")

    assert {"bridgewatch", "bridgewatch-poller", "bridgewatch-alarms"} <= one
    assert not one & other


@pytest.mark.parametrize("settings", SETTINGS)
def test_queues_have_no_name_that_is_taken_for_a_minute_after_their_deletion(settings: str) -> None:
    queues = {
        name: resource
        for template in templates(settings).values()
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::SQS::Queue"
    }

    assert queues
    assert [name for name, one in queues.items() if "QueueName" in one.get("Properties", {})] == []
    # and one of records that gets another name is kept, with what is in it
    records = [one for name, one in queues.items() if name.startswith("Queues")]
    assert {one["UpdateReplacePolicy"] for one in records} == {"Retain"}
