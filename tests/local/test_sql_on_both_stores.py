"""The same statements over the same records in both stores: the same columns, types and rows.

Timestream's side is the embedded cloud's, over the wire; DynamoDB's is what the command line does.
"""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bridgewatch.dynamodb.table import DynamoDbTable
from bridgewatch.settings import DynamoDbStorage
from bridgewatch.timestream.table import TimestreamTable
from embedded_timestream.clock import SystemClock, utc
from lambdas.aws import Connection
from lambdas.observation import in_milliseconds
from local.cloud import Cloud
from tests.unit.lambdas.observation_table import create_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bridgewatch.observation_table import ObservationTable

DIMENSIONS = {
    "Hisingsbron": {"city": "Gothenburg", "kind": "lift", "source": "roadsignals"},
    "Marieholmsbron": {"city": "Gothenburg", "kind": "lift", "source": "trafikverket"},
    "'s-Gravenbrug å": {"city": "Den Haag", "area": "Centrum", "kind": "lift", "source": "ndw"},
}
STATEMENTS = [
    one.strip()
    for one in Path(__file__).with_name("both_stores.sql").read_text(encoding="utf-8").split(";")
    if one.strip()
]


@pytest.fixture(scope="module")
def tables() -> Iterator[dict[str, ObservationTable]]:
    """Some 900 records of ten days, in both."""
    with Cloud(SystemClock()) as cloud, pytest.MonkeyPatch.context() as patch:
        for name, value in cloud.environment().items():
            patch.setenv(name, value)
        write = cloud.client("timestream-write")
        write.create_database(DatabaseName="bridgewatch")
        write.create_table(
            DatabaseName="bridgewatch",
            TableName="observations",
            RetentionProperties={
                "MemoryStoreRetentionPeriodInHours": 720,
                "MagneticStoreRetentionPeriodInDays": 3650,
            },
        )
        create_table(cloud.client("dynamodb"), "bridgewatch-observations")
        where: dict[str, Any] = {"database": "bridgewatch", "table": "observations"}
        both: dict[str, ObservationTable] = {
            "timestream": TimestreamTable(**where, connection=Connection()),
            "dynamodb": DynamoDbTable(
                DynamoDbStorage(type="dynamodb"),
                **where,
                connection=Connection(),
                dimensions=DIMENSIONS,
            ),
        }
        end = utc(SystemClock())
        rows = [
            (
                bridge,
                in_milliseconds(end - timedelta(minutes=49 * n)),
                "Closed" if n % 4 else "Open",
            )
            for n in range(290)
            for bridge in DIMENSIONS
        ]
        for table in both.values():
            writer = table.writer(DIMENSIONS, 1)
            for start in range(0, len(rows), 100):
                assert writer.write(rows[start : start + 100]).refusals == {}
        yield both


@pytest.mark.parametrize("statement", STATEMENTS)
def test_both_answer_alike(tables: dict[str, ObservationTable], statement: str) -> None:
    answers = []
    for table in tables.values():
        sql = statement.replace("{}", '"bridgewatch"."observations"')
        with closing(table.query(sql, full=True)) as query:
            answers.append(([(one.name, one.type) for one in query.columns], list(query)))

    assert answers[0] == answers[1]
