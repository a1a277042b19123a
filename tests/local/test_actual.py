"""`bridgewatch cost --actual` against the services that it asks."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests
from typer.testing import CliRunner

from bridgewatch.cli import app
from bridgewatch.settings import CDK_JSON
from embedded_timestream.clock import SystemClock
from local.cloud import REGION, Cloud

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typer.testing import Result

DEPLOYMENT = json.loads(CDK_JSON.read_text())["context"]["bridgewatch"]["deployment"]
ASK = ("cost", "--actual", "--region", REGION)


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    with Cloud(SystemClock()) as cloud:
        for name, value in cloud.environment().items():
            monkeypatch.setenv(name, value)
        yield cloud


def costs(**services: str) -> dict[str, Any]:
    """Make an answer of Cost Explorer's."""
    groups = [
        {
            "Keys": [name.replace("_", " ")],
            "Metrics": {"UnblendedCost": {"Amount": usd, "Unit": "USD"}},
        }
        for name, usd in services.items()
    ]
    period = {"Start": "2026-11-01", "End": "2026-11-24"}
    return {"ResultsByTime": [{"TimePeriod": period, "Total": {}, "Groups": groups}]}


def answers(cloud: Cloud, *results: dict[str, Any]) -> None:
    """Let Cost Explorer give these answers, one after another."""
    requests.post(
        f"{cloud.endpoint}/moto-api/static/ce/cost-and-usage-results",
        json={"results": list(results)},
        timeout=5,
    ).raise_for_status()


def deploy_budget(cloud: Cloud) -> None:
    cloud.client("budgets").create_budget(
        AccountId=cloud.account,
        Budget={
            "BudgetName": "monthly",
            "BudgetLimit": {"Amount": "1", "Unit": "USD"},
            "TimeUnit": "MONTHLY",
            "BudgetType": "COST",
        },
    )
    cloud.client("cloudformation").create_stack(
        StackName=f"{DEPLOYMENT}-cost-alarm",
        TemplateBody=json.dumps(
            {
                "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
                "Outputs": {"BudgetName": {"Value": "monthly"}},
            }
        ),
    )


def run(*arguments: str, answer: str = "") -> Result:
    return CliRunner().invoke(app, [*ASK, *arguments], input=answer)


def test_it_asks_first_because_asking_is_billed(cloud: Cloud) -> None:
    # when
    result = run(answer="n\n")
    # then
    assert result.exit_code == 1
    assert "AWS bills 0.02 USD for the 2 requests to Cost Explorer. Go on?" in result.stderr
    assert cloud.requests["GetCostAndUsage"] == 0


def test_what_it_was_is_told_beside_the_prediction_and_the_budget(cloud: Cloud) -> None:
    # given
    answers(
        cloud,
        costs(Amazon_Timestream="0.5", AWS_Lambda="0.25", Amazon_Elephants="12"),
        costs(Amazon_Timestream="0.5"),
    )
    deploy_budget(cloud)
    # when
    result = run(answer="y\n")
    # then
    assert result.exit_code == 0, result.output
    assert cloud.requests["GetCostAndUsage"] == 2
    table = [line for line in result.stdout.splitlines() if line.startswith("  ")]
    rows = {line[2:].partition("  ")[0]: line.split() for line in table if "." in line}
    assert rows["Timestream"][1:3] == ["0.50", "0.50"]
    assert rows["Lambda"][1:] == ["0.25", "0"]
    assert rows["Amazon Elephants"][2:] == ["12.00"]
    assert rows["together"][1:3] == ["12.75", "0.50"]
    assert "The budget is 1.00: " in result.stdout


def test_programs_get_json(cloud: Cloud) -> None:
    # given
    answers(cloud, costs(Amazon_Timestream="0.5"), costs())
    # when
    result = run("--yes", "--json")
    # then
    assert cloud.requests["GetCostAndUsage"] == 2
    document = json.loads(result.stdout)
    assert document["account_usd"] == {"Timestream": 0.5}
    assert document["tagged_usd"] == {}
    assert document["budget_usd"] is None
    assert document["predicted"]["monthly_usd"]["tcu"] > 0


def test_a_tag_that_nothing_carries_and_a_missing_budget_are_said(cloud: Cloud) -> None:
    # given
    answers(cloud, costs(Amazon_Timestream="0.5"), costs())
    # when
    result = run("--yes")
    # then
    assert "Nothing carries the tag bridgewatch:deployment" in result.stdout
    assert "There is no budget" in result.stdout


def test_the_table_s_own_metrics_are_told_before_the_account_s(cloud: Cloud) -> None:
    # given
    cloudwatch = cloud.client("cloudwatch")
    for database, value in ((None, 9000.0), (DEPLOYMENT, 50.0)):
        dimensions = [{"Name": "DatabaseName", "Value": database}] if database else []
        cloudwatch.put_metric_data(
            Namespace="AWS/Timestream",
            MetricData=[
                {
                    "MetricName": "MagneticCumulativeBytesMetered",
                    "Dimensions": dimensions,
                    "Value": value,
                    "Timestamp": datetime.now(UTC) - timedelta(seconds=1),
                }
            ],
        )
    # when
    document = json.loads(run("--yes", "--json").stdout)
    # then
    assert document["metrics"] == {"MagneticCumulativeBytesMetered": 50.0}


def measured(cloud: Cloud, namespace: str, name: str, value: float, **dimensions: str) -> None:
    cloud.client("cloudwatch").put_metric_data(
        Namespace=namespace,
        MetricData=[
            {
                "MetricName": name,
                "Dimensions": [
                    {"Name": name, "Value": value} for name, value in dimensions.items()
                ],
                "Value": value,
                "Timestamp": datetime.now(UTC) - timedelta(seconds=1),
            }
        ],
    )


def test_metrics_are_read_as_aws_documents_them(cloud: Cloud) -> None:
    # given: bytes metered of each operation, and compute among what else an account uses
    for operation, value in (("Query", 20.0), ("WriteRecords", 3.0)):
        measured(cloud, "AWS/Timestream", "CumulativeBytesMetered", value, Operation=operation)
    usage = {"Service": "Timestream", "Type": "Resource", "Class": "OnDemand"}
    measured(cloud, "AWS/Usage", "ResourceCount", 4, Resource="QueryTCU", **usage)
    measured(cloud, "AWS/Usage", "ResourceCount", 99, Resource="OnDemand", **usage)
    measured(cloud, "AWS/Timestream", "MemoryCumulativeBytesMetered", 7, Operation="Storage")
    # when
    document = json.loads(run("--yes", "--json").stdout)
    # then
    assert document["metrics"] == {
        "QueryTCU": 4.0,
        "CumulativeBytesMetered of Query": 20.0,
        "CumulativeBytesMetered of WriteRecords": 3.0,
        "MemoryCumulativeBytesMetered of Storage": 7.0,
    }


def test_other_databases_are_left_out(cloud: Cloud) -> None:
    # given
    name = "MemoryCumulativeBytesMetered"
    measured(cloud, "AWS/Timestream", name, 7, DatabaseName="another", Operation="Storage")
    # when, then
    assert json.loads(run("--yes", "--json").stdout)["metrics"] == {}


def test_what_aws_refuses_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    # given: nobody listens there
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    # when
    result = run("--yes", "--endpoint-url", "http://127.0.0.1:9")
    # then
    assert result.exit_code == 1
    assert result.stderr.startswith("bridgewatch: AWS cannot be asked: ")
