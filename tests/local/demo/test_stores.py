"""How the tables are read back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from local.bridges.openings import Change
from local.demo.stores import STORES
from tests.local.conftest import START
from tests.unit.lambdas.observation_table import create_table

if TYPE_CHECKING:
    from local.cloud import Cloud

TABLE = "demo-observations"


def test_a_table_at_its_limit_is_read_whole(simulated_cloud: Cloud) -> None:
    client = simulated_cloud.client("dynamodb")
    create_table(client, TABLE)
    client.update_table(TableName=TABLE, OnDemandThroughput={"MaxReadRequestUnits": 25})
    times = [START + timedelta(minutes=minute) for minute in range(8)]
    for time in times:
        client.put_item(
            TableName=TABLE,
            Item={
                "bridge": {"S": "Hisingsbron"},
                "time": {"N": str(round(time.timestamp() * 1000))},
                "status": {"S": "Open"},
                "filler": {"S": "x" * 300_000},  # three of them are a page
            },
        )

    found = list(STORES["dynamodb"].records(simulated_cloud, "demo", ["Hisingsbron"], START))

    assert found == [Change(time, "Hisingsbron", "Open") for time in times]
