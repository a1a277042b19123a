"""Waking the notifier when nothing else will: one EventBridge schedule a bridge, for one time.

It runs within the minute, and only what ran is billed: moving and deleting one costs nothing.
https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#one-time
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_scheduler import EventBridgeSchedulerClient

SOONEST = timedelta(seconds=5)
"""A time that has passed when the schedule is made would never come."""

OLDEST_EVENT = timedelta(hours=1)
"""How long the service tries to invoke the function."""


class Wakes(Protocol):
    """Wakes the notifier."""

    def move(self, bridge: str, wake: datetime | None, now: datetime) -> None:
        """Let it be woken for a bridge at this time, and at no other; None means at none."""


class ScheduledWakes:
    """By EventBridge Scheduler.

    :param group: the schedule group, which holds nothing else.
    :param function: the ARN of what is invoked.
    :param role: the ARN of the role that may invoke it.
    """

    def __init__(
        self,
        *,
        group: str,
        function: str,
        role: str,
        client: Callable[[], EventBridgeSchedulerClient],
    ) -> None:
        self._group = group
        self._function = function
        self._role = role
        self._make_client = client
        self._made: EventBridgeSchedulerClient | None = None

    @property
    def _client(self) -> EventBridgeSchedulerClient:
        if self._made is None:
            self._made = self._make_client()
        return self._made

    def move(self, bridge: str, wake: datetime | None, now: datetime) -> None:
        """Make, move or delete the bridge's schedule."""
        name = schedule_name(bridge)
        if wake is None:
            self._unless("ResourceNotFoundException", "delete_schedule", Name=name)
            return
        settings = self._settings(bridge, max(wake, now + SOONEST))
        if not self._unless("ResourceNotFoundException", "update_schedule", Name=name, **settings):
            # A conflict: another run has made it just now. It looks at the same table.
            self._unless("ConflictException", "create_schedule", Name=name, **settings)

    def _settings(self, bridge: str, wake: datetime) -> dict[str, Any]:
        # Never before the time: the service counts whole seconds.
        time = (wake + timedelta(seconds=1) - timedelta(microseconds=1)).astimezone(UTC)
        return {
            "ScheduleExpression": f"at({time:%Y-%m-%dT%H:%M:%S})",
            "ScheduleExpressionTimezone": "UTC",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "ActionAfterCompletion": "DELETE",
            "Description": f"Looks at {bridge} again",
            "Target": {
                "Arn": self._function,
                "RoleArn": self._role,
                "Input": json.dumps({"wake": bridge}),
                "RetryPolicy": {
                    "MaximumEventAgeInSeconds": int(OLDEST_EVENT.total_seconds()),
                    "MaximumRetryAttempts": 10,
                },
            },
        }

    def _unless(self, code: str, operation: str, **settings: Any) -> bool:  # noqa: ANN401 - as boto3 has them
        """Call the service; tell whether it did so, or else answered with this error."""
        try:
            getattr(self._client, operation)(GroupName=self._group, **settings)
        except ClientError as error:
            if error.response["Error"]["Code"] != code:
                raise
            return False
        return True


def schedule_name(bridge: str) -> str:
    """Give the name of a bridge's schedule: names of schedules have neither spaces nor accents."""
    return hashlib.sha256(bridge.encode()).hexdigest()[:32]
