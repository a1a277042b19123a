"""Scheduled queries run when a cloud's schedules do."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.embedded_timestream.test_scheduled import TARGET, definition
from tests.local.conftest import START

if TYPE_CHECKING:
    from local.cloud import Cloud
    from local.simulated_time.clock import SimulatedClock


def test_simulated_time_runs_the_queries_of_a_cloud(
    simulated_cloud: Cloud, clock: SimulatedClock
) -> None:
    query, write = (simulated_cloud.client(f"timestream-{api}") for api in ("query", "write"))
    topic = simulated_cloud.client("sns").create_topic(Name="runs")["TopicArn"]
    write.create_database(DatabaseName="bridges")
    write.create_table(**TARGET)
    members = definition(
        QueryString="SELECT 'x' AS city, 'y' AS bridge, @scheduled_runtime AS hour,"
        " 1e0 AS wind, count(*) AS readings, now() AS latest FROM (VALUES 1)",
        NotificationConfiguration={"SnsConfiguration": {"TopicArn": topic}},
    )
    arn = query.create_scheduled_query(**members)["Arn"]

    simulated_cloud.schedules.run(clock, START + timedelta(hours=3, minutes=1))

    described = query.describe_scheduled_query(ScheduledQueryArn=arn)["ScheduledQuery"]
    assert described["LastRunSummary"]["RunStatus"] == "AUTO_TRIGGER_SUCCESS"
    rows = query.query(QueryString='SELECT time FROM "bridges"."hourly" ORDER BY time')["Rows"]
    assert [row["Data"][0]["ScalarValue"][11:16] for row in rows] == ["01:00", "02:00", "03:00"]
