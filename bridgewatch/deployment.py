"""What settings mean for the bill: the deployment that they make, as `bridgewatch.cost` sees it.

Not everything that costs is a setting. What the stacks and the poller fix stands here as constants;
tests hold them to the templates (tests/stacks) and to what the embedded cloud meters (tests/local).
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

from bridgewatch.cost.bill import QueryPricing, bill
from bridgewatch.cost.dynamodb import item_bytes
from bridgewatch.cost.notifications import Notifications
from bridgewatch.cost.page import PageVisits
from bridgewatch.cost.prediction import (
    Deployment,
    DynamoDbTable,
    TimestreamTable,
    default_budget,
    predict,
)
from bridgewatch.cost.prices import REGION, load_prices
from embedded_timestream.record_sizes import record_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridgewatch.settings import Bridge, DynamoDbStorage, JsonSource, Settings

FUNCTION_MB = 256
PAGE_FUNCTION_MB = 512
ALARM_METRICS = {"timestream": 9, "dynamodb": 8}
"""Of each store's eight alarms; Timestream's `rejected-records` watches two: each is billed."""

LEAST_WRITE_UNITS = 10

REDRIVE_SECONDS = 300
RECENT_DAYS = 32
METRICS = 2
"""Unobserved and RecordsWritten; what tells of failures appears only with them."""

LOG_BYTES_A_POLL = 470
LOG_MESSAGES_A_POLL = 4
LOG_BYTES_A_RECORD = 500

# Assumptions, with 256 MB and thus a seventh of a processor: a TLS handshake and an answer from
# another country; and a feed of some megabytes, of which 5 take a whole processor 0.05 s to parse.
SECONDS_A_REQUEST = Fraction("0.25")
SECONDS_A_FEED = Fraction(1)


def deployment(settings: Settings) -> Deployment:
    """Tell what the settings deploy."""
    bridges = len(settings.bridges)
    seconds_a_poll = seconds_of_bridges = Fraction(0)
    for name, source in settings.sources.items():
        requests = sum(bridge.source == name for bridge in settings.bridges)
        if source.type == "json" and "{code}" in source.url:
            seconds_of_bridges += _seconds_of_requests(source, requests)
        elif requests:
            seconds_a_poll += SECONDS_A_FEED if source.type == "ndw" else SECONDS_A_REQUEST
    store, size_of_record = _store(settings)
    return Deployment(
        bridges=bridges,
        record_bytes=ceil(Fraction(sum(map(size_of_record, settings.bridges)), bridges)),
        heartbeat_seconds=settings.heartbeat_minutes * 60,
        store=store,
        function_mb=FUNCTION_MB,
        seconds_a_poll=seconds_a_poll,
        seconds_a_bridge=seconds_of_bridges / bridges,
        poll_seconds=settings.poll_seconds,
        redrive_seconds=REDRIVE_SECONDS,
        log_bytes_a_poll=LOG_BYTES_A_POLL,
        log_messages_a_poll=LOG_MESSAGES_A_POLL,
        log_bytes_a_record=LOG_BYTES_A_RECORD,
        log_retention_days=settings.log_retention_days,
        metrics=METRICS,
        alarm_metrics=ALARM_METRICS[settings.storage.type]
        + bool(settings.notify.rules)
        + (settings.page is not None),
        dashboards=int(settings.dashboard),
        customer_keys=int(settings.storage.kms_key),
        budget_actions=settings.budget.fuse * (1 + (settings.page is not None)),
        api_keys=len(settings.key_parameters()),
        recent=_recent(settings),
        notifications=_notifications(settings),
        page=_page(settings),
    )


def max_write_units(settings: Settings, storage: DynamoDbStorage) -> int:
    """Tell how many write units a second a table takes: as set, or what a poll may need at once.

    That is for each bridge a record, what is said about the bridge, and one to spare.
    """
    if storage.max_write_units is not None:
        return storage.max_write_units
    return max(LEAST_WRITE_UNITS, 3 * len(settings.bridges))


def fuse_budget(settings: Settings) -> float:
    """Tell what the store alone may cost in a month before the fuse blows, in US dollars."""
    return settings.budget.fuse_usd or monthly_budget(settings)


def monthly_budget(settings: Settings) -> float:
    """Tell what a month may cost, in US dollars: as set, or as predicted with us-east-1's prices.

    Where it is deployed is not known when a template is made.
    """
    if settings.budget.monthly_usd is not None:
        return settings.budget.monthly_usd
    usage, prices = predict(deployment(settings)), load_prices()
    return default_budget(
        bill(usage, prices, region=REGION, query_pricing=query_pricing, allowances=True)
        for query_pricing in QueryPricing
    )


def _seconds_of_requests(source: JsonSource, requests: int) -> Fraction:
    """Tell how long requests take that are sent concurrently, as many a second as are allowed."""
    seconds = SECONDS_A_REQUEST * ceil(Fraction(requests, source.concurrency))
    if source.requests_per_second is None:
        return seconds
    return max(seconds, requests / Fraction(source.requests_per_second))


def _page(settings: Settings) -> PageVisits | None:
    """Tell what visitors there are, if there is a page."""
    if settings.page is None:
        return None
    bridges = len(settings.bridges)
    return PageVisits(
        visits=settings.page.monthly_visits,
        bridges=bridges,
        memory_mb=PAGE_FUNCTION_MB,
        item_bytes=ceil(Fraction(sum(map(_item_bytes, settings.bridges)), bridges)),
        beside=settings.storage.type == "timestream",
    )


def _recent(settings: Settings) -> DynamoDbTable | None:
    """Tell what table there is beside Timestream; where there is a page, that accounts for it."""
    if settings.storage.type == "dynamodb" or settings.page or not settings.notify.rules:
        return None
    return DynamoDbTable(retention_days=RECENT_DAYS, point_in_time_recovery=False)


def _notifications(settings: Settings) -> Notifications | None:
    """Tell who is told: every target of a rule, as if each were told of each change."""
    notify = settings.notify
    if not notify.rules:
        return None
    told = {name for rule in notify.rules.values() for name in rule.targets}
    topics = sum(notify.targets[name].type == "topic" for name in told)
    return Notifications(topics=topics, others=len(told) - topics, timed=notify.watches_sight)


def _store(settings: Settings) -> tuple[TimestreamTable | DynamoDbTable, Callable[[Bridge], int]]:
    """Tell what table the settings make, and how its service counts a bridge's record."""
    storage = settings.storage
    if storage.type == "dynamodb":
        table = DynamoDbTable(
            retention_days=storage.retention_days,
            point_in_time_recovery=storage.point_in_time_recovery,
        )
        return table, _item_bytes
    return TimestreamTable(
        memory_store_hours=storage.memory_hours, magnetic_store_days=storage.magnetic_days
    ), _record_bytes


def _item_bytes(bridge: Bridge) -> int:
    """Count the bytes of an item that says Closed, as nearly all do, and as it is when written.

    Its numbers: a time in milliseconds, a version, a hash, and a time in seconds.
    """
    return item_bytes(
        {
            "bridge": {"S": bridge.name},
            "time": {"N": "1" * 13},
            "status": {"S": "Closed"},
            "version": {"N": "1"},
            "about": {"N": "-" + "1" * 19},
            "expires": {"N": "1" * 10},
        }
    )


def _record_bytes(bridge: Bridge) -> int:
    """Count the bytes of a record that says Closed, as nearly all do."""
    return record_bytes(
        {},
        {
            "Dimensions": [
                {"Name": name, "Value": value} for name, value in bridge.record_dimensions.items()
            ],
            "MeasureName": bridge.name,
            "MeasureValue": "Closed",
            "MeasureValueType": "VARCHAR",
            "Time": "0",
        },
    )
