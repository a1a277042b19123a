"""What is billed for existing."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from moto.budgets.models import budgets_backends
from moto.cloudwatch.models import cloudwatch_backends
from moto.kms.models import kms_backends
from moto.s3.models import s3_backends

from bridgewatch.cost import metering
from bridgewatch.cost.usage import Dimension, Usage
from local.services.budgets import budgets_with_actions

if TYPE_CHECKING:
    from moto.cloudwatch.models import Alarm


def standing(account: str) -> Usage:
    """Tell what an account would use if everything in it stayed for a month."""
    watches = list(cloudwatch_backends[account].values())
    keys = [
        key
        for backend in list(kms_backends[account].values())
        for key in backend.keys.values()
        if key.key_manager == "CUSTOMER"
    ]
    objects = [
        key.size
        for backend in list(s3_backends[account].values())
        for bucket in backend.buckets.values()
        for key in bucket.keys.values()
    ]
    actions = [
        budget
        for backend in list(budgets_backends[account].values())
        for budget in budgets_with_actions(backend)
    ]
    return Usage(
        {
            Dimension.ALARMS: Fraction(
                sum(_watched(alarm) for watch in watches for alarm in list(watch.alarms.values()))
            ),
            Dimension.DASHBOARDS: Fraction(sum(len(watch.dashboards) for watch in watches)),
            Dimension.KMS_KEYS: Fraction(len(keys)),
            Dimension.OBJECT_GB_MONTHS: Fraction(sum(objects), metering.GIGABYTE),
            Dimension.BUDGET_ACTION_DAYS: len(actions) * metering.DAYS_A_MONTH,
        }
    )


def _watched(alarm: Alarm) -> int:
    """Count the metrics that an alarm watches: those of its expression, or its only one."""
    return sum(one.metric_stat is not None for one in alarm.metric_data_queries or ()) or 1
