from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from tests.local.deployed import Deployed, is_running

if TYPE_CHECKING:
    from local.cloud import Cloud


def test_every_service_of_the_templates_answers(cloud: Cloud) -> None:
    cloud.probe()


def test_requests_are_counted_by_their_operation(cloud: Cloud) -> None:
    before = cloud.requests["ListDatabases"]

    cloud.client("timestream-write").list_databases()

    assert cloud.requests["ListDatabases"] == before + 1


def test_what_nobody_emulates_is_said_at_once(cloud: Cloud) -> None:
    with pytest.raises(ClientError) as caught:
        cloud.client("budgets").describe_budget_performance_history(
            AccountId=cloud.account, BudgetName="none"
        )

    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_an_unmodified_sdk_needs_the_endpoint_alone(cloud: Cloud) -> None:
    program = (
        "import boto3; c = boto3.client('timestream-write');"
        "c.create_database(DatabaseName='alone'); print(c.describe_endpoints()['Endpoints'])"
    )

    done = subprocess.run(  # noqa: S603 - this interpreter
        [sys.executable, "-c", program],
        env=cloud.environment(),
        capture_output=True,
        text=True,
        check=True,
    )

    assert cloud.endpoint in done.stdout


def test_deleting_a_function_ends_its_processes(cloud: Cloud) -> None:
    function = Deployed(
        cloud, "deleted", "import os\ndef handler(event, context): return os.getpid()"
    )
    process = function.invoke().payload

    cloud.client("lambda").delete_function(FunctionName="deleted")

    assert not is_running(process)
    with pytest.raises(ClientError, match="Function not found"):
        function.invoke()
