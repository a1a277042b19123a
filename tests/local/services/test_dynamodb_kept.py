"""DynamoDB's tables where the embedded cloud keeps them in a directory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from embedded_timestream.clock import SystemClock
from local.cloud import REGION, Cloud
from tests.full_disk import full_disk
from tests.local.services.test_dynamodb import TABLE, Items

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LIMITS = {"MaxReadRequestUnits": 25, "MaxWriteRequestUnits": 1000}


def test_tables_come_back_as_they_were_with_their_items(tmp_path: Path) -> None:
    with Cloud(SystemClock(), data=tmp_path) as cloud:
        items = Items(cloud, OnDemandThroughput=LIMITS, DeletionProtectionEnabled=True)
        items.client.update_time_to_live(
            TableName=TABLE, TimeToLiveSpecification={"AttributeName": "expires", "Enabled": True}
        )
        for time in (1, 2, 3):
            items.put(time)
        items.put(2, text="again")
        items.client.delete_item(TableName=TABLE, Key={"bridge": {"S": "b"}, "time": {"N": "3"}})
        before = items.query()["Items"]

    with Cloud(SystemClock(), data=tmp_path) as cloud:
        client = cloud.client("dynamodb")
        table = client.describe_table(TableName=TABLE)["Table"]
        ttl = client.describe_time_to_live(TableName=TABLE)["TimeToLiveDescription"]
        again = client.scan(TableName=TABLE)["Items"]
        client.update_table(TableName=TABLE, DeletionProtectionEnabled=False)
        client.delete_table(TableName=TABLE)

    assert again == before
    assert (table["OnDemandThroughput"], table["ItemCount"]) == (LIMITS, 2)
    assert table["DeletionProtectionEnabled"] is True
    assert ttl == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    with Cloud(SystemClock(), data=tmp_path) as cloud:
        assert cloud.client("dynamodb").list_tables()["TableNames"] == []


def test_what_was_answered_is_there_after_a_kill(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "local", "serve", "--port", "0", "--data", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - this interpreter
        assert process.stdout
        served: Any = Served(process.stdout.readline().split()[1])
        items = Items(served)
        for time in range(50):
            items.put(time)
        os.kill(process.pid, signal.SIGKILL)

    with Cloud(SystemClock(), data=tmp_path) as cloud:
        assert cloud.client("dynamodb").describe_table(TableName=TABLE)["Table"]["ItemCount"] == 50


class Served:
    """A cloud of another process."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 makes it at run time
        return boto3.client(  # type: ignore[call-overload] # any name
            service,
            region_name=REGION,
            endpoint_url=self._endpoint,
            aws_access_key_id="embedded",
            aws_secret_access_key="embedded",
        )


def test_on_a_full_disk_nothing_is_answered_that_is_not_kept(tmp_path: Path) -> None:
    with Cloud(SystemClock(), data=tmp_path) as cloud:
        items = Items(cloud)
        items.put(1)
        asked: list[Callable[[], object]] = [
            partial(items.put, 2),
            partial(items.put, 3),
            items.query,
        ]
        with full_disk(1):
            for ask in asked:
                with pytest.raises(ClientError) as refused:
                    ask()
                assert refused.value.response["Error"]["Code"] == "InternalServerError"
                assert "The tables cannot be kept: " in str(refused.value)
        items.put(4)
        before = items.query()["Items"]

    with Cloud(SystemClock(), data=tmp_path) as cloud:
        assert cloud.client("dynamodb").scan(TableName=TABLE)["Items"] == before
    # The first put was done and not answered, the second not done.
    assert [item["time"]["N"] for item in before] == ["1", "2", "4"]
