"""Waking the notifier, on moto's EventBridge Scheduler."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from lambdas.notifier.wakes import ScheduledWakes, schedule_name
from tests.unit.lambdas.notifier.cases import BRIDGE, at

GROUP = "bridgewatch-notify"
FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:notifier"
ROLE = "arn:aws:iam::123456789012:role/wake"


@pytest.fixture
def client(moto: None) -> Any:  # noqa: ANN401, ARG001 - boto3 makes its classes as it runs
    client = boto3.client("scheduler")
    client.create_schedule_group(Name=GROUP)
    return client


@pytest.fixture
def wakes(client: Any) -> ScheduledWakes:  # noqa: ANN401 - see above
    return ScheduledWakes(group=GROUP, function=FUNCTION, role=ROLE, client=lambda: client)


def when(client: Any) -> list[str]:  # noqa: ANN401 - see above
    """Give the times of all schedules."""
    names = [one["Name"] for one in client.list_schedules(GroupName=GROUP)["Schedules"]]
    return [client.get_schedule(GroupName=GROUP, Name=name)["ScheduleExpression"] for name in names]


def test_a_wake_is_a_schedule_that_invokes_the_function_once_for_its_bridge(
    client: Any,  # noqa: ANN401 - see above
    wakes: ScheduledWakes,
) -> None:
    wakes.move(BRIDGE, at("09:30"), at("08:00"))

    made = client.get_schedule(GroupName=GROUP, Name=schedule_name(BRIDGE))
    assert made["ScheduleExpression"] == "at(2026-06-03T09:30:00)"
    assert made["ScheduleExpressionTimezone"] == "UTC"
    assert made["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert made["ActionAfterCompletion"] == "DELETE"
    assert BRIDGE in made["Description"]
    target = made["Target"]
    assert (target["Arn"], target["RoleArn"]) == (FUNCTION, ROLE)
    assert json.loads(target["Input"]) == {"wake": BRIDGE}
    assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 10}


def test_a_bridge_has_one_wake_that_moves_and_ends(
    client: Any,  # noqa: ANN401 - see above
    wakes: ScheduledWakes,
) -> None:
    wakes.move(BRIDGE, at("09:30"), at("08:00"))
    wakes.move(BRIDGE, at("09:00"), at("08:00"))
    wakes.move("Marieholmsbron", at("10:00"), at("08:00"))
    assert sorted(when(client)) == ["at(2026-06-03T09:00:00)", "at(2026-06-03T10:00:00)"]

    wakes.move(BRIDGE, None, at("08:00"))
    wakes.move(BRIDGE, None, at("08:00"))

    assert when(client) == ["at(2026-06-03T10:00:00)"]


@pytest.mark.parametrize(
    ("wake", "expected"),
    [
        (timedelta(seconds=60), "08:01:00"),
        (timedelta(seconds=60, microseconds=1), "08:01:01"),
        (timedelta(seconds=61), "08:01:01"),
        (timedelta(seconds=5), "08:00:05"),
        (timedelta(seconds=4), "08:00:05"),
        (timedelta(seconds=-60), "08:00:05"),
    ],
    ids=["whole second", "rounded up", "next second", "soonest", "too soon", "has passed"],
)
def test_it_is_woken_at_whole_seconds_never_before_the_time_and_not_in_the_past(
    client: Any,  # noqa: ANN401 - see above
    wakes: ScheduledWakes,
    wake: timedelta,
    expected: str,
) -> None:
    wakes.move(BRIDGE, at("08:00") + wake, at("08:00"))

    assert when(client) == [f"at(2026-06-03T{expected})"]


def test_a_schedule_that_another_run_has_just_made_is_left_alone(
    client: Any,  # noqa: ANN401 - see above
    wakes: ScheduledWakes,
) -> None:
    with Stubber(client) as stub:
        stub.add_client_error("update_schedule", "ResourceNotFoundException")
        stub.add_client_error("create_schedule", "ConflictException")

        wakes.move(BRIDGE, at("09:00"), at("08:00"))

        stub.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("operation", "wake"), [("update_schedule", "09:00"), ("delete_schedule", None)]
)
def test_other_errors_are_raised(
    client: Any,  # noqa: ANN401 - see above
    wakes: ScheduledWakes,
    operation: str,
    wake: str | None,
) -> None:
    with Stubber(client) as stub:
        stub.add_client_error(operation, "AccessDeniedException")

        with pytest.raises(ClientError, match="AccessDeniedException"):
            wakes.move(BRIDGE, at(wake) if wake else None, at("08:00"))


def test_names_of_schedules_are_plain_and_differ() -> None:
    names = {schedule_name(name) for name in ("Göta älvbron", "Gota alvbron", "a" * 200)}

    assert len(names) == 3
    assert all(name.isascii() and name.isalnum() and len(name) <= 64 for name in names)


def test_its_client_is_made_once_when_it_is_first_needed(client: Any) -> None:  # noqa: ANN401 - see above
    made = []

    def make() -> Any:  # noqa: ANN401 - see above
        made.append(client)
        return client

    wakes = ScheduledWakes(group=GROUP, function=FUNCTION, role=ROLE, client=make)
    assert made == []

    wakes.move(BRIDGE, at("09:00"), at("08:00"))

    assert made == [client]
