"""The CDK app: settings in, stacks out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from aws_cdk import App, Duration, Tags
from aws_cdk import aws_dynamodb as dynamodb

from bridgewatch.deployment import max_write_units, monthly_budget
from bridgewatch.settings import DynamoDbStorage, Settings, SettingsError, load_settings
from stacks.cost_alarm import CostAlarmStack, Fused
from stacks.dynamodb import ObservationTable
from stacks.dynamodb_alarms import DynamoDbAlarms
from stacks.dynamodb_storage import DynamoDbStorageStack
from stacks.notifier import NotifierStack
from stacks.poller import PollerStack
from stacks.timestream_alarms import TimestreamAlarms
from stacks.timestream_storage import TimestreamStorageStack

if TYPE_CHECKING:
    from stacks.alarms import StoreAlarms
    from stacks.storage import StorageStack


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
        fused=Fused(role=storage.reader, actions=storage.store.read_actions)
        if settings.budget.fuse
        else None,
    )
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
    )
    table = storage.store
    if settings.notify.rules and isinstance(table, ObservationTable):
        NotifierStack(
            app,
            f"{deployment}-notifier",
            deployment=deployment,
            table=table,
            key=storage.key,
            configuration=settings.notifier_configuration(),
            secret_parameters=settings.notify.secret_parameters,
            emails=settings.notify.emails,
            log_retention_days=settings.log_retention_days,
            alarm_topic=cost_alarm.topic,
        )
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
    )
    return timestream, TimestreamAlarms(
        table=timestream.store,
        query_minutes=settings.alarms.query_minutes,
        query_gigabytes=settings.alarms.query_gigabytes,
    )


def main() -> None:
    """Synthesize the stacks of the settings that `-c settings=FILE` names, or of cdk.json."""
    app = App()
    file = app.node.try_get_context("settings")
    try:
        settings = load_settings(Path(file) if file else None)
    except SettingsError as error:
        sys.exit(str(error))
    add_stacks(app, settings)
    app.synth()


if __name__ == "__main__":
    main()
