"""What AWS says that this month has cost so far, and what the table tells of itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from bridgewatch.metrics import Metric, latest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

COST_EXPLORER_REQUESTS = 2
"""Each of them is billed: https://aws.amazon.com/aws-cost-management/aws-cost-explorer/pricing/."""

COST_EXPLORER_REGION = "us-east-1"
TAG = "bridgewatch:deployment"

# How Cost Explorer spells what prices.csv calls by its usual name. EventBridge Scheduler bills as
# what it grew out of.
SERVICES = {
    "Amazon Timestream": "Timestream",
    "Amazon DynamoDB": "DynamoDB",
    "AWS Lambda": "Lambda",
    "CloudWatch Events": "EventBridge Scheduler",
    "AmazonCloudWatch": "CloudWatch",
    "Amazon Simple Queue Service": "SQS",
    "Amazon Simple Notification Service": "SNS",
    "Amazon Simple Storage Service": "S3",
    "AWS Systems Manager": "SSM",
    "AWS Key Management Service": "KMS",
    "AWS Budgets": "Budgets",
    "AWS Cost Explorer": "Cost Explorer",
}

# https://docs.aws.amazon.com/timestream/latest/developerguide/metrics-dimensions.html
METRICS = {
    "QueryTCU": Metric(
        "AWS/Usage", "ResourceCount", "Maximum", {"Service": "Timestream", "Resource": "QueryTCU"}
    ),
    **{
        name: Metric("AWS/Timestream", name, statistic)
        for name, statistic in {
            "CumulativeBytesMetered": "Sum",
            "MemoryCumulativeBytesMetered": "Average",
            "MagneticCumulativeBytesMetered": "Average",
        }.items()
    },
}
_DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Budget:
    """A budget, in US dollars.

    :param forecast: what AWS expects the month to cost; None if it expects nothing yet.
    """

    limit: Fraction
    spent: Fraction
    forecast: Fraction | None


@dataclass(frozen=True)
class Actual:
    """What AWS says.

    :param account: what the whole account has cost this month, by service, in US dollars.
    :param tagged: the part that carries this deployment's tag: nothing, unless the payer account
        has activated the tag for cost allocation.
    :param budget: None if it isn't deployed.
    :param metrics: the last day's value of each of METRICS that has data this month, by its name
        and the operation that it is of, if it is told apart by that.
    """

    account: Mapping[str, Fraction]
    tagged: Mapping[str, Fraction]
    budget: Budget | None
    metrics: Mapping[str, float]


def actual(client: Callable[..., Any], *, deployment: str, database: str, now: datetime) -> Actual:
    """Ask AWS; the requests to Cost Explorer are billed.

    :param client: makes a boto3 client of a service, and of a region if that is given.
    :param deployment: the deployment's name.
    :param database: its Timestream database.
    :param now: timezone-aware.
    :raises botocore.exceptions.ClientError: if AWS refuses a request.
    """
    explorer = client("ce", region_name=COST_EXPLORER_REGION)
    tag = {"Tags": {"Key": TAG, "Values": [deployment]}}
    return Actual(
        account=_costs(explorer, now),
        tagged=_costs(explorer, now, Filter=tag),
        budget=_budget(client, deployment),
        metrics=_metrics(client("cloudwatch"), database, now),
    )


def _costs(explorer: Any, now: datetime, **options: object) -> dict[str, Fraction]:  # noqa: ANN401 - a client
    tomorrow = now.date() + timedelta(days=1)  # the end is not within
    answer = explorer.get_cost_and_usage(
        TimePeriod={"Start": now.date().replace(day=1).isoformat(), "End": tomorrow.isoformat()},
        Granularity="MONTHLY",
        Metrics=["UnblendedCost"],
        GroupBy=[{"Type": "DIMENSION", "Key": "SERVICE"}],
        **options,
    )
    costs: dict[str, Fraction] = {}
    for period in answer["ResultsByTime"]:
        for group in period["Groups"]:
            (spelled,) = group["Keys"]
            service = SERVICES.get(spelled, spelled)
            amount = Fraction(group["Metrics"]["UnblendedCost"]["Amount"])
            costs[service] = costs.get(service, Fraction(0)) + amount
    return costs


def _budget(client: Callable[..., Any], deployment: str) -> Budget | None:
    """Find the budget that the cost alarm stack made; it has no name of its own."""
    try:
        stacks = client("cloudformation").describe_stacks(StackName=f"{deployment}-cost-alarm")
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":  # there is no such stack
            return None
        raise
    outputs = {
        output["OutputKey"]: output["OutputValue"] for output in stacks["Stacks"][0]["Outputs"]
    }
    account = client("sts").get_caller_identity()["Account"]
    found = client("budgets", region_name=COST_EXPLORER_REGION).describe_budget(
        AccountId=account, BudgetName=outputs["BudgetName"]
    )["Budget"]
    spend = found.get("CalculatedSpend", {})
    forecast = spend.get("ForecastedSpend")
    return Budget(
        limit=Fraction(found["BudgetLimit"]["Amount"]),
        spent=Fraction(spend.get("ActualSpend", {}).get("Amount", "0")),
        forecast=Fraction(forecast["Amount"]) if forecast else None,
    )


def _metrics(cloudwatch: Any, database: str, now: datetime) -> dict[str, float]:  # noqa: ANN401 - a client
    """Read the last day's value of Timestream's metrics: of the database, or of the account.

    One that several operations share is told of each: `CumulativeBytesMetered of Query`.
    """
    values: dict[str, float] = {}
    since = datetime.combine(now.date().replace(day=1), time(), now.tzinfo)
    for name, metric in METRICS.items():
        found = latest(cloudwatch, metric, since=since, now=now, period_seconds=_DAY_SECONDS)
        # The database's own come last, and count.
        for dimensions, value in sorted(found, key=lambda one: "DatabaseName" in one[0]):
            if dimensions.get("DatabaseName", database) == database:
                operation = dimensions.get("Operation")
                values[f"{name} of {operation}" if operation else name] = value
    return values
