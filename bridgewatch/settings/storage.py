"""Where records are kept, and how long."""

from __future__ import annotations

from pydantic import Field

from bridgewatch.settings.model import Model

# https://docs.aws.amazon.com/timestream/latest/developerguide/ts-limits.html
MEMORY_STORE_HOURS = 8766
MAGNETIC_STORE_DAYS = 73000


class Storage(Model):
    """Where records are kept, and how long."""

    memory_hours: int = Field(
        default=24,
        ge=1,
        le=MEMORY_STORE_HOURS,
        description="Hours in the memory store: the fast one, and by far the dearer.",
    )
    magnetic_days: int = Field(
        default=3650,
        ge=1,
        le=MAGNETIC_STORE_DAYS,
        description="Days in the magnetic store; older records are gone for good.",
    )
    kms_key: bool = Field(
        default=False,
        description="Encrypt the database and the queues with a KMS key of the deployment's own, "
        "which costs 1 USD a month. Without it they are encrypted with keys of AWS's, at no "
        "charge.",
    )
    existing: bool = Field(
        default=False,
        description="Take up the database and table that an earlier deployment of this name left "
        "behind, as they are: nothing here changes them "
        "([how](docs/operations.md#take-up-a-retained-table)).",
    )
