"""The stack that watches: the poller and its schedule."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from aws_cdk import ArnFormat, CfnOutput, Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets

from stacks.bundle import bundle
from stacks.python_function import PythonFunction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_lambda as lambda_
    from constructs import Construct

    from stacks.timestream import TimestreamDatabase, TimestreamTable

# https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
DESCRIPTION_CHARACTERS = 256


class PollerStack(Stack):
    """The poller, invoked at a fixed rate, and allowed to do what a poll does.

    It holds no state: it can be deleted and deployed again at any time.

    :param deployment: the deployment's name, the prefix of the names in here.
    :param database: holds `table`.
    :param table: where the poller writes.
    :param configuration: what the poller reads as `configuration.json`, as JSON values.
    :param key_parameters: names of the SSM SecureString parameters that hold API keys.
    :param interval: whole minutes between two polls.
    :param log_retention_days: how long the poller's log is kept.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deployment: str,
        database: TimestreamDatabase,
        table: TimestreamTable,
        configuration: Mapping[str, Any],
        key_parameters: Sequence[str],
        interval: Duration,
        log_retention_days: int,
    ) -> None:
        super().__init__(scope, construct_id, description="bridgewatch: the poller")
        name = f"{deployment}-poller"
        self.poller = PythonFunction(
            self,
            "Poller",
            function_name=name,
            description=_description(configuration),
            code=bundle(configuration),
            handler="lambdas.poller.handler.handler",
            environment={
                "BRIDGEWATCH_DATABASE": database.database_name,
                "BRIDGEWATCH_TABLE": table.table_name,
            },
            metrics_namespace=deployment,
            service="poller",
            # Over before the next poll is due, with room for a cold start.
            timeout=Duration.seconds(55),
            memory_mb=256,
            log_retention_days=log_retention_days,
        ).function
        table.grant_write(self.poller)
        self._grant_keys(self.poller, key_parameters)
        schedule = self._schedule(name, self.poller, interval)
        CfnOutput(self, "PollerName", value=self.poller.function_name)
        CfnOutput(self, "ScheduleName", value=schedule.schedule_name)

    def _grant_keys(self, function: lambda_.Function, parameters: Sequence[str]) -> None:
        """Let the function read API keys.

        No statement about KMS: SecureStrings are encrypted with the key `aws/ssm`, whose own policy
        lets whoever may read a parameter decrypt it
        (https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html).
        """
        if not parameters:
            return
        arns = [
            self.format_arn(
                service="ssm",
                resource="parameter",
                resource_name=parameter.removeprefix("/"),
                arn_format=ArnFormat.SLASH_RESOURCE_NAME,
            )
            for parameter in parameters
        ]
        function.add_to_role_policy(
            iam.PolicyStatement(actions=["ssm:GetParameter"], resources=arns)
        )

    def _schedule(
        self, name: str, function: lambda_.Function, interval: Duration
    ) -> scheduler.Schedule:
        return scheduler.Schedule(
            self,
            "Schedule",
            schedule_name=name,
            description="Polls the bridges",
            schedule=scheduler.ScheduleExpression.rate(interval),
            time_window=scheduler.TimeWindow.off(),
            # A late poll is worth less than the next one.
            target=targets.LambdaInvoke(
                function, retry_attempts=0, max_event_age=Duration.seconds(60)
            ),
        )


def _description(configuration: Mapping[str, Any]) -> str:
    """Name the bridges, so that `cdk diff` shows when another one is polled."""
    names = ", ".join(bridge["name"] for bridge in configuration["bridges"])
    return textwrap.shorten(f"Polls {names}", DESCRIPTION_CHARACTERS, placeholder=" ...")
