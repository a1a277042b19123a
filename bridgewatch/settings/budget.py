"""What a month may cost, and when that is reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias

from pydantic import Field

from bridgewatch.settings.model import Email, Model, Text, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

# https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_CreateBudget.html
NOTIFICATIONS_PER_BUDGET = 10

SERVICES = (
    "AmazonCloudWatch",
    "CloudWatch Events",  # EventBridge Scheduler, too
    "AWS Key Management Service",
    "AWS Lambda",
    "AWS Systems Manager",
    "Amazon CloudFront",
    "Amazon DynamoDB",
    "Amazon Simple Notification Service",
    "Amazon Simple Queue Service",
    "Amazon Simple Storage Service",
    "Amazon Timestream",
)
"""The services that a deployment may use and is billed for, as Cost Explorer spells them."""


Percent: TypeAlias = Annotated[int, Field(ge=1, le=1000)]


class Budget(Model):
    """What a month may cost, and when that is reported."""

    monthly_usd: float | None = Field(
        default=None,
        ge=0.01,
        le=1_000_000,
        description="What a month may cost, in US dollars, before you get a message: all of "
        "`budget.services`, in the whole account; by default, twice what is predicted (`python -m "
        "bridgewatch cost`), and at least 1. What blows the fuse is `fuse_usd`.",
    )
    actual_percent: tuple[Percent, ...] = Field(
        default=(50, 80, 100), description="Shares of it, once spent, that send a message."
    )
    forecast_percent: tuple[Percent, ...] = Field(
        default=(100,),
        description="Shares of it, once forecast for the month's end, that send a message.",
    )
    services: tuple[Text, ...] = Field(
        default=SERVICES,
        description="The AWS services whose cost counts, as Cost Explorer spells them: those that "
        "a deployment uses. An empty list means the whole account. AWS checks no spelling: a "
        "budget on services that it does not know stays at 0 and never rings.",
    )
    email: Email | None = Field(
        default=None, description="Who gets the budget's messages as well as the topic."
    )
    fuse: bool = Field(
        default=False,
        description="When `fuse_usd` is spent, AWS denies queries to the reader role, until you "
        "close the fuse again ([how](operations.md#the-fuse-has-blown)). Records are still "
        "written. It has a budget of its own; an account's first two such budgets are free, its "
        "third costs 3 USD a month.",
    )
    fuse_usd: float | None = Field(
        default=None,
        ge=0.01,
        le=1_000_000,
        description="What the store alone, Timestream or DynamoDB, may cost the account in a "
        "month, in US dollars, before the fuse blows; by default, as much as `monthly_usd`.",
    )

    def disagreements(self, key: str) -> Iterator[str]:
        """Say what in it contradicts itself, each as a sentence.

        :param key: where it stands in the settings.
        """
        for name in ("actual_percent", "forecast_percent"):
            thresholds: tuple[int, ...] = getattr(self, name)
            if len(set(thresholds)) < len(thresholds):
                yield sentence(f"{key}.{name}", thresholds, "its values must be unique")
        count = len(self.actual_percent) + len(self.forecast_percent)
        if not 1 <= count <= NOTIFICATIONS_PER_BUDGET:
            yield (
                f"{key} has {count} thresholds, "
                f"but AWS Budgets takes 1 to {NOTIFICATIONS_PER_BUDGET} of them."
            )
