"""When an operator is told, and who."""

from __future__ import annotations

from pydantic import Field

from bridgewatch.settings.model import Email, Model


class Alarms(Model):
    """When something is wrong enough to be told, and who is told."""

    email: Email | None = Field(
        default=None,
        description="Who gets a message when an alarm rings or resolves, or the budget is reached. "
        "AWS asks that address to confirm first. By default, nobody but the topic's subscribers.",
    )
    queued_minutes: int = Field(
        default=60,
        ge=10,
        le=1440,
        multiple_of=5,
        description="For how long there may be records that the store has not taken, in steps of "
        "5, before the alarm `queue-age` rings.",
    )
    query_minutes: int = Field(
        default=10,
        ge=1,
        le=59,
        description="Timestream: in how many minutes of an hour the account may use query compute "
        "(TCU) before the alarm `query-compute` rings. Each costs 0.02 USD or more.",
    )
    query_gigabytes: float = Field(
        default=1,
        ge=0.01,
        le=1_000_000,
        description="Timestream: how many GB the account's queries may scan in an hour before the "
        "alarm `query-bytes` rings. A query counts as 10 MB or more.",
    )
