"""The usage of a deployment in a month, before it exists.

What cannot be known before is an assumption: a constant here with its reason, or a field of
`Deployment` for the caller to set. All of them err on the dear side.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

from bridgewatch.cost import dynamodb, metering
from bridgewatch.cost.metering import DAYS_A_MONTH, GIGABYTE, HOURS_A_MONTH, TCU_A_QUERY
from bridgewatch.cost.notifications import Notifications, predict_notifications
from bridgewatch.cost.page import PageVisits, predict_page
from bridgewatch.cost.usage import Dimension, Usage
from embedded_timestream import record_sizes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bridgewatch.cost.bill import Bill

# The author of the article saw about 840 changes in 90 days.
OPENINGS_A_DAY = Fraction("4.7")

# AWS does not say how long a container lives; about two hours are commonly seen.
COLD_STARTS_A_DAY = 12
SECONDS_A_COLD_START = Fraction("1.5")

# One request to SQS, within the region.
SECONDS_A_REDRIVE = Fraction("0.1")
LOG_BYTES_A_REDRIVE = 300
LOG_MESSAGES_A_REDRIVE = 3

# A TLS handshake and a request, with their packets' headers.
BYTES_SENT_A_POLL = 2000

# Budget thresholds and alarms that ring, with those that resolve.
MESSAGES_A_MONTH = 10

# The bundle (under 5 MB) and the templates, which the CDK keeps in its bucket, in two versions.
OBJECT_BYTES = 10 * metering.MEGABYTE

# EventBridge Scheduler's finest rate; whoever polls more often polls in a loop inside the minute.
SHORTEST_SCHEDULE_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class TimestreamTable:
    """A table in Timestream.

    :param memory_store_hours: how long records stay in the memory store.
    :param magnetic_store_days: how long they stay in the magnetic store.
    """

    memory_store_hours: int
    magnetic_store_days: int


@dataclass(frozen=True, kw_only=True)
class DynamoDbTable:
    """A table in DynamoDB.

    :param retention_days: how long records stay in it.
    :param point_in_time_recovery: whether it has backups.
    """

    retention_days: int
    point_in_time_recovery: bool


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """What has to be known of a deployment to predict its usage.

    :param bridges: how many bridges it watches.
    :param record_bytes: the bytes of a bridge's record, on average, as the store counts them.
    :param heartbeat_seconds: at most this long between two records of a bridge.
    :param store: where records are kept, and how long. Usage is that of a table this old, when as
        much leaves it as comes in.
    :param function_mb: the memory of each function.
    :param seconds_a_poll: how long a poll takes, but for what follows.
    :param seconds_a_bridge: how much longer it takes for each bridge.
    :param poll_seconds: from one poll to the next.
    :param redrive_seconds: from one run of the redriver to the next.
    :param openings_a_day: how often a bridge opens, and closes again.
    :param log_bytes_a_poll: what a poll logs.
    :param log_messages_a_poll: in how many messages.
    :param log_bytes_a_record: what it logs besides for each record that it writes, in one message.
    :param log_retention_days: how long logs are kept.
    :param metrics: how many custom metrics, each with its dimensions, appear in every hour.
    :param alarm_metrics: how many metrics the alarms watch between them.
    :param dashboards: how many dashboards there are.
    :param api_keys: how many API keys a cold start reads.
    :param customer_keys: how many KMS keys of one's own there are.
    :param budget_actions: how many budgets have actions.
    :param queries_a_day: how often the table is queried.
    :param rows_a_query: how many records a query scans.
    :param tcu_a_query: how many compute units a query gets.
    :param recent: the table of recent observations beside the store, if there is one.
    :param notifications: who is told of changes; None is nobody.
    :param page: the public page, if there is one.
    """

    bridges: int
    record_bytes: int
    heartbeat_seconds: int
    store: TimestreamTable | DynamoDbTable
    function_mb: int
    seconds_a_poll: Fraction
    seconds_a_bridge: Fraction = Fraction(0)
    poll_seconds: int = 60
    redrive_seconds: int = 300
    openings_a_day: Fraction = OPENINGS_A_DAY
    log_bytes_a_poll: int
    log_messages_a_poll: int
    log_bytes_a_record: int
    log_retention_days: int
    metrics: int
    alarm_metrics: int
    dashboards: int = 0
    api_keys: int = 0
    customer_keys: int = 0
    budget_actions: int = 0
    queries_a_day: Fraction | int = 0
    rows_a_query: int = 1000
    tcu_a_query: int = TCU_A_QUERY
    recent: DynamoDbTable | None = None
    notifications: Notifications | None = None
    page: PageVisits | None = None


def predict(deployment: Deployment) -> Usage:
    """Predict what a deployment uses in a month.

    Left out: the requests of a deployment, and redriven or rejected records, which are exceptions.
    """
    return (
        _store(deployment)
        + _poller(deployment)
        + _redriver(deployment)
        + _notifications(deployment)
        + _page(deployment)
        + Usage(
            {
                Dimension.METRICS: Fraction(deployment.metrics),
                Dimension.ALARMS: Fraction(deployment.alarm_metrics),
                Dimension.DASHBOARDS: Fraction(deployment.dashboards),
                Dimension.NOTIFICATIONS: Fraction(MESSAGES_A_MONTH),
                Dimension.OBJECT_GB_MONTHS: Fraction(OBJECT_BYTES, GIGABYTE),
                Dimension.KMS_KEYS: Fraction(deployment.customer_keys),
                Dimension.BUDGET_ACTION_DAYS: deployment.budget_actions * DAYS_A_MONTH,
            }
        )
    )


def _store(deployment: Deployment) -> Usage:
    if isinstance(deployment.store, DynamoDbTable):
        return _dynamodb(deployment, deployment.store)
    beside = replace(deployment, queries_a_day=0)
    recent = _dynamodb(beside, deployment.recent) if deployment.recent else Usage()
    return _timestream(deployment, deployment.store) + recent


def _timestream(deployment: Deployment, table: TimestreamTable) -> Usage:
    records = records_a_day(deployment)
    bytes_a_day = records * deployment.record_bytes
    # A poll writes whatever it has to in one request: the fewer fit together, the dearer.
    requests_a_day = min(records, Fraction(86400, deployment.poll_seconds))
    units_a_request = record_sizes.write_units(ceil(bytes_a_day / requests_a_day))
    queries = deployment.queries_a_day * DAYS_A_MONTH
    scanned = deployment.rows_a_query * deployment.record_bytes
    return Usage(
        {
            Dimension.WRITE_UNITS: requests_a_day * units_a_request * DAYS_A_MONTH,
            Dimension.MEMORY_GB_HOURS: DAYS_A_MONTH
            * metering.gigabyte_hours(bytes_a_day, table.memory_store_hours),
            Dimension.MAGNETIC_GB_MONTHS: metering.gigabyte_months(
                bytes_a_day * table.magnetic_store_days, HOURS_A_MONTH
            ),
            Dimension.QUERY_GB: queries * metering.query_gigabytes(scanned),
            Dimension.QUERY_TCU_HOURS: queries
            * metering.query_tcu_hours(metering.QUERY_MINIMUM_SECONDS, deployment.tcu_a_query),
        }
    )


def _dynamodb(deployment: Deployment, table: DynamoDbTable) -> Usage:
    records = records_a_day(deployment) * DAYS_A_MONTH
    # A container says once what its bridges are; nearly always that is there, and counts as well.
    told = deployment.bridges * COLD_STARTS_A_DAY * DAYS_A_MONTH
    kept = records_a_day(deployment) * table.retention_days
    size = kept * (deployment.record_bytes + dynamodb.STORAGE_BYTES) / GIGABYTE
    queries = deployment.queries_a_day * DAYS_A_MONTH
    scanned = deployment.rows_a_query * deployment.record_bytes
    return Usage(
        {
            Dimension.DYNAMODB_WRITES: records * dynamodb.write_units(deployment.record_bytes)
            + told,
            Dimension.DYNAMODB_READS: queries * dynamodb.read_units(scanned, consistent=False),
            Dimension.DYNAMODB_GB_MONTHS: size,
            Dimension.DYNAMODB_BACKUP_GB_MONTHS: size * table.point_in_time_recovery,
        }
    )


def records_a_day(deployment: Deployment) -> Fraction:
    """Predict how many records all bridges together make in a day."""
    heartbeats = Fraction(86400, deployment.heartbeat_seconds)
    return deployment.bridges * (heartbeats + 2 * deployment.openings_a_day + COLD_STARTS_A_DAY)


def _poller(deployment: Deployment) -> Usage:
    poll_seconds = deployment.poll_seconds
    polls = _times_a_month(poll_seconds)
    invocations = _times_a_month(max(poll_seconds, SHORTEST_SCHEDULE_SECONDS))
    waiting = max(SHORTEST_SCHEDULE_SECONDS - poll_seconds, 0)
    polling = deployment.seconds_a_poll + deployment.seconds_a_bridge * deployment.bridges
    cold_starts = COLD_STARTS_A_DAY * DAYS_A_MONTH
    usage = _invocations(deployment, invocations, waiting + polling)
    records = records_a_day(deployment) * DAYS_A_MONTH
    usage += _logs(
        deployment,
        polls * deployment.log_bytes_a_poll + records * deployment.log_bytes_a_record,
        polls * deployment.log_messages_a_poll + records,
    )
    return usage + Usage(
        {
            Dimension.LAMBDA_GB_SECONDS: metering.lambda_gigabyte_seconds(
                SECONDS_A_COLD_START * 1000, deployment.function_mb, cold_starts
            ),
            Dimension.PARAMETER_READS: deployment.api_keys * cold_starts,
            Dimension.KMS_REQUESTS: deployment.api_keys * cold_starts,
            Dimension.INTERNET_GB: polls * BYTES_SENT_A_POLL / GIGABYTE,
        }
    )


def _redriver(deployment: Deployment) -> Usage:
    """Predict what looking into an empty queue takes."""
    runs = _times_a_month(deployment.redrive_seconds)
    usage = _invocations(deployment, runs, SECONDS_A_REDRIVE)
    usage += _logs(deployment, runs * LOG_BYTES_A_REDRIVE, runs * LOG_MESSAGES_A_REDRIVE)
    return usage + Usage({Dimension.QUEUE_REQUESTS: runs})


def _notifications(deployment: Deployment) -> Usage:
    if deployment.notifications is None:
        return Usage()
    return predict_notifications(
        deployment.notifications,
        records=records_a_day(deployment) * DAYS_A_MONTH,
        changes=deployment.bridges * 2 * deployment.openings_a_day * DAYS_A_MONTH,
        function_mb=deployment.function_mb,
        log_retention_days=deployment.log_retention_days,
    )


def _page(deployment: Deployment) -> Usage:
    if deployment.page is None:
        return Usage()
    return predict_page(
        deployment.page,
        polls=_times_a_month(deployment.poll_seconds),
        records=records_a_day(deployment) * DAYS_A_MONTH,
        cold_starts=COLD_STARTS_A_DAY * DAYS_A_MONTH,
        log_retention_days=deployment.log_retention_days,
    )


def _times_a_month(seconds: int) -> Fraction:
    return DAYS_A_MONTH * Fraction(86400, seconds)


def _invocations(deployment: Deployment, invocations: Fraction, seconds: Fraction) -> Usage:
    """Count what a schedule and its function take, of all functions' memory."""
    return Usage(
        {
            Dimension.LAMBDA_REQUESTS: invocations,
            Dimension.LAMBDA_GB_SECONDS: metering.lambda_gigabyte_seconds(
                seconds * 1000, deployment.function_mb, invocations
            ),
            Dimension.SCHEDULE_INVOCATIONS: invocations,
        }
    )


def _logs(deployment: Deployment, size: Fraction, messages: Fraction) -> Usage:
    kept = size + messages * metering.LOG_MESSAGE_BYTES
    months = deployment.log_retention_days / DAYS_A_MONTH
    return Usage(
        {Dimension.LOG_GB: size / GIGABYTE, Dimension.LOG_GB_MONTHS: kept / GIGABYTE * months}
    )


def what_ifs(deployment: Deployment) -> Mapping[str, Deployment]:
    """Give the deployments that people ask about, by what is different."""
    return {
        "polled every 5 s": replace(deployment, poll_seconds=5),
        "with 100 bridges": replace(deployment, bridges=100),
        "15 queries a day of 1,000 records": replace(
            deployment, queries_a_day=15, rows_a_query=1000
        ),
    }


def default_budget(bills: Iterable[Bill]) -> int:
    """Choose a month's budget in whole US dollars: twice the dearest bill, and at least 1."""
    return max(1, *(ceil(2 * bill.usd) for bill in bills))
