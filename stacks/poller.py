"""The stack that watches: the poller, the queues, the redriver, their schedules and alarms."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from aws_cdk import ArnFormat, CfnOutput, Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets

from stacks.alarms import Alarms
from stacks.bundle import bundle
from stacks.dashboard import Dashboard
from stacks.python_function import PythonFunction
from stacks.record_queues import RecordQueues

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_lambda as lambda_
    from aws_cdk import aws_sns as sns
    from constructs import Construct

    from stacks.alarms import StoreAlarms
    from stacks.dynamodb import DynamoDbStore
    from stacks.store import Store

# https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
DESCRIPTION_CHARACTERS = 256

POLLER_RATE = Duration.minutes(1)
"""EventBridge Scheduler's finest; who polls more often polls in a loop inside the minute."""

REDRIVER_RATE = Duration.minutes(5)
"""An SQS event source would poll the idle queue 15 times a minute, and that is billed."""


class PollerStack(Stack):
    """The poller and the redriver, each invoked at a fixed rate, and what they need.

    It holds no state but the records in its queues: once they are empty it can be deleted and
    deployed again at any time.

    :param deployment: the deployment's name, the prefix of the names in here.
    :param store: where the functions write.
    :param key: what the queues are encrypted with; by default a key that SQS owns.
    :param configuration: what the functions read as `configuration.json`, as JSON values.
    :param key_parameters: names of the SSM SecureString parameters that hold API keys.
    :param log_retention_days: how long the functions' logs are kept.
    :param reserve_concurrency: whether each function runs once at a time: two pollers could write
        what contradicts each other.
    :param topic: where the alarms go.
    :param heartbeat: whole minutes; a bridge may not be silent for longer.
    :param queued: for how long the queue may never be empty before an alarm rings: a multiple of
        five minutes, at most a day.
    :param store_alarms: the alarms about the store.
    :param dashboard: whether there is a dashboard.
    :param recent: the table of recent observations, if there is one: a store in DynamoDB, or one
        beside it.
    :param beats: whether the poller writes there what each poll knew, for the page.
    :param marks: whether it marks there the bridges that it does not see, for the notifier.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deployment: str,
        store: Store,
        key: kms.IKey | None,
        configuration: Mapping[str, Any],
        key_parameters: Sequence[str],
        log_retention_days: int,
        reserve_concurrency: bool = True,
        topic: sns.ITopic,
        heartbeat: Duration,
        queued: Duration,
        store_alarms: StoreAlarms,
        dashboard: bool = False,
        recent: DynamoDbStore | None = None,
        beats: bool = False,
        marks: bool = False,
    ) -> None:
        super().__init__(scope, construct_id, description="bridgewatch: the poller")
        self._deployment = deployment
        self._store = store
        self._log_retention_days = log_retention_days
        self._reserved = 1 if reserve_concurrency else None
        self._queues = RecordQueues(self, "Queues", key=key)
        poller = self._function(
            "Poller",
            _description(configuration),
            configuration,
            # The last poll of a minute begins within it, and has half a minute to write or queue.
            # Who comes meanwhile waits, or runs beside it in a container of its own.
            timeout=Duration.seconds(90),
        )
        redriver = self._function(
            "Redriver",
            "Writes records that the store did not take at first",
            configuration=None,
            timeout=RecordQueues.longest_run,
        )
        self._grant_keys(poller, key_parameters)
        if recent is not None:
            self._let_tell(poller, recent, beats=beats, marks=marks)
        self._queues.grant_send(poller)
        self._queues.grant_redrive(redriver)
        self._scheduler = self._role_of_schedules(poller, redriver)
        schedule = self._schedule("Schedule", poller, POLLER_RATE, "Polls the bridges")
        self._schedule(
            "RedriverSchedule", redriver, REDRIVER_RATE, "Writes what waits in the queue"
        )
        alarms = Alarms(
            self,
            "Alarms",
            deployment=deployment,
            topic=topic,
            heartbeat=heartbeat,
            poller=poller,
            store=store,
            queue=self._queues.queue,
            dead_letters=self._queues.dead_letters,
            queued=queued,
            store_alarms=store_alarms,
        )
        if dashboard:
            Dashboard(
                self,
                "Dashboard",
                deployment=deployment,
                poller=poller,
                queue=self._queues.queue,
                dead_letters=self._queues.dead_letters,
            )
        CfnOutput(self, "PollerName", value=poller.function_name)
        CfnOutput(self, "RedriverName", value=redriver.function_name)
        CfnOutput(self, "ScheduleName", value=schedule.schedule_name)
        CfnOutput(self, "QueueUrl", value=self._queues.queue.queue_url)
        CfnOutput(self, "DeadLetterQueueUrl", value=self._queues.dead_letters.queue_url)
        CfnOutput(self, "HeartbeatAlarmName", value=alarms.heartbeat.alarm_name)

    def _function(
        self,
        name: str,
        description: str,
        configuration: Mapping[str, Any] | None,
        *,
        timeout: Duration,
    ) -> lambda_.Function:
        """Make a function that writes to the store: `lambdas/NAME`."""
        package = name.lower()
        function = PythonFunction(
            self,
            name,
            function_name=f"{self._deployment}-{package}",
            description=description,
            code=bundle(package, configuration),
            handler=f"lambdas.{package}.handler.handler",
            environment={
                **self._store.environment,
                "BRIDGEWATCH_QUEUE_URL": self._queues.queue.queue_url,
                "BRIDGEWATCH_DEAD_LETTER_QUEUE_URL": self._queues.dead_letters.queue_url,
            },
            metrics_namespace=self._deployment,
            service=package,
            timeout=timeout,
            memory_mb=256,
            log_retention_days=self._log_retention_days,
            reserved=self._reserved,
        ).function
        self._store.grant_write(function)
        return function

    def _let_tell(
        self, poller: lambda_.Function, recent: DynamoDbStore, *, beats: bool, marks: bool
    ) -> None:
        """Let the poller write what the public sees, after the records."""
        if recent is not self._store:
            recent.grant_write(poller)
            poller.add_environment("BRIDGEWATCH_RECENT_TABLE", recent.table_name)
            days = str(int(recent.retention.to_days()))
            poller.add_environment("BRIDGEWATCH_RECENT_DAYS", days)
        if beats:
            poller.add_environment("BRIDGEWATCH_BEAT_TABLE", recent.table_name)
        if marks:
            poller.add_environment("BRIDGEWATCH_SIGHT_TABLE", recent.table_name)

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

    def _role_of_schedules(self, *functions: lambda_.Function) -> iam.Role:
        """Make the role in which schedules invoke the functions.

        The CDK's own would let them invoke every version and alias as well.
        """
        role = iam.Role(
            self,
            "Scheduler",
            description="Invokes the poller and the redriver",
            # https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
            assumed_by=iam.ServicePrincipal("scheduler.amazonaws.com").with_conditions(
                {"StringEquals": {"aws:SourceAccount": self.account}}
            ),
        )
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["lambda:InvokeFunction"],
                resources=[function.function_arn for function in functions],
            )
        )
        return role

    def _schedule(
        self, construct_id: str, function: lambda_.Function, rate: Duration, description: str
    ) -> scheduler.Schedule:
        schedule = scheduler.Schedule(
            self,
            construct_id,
            schedule_name=function.function_name,
            description=description,
            schedule=scheduler.ScheduleExpression.rate(rate),
            time_window=scheduler.TimeWindow.off(),
            # A late run is worth less than the next one.
            target=targets.LambdaInvoke(
                function,
                # The poller's ticks are counted from when it was due, not from when it runs.
                input=scheduler.ScheduleTargetInput.from_object(
                    {"time": scheduler.ContextAttribute.scheduled_time}
                ),
                retry_attempts=0,
                max_event_age=Duration.seconds(60),
                # The target would add its own statement.
                role=self._scheduler.without_policy_updates(),
            ),
        )
        # With its policy: the first invocation comes within a minute.
        schedule.node.add_dependency(self._scheduler)
        return schedule


def _description(configuration: Mapping[str, Any]) -> str:
    """Name the bridges, so that `cdk diff` shows when another one is polled."""
    names = ", ".join(bridge["name"] for bridge in configuration["bridges"])
    return textwrap.shorten(f"Polls {names}", DESCRIPTION_CHARACTERS, placeholder=" ...")
