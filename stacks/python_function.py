"""A Lambda function of ours: what the poller, and every later function, has in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from aws_cdk import Acknowledgment, Duration, RemovalPolicy, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.bundle import ARCHITECTURE, RUNTIME

if TYPE_CHECKING:
    from collections.abc import Mapping

MINUTE = Duration.minutes(1)


class PythonFunction(Construct):
    """A function with a role and a log group of its own.

    The role may write to that log group and nothing more, until it is granted more. By default
    asynchronous invocations are not repeated: the schedule brings the next one.

    :param function_name: also names the log group, `/aws/lambda/FUNCTION_NAME`.
    :param description: what the function does, for whom meets it in the console.
    :param code: from `stacks.bundle.bundle`.
    :param handler: as `package.module.function`.
    :param environment: variables; `POWERTOOLS_*` are added here.
    :param metrics_namespace: the CloudWatch namespace of the function's own metrics.
    :param service: what its metrics and log lines call it.
    :param timeout: 1 second to 15 minutes.
    :param memory_mb: 128 to 10240; the share of a processor follows it.
    :param log_retention_days: how long its log is kept: a number of days that CloudWatch Logs knows
        (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html).
    :param reserved: how many may run at a time, kept for it from the account's limit, of which 100
        must stay (https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html);
        None keeps and limits nothing.
    :param retries: how often an asynchronous invocation that fails is repeated: 0 to 2.
    :param event_age: how long an asynchronous invocation waits for its turn, or to be repeated.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        function_name: str,
        description: str,
        code: lambda_.Code,
        handler: str,
        environment: Mapping[str, str],
        metrics_namespace: str,
        service: str,
        timeout: Duration,
        memory_mb: int,
        log_retention_days: int,
        reserved: int | None = None,
        retries: int = 0,
        event_age: Duration = MINUTE,
    ) -> None:
        super().__init__(scope, construct_id)
        log_group = logs.LogGroup(
            self,
            "Log",
            log_group_name=f"/aws/lambda/{function_name}",
            removal_policy=RemovalPolicy.DESTROY,
        )
        # The construct wants the number by its name in an enumeration.
        cast(
            "logs.CfnLogGroup", log_group.node.default_child
        ).retention_in_days = log_retention_days
        # The CDK's own role would carry a managed policy that can write to every log group.
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log_group.grant_write(role)
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=function_name,
            description=description,
            runtime=RUNTIME,
            architecture=ARCHITECTURE,
            code=code,
            handler=handler,
            environment={
                **environment,
                "POWERTOOLS_LOG_LEVEL": "INFO",
                "POWERTOOLS_METRICS_NAMESPACE": metrics_namespace,
                "POWERTOOLS_SERVICE_NAME": service,
            },
            timeout=timeout,
            memory_size=memory_mb,
            role=role,
            log_group=log_group,
            reserved_concurrent_executions=reserved,
            retry_attempts=retries,
            max_event_age=event_age,
        )
        self._answer_rules()

    def _answer_rules(self) -> None:
        schedule_repeats = (
            "A schedule invokes it again soon, with an event that holds nothing but the time: of "
            "an invocation that failed nothing is worth keeping. Records have queues of their own."
        )
        Validations.of(self.function).acknowledge(
            Acknowledgment(id="Serverless-LambdaDLQ", reason=schedule_repeats),
            Acknowledgment(id="Serverless-LambdaAsyncFailureDestination", reason=schedule_repeats),
            Acknowledgment(
                id="Serverless-LambdaTracing",
                reason="A run makes a handful of requests; its log and metrics tell which failed. "
                "Tracing would need a library in every cold start and a permission on *.",
            ),
        )
