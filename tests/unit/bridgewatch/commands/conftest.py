"""Commands on the embedded cloud: real Timestream SQL, real retention, real versions.

In a module that names STORES, each test that uses `run` runs once for each of these stores.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from bridgewatch.cli import app
from bridgewatch.cli.reading import place_of
from bridgewatch.settings import load_settings
from embedded_timestream.clock import SystemClock
from lambdas.aws import Connection
from lambdas.dynamodb import DynamoDbStore
from lambdas.observation import Observation, Status
from lambdas.timestream import TimestreamStore
from local.cloud import Cloud
from tests.unit.lambdas.observation_table import create_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from typer.testing import Result

DATABASE = "gothenburg"
SETTINGS = {
    "deployment": DATABASE,
    "bridges": [
        {
            "name": "Hisingsbron",
            "source": "city",
            "dimensions": {"city": "Gothenburg"},
            "timezone": "Europe/Stockholm",
        },
        {"name": "Marieholmsbron", "source": "city", "timezone": "Europe/Stockholm"},
    ],
    "sources": {
        "city": {
            "type": "json",
            "url": "https://example.org/",
            "pointer": "/status",
            "statuses": {"Open": "Closed", "Closed": "Open"},
        }
    },
}
BUCKET = {"BucketName": "rejected-data", "EncryptionOption": "SSE_S3"}

_numbers = count()


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with Cloud(SystemClock()) as cloud:
        cloud.client("timestream-write").create_database(DatabaseName=DATABASE)
        yield cloud


@dataclass
class Commands:
    """The command line, on a table of a test's own in a cloud."""

    cloud: Cloud
    table: str
    settings: Path
    store: TimestreamStore | DynamoDbStore

    def __call__(self, *arguments: str, input_: str | None = None) -> Result:
        """Run a command."""
        if "--table" not in arguments:
            arguments = (*arguments, "--table", self.table)
        return CliRunner().invoke(
            app,
            [*arguments, "--settings", str(self.settings)],
            input=input_,
            catch_exceptions=False,
        )

    def printed(self, *arguments: str) -> Any:  # noqa: ANN401 - what JSON can be
        """Run a command, and read the JSON that it prints."""
        result = self(*arguments, "--json")
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    def write(self, *observations: tuple[datetime, str], bridge: str = "Hisingsbron") -> None:
        """Write records as the poller does."""
        store = self.store.carrying({bridge: {"city": "Gothenburg", "source": "city"}})
        refusals = store.write(
            [Observation(bridge, Status(status), time) for time, status in observations]
        )
        assert refusals == []

    def rows(self) -> list[list[str]]:
        """Give all records, as [bridge, time, status], sorted."""
        table = place_of(load_settings(self.settings), Connection(), DATABASE, self.table)
        query = table.observations.query(
            f'SELECT measure_name, time, measure_value::varchar FROM "{DATABASE}"."{self.table}" '  # noqa: S608 - of a test's own
            "ORDER BY 1, 2",
            full=True,
        )
        return [
            [bridge, f"{time:%Y-%m-%d %H:%M:%S.%f}000", status] for bridge, time, status in query
        ]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    stores = getattr(metafunc.module, "STORES", None)
    if stores and "run" in metafunc.fixturenames:
        metafunc.parametrize("run", stores, indirect=True)


@pytest.fixture
def run(
    cloud: Cloud,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Commands:
    """Give the command line, in an empty directory, with a new table that takes late writes."""
    for name, value in cloud.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    # However busy the machine is.
    monkeypatch.setattr("lambdas.dynamodb.WRITE_SECONDS", 600)
    kind = getattr(request, "param", "timestream")
    settings = tmp_path / "settings.json"
    settings.write_text(json.dumps({**SETTINGS, "storage": {"type": kind}}))
    table = f"table-{next(_numbers)}"
    make = _dynamodb if kind == "dynamodb" else _timestream
    return Commands(cloud, table, settings, make(cloud, table))


def _timestream(cloud: Cloud, table: str) -> TimestreamStore:
    cloud.client("timestream-write").create_table(
        DatabaseName=DATABASE,
        TableName=table,
        RetentionProperties={
            "MemoryStoreRetentionPeriodInHours": 24,
            "MagneticStoreRetentionPeriodInDays": 36500,
        },
        MagneticStoreWriteProperties={
            "EnableMagneticStoreWrites": True,
            "MagneticStoreRejectedDataLocation": {"S3Configuration": BUCKET},
        },
    )
    return TimestreamStore(database=DATABASE, table=table)


def _dynamodb(cloud: Cloud, table: str) -> DynamoDbStore:
    name = f"{DATABASE}-{table}"
    create_table(cloud.client("dynamodb"), name)
    return DynamoDbStore(table=name, retention=timedelta(days=3650))
