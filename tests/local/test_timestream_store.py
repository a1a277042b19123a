"""The store in Timestream, against the embedded cloud: the contract, and the operator's reading."""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING

import pytest
import time_machine
from typer.testing import CliRunner

from bridgewatch.cli import app
from lambdas.aws import Connection
from lambdas.store import StoreError
from lambdas.timestream import TimestreamStore
from local.cloud import Cloud
from local.simulated_time.clock import SimulatedClock
from tests.unit.lambdas.moments import CLOSED, NOON, OPEN, minute, seen
from tests.unit.lambdas.store_contract import DIMENSIONS, RETENTION, StoreContract

if TYPE_CHECKING:
    from collections.abc import Iterator


_numbers = count(1)


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with Cloud(SimulatedClock(minute(10))) as cloud:
        cloud.client("timestream-write").create_database(DatabaseName="bridgewatch")
        yield cloud


@pytest.fixture
def connection(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Connection:
    for name, value in cloud.environment().items():
        monkeypatch.setenv(name, value)
    return Connection(region="eu-west-1", endpoint_url=cloud.endpoint)


@pytest.fixture
def table(cloud: Cloud) -> str:
    """A new table that keeps a day in memory, and takes what is late into the magnetic store."""
    name = f"observations-{next(_numbers)}"
    cloud.client("timestream-write").create_table(
        DatabaseName="bridgewatch",
        TableName=name,
        RetentionProperties={
            "MemoryStoreRetentionPeriodInHours": 24,
            "MagneticStoreRetentionPeriodInDays": RETENTION.days,
        },
        MagneticStoreWriteProperties={"EnableMagneticStoreWrites": True},
    )
    return name


class TestTimestreamStore(StoreContract):
    @pytest.fixture
    def store(self, table: str, connection: Connection) -> TimestreamStore:
        return TimestreamStore(
            database="bridgewatch", table=table, dimensions=DIMENSIONS, connection=connection
        )

    def test_a_missing_table_is_explained(self, connection: Connection) -> None:
        missing = TimestreamStore(
            database="bridgewatch", table="missing", dimensions=DIMENSIONS, connection=connection
        )

        with pytest.raises(StoreError, match="deploy the storage stack"):
            missing.write([seen(OPEN, 0)])
        with pytest.raises(StoreError, match="nothing to read yet, or not there"):
            list(missing.read(["Hisingsbron"], NOON, minute(1)))


def test_the_command_line_reads_what_was_written(table: str, connection: Connection) -> None:
    store = TimestreamStore(
        database="bridgewatch", table=table, dimensions=DIMENSIONS, connection=connection
    )
    store.write([seen(CLOSED, -30), seen(OPEN, 0), seen(CLOSED, 8)])
    where = ("--table", table, "--endpoint-url", str(connection.endpoint_url), "--json")

    with time_machine.travel(minute(10), tick=False):
        status = CliRunner().invoke(app, ["status", *where])
        history = CliRunner().invoke(app, ["history", "Hisingsbron", "--since", "15m", *where])

    (bridge,) = json.loads(status.stdout)
    assert (bridge["status"], bridge["since"]) == ("Closed", "2026-11-23T12:08:00.000Z")
    stretches = json.loads(history.stdout)["stretches"]
    assert [(one["status"], one["duration_seconds"]) for one in stretches] == [
        ("Closed", pytest.approx(300, abs=1)),
        ("Open", 480),
        ("Closed", pytest.approx(120, abs=1)),
    ]
