"""The CDK app: settings in, stacks out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from aws_cdk import App, Duration, Tags
from aws_cdk import aws_dynamodb as dynamodb

from bridgewatch.deployment import fuse_budget, max_write_units, monthly_budget
from bridgewatch.settings import DynamoDbStorage, Page, Settings, SettingsError, load_settings
from stacks.cost_alarm import CostAlarmStack, Fused
from stacks.dynamodb import DynamoDbStore, ObservationTable
from stacks.dynamodb_alarms import DynamoDbAlarms
from stacks.dynamodb_storage import DynamoDbStorageStack
from stacks.notifier import NotifierStack
from stacks.page import OwnDomain, PageStack
from stacks.poller import PollerStack
from stacks.recent import RecentStack
from stacks.timestream_alarms import TimestreamAlarms
from stacks.timestream_storage import TimestreamStorageStack

if TYPE_CHECKING:
    from stacks.alarms import StoreAlarms
    from stacks.storage import StorageStack


PAGE_READ_UNITS = 400
"""Of the table beside Timestream, a second: two cold starts with 30 days of 12 bridges, and at
most 130 US dollars in a month of nothing else."""


def add_stacks(app: App, settings: Settings) -> None:
    """Add every stack of a deployment to `app`."""
    deployment = settings.deployment
    storage, store_alarms = _storage(app, settings)
    cost_alarm = CostAlarmStack(
        app,
        f"{deployment}-cost-alarm",
        deployment=deployment,
        monthly_usd=monthly_budget(settings),
        actual_percent=settings.budget.actual_percent,
        forecast_percent=settings.budget.forecast_percent,
        services=settings.budget.services,
        email=settings.budget.email,
        topic_email=settings.alarms.email,
        fused=Fused(
            role=storage.reader,
            actions=storage.store.read_actions,
            service=storage.store.service,
            monthly_usd=fuse_budget(settings),
        )
        if settings.budget.fuse
        else None,
    )
    recent = _recent(app, settings, storage)
    PollerStack(
        app,
        f"{deployment}-poller",
        deployment=deployment,
        store=storage.store,
        key=storage.key,
        configuration=settings.poller_configuration(),
        key_parameters=settings.key_parameters(),
        log_retention_days=settings.log_retention_days,
        reserve_concurrency=settings.reserve_concurrency,
        topic=cost_alarm.topic,
        heartbeat=Duration.minutes(settings.heartbeat_minutes),
        queued=Duration.minutes(settings.alarms.queued_minutes),
        store_alarms=store_alarms,
        dashboard=settings.dashboard,
        recent=recent,
        beats=settings.page is not None,
        marks=settings.notify.watches_sight,
    )
    if settings.notify.rules and isinstance(recent, ObservationTable):
        NotifierStack(
            app,
            f"{deployment}-notifier",
            deployment=deployment,
            table=recent,
            key=storage.key if recent is storage.store else None,
            configuration=settings.notifier_configuration(),
            secret_parameters=settings.notify.secret_parameters,
            emails=settings.notify.emails,
            log_retention_days=settings.log_retention_days,
            alarm_topic=cost_alarm.topic,
        )
    if settings.page is not None and recent is not None:
        _page(app, settings, settings.page, recent, cost_alarm)
    Tags.of(app).add("bridgewatch:deployment", deployment)


def _storage(app: App, settings: Settings) -> tuple[StorageStack, StoreAlarms]:
    """Add the stack of the store that the settings choose, and make that store's alarms."""
    deployment, chosen = settings.deployment, settings.storage
    name = f"{deployment}-storage"
    if isinstance(chosen, DynamoDbStorage):
        stack = DynamoDbStorageStack(
            app,
            name,
            deployment=deployment,
            retention=Duration.days(chosen.retention_days),
            max_read_units=chosen.max_read_units,
            max_write_units=max_write_units(settings, chosen),
            point_in_time_recovery=chosen.point_in_time_recovery,
            own_key=chosen.kms_key,
            existing=chosen.existing,
            existing_key=chosen.existing_key,
            stream=dynamodb.StreamViewType.NEW_IMAGE if settings.notify.rules else None,
        )
        return stack, DynamoDbAlarms(store=stack.store)
    timestream = TimestreamStorageStack(
        app,
        name,
        deployment=deployment,
        memory_store_retention=Duration.hours(chosen.memory_hours),
        magnetic_store_retention=Duration.days(chosen.magnetic_days),
        own_key=chosen.kms_key,
        existing=chosen.existing,
        existing_key=chosen.existing_key,
    )
    return timestream, TimestreamAlarms(
        table=timestream.store,
        query_minutes=settings.alarms.query_minutes,
        query_gigabytes=settings.alarms.query_gigabytes,
    )


def _recent(app: App, settings: Settings, storage: StorageStack) -> DynamoDbStore | None:
    """Give the table of recent observations, if anybody reads it: the store, or one beside it."""
    if settings.page is None and not settings.notify.rules:
        return None
    if isinstance(storage.store, DynamoDbStore):
        return storage.store
    deployment = settings.deployment
    return RecentStack(
        app,
        f"{deployment}-recent",
        deployment=deployment,
        max_read_units=PAGE_READ_UNITS,
        stream=dynamodb.StreamViewType.NEW_IMAGE if settings.notify.rules else None,
    ).table


def _page(
    app: App, settings: Settings, page: Page, recent: DynamoDbStore, cost_alarm: CostAlarmStack
) -> None:
    """Add the public page."""
    deployment, domain = settings.deployment, page.domain
    PageStack(
        app,
        f"{deployment}-page",
        deployment=deployment,
        table=recent,
        configuration=settings.page_configuration(),
        concurrency=page.concurrency if settings.reserve_concurrency else None,
        log_retention_days=settings.log_retention_days,
        topic=cost_alarm.topic,
        fuse_usd=monthly_budget(settings) if settings.budget.fuse else None,
        domain=OwnDomain(name=domain.name, certificate_arn=domain.certificate) if domain else None,
        web_acl_arn=page.flat_rate_web_acl,
    )


def main() -> None:
    """Synthesize the stacks of the settings that `-c settings=FILE` names, or of cdk.json."""
    app = App()
    file = app.node.try_get_context("settings")
    if file is not None and not (isinstance(file, str) and file):
        sys.exit("The context's key `settings` names a file: -c settings=FILE.")
    try:
        settings = load_settings(Path(file) if file else None)
    except SettingsError as error:
        sys.exit(str(error))
    add_stacks(app, settings)
    app.synth()


if __name__ == "__main__":
    main()
