"""What is loaded when: DuckDB with a store, sqlglot with a query."""

from __future__ import annotations

import subprocess
import sys

import pytest

from embedded_timestream.operations import OPERATIONS
from embedded_timestream.query.engine import Engine
from embedded_timestream.scheduled_queries.service import ScheduledQueries
from embedded_timestream.write.batch_load import BatchLoads
from embedded_timestream.write.catalog import Catalog

LIGHT = (
    "clock", "errors", "functions", "limits", "operations", "record_sizes", "schema", "sqltypes",
    "wire", "query.statements", "query.listings", "write.catalog", "write.records", "write.table",
    "scheduled_queries.schedule_expression", "scheduled_queries.service",
)  # fmt: skip

ENDPOINTS = """
import boto3, moto
from embedded_timestream import moto_adapter
from embedded_timestream.clock import SystemClock

moto_adapter.install(SystemClock())
with moto.mock_aws():
    client = boto3.client("timestream-query", region_name="us-east-1")
    assert client.describe_endpoints()["Endpoints"]
"""

WRITE = """
from embedded_timestream.clock import SystemClock
from unittest.mock import Mock
from embedded_timestream.service import Service

service = Service(SystemClock(), None, "123456789012", "us-east-1", Mock())
service.call("CreateDatabase", {"DatabaseName": "bridges"})
"""


def loaded_by(program: str) -> set[str]:
    """Run a program in a fresh process; return which of the heavy libraries it has loaded."""
    program += "\nimport sys\nprint(*({'duckdb', 'sqlglot'} & set(sys.modules)))"
    done = subprocess.run(  # noqa: S603 - the programs above
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("program", "loaded"),
    [
        ("\n".join(f"import embedded_timestream.{name}" for name in LIGHT), set[str]()),
        (ENDPOINTS, set[str]()),
        (WRITE, {"duckdb"}),
    ],
    ids=["imports", "DescribeEndpoints", "a write"],
)
def test_heavy_libraries_are_loaded_when_they_are_needed(program: str, loaded: set[str]) -> None:
    assert loaded_by(program) == loaded


def test_the_calls_are_those_that_are_made_somewhere() -> None:
    assert set(OPERATIONS) == {
        *Catalog.OPERATIONS,
        *Engine.OPERATIONS,
        *ScheduledQueries.OPERATIONS,
        *BatchLoads.OPERATIONS,
    }
