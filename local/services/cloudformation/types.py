"""The resource types that moto lacks, or whose properties it forgets at creation or update.

Each is described in CloudFormation's resource reference:
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import ClassVar

from embedded_timestream.scheduled_queries.schedule_expression import parse
from local.services.cloudformation.dynamodb import DynamoDbTable
from local.services.cloudformation.resource import Properties, Resource


def without(properties: Properties, *names: str) -> Properties:
    """Copy the properties, leaving these out."""
    return {key: value for key, value in properties.items() if key not in names}


class TimestreamDatabase(Resource):
    """A database; Ref is its name."""

    arn: str

    TYPE = "AWS::Timestream::Database"
    NAME = "DatabaseName"
    REPLACED_BY = ("DatabaseName",)
    ATTRIBUTES = ("Arn",)

    def create(self) -> None:
        """Call CreateDatabase."""
        key = {"KmsKeyId": self.properties["KmsKeyId"]} if "KmsKeyId" in self.properties else {}
        answer = self.client("timestream-write").create_database(
            DatabaseName=self.name, Tags=self.tags(), **key
        )
        self.arn = answer["Database"]["Arn"]

    def update(self, before: Properties) -> None:
        """Call UpdateDatabase where the key changed, and set the tags."""
        if before.get("KmsKeyId") != self.properties.get("KmsKeyId"):
            self.client("timestream-write").update_database(
                DatabaseName=self.name, KmsKeyId=self.properties["KmsKeyId"]
            )
        tag_timestream(self, self.arn, before)

    def remove(self) -> None:
        """Call DeleteDatabase, which refuses a database that has tables."""
        self.client("timestream-write").delete_database(DatabaseName=self.name)

    def attribute(self, name: str) -> str:
        """Give the ARN."""
        return {"Arn": self.arn}[name]


class TimestreamTable(Resource):
    """A table; Ref is `database|table`."""

    arn: str

    TYPE = "AWS::Timestream::Table"
    NAME = "TableName"
    REPLACED_BY = ("DatabaseName", "TableName")
    ATTRIBUTES = ("Arn", "Name")

    def create(self) -> None:
        """Call CreateTable."""
        answer = self.client("timestream-write").create_table(
            TableName=self.name, Tags=self.tags(), **self._settings()
        )
        self.arn = answer["Table"]["Arn"]

    def update(self, before: Properties) -> None:
        """Call UpdateTable, and set the tags."""
        self.client("timestream-write").update_table(TableName=self.name, **self._settings())
        tag_timestream(self, self.arn, before)

    def remove(self) -> None:
        """Call DeleteTable."""
        self.client("timestream-write").delete_table(
            DatabaseName=self.properties["DatabaseName"], TableName=self.name
        )

    def _settings(self) -> Properties:
        settings = without(self.properties, "TableName", "Tags")
        # A template writes these numbers as strings, the API as numbers.
        if "RetentionProperties" in settings:
            settings["RetentionProperties"] = {
                key: int(value) for key, value in settings["RetentionProperties"].items()
            }
        return settings

    @property
    def physical_resource_id(self) -> str:
        """What Ref gives."""
        return f"{self.properties['DatabaseName']}|{self.name}"

    def attribute(self, name: str) -> str:
        """Give the ARN, or the name alone."""
        return {"Arn": self.arn, "Name": self.name}[name]


class ScheduledQuery(Resource):
    """A scheduled query; Ref is its ARN."""

    TYPE = "AWS::Timestream::ScheduledQuery"
    NAME = "ScheduledQueryName"
    REPLACED_BY = (
        "ScheduledQueryName",
        "QueryString",
        "ScheduleConfiguration",
        "NotificationConfiguration",
        "ErrorReportConfiguration",
        "TargetConfiguration",
        "ScheduledQueryExecutionRoleArn",
        "KmsKeyId",
    )
    ATTRIBUTES = ("Arn",)

    arn: str

    def create(self) -> None:
        """Call CreateScheduledQuery, which asks the query once: its columns must be there."""
        settings = without(self.properties, "ScheduledQueryName", "Tags")
        self.arn = self.client("timestream-query").create_scheduled_query(
            Name=self.name, Tags=self.tags(), **settings
        )["Arn"]

    def update(self, before: Properties) -> None:
        """Set the tags: everything else replaces it."""
        gone = {tag["Key"] for tag in before.get("Tags") or []} - self.tag_map().keys()
        client = self.client("timestream-query")
        if gone:
            client.untag_resource(ResourceARN=self.arn, TagKeys=sorted(gone))
        if self.tags():
            client.tag_resource(ResourceARN=self.arn, Tags=self.tags())

    def remove(self) -> None:
        """Call DeleteScheduledQuery."""
        self.client("timestream-query").delete_scheduled_query(ScheduledQueryArn=self.arn)

    @property
    def physical_resource_id(self) -> str:
        """What Ref gives."""
        return self.arn

    def attribute(self, name: str) -> str:
        """Give the ARN."""
        return {"Arn": self.arn}[name]


def tag_timestream(resource: Resource, arn: str, before: Properties) -> None:
    """Set the tags of a Timestream resource to those of its properties."""
    client = resource.client("timestream-write")
    gone = {tag["Key"] for tag in before.get("Tags") or []} - resource.tag_map().keys()
    if gone:
        client.untag_resource(ResourceARN=arn, TagKeys=sorted(gone))
    if resource.tags():
        client.tag_resource(ResourceARN=arn, Tags=resource.tags())


class Schedule(Resource):
    """An EventBridge schedule; Ref is its name."""

    arn: str

    TYPE = "AWS::Scheduler::Schedule"
    NAME = "Name"
    REPLACED_BY = ("Name", "GroupName")
    ATTRIBUTES = ("Arn",)

    def create(self) -> None:
        """Call CreateSchedule."""
        answer = self.client("scheduler").create_schedule(**self._settings())
        self.arn = answer["ScheduleArn"]

    def update(self, before: Properties) -> None:  # noqa: ARG002 - UpdateSchedule sets everything
        """Call UpdateSchedule."""
        self.client("scheduler").update_schedule(**self._settings())

    def remove(self) -> None:
        """Call DeleteSchedule."""
        group = self.properties.get("GroupName", "default")
        self.client("scheduler").delete_schedule(Name=self.name, GroupName=group)

    def _settings(self) -> Properties:
        target = self.properties["Target"]["Arn"]
        if target.split(":")[2] != "lambda":
            raise NotImplementedError(f"the embedded cloud's schedules do not invoke {target}")
        # moto takes any expression; the runner would only find out when it is too late.
        parse(
            self.properties["ScheduleExpression"],
            self.properties.get("ScheduleExpressionTimezone", "UTC"),
        )
        return {**self.properties, "Name": self.name}

    def attribute(self, name: str) -> str:
        """Give the ARN."""
        return {"Arn": self.arn}[name]


class Budget(Resource):
    """A budget with its notifications; Ref is its name."""

    TYPE = "AWS::Budgets::Budget"

    def __init__(self, name: str, properties: Properties, account: str, region: str) -> None:
        super().__init__(name, properties, account, region)
        self.name = properties["Budget"].get("BudgetName") or name

    def create(self) -> None:
        """Call CreateBudget."""
        limit = dict(self.properties["Budget"].get("BudgetLimit", {}))
        if limit:  # a template writes the amount as a number, the API as a string
            limit["Amount"] = str(limit["Amount"])
        budget = {**self.properties["Budget"], "BudgetName": self.name, "BudgetLimit": limit}
        self.client("budgets").create_budget(
            AccountId=self.account,
            Budget={key: value for key, value in budget.items() if value},
            NotificationsWithSubscribers=self.properties.get("NotificationsWithSubscribers", []),
        )

    def update(self, before: Properties) -> None:
        """Replace it: CloudFormation replaces notifications in the same way."""
        named_before = before["Budget"].get("BudgetName") or self.name
        self.client("budgets").delete_budget(AccountId=self.account, BudgetName=named_before)
        self.name = self.properties["Budget"].get("BudgetName") or self.name
        self.create()

    def remove(self) -> None:
        """Call DeleteBudget."""
        self.client("budgets").delete_budget(AccountId=self.account, BudgetName=self.name)


class BudgetsAction(Resource):
    """An action of a budget; Ref is its identifier."""

    TYPE = "AWS::Budgets::BudgetsAction"
    REPLACED_BY = ("ActionType", "BudgetName")
    ATTRIBUTES = ("ActionId",)

    def create(self) -> None:
        """Call CreateBudgetAction."""
        settings = without(self._settings(), "ResourceTags")
        answer = self.client("budgets").create_budget_action(
            **settings, ResourceTags=self.properties.get("ResourceTags", [])
        )
        self.name = answer["ActionId"]

    def update(self, before: Properties) -> None:  # noqa: ARG002 - UpdateBudgetAction sets everything
        """Call UpdateBudgetAction."""
        settings = without(self._settings(), "ResourceTags", "ActionType")
        self.client("budgets").update_budget_action(**settings, ActionId=self.name)

    def _settings(self) -> Properties:
        threshold = self.properties["ActionThreshold"]
        return {
            **self.properties,
            "AccountId": self.account,
            # A template spells these otherwise than the API.
            "ActionThreshold": {
                "ActionThresholdType": threshold["Type"],
                "ActionThresholdValue": threshold["Value"],
            },
            "Subscribers": [
                {"SubscriptionType": one["Type"], "Address": one["Address"]}
                for one in self.properties["Subscribers"]
            ],
        }

    def remove(self) -> None:
        """Call DeleteBudgetAction."""
        self.client("budgets").delete_budget_action(
            AccountId=self.account, BudgetName=self.properties["BudgetName"], ActionId=self.name
        )

    def attribute(self, name: str) -> str:
        """Give the identifier."""
        return {"ActionId": self.name}[name]


class Alarm(Resource):
    """A CloudWatch alarm; Ref is its name."""

    TYPE = "AWS::CloudWatch::Alarm"
    NAME = "AlarmName"
    REPLACED_BY = ("AlarmName",)
    ATTRIBUTES = ("Arn",)

    def create(self) -> None:
        """Call PutMetricAlarm."""
        self.client("cloudwatch").put_metric_alarm(**{**self.properties, "AlarmName": self.name})

    def update(self, before: Properties) -> None:  # noqa: ARG002 - PutMetricAlarm sets everything
        """Call PutMetricAlarm, which overwrites."""
        self.create()

    def remove(self) -> None:
        """Call DeleteAlarms."""
        self.client("cloudwatch").delete_alarms(AlarmNames=[self.name])

    def attribute(self, name: str) -> str:
        """Give the ARN."""
        arn = f"arn:aws:cloudwatch:{self.region}:{self.account}:alarm:{self.name}"
        return {"Arn": arn}[name]


class Dashboard(Resource):
    """A CloudWatch dashboard; Ref is its name."""

    TYPE = "AWS::CloudWatch::Dashboard"
    NAME = "DashboardName"
    REPLACED_BY = ("DashboardName",)

    def create(self) -> None:
        """Call PutDashboard."""
        self.client("cloudwatch").put_dashboard(
            DashboardName=self.name, DashboardBody=self.properties["DashboardBody"]
        )

    def update(self, before: Properties) -> None:  # noqa: ARG002 - PutDashboard overwrites
        """Call PutDashboard."""
        self.create()

    def remove(self) -> None:
        """Call DeleteDashboards."""
        self.client("cloudwatch").delete_dashboards(DashboardNames=[self.name])


class Topic(Resource):
    """An SNS topic with the subscriptions written in it; Ref is its ARN."""

    arn: str

    TYPE = "AWS::SNS::Topic"
    NAME = "TopicName"
    REPLACED_BY = ("TopicName", "FifoTopic")
    ATTRIBUTES = ("TopicArn", "TopicName")

    def create(self) -> None:
        """Call CreateTopic and Subscribe."""
        client = self.client("sns")
        self.arn = client.create_topic(
            Name=self.name, Attributes=self._attributes(), Tags=self.tags()
        )["TopicArn"]
        self._subscribe({})

    def update(self, before: Properties) -> None:
        """Set the attributes and tags, and subscribe whoever is new."""
        client = self.client("sns")
        for key, value in self._attributes().items():
            client.set_topic_attributes(TopicArn=self.arn, AttributeName=key, AttributeValue=value)
        gone = {tag["Key"] for tag in before.get("Tags") or []} - self.tag_map().keys()
        client.untag_resource(ResourceArn=self.arn, TagKeys=sorted(gone))
        client.tag_resource(ResourceArn=self.arn, Tags=self.tags())
        self._subscribe(before)

    def _subscribe(self, before: Properties) -> None:
        client = self.client("sns")
        wanted = self.properties.get("Subscription", [])
        for subscription in client.list_subscriptions_by_topic(TopicArn=self.arn)["Subscriptions"]:
            one = {key: subscription[key] for key in ("Endpoint", "Protocol")}
            if one in before.get("Subscription", []) and one not in wanted:
                client.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
        for one in wanted:
            if one not in before.get("Subscription", []):
                client.subscribe(TopicArn=self.arn, **one)

    def _attributes(self) -> dict[str, str]:
        settings = without(self.properties, "TopicName", "Tags", "Subscription")
        return {key: as_text(value) for key, value in settings.items()}

    def remove(self) -> None:
        """Call DeleteTopic."""
        self.client("sns").delete_topic(TopicArn=self.arn)

    @property
    def physical_resource_id(self) -> str:
        """What Ref gives."""
        return self.arn

    def attribute(self, name: str) -> str:
        """Give the ARN or the name."""
        return {"TopicArn": self.arn, "TopicName": self.name}[name]


class Subscription(Resource):
    """A subscription of a topic; Ref is its ARN."""

    arn: str

    TYPE = "AWS::SNS::Subscription"
    REPLACED_BY = ("TopicArn", "Protocol", "Endpoint")

    def create(self) -> None:
        """Call Subscribe."""
        required = ("TopicArn", "Protocol", "Endpoint", "Region")
        self.arn = self.client("sns").subscribe(
            **without(self.properties, *(set(self.properties) - set(required[:3]))),
            Attributes=self._attributes(),
            ReturnSubscriptionArn=True,
        )["SubscriptionArn"]

    def update(self, before: Properties) -> None:  # noqa: ARG002 - every attribute is set again
        """Set the attributes."""
        for key, value in self._attributes().items():
            self.client("sns").set_subscription_attributes(
                SubscriptionArn=self.arn, AttributeName=key, AttributeValue=value
            )

    def _attributes(self) -> dict[str, str]:
        settings = without(self.properties, "TopicArn", "Protocol", "Endpoint", "Region")
        return {key: as_text(value) for key, value in settings.items()}

    def remove(self) -> None:
        """Call Unsubscribe."""
        self.client("sns").unsubscribe(SubscriptionArn=self.arn)

    @property
    def physical_resource_id(self) -> str:
        """What Ref gives."""
        return self.arn


class TopicPolicy(Resource):
    """One policy for some topics."""

    TYPE = "AWS::SNS::TopicPolicy"

    def create(self) -> None:
        """Set the policy of each topic."""
        for arn in self.properties["Topics"]:
            self.client("sns").set_topic_attributes(
                TopicArn=arn,
                AttributeName="Policy",
                AttributeValue=json.dumps(self.properties["PolicyDocument"]),
            )

    def update(self, before: Properties) -> None:  # noqa: ARG002 - setting it overwrites
        """Set the policy of each topic."""
        self.create()

    def remove(self) -> None:
        """Leave the topics as they are: their last policy goes with them."""


class Queue(Resource):
    """An SQS queue; Ref is its URL."""

    url: str

    TYPE = "AWS::SQS::Queue"
    NAME = "QueueName"
    REPLACED_BY = ("QueueName", "FifoQueue")
    ATTRIBUTES = ("Arn", "QueueName", "QueueUrl")

    LONGEST_NAME: ClassVar[int] = 80
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html"""

    def create(self) -> None:
        """Call CreateQueue."""
        self.name = self.name[: self.LONGEST_NAME]
        self.url = self.client("sqs").create_queue(
            QueueName=self.name, Attributes=self._attributes(), tags=self.tag_map()
        )["QueueUrl"]

    def update(self, before: Properties) -> None:  # noqa: ARG002 - every attribute is set again
        """Call SetQueueAttributes."""
        self.client("sqs").set_queue_attributes(QueueUrl=self.url, Attributes=self._attributes())
        if self.tags():
            self.client("sqs").tag_queue(QueueUrl=self.url, Tags=self.tag_map())

    def _attributes(self) -> dict[str, str]:
        settings = without(self.properties, "QueueName", "Tags")
        return {key: as_text(value) for key, value in settings.items()}

    def remove(self) -> None:
        """Call DeleteQueue."""
        self.client("sqs").delete_queue(QueueUrl=self.url)

    @property
    def physical_resource_id(self) -> str:
        """What Ref gives."""
        return self.url

    def attribute(self, name: str) -> str:
        """Give the ARN, the name or the URL."""
        arn = f"arn:aws:sqs:{self.region}:{self.account}:{self.name}"
        return {"Arn": arn, "QueueName": self.name, "QueueUrl": self.url}[name]


class QueuePolicy(Resource):
    """One policy for some queues."""

    TYPE = "AWS::SQS::QueuePolicy"

    def create(self) -> None:
        """Set the policy of each queue."""
        self._set(json.dumps(self.properties["PolicyDocument"]), self.properties)

    def update(self, before: Properties) -> None:  # noqa: ARG002 - setting it overwrites
        """Set the policy of each queue."""
        self.create()

    def remove(self) -> None:
        """Take the policy from each queue."""
        self._set("", self.properties)

    def _set(self, policy: str, properties: Properties) -> None:
        for url in properties["Queues"]:
            self.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})


class BucketPolicy(Resource):
    """The policy of a bucket."""

    TYPE = "AWS::S3::BucketPolicy"
    REPLACED_BY = ("Bucket",)

    def create(self) -> None:
        """Call PutBucketPolicy."""
        self.client("s3").put_bucket_policy(
            Bucket=self.properties["Bucket"], Policy=json.dumps(self.properties["PolicyDocument"])
        )

    def update(self, before: Properties) -> None:  # noqa: ARG002 - PutBucketPolicy overwrites
        """Call PutBucketPolicy."""
        self.create()

    def remove(self) -> None:
        """Call DeleteBucketPolicy."""
        self.client("s3").delete_bucket_policy(Bucket=self.properties["Bucket"])


class LogGroup(Resource):
    """A log group; Ref is its name."""

    TYPE = "AWS::Logs::LogGroup"
    NAME = "LogGroupName"
    REPLACED_BY = ("LogGroupName",)
    ATTRIBUTES = ("Arn",)

    def create(self) -> None:
        """Call CreateLogGroup and PutRetentionPolicy."""
        tags = {"tags": self.tag_map()} if self.tags() else {}
        self.client("logs").create_log_group(logGroupName=self.name, **tags)
        self._retain()

    def update(self, before: Properties) -> None:
        """Set or delete the retention, and set the tags."""
        if "RetentionInDays" in before and "RetentionInDays" not in self.properties:
            self.client("logs").delete_retention_policy(logGroupName=self.name)
        self._retain()
        if self.tags():
            self.client("logs").tag_log_group(logGroupName=self.name, tags=self.tag_map())

    def _retain(self) -> None:
        if "RetentionInDays" in self.properties:
            self.client("logs").put_retention_policy(
                logGroupName=self.name, retentionInDays=int(self.properties["RetentionInDays"])
            )

    def remove(self) -> None:
        """Call DeleteLogGroup."""
        self.client("logs").delete_log_group(logGroupName=self.name)

    def attribute(self, name: str) -> str:
        """Give the ARN; CloudFormation's ends with `:*`."""
        arn = f"arn:aws:logs:{self.region}:{self.account}:log-group:{self.name}:*"
        return {"Arn": arn}[name]


class Role(Resource):
    """An IAM role with its inline and managed policies; Ref is its name."""

    arn: str
    identifier: str

    TYPE = "AWS::IAM::Role"
    NAME = "RoleName"
    REPLACED_BY = ("RoleName", "Path")
    ATTRIBUTES = ("Arn", "RoleId")

    LONGEST_NAME: ClassVar[int] = 64
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html"""

    def create(self) -> None:
        """Call CreateRole, PutRolePolicy and AttachRolePolicy."""
        self.name = self.name[-self.LONGEST_NAME :]
        kept = {"Path", "Description", "MaxSessionDuration", "PermissionsBoundary"}
        role = self.client("iam").create_role(
            RoleName=self.name,
            AssumeRolePolicyDocument=json.dumps(self.properties["AssumeRolePolicyDocument"]),
            Tags=self.tags(),
            **{key: self.properties[key] for key in kept & self.properties.keys()},
        )["Role"]
        self.arn, self.identifier = role["Arn"], role["RoleId"]
        self._grant({})

    def update(self, before: Properties) -> None:
        """Set the trust policy, the description and the policies."""
        client = self.client("iam")
        client.update_assume_role_policy(
            RoleName=self.name,
            PolicyDocument=json.dumps(self.properties["AssumeRolePolicyDocument"]),
        )
        client.update_role(RoleName=self.name, Description=self.properties.get("Description", ""))
        self._grant(before)

    def _grant(self, before: Properties) -> None:
        client = self.client("iam")
        inline = {policy["PolicyName"]: policy for policy in self.properties.get("Policies", [])}
        for policy in before.get("Policies", []):
            if policy["PolicyName"] not in inline:
                client.delete_role_policy(RoleName=self.name, PolicyName=policy["PolicyName"])
        for name, policy in inline.items():
            client.put_role_policy(
                RoleName=self.name,
                PolicyName=name,
                PolicyDocument=json.dumps(policy["PolicyDocument"]),
            )
        managed = set(self.properties.get("ManagedPolicyArns", []))
        for arn in set(before.get("ManagedPolicyArns", [])) - managed:
            client.detach_role_policy(RoleName=self.name, PolicyArn=arn)
        for arn in managed - set(before.get("ManagedPolicyArns", [])):
            client.attach_role_policy(RoleName=self.name, PolicyArn=arn)

    def remove(self) -> None:
        """Take its policies, then call DeleteRole."""
        now, self.properties = self.properties, {}
        self._grant(now)
        self.properties = now
        self.client("iam").delete_role(RoleName=self.name)

    def attribute(self, name: str) -> str:
        """Give the ARN or the identifier."""
        return {"Arn": self.arn, "RoleId": self.identifier}[name]


class ManagedPolicy(Resource):
    """An IAM policy that stands by itself; Ref is its ARN."""

    arn: str

    TYPE = "AWS::IAM::ManagedPolicy"
    NAME = "ManagedPolicyName"
    REPLACED_BY = ("ManagedPolicyName", "Path", "Description")
    ATTRIBUTES = ("PolicyArn",)

    LONGEST_NAME: ClassVar[int] = 128
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html"""

    def create(self) -> None:
        """Call CreatePolicy, and AttachRolePolicy for each of its roles."""
        self.name = self.name[-self.LONGEST_NAME :]
        if self.properties.get("Users") or self.properties.get("Groups"):
            raise NotImplementedError("the embedded cloud attaches managed policies to roles only")
        kept = {"Path", "Description"} & self.properties.keys()
        self.arn = self.client("iam").create_policy(
            PolicyName=self.name,
            PolicyDocument=json.dumps(self.properties["PolicyDocument"]),
            Tags=self.tags(),
            **{key: self.properties[key] for key in kept if self.properties[key]},
        )["Policy"]["Arn"]
        self._attach({})

    def update(self, before: Properties) -> None:
        """Make a new version of the document the only one, and set the roles."""
        client = self.client("iam")
        version = client.get_policy(PolicyArn=self.arn)["Policy"]["DefaultVersionId"]
        client.create_policy_version(
            PolicyArn=self.arn,
            PolicyDocument=json.dumps(self.properties["PolicyDocument"]),
            SetAsDefault=True,
        )
        client.delete_policy_version(PolicyArn=self.arn, VersionId=version)
        self._attach(before)

    def _attach(self, before: Properties) -> None:
        client = self.client("iam")
        roles, former = (set(one.get("Roles") or []) for one in (self.properties, before))
        for role in former - roles:
            client.detach_role_policy(RoleName=role, PolicyArn=self.arn)
        for role in roles - former:
            client.attach_role_policy(RoleName=role, PolicyArn=self.arn)

    def remove(self) -> None:
        """Call DetachRolePolicy and DeletePolicy."""
        now, self.properties = self.properties, {}
        self._attach(now)
        self.properties = now
        self.client("iam").delete_policy(PolicyArn=self.arn)

    @property
    def physical_resource_id(self) -> str:
        """What Ref gives."""
        return self.arn

    def attribute(self, name: str) -> str:
        """Give the ARN."""
        return {"PolicyArn": self.arn}[name]


class Key(Resource):
    """A KMS key; Ref is its identifier."""

    arn: str

    TYPE = "AWS::KMS::Key"
    ATTRIBUTES = ("Arn", "KeyId")

    WAITING_DAYS: ClassVar[int] = 30
    """CloudFormation's default: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html"""

    def create(self) -> None:
        """Call CreateKey and, where it is asked for, EnableKeyRotation."""
        key = self.client("kms").create_key(
            Policy=json.dumps(self.properties["KeyPolicy"]),
            Description=self.properties.get("Description", ""),
            Tags=[{"TagKey": key, "TagValue": value} for key, value in self.tag_map().items()],
        )["KeyMetadata"]
        self.name, self.arn = key["KeyId"], key["Arn"]
        self._rotate()

    def update(self, before: Properties) -> None:  # noqa: ARG002 - each call overwrites
        """Set the policy, the description and the rotation."""
        client = self.client("kms")
        client.put_key_policy(
            KeyId=self.name, PolicyName="default", Policy=json.dumps(self.properties["KeyPolicy"])
        )
        client.update_key_description(
            KeyId=self.name, Description=self.properties.get("Description", "")
        )
        self._rotate()

    def _rotate(self) -> None:
        client = self.client("kms")
        if self.properties.get("EnableKeyRotation"):
            client.enable_key_rotation(KeyId=self.name)
        else:
            client.disable_key_rotation(KeyId=self.name)

    def remove(self) -> None:
        """Call ScheduleKeyDeletion."""
        self.client("kms").schedule_key_deletion(
            KeyId=self.name,
            PendingWindowInDays=self.properties.get("PendingWindowInDays", self.WAITING_DAYS),
        )

    def attribute(self, name: str) -> str:
        """Give the ARN or the identifier."""
        return {"Arn": self.arn, "KeyId": self.name}[name]


class Function(Resource):
    """A Lambda function from a zip in S3, or from inline code; Ref is its name."""

    arn: str

    TYPE = "AWS::Lambda::Function"
    NAME = "FunctionName"
    REPLACED_BY = ("FunctionName", "PackageType")
    ATTRIBUTES = ("Arn",)

    LONGEST_NAME: ClassVar[int] = 64
    """https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html"""

    OF_THE_CODE = ("Code", "Architectures")
    NEVER_UPDATED = ("Tags", "ReservedConcurrentExecutions", "FunctionName", "PackageType")

    def create(self) -> None:
        """Call CreateFunction."""
        self.name = self.name[-self.LONGEST_NAME :]
        settings = without(self.properties, "Code", "Tags", "ReservedConcurrentExecutions")
        answer = self.client("lambda").create_function(
            **{**settings, "FunctionName": self.name, "Code": self._code(), "Tags": self.tag_map()}
        )
        self.arn = answer["FunctionArn"]
        self._reserve()

    def update(self, before: Properties) -> None:
        """Call UpdateFunctionCode and UpdateFunctionConfiguration, whichever changed."""
        client = self.client("lambda")
        if any(before.get(key) != self.properties.get(key) for key in self.OF_THE_CODE):
            kept = {
                key: self.properties[key] for key in ("Architectures",) if key in self.properties
            }
            client.update_function_code(FunctionName=self.name, **self._code(), **kept)
        settings = without(self.properties, *self.OF_THE_CODE, *self.NEVER_UPDATED)
        # What the template no longer has goes back to its default.
        defaults = {"Environment": {"Variables": {}}, "Description": "", "DeadLetterConfig": {}}
        gone = {key: value for key, value in defaults.items() if key in before}
        client.update_function_configuration(FunctionName=self.name, **{**gone, **settings})
        if self.tags():
            client.tag_resource(Resource=self.arn, Tags=self.tag_map())
        self._reserve()

    def _code(self) -> Properties:
        code = self.properties["Code"]
        if "ZipFile" not in code:
            return dict(code)
        bundle = io.BytesIO()
        with zipfile.ZipFile(bundle, "w") as archive:
            archive.writestr("index.py", code["ZipFile"])
        return {"ZipFile": bundle.getvalue()}

    def _reserve(self) -> None:
        reserved = self.properties.get("ReservedConcurrentExecutions")
        if reserved is not None:
            self.client("lambda").put_function_concurrency(
                FunctionName=self.name, ReservedConcurrentExecutions=reserved
            )

    def remove(self) -> None:
        """Call DeleteFunction."""
        self.client("lambda").delete_function(FunctionName=self.name)

    def attribute(self, name: str) -> str:
        """Give the ARN."""
        return {"Arn": self.arn}[name]


class FunctionPermission(Resource):
    """Who may invoke a function."""

    TYPE = "AWS::Lambda::Permission"

    def create(self) -> None:
        """Call AddPermission."""
        self.client("lambda").add_permission(**{**self.properties, "StatementId": self.name})

    def update(self, before: Properties) -> None:
        """Replace the statement."""
        self._remove(before)
        self.create()

    def remove(self) -> None:
        """Call RemovePermission."""
        self._remove(self.properties)

    def _remove(self, properties: Properties) -> None:
        self.client("lambda").remove_permission(
            FunctionName=properties["FunctionName"], StatementId=self.name
        )


class EventInvokeConfig(Resource):
    """How often and how long Lambda retries an asynchronous invocation."""

    TYPE = "AWS::Lambda::EventInvokeConfig"
    REPLACED_BY = ("FunctionName", "Qualifier")

    def create(self) -> None:
        """Call PutFunctionEventInvokeConfig."""
        settings = without(self.properties, "Qualifier")
        if self.properties["Qualifier"] != "$LATEST":
            settings["Qualifier"] = self.properties["Qualifier"]
        self.client("lambda").put_function_event_invoke_config(**settings)

    def update(self, before: Properties) -> None:  # noqa: ARG002 - the call overwrites
        """Replace it: moto's put adds a second one, and the first counts."""
        self.remove()
        self.create()

    def remove(self) -> None:
        """Call DeleteFunctionEventInvokeConfig."""
        self.client("lambda").delete_function_event_invoke_config(
            FunctionName=self.properties["FunctionName"]
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


def as_text(value: object) -> str:
    """Write a property as the attribute of a topic or a queue: text, numbers and JSON alike."""
    return value if isinstance(value, str) else json.dumps(value)


TYPES: dict[str, type[Resource]] = {
    resource.TYPE: resource
    for resource in (
        Alarm,
        BucketPolicy,
        Budget,
        BudgetsAction,
        Dashboard,
        DynamoDbTable,
        EventInvokeConfig,
        Function,
        FunctionPermission,
        Key,
        LogGroup,
        ManagedPolicy,
        Metadata,
        Queue,
        QueuePolicy,
        Role,
        Schedule,
        ScheduledQuery,
        Subscription,
        TimestreamDatabase,
        TimestreamTable,
        Topic,
        TopicPolicy,
    )
}
