"""Where records are kept, and how long: one class a type of store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, Discriminator, Field, Tag

from bridgewatch.settings.model import Model, must, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

# https://docs.aws.amazon.com/timestream/latest/developerguide/ts-limits.html
MEMORY_STORE_HOURS = 8766
MAGNETIC_STORE_DAYS = 73000

# The quota of an on-demand table of an account that has asked for no more
# (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html).
UNITS_A_SECOND = 40_000

TYPE = (
    "Where the history is: in Timestream for LiveAnalytics, which takes no new customers and is in "
    "few regions, or in DynamoDB, in any account and region "
    "([side by side](stores.md)). A deployment keeps the store that it began with "
    "([how to move](operations.md#move-to-the-other-store))."
)


KeyArn: TypeAlias = Annotated[
    str,
    must(
        "be the ARN of a KMS key, such as "
        "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        r"arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+",
    ),
]


class _Storage(Model):
    kms_key: bool = Field(
        default=False,
        description="Encrypt the records and the queues with a KMS key of the deployment's own, "
        "which costs 1 USD a month. Without it they are encrypted with keys of AWS's, at no "
        "charge.",
    )
    existing: bool = Field(
        default=False,
        description="Take up what an earlier deployment of this name left behind, Timestream's "
        "database and table or DynamoDB's table, as it is: nothing here changes it "
        "([how](operations.md#take-up-a-retained-table)).",
    )
    existing_key: KeyArn | None = Field(
        default=None,
        description="With `existing`: the ARN of the customer-managed KMS key that what is taken "
        "up is encrypted with, if it is. Without it nobody could read or write there.",
    )

    def disagreements(self, key: str) -> Iterator[str]:
        """Say what in it contradicts itself, each as a sentence.

        :param key: where it stands in the settings.
        """
        if self.existing_key is not None and not self.existing:
            rule = f"{key}.existing is false: a new one takes a key by kms_key"
            yield sentence(f"{key}.existing_key", self.existing_key, rule)


class TimestreamStorage(_Storage):
    """Records are kept in Timestream for LiveAnalytics."""

    type: Literal["timestream"] = Field(default="timestream", description=TYPE)
    memory_hours: int = Field(
        default=24,
        ge=1,
        le=MEMORY_STORE_HOURS,
        description="Timestream: hours in the memory store, the fast one, and by far the dearer.",
    )
    magnetic_days: int = Field(
        default=3650,
        ge=1,
        le=MAGNETIC_STORE_DAYS,
        description="Timestream: days in the magnetic store; older records are gone for good.",
    )


class DynamoDbStorage(_Storage):
    """Records are kept in DynamoDB."""

    type: Literal["dynamodb"] = Field(description=TYPE)
    retention_days: int = Field(
        default=3650,
        ge=1,
        le=MAGNETIC_STORE_DAYS,
        description="DynamoDB: days that a record is kept from its time on. Older ones are gone "
        "for good. It counts for what is written from now on.",
    )
    max_read_units: int = Field(
        default=25,
        ge=1,
        le=UNITS_A_SECOND,
        description="DynamoDB: how many read units a second are served; more is throttled, and "
        "asked for again. So reading comes to about 8.21 USD a month at most, 0.33 a unit.",
    )
    max_write_units: int | None = Field(
        default=None,
        ge=1,
        le=UNITS_A_SECOND,
        description="DynamoDB: the same for write units, 1.64 USD a unit; what the poller cannot "
        "write at once waits in the queue. By default 10, or three for each bridge if that is "
        "more: then a poll can write all of them. Raise it while you import a large history.",
    )
    point_in_time_recovery: bool = Field(
        default=True,
        description="DynamoDB: keep 35 days of backups, to restore any second of them into a new "
        "table. Costs 0.20 USD a GB and month.",
    )


STORES: dict[str, type[TimestreamStorage | DynamoDbStorage]] = {
    "timestream": TimestreamStorage,
    "dynamodb": DynamoDbStorage,
}


def _type_of(storage: Any) -> str | None:  # noqa: ANN401 - whatever people typed
    """Tell which class is to read it: without a type it is Timestream, the first that there was."""
    if isinstance(storage, BaseModel):
        return str(getattr(storage, "type", None))
    return str(storage.get("type", "timestream")) if isinstance(storage, dict) else "timestream"


Storage: TypeAlias = Annotated[
    Annotated[TimestreamStorage, Tag("timestream")] | Annotated[DynamoDbStorage, Tag("dynamodb")],
    Discriminator(_type_of),
]
