"""The resource types that moto lacks, or whose properties it forgets at creation or update.

Each is described in CloudFormation's resource reference:
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
"""

from __future__ import annotations

from local.services.cloudformation.budgets import Budget, BudgetsAction
from local.services.cloudformation.cloudfront import (
    Distribution,
    EdgeFunction,
    FunctionUrl,
    OriginAccessControl,
)
from local.services.cloudformation.cloudwatch import Alarm, Dashboard
from local.services.cloudformation.dynamodb import DynamoDbTable
from local.services.cloudformation.functions import (
    EventInvokeConfig,
    EventSourceMapping,
    Function,
    FunctionPermission,
)
from local.services.cloudformation.iam import ManagedPolicy, Role
from local.services.cloudformation.kms import Key
from local.services.cloudformation.logs import LogGroup
from local.services.cloudformation.resource import Properties, Resource
from local.services.cloudformation.s3 import BucketPolicy
from local.services.cloudformation.scheduler import Schedule, ScheduleGroup
from local.services.cloudformation.sns import Subscription, Topic, TopicPolicy
from local.services.cloudformation.sqs import Queue, QueuePolicy
from local.services.cloudformation.timestream import (
    ScheduledQuery,
    TimestreamDatabase,
    TimestreamTable,
)


class Metadata(Resource):
    """What the CDK tells about itself; it deploys nothing on AWS either."""

    TYPE = "AWS::CDK::Metadata"

    def create(self) -> None:
        """Nothing to create."""

    def update(self, before: Properties) -> None:
        """Nothing to update."""

    def remove(self) -> None:
        """Nothing to delete."""


TYPES: dict[str, type[Resource]] = {
    resource.TYPE: resource
    for resource in (
        Alarm,
        BucketPolicy,
        Budget,
        BudgetsAction,
        Dashboard,
        Distribution,
        EdgeFunction,
        DynamoDbTable,
        EventInvokeConfig,
        EventSourceMapping,
        Function,
        FunctionPermission,
        FunctionUrl,
        Key,
        LogGroup,
        ManagedPolicy,
        Metadata,
        OriginAccessControl,
        Queue,
        QueuePolicy,
        Role,
        Schedule,
        ScheduleGroup,
        ScheduledQuery,
        Subscription,
        TimestreamDatabase,
        TimestreamTable,
        Topic,
        TopicPolicy,
    )
}
