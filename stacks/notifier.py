"""The stack that tells people: the notifier, its topic, and the queue of what nobody took."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_cdk import Acknowledgment, ArnFormat, CfnOutput, Duration, Stack, Validations
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs

from stacks.alarms import FIVE_MINUTES, GUIDE
from stacks.bundle import bundle
from stacks.python_function import PythonFunction
from stacks.record_queues import LONGEST_RETENTION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_kms as kms
    from constructs import Construct

    from stacks.dynamodb import ObservationTable

FILTERS = (
    # An observation, or a correction of one.
    {"dynamodb": {"NewImage": {"status": {"S": ["Open", "Closed"]}}}},
    # The poller's mark about a bridge that it does not see.
    {"dynamodb": {"NewImage": {"sight": {"S": lambda_.FilterRule.exists()}}}},
)
"""What of the table's stream the notifier is invoked for; the rest costs nothing."""

OWN_ITEMS = "?notify*"
"""The keys of the notifier's own items. The first character is a control character, which IAM takes
in no policy (lambdas/notifier/table.py)."""

RECORD_AGE = Duration.hours(1)
"""After which a record of the stream is not tried again. What it says is in the table all the same,
and looked at with the bridge's next one."""


class NotifierStack(Stack):
    """The notifier: invoked by the table's stream, and by schedules that it makes itself.

    It holds no state but what waits for targets, in items of its own in the table.

    :param deployment: the deployment's name, the prefix of the names in here.
    :param table: where the observations are, with a stream of new images.
    :param key: what the queue is encrypted with; by default a key that SQS owns.
    :param configuration: what the function reads as `configuration.json`, as JSON values.
    :param secret_parameters: names of the SSM SecureString parameters that hold targets' secrets.
    :param emails: who is subscribed to the topic of changes, by mail.
    :param log_retention_days: how long the function's log is kept.
    :param alarm_topic: where the alarm goes: another topic than that of changes.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deployment: str,
        table: ObservationTable,
        key: kms.IKey | None,
        configuration: Mapping[str, Any],
        secret_parameters: Sequence[str],
        emails: Sequence[str],
        log_retention_days: int,
        alarm_topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, construct_id, description="bridgewatch: the notifier")
        self._deployment = deployment
        self._key = key
        self._topic = self._make_topic(emails)
        self._undelivered = self._make_queue()
        self._group = scheduler.ScheduleGroup(
            self, "Wakes", schedule_group_name=f"{deployment}-notifier"
        )
        self._waker = self._role_of_schedules()
        function = self._function(configuration, table, log_retention_days)
        self._grant(function, table, secret_parameters)
        self._listen(function, table)
        self._alarm(alarm_topic)
        CfnOutput(self, "NotifierName", value=function.function_name)
        CfnOutput(self, "ChangesTopicArn", value=self._topic.topic_arn)
        CfnOutput(self, "UndeliveredQueueUrl", value=self._undelivered.queue_url)
        CfnOutput(self, "TableName", value=table.table_name)

    @property
    def _function_arn(self) -> str:
        # By its name: the function has to know its own, and a role has to know the function's.
        return self.format_arn(
            service="lambda",
            resource="function",
            resource_name=f"{self._deployment}-notifier",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )

    def _make_topic(self, emails: Sequence[str]) -> sns.Topic:
        topic = sns.Topic(
            self, "Changes", topic_name=f"{self._deployment}-changes", enforce_ssl=True
        )
        for email in emails:
            subscription = topic.add_subscription(subscriptions.EmailSubscription(email))
            Validations.of(subscription).acknowledge(
                Acknowledgment(
                    id="Serverless-SNSRedrivePolicy",
                    reason="SNS repeats e-mail for hours by itself, and news older than that is "
                    "none: nobody would read a queue of it.",
                )
            )
        return topic

    def _make_queue(self) -> sqs.Queue:
        # Without a name, which SQS would not give away again for a minute after its deletion.
        queue = sqs.Queue(
            self,
            "Undelivered",
            encryption=sqs.QueueEncryption.KMS if self._key else sqs.QueueEncryption.SQS_MANAGED,
            encryption_master_key=self._key,
            enforce_ssl=True,
            retention_period=LONGEST_RETENTION,
        )
        Validations.of(queue).acknowledge(
            *(
                Acknowledgment(
                    id=rule,
                    reason="It is the dead-letter queue: an operator empties it, told by an alarm.",
                )
                for rule in ("Serverless-SQSRedrivePolicy", "AwsSolutions-SQS3")
            )
        )
        return queue

    def _role_of_schedules(self) -> iam.Role:
        role = iam.Role(
            self,
            "Waker",
            description="Invokes the notifier",
            # https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
            assumed_by=iam.ServicePrincipal("scheduler.amazonaws.com").with_conditions(
                {"StringEquals": {"aws:SourceAccount": self.account}}
            ),
        )
        role.add_to_policy(
            iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[self._function_arn])
        )
        return role

    def _function(
        self, configuration: Mapping[str, Any], table: ObservationTable, log_retention_days: int
    ) -> lambda_.Function:
        return PythonFunction(
            self,
            "Notifier",
            function_name=f"{self._deployment}-notifier",
            description="Tells people what the bridges do",
            code=bundle("notifier", configuration),
            handler="lambdas.notifier.handler.handler",
            environment={
                "BRIDGEWATCH_TABLE": table.table_name,
                "BRIDGEWATCH_TOPIC_ARN": self._topic.topic_arn,
                "BRIDGEWATCH_UNDELIVERED_QUEUE_URL": self._undelivered.queue_url,
                "BRIDGEWATCH_SCHEDULE_GROUP": self._group.schedule_group_name,
                "BRIDGEWATCH_SCHEDULE_ROLE_ARN": self._waker.role_arn,
                "BRIDGEWATCH_FUNCTION_ARN": self._function_arn,
            },
            metrics_namespace=self._deployment,
            service="notifier",
            timeout=Duration.seconds(60),
            memory_mb=256,
            log_retention_days=log_retention_days,
            # One that a schedule woke and that died is woken again.
            retries=2,
            event_age=RECORD_AGE,
        ).function

    def _grant(
        self, function: lambda_.Function, table: ObservationTable, parameters: Sequence[str]
    ) -> None:
        """Let the function do what it needs, and no more."""

        def allow(
            actions_: list[str], resources: list[str], conditions: Mapping[str, Any] | None = None
        ) -> None:
            function.add_to_role_policy(
                iam.PolicyStatement(actions=actions_, resources=resources, conditions=conditions)
            )

        allow(["dynamodb:GetItem", "dynamodb:Query"], [table.table_arn])
        allow(
            ["dynamodb:PutItem"],
            [table.table_arn],
            {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [OWN_ITEMS]}},
        )
        allow(
            [
                "dynamodb:DescribeStream",
                "dynamodb:GetRecords",
                "dynamodb:GetShardIterator",
                "dynamodb:ListStreams",
            ],
            [table.stream_arn],
        )
        allow(["sns:Publish"], [self._topic.topic_arn])
        allow(["sqs:SendMessage"], [self._undelivered.queue_arn])
        allow(
            ["scheduler:CreateSchedule", "scheduler:DeleteSchedule", "scheduler:UpdateSchedule"],
            [
                self.format_arn(
                    service="scheduler",
                    resource="schedule",
                    resource_name=f"{self._deployment}-notifier/*",
                )
            ],
        )
        allow(
            ["iam:PassRole"],
            [self._waker.role_arn],
            {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}},
        )
        Validations.of(function.role or function).acknowledge(
            Acknowledgment(
                id="AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:scheduler:<AWS::Region>:"
                f"<AWS::AccountId>:schedule/{self._deployment}-notifier/*]",
                reason="The group holds the notifier's own schedules, one a bridge, and no other.",
            )
        )
        if parameters:
            # No statement about KMS: the key `aws/ssm` lets whoever may read a parameter decrypt it
            # (https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html).
            allow(["ssm:GetParameter"], [self._parameter_arn(one) for one in parameters])
        if table.key:
            table.key.grant(function, "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt")
        if self._key:
            self._key.grant(function, "kms:Decrypt", "kms:GenerateDataKey")

    def _parameter_arn(self, parameter: str) -> str:
        return self.format_arn(
            service="ssm",
            resource="parameter",
            resource_name=parameter.removeprefix("/"),
            arn_format=ArnFormat.SLASH_RESOURCE_NAME,
        )

    def _listen(self, function: lambda_.Function, table: ObservationTable) -> None:
        """Let the table's stream invoke the function.

        What it fails with comes again, in halves; other bridges' records wait behind it.
        """
        mapping = lambda_.EventSourceMapping(
            self,
            "Stream",
            target=function,
            event_source_arn=table.stream_arn,
            # What happened before is told by nobody.
            starting_position=lambda_.StartingPosition.LATEST,
            batch_size=100,
            bisect_batch_on_error=True,
            max_record_age=RECORD_AGE,
            filters=[lambda_.FilterCriteria.filter(pattern) for pattern in FILTERS],
        )
        cfn: Any = mapping.node.default_child
        cfn.destination_config = lambda_.CfnEventSourceMapping.DestinationConfigProperty(
            on_failure=lambda_.CfnEventSourceMapping.OnFailureProperty(
                destination=self._undelivered.queue_arn
            )
        )
        # Lambda looks at the role when the mapping is made.
        mapping.node.add_dependency(function.role or function)

    def _alarm(self, topic: sns.ITopic) -> None:
        alarm = cloudwatch.Alarm(
            self,
            "undelivered",
            alarm_name=f"{self._deployment}-undelivered",
            alarm_description="People were not told: a target has taken nothing for a day, or the "
            "notifier failed for an hour. The messages in the queue 'undelivered' say which "
            f"target, and what it answers; python -m bridgewatch notify test asks it. {GUIDE}",
            metric=self._undelivered.metric_approximate_number_of_messages_visible(
                period=FIVE_MINUTES, statistic="Maximum"
            ),
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            threshold=0,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        action = actions.SnsAction(topic)
        alarm.add_alarm_action(action)
        alarm.add_ok_action(action)
