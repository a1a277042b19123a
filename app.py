"""The CDK app: settings in, stacks out."""

from __future__ import annotations

import sys
from pathlib import Path

from aws_cdk import App, Duration, Tags

from bridgewatch.deployment import monthly_budget
from bridgewatch.settings import Settings, SettingsError, load_settings
from stacks.cost_alarm import CostAlarmStack
from stacks.poller import PollerStack
from stacks.storage import StorageStack


def add_stacks(app: App, settings: Settings) -> None:
    """Add every stack of a deployment to `app`."""
    deployment = settings.deployment
    storage = StorageStack(
        app,
        f"{deployment}-storage",
        deployment=deployment,
        memory_store_retention=Duration.hours(settings.storage.memory_hours),
        magnetic_store_retention=Duration.days(settings.storage.magnetic_days),
        own_key=settings.storage.kms_key,
        existing=settings.storage.existing,
    )
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
        fused=storage.reader if settings.budget.fuse else None,
    )
    PollerStack(
        app,
        f"{deployment}-poller",
        deployment=deployment,
        table=storage.table,
        key=storage.key,
        configuration=settings.poller_configuration(),
        key_parameters=settings.key_parameters(),
        log_retention_days=settings.log_retention_days,
        reserve_concurrency=settings.reserve_concurrency,
        topic=cost_alarm.topic,
        heartbeat=Duration.minutes(settings.heartbeat_minutes),
        queued=Duration.minutes(settings.alarms.queued_minutes),
        query_minutes=settings.alarms.query_minutes,
        query_gigabytes=settings.alarms.query_gigabytes,
        dashboard=settings.dashboard,
    )
    Tags.of(app).add("bridgewatch:deployment", deployment)


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
