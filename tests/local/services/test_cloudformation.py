from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from botocore.exceptions import ClientError

from local.services.cloudformation.fixes import dependency_order
from local.services.cloudformation.types import TYPES
from tests.local.deployed import TRUST

if TYPE_CHECKING:
    from local.cloud import Cloud

_numbers = count()


class Stack:
    """A stack of one test, with a name of its own; `{name}` in a template becomes that name."""

    def __init__(self, cloud: Cloud) -> None:
        self.name = f"stack{next(_numbers)}"
        self._client = cloud.client("cloudformation")

    def body(self, resources: dict[str, Any], outputs: dict[str, Any] | None = None) -> str:
        template = {"Resources": resources, "Outputs": outputs or {}}
        return json.dumps(template).replace("{name}", self.name)

    def create(self, resources: dict[str, Any], outputs: dict[str, Any] | None = None) -> str:
        self._client.create_stack(StackName=self.name, TemplateBody=self.body(resources, outputs))
        return self.status()

    def update(self, resources: dict[str, Any], outputs: dict[str, Any] | None = None) -> str:
        self._client.update_stack(StackName=self.name, TemplateBody=self.body(resources, outputs))
        return self.status()

    def delete(self) -> str:
        identifier = self._describe()["StackId"]
        self._client.delete_stack(StackName=self.name)
        stacks = self._client.describe_stacks(StackName=identifier)["Stacks"]
        return str(stacks[0]["StackStatus"])

    def status(self) -> str:
        return str(self._describe()["StackStatus"])

    def outputs(self) -> dict[str, str]:
        outputs = self._describe().get("Outputs", [])
        return {output["OutputKey"]: output["OutputValue"] for output in outputs}

    def failure(self) -> tuple[str, str]:
        events = self._client.describe_stack_events(StackName=self.name)["StackEvents"]
        failed = next(event for event in events if event["ResourceStatus"].endswith("_FAILED"))
        return failed["LogicalResourceId"], failed["ResourceStatusReason"]

    def _describe(self) -> dict[str, Any]:
        return dict(self._client.describe_stacks(StackName=self.name)["Stacks"][0])


@pytest.fixture
def stack(cloud: Cloud) -> Stack:
    return Stack(cloud)


DATABASE = {"Type": "AWS::Timestream::Database", "Properties": {"DatabaseName": "{name}"}}


def table(memory_hours: str = "24", **more: object) -> dict[str, Any]:
    return {
        "Type": "AWS::Timestream::Table",
        "Properties": {
            "DatabaseName": {"Ref": "Database"},
            "TableName": "observations",
            "RetentionProperties": {
                "MemoryStoreRetentionPeriodInHours": memory_hours,
                "MagneticStoreRetentionPeriodInDays": "3650",
            },
        },
        **more,
    }


def output(value: object, export: str | None = None) -> dict[str, Any]:
    return {"Value": value, **({"Export": {"Name": export}} if export else {})}


def tables(cloud: Cloud, stack: Stack) -> list[str]:
    answer = cloud.client("timestream-write").list_tables(DatabaseName=stack.name)
    return [table["TableName"] for table in answer["Tables"]]


def databases(cloud: Cloud) -> set[str]:
    answer = cloud.client("timestream-write").list_databases()
    return {database["DatabaseName"] for database in answer["Databases"]}


class TestUnknownTypes:
    UNKNOWN: ClassVar = {"Database": DATABASE, "Odd": {"Type": "AWS::Odd::Thing"}}
    MESSAGE = r"Unrecognized resource types: \[AWS::Odd::Thing\]"

    def test_creating_one_fails_by_its_name_before_anything_is_made(
        self, cloud: Cloud, stack: Stack
    ) -> None:
        with pytest.raises(ClientError, match=self.MESSAGE):
            stack.create(self.UNKNOWN)

        assert stack.name not in databases(cloud)

    def test_updating_to_one_fails_by_its_name(self, stack: Stack) -> None:
        stack.create({"Database": DATABASE})

        with pytest.raises(ClientError, match=self.MESSAGE):
            stack.update(self.UNKNOWN)

        assert stack.status() == "CREATE_COMPLETE"

    def test_a_change_set_with_one_fails_by_its_name(self, cloud: Cloud, stack: Stack) -> None:
        with pytest.raises(ClientError, match=self.MESSAGE):
            cloud.client("cloudformation").create_change_set(
                StackName=stack.name,
                ChangeSetName="changes",
                ChangeSetType="CREATE",
                TemplateBody=stack.body(self.UNKNOWN),
            )


class TestTimestream:
    def test_ref_and_attributes_are_those_of_aws(self, stack: Stack) -> None:
        status = stack.create(
            {"Table": table(), "Database": DATABASE},
            {
                "Ref": output({"Ref": "Table"}),
                "Name": output({"Fn::GetAtt": ["Table", "Name"]}),
                "Arn": output({"Fn::GetAtt": ["Table", "Arn"]}),
                "Database": output({"Ref": "Database"}),
            },
        )

        assert status == "CREATE_COMPLETE"
        arn = f"arn:aws:timestream:eu-west-1:123456789012:database/{stack.name}"
        assert stack.outputs() == {
            "Ref": f"{stack.name}|observations",
            "Name": "observations",
            "Arn": f"{arn}/table/observations",
            "Database": stack.name,
        }

    def test_an_update_changes_the_retention(self, cloud: Cloud, stack: Stack) -> None:
        stack.create({"Database": DATABASE, "Table": table("24")})

        assert stack.update({"Database": DATABASE, "Table": table("48")}) == "UPDATE_COMPLETE"

        described = cloud.client("timestream-write").describe_table(
            DatabaseName=stack.name, TableName="observations"
        )
        retention = described["Table"]["RetentionProperties"]
        assert retention["MemoryStoreRetentionPeriodInHours"] == 48

    def test_the_services_limits_hold_and_the_stack_rolls_back(
        self, cloud: Cloud, stack: Stack
    ) -> None:
        status = stack.create({"Database": DATABASE, "Table": table("8767")})  # at most 8766 hours

        assert status == "ROLLBACK_COMPLETE"
        failed, reason = stack.failure()
        assert failed == "Table"
        assert "ValidationException" in reason
        assert stack.name not in databases(cloud)

    def test_an_update_that_fails_is_rolled_back(self, cloud: Cloud, stack: Stack) -> None:
        before = {"Database": DATABASE, "Table": table()}
        stack.create(before)
        queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "{name}"}}

        status = stack.update({**before, "Queue": queue, "Table": table("0")})

        assert status == "UPDATE_ROLLBACK_COMPLETE"
        assert stack.failure()[0] == "Table"
        assert "QueueUrls" not in cloud.client("sqs").list_queues(QueueNamePrefix=stack.name)
        assert stack.update({**before, "Queue": queue}) == "UPDATE_COMPLETE"

    def test_deleting_the_stack_deletes_the_table_before_its_database(
        self, cloud: Cloud, stack: Stack
    ) -> None:
        stack.create({"Database": DATABASE, "Table": table()})

        assert stack.delete() == "DELETE_COMPLETE"

        assert stack.name not in databases(cloud)

    @pytest.mark.parametrize(
        ("policy", "stays"), [("Retain", True), ("RetainExceptOnCreate", False), ("Delete", False)]
    )
    def test_what_a_rolled_back_creation_made_stays_if_it_is_to_be_retained_even_then(
        self,
        cloud: Cloud,
        stack: Stack,
        policy: str,
        stays: bool,  # noqa: FBT001 - a table's column
    ) -> None:
        database = {**DATABASE, "DeletionPolicy": policy}

        stack.create({"Database": database, "Table": table("a day", DeletionPolicy=policy)})

        assert stack.status() == "ROLLBACK_COMPLETE"
        assert (stack.name in databases(cloud)) == stays

    @pytest.mark.parametrize(
        ("policy", "stays"), [("Retain", True), ("RetainExceptOnCreate", False)]
    )
    def test_so_does_what_an_update_made_that_is_rolled_back(
        self,
        cloud: Cloud,
        stack: Stack,
        policy: str,
        stays: bool,  # noqa: FBT001 - a table's column
    ) -> None:
        topic = {"Type": "AWS::SNS::Topic", "Properties": {}}
        stack.create({"Topic": topic})

        stack.update(
            {
                "Topic": topic,
                "Database": {**DATABASE, "DeletionPolicy": policy},
                "Table": table("a day", DeletionPolicy=policy),
            }
        )

        assert stack.status() == "UPDATE_ROLLBACK_COMPLETE"
        assert (stack.name in databases(cloud)) == stays

    def test_a_protected_stack_is_not_deleted_even_if_its_creation_failed(
        self, cloud: Cloud, stack: Stack
    ) -> None:
        client = cloud.client("cloudformation")
        body = stack.body({"Database": DATABASE, "Table": table("a day")})
        client.create_stack(
            StackName=stack.name, TemplateBody=body, EnableTerminationProtection=True
        )
        assert stack.status() == "ROLLBACK_COMPLETE"

        with pytest.raises(ClientError, match="cannot be deleted while TerminationProtection"):
            client.delete_stack(StackName=stack.name)

        client.update_termination_protection(
            StackName=stack.name, EnableTerminationProtection=False
        )
        assert stack.delete() == "DELETE_COMPLETE"

    @pytest.mark.parametrize("how", ["delete the stack", "take it out of the template"])
    def test_what_is_to_be_retained_stays(self, cloud: Cloud, stack: Stack, how: str) -> None:
        database = {**DATABASE, "DeletionPolicy": "Retain"}
        stack.create({"Database": database, "Table": table(DeletionPolicy="Retain")})

        if how == "delete the stack":
            assert stack.delete() == "DELETE_COMPLETE"
        else:
            assert stack.update({"Database": database}) == "UPDATE_COMPLETE"

        assert tables(cloud, stack) == ["observations"]

    def test_a_deletion_that_fails_is_told(self, cloud: Cloud, stack: Stack) -> None:
        stack.create({"Database": DATABASE})
        cloud.client("timestream-write").create_table(DatabaseName=stack.name, TableName="other")

        assert stack.delete() == "DELETE_FAILED"

        assert stack.failure()[0] == "Database"


class TestStacks:
    def test_outputs_and_exports_follow_an_update(self, cloud: Cloud, stack: Stack) -> None:
        resources = {"Database": DATABASE}
        stack.create(resources, {"A": output("1", "{name}-a"), "B": output("1", "{name}-b")})

        stack.update(resources, {"A": output("2", "{name}-a"), "C": output("3", "{name}-c")})

        exports = cloud.client("cloudformation").list_exports()["Exports"]
        ours = {one["Name"]: one["Value"] for one in exports if stack.name in one["Name"]}
        assert stack.outputs() == {"A": "2", "C": "3"}
        assert ours == {f"{stack.name}-a": "2", f"{stack.name}-c": "3"}

    def test_outputs_and_exports_follow_a_change_set(self, cloud: Cloud, stack: Stack) -> None:
        client = cloud.client("cloudformation")
        client.create_change_set(
            StackName=stack.name,
            ChangeSetName="changes",
            ChangeSetType="CREATE",
            TemplateBody=stack.body({"Database": DATABASE}, {"A": output("1", "{name}-a")}),
        )

        client.execute_change_set(StackName=stack.name, ChangeSetName="changes")

        assert stack.outputs() == {"A": "1"}
        names = [export["Name"] for export in client.list_exports()["Exports"]]
        assert f"{stack.name}-a" in names

    def test_a_deleted_stack_can_be_described_and_stays_deleted(
        self, cloud: Cloud, stack: Stack
    ) -> None:
        exported = {"Name": output({"Ref": "Database"}, "{name}-name")}
        stack.create({"Database": DATABASE}, exported)

        assert stack.delete() == "DELETE_COMPLETE"

        assert stack.name not in databases(cloud)

    def test_what_a_resource_depends_on_is_there_before_it(self, stack: Stack) -> None:
        # given: an output that makes moto create the table first, and no Ref to the database
        alone = table(DependsOn="Database")
        alone["Properties"]["DatabaseName"] = "{name}"

        status = stack.create(
            {"Table": alone, "Database": DATABASE}, {"T": output({"Ref": "Table"}, "{name}-t")}
        )

        assert status == "CREATE_COMPLETE"

    def test_who_refers_to_what_is_replaced_is_told(self, cloud: Cloud, stack: Stack) -> None:
        parts = {name: EVERYTHING[name] for name in ("Topic", "Queue", "Subscription")}
        stack.create(parts, {"Topic": output({"Ref": "Topic"})})
        renamed = json.loads(json.dumps(parts))
        renamed["Queue"]["Properties"]["QueueName"] = "{name}-renamed"

        assert stack.update(renamed, {"Topic": output({"Ref": "Topic"})}) == "UPDATE_COMPLETE"

        [subscription] = cloud.client("sns").list_subscriptions_by_topic(
            TopicArn=stack.outputs()["Topic"]
        )["Subscriptions"]
        assert subscription["Endpoint"].endswith(f":{stack.name}-renamed")

    def test_a_parameter_that_was_left_to_its_default_may_keep_its_value(
        self, cloud: Cloud, stack: Stack
    ) -> None:
        template = json.loads(stack.body({"Database": DATABASE}))
        template["Parameters"] = {"Version": {"Type": "String", "Default": "1"}}
        client = cloud.client("cloudformation")
        client.create_stack(StackName=stack.name, TemplateBody=json.dumps(template))
        template["Outputs"] = {"A": output("1")}

        client.update_stack(
            StackName=stack.name,
            TemplateBody=json.dumps(template),
            Parameters=[{"ParameterKey": "Version", "UsePreviousValue": True}],
        )

        assert stack.status() == "UPDATE_COMPLETE"

    def test_an_update_keeps_a_default_from_before_which_it_may_no_longer_allow(
        self, cloud: Cloud, stack: Stack
    ) -> None:
        template = json.loads(stack.body({"Database": DATABASE}))
        template["Parameters"] = {
            "Kind": {"Type": "String", "Default": "a", "AllowedValues": ["a"]}
        }
        client = cloud.client("cloudformation")
        client.create_stack(StackName=stack.name, TemplateBody=json.dumps(template))
        template["Parameters"]["Kind"] = {
            "Type": "String",
            "Default": "b",
            "AllowedValues": ["b"],
            "ConstraintDescription": "once a, always a",
        }
        update = {
            "StackName": stack.name,
            "TemplateBody": json.dumps(template),
            "Parameters": [{"ParameterKey": "Kind", "UsePreviousValue": True}],
        }

        with pytest.raises(ClientError, match="once a, always a"):
            client.update_stack(**update)
        with pytest.raises(ClientError, match="once a, always a"):
            client.create_change_set(**update, ChangeSetName="other", ChangeSetType="UPDATE")

        assert stack.status() == "CREATE_COMPLETE"

    def test_an_unknown_change_set_can_be_deleted(self, cloud: Cloud) -> None:
        cloud.client("cloudformation").delete_change_set(StackName="none", ChangeSetName="none")

    def test_a_policy_against_plain_http_does_not_close_the_bucket(
        self, cloud: Cloud, stack: Stack
    ) -> None:
        statement = {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": "*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
        stack.create(
            {
                "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "{name}"}},
                "Policy": {
                    "Type": "AWS::S3::BucketPolicy",
                    "Properties": {
                        "Bucket": {"Ref": "Bucket"},
                        "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
                    },
                },
            }
        )
        client = cloud.client("s3")

        client.put_object(Bucket=stack.name, Key="a", Body=b"b")

        assert json.loads(client.get_bucket_policy(Bucket=stack.name)["Policy"])["Statement"]


def test_dependency_order_puts_each_after_what_it_refers_to() -> None:
    order = dependency_order(
        {
            "A": {"Properties": {"X": [{"Fn::Sub": "${B.Arn}-${AWS::Region}"}]}},
            "B": {"Properties": {"X": {"Fn::GetAtt": ["C", "Arn"]}}},
            "C": {"DependsOn": ["D"], "Properties": {"X": {"Ref": "Parameter"}}},
            "D": {"Properties": {}},
        }
    )

    assert order == ["D", "C", "B", "A"]


ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {
        "AssumeRolePolicyDocument": json.loads(TRUST),
        "Policies": [
            {
                "PolicyName": "writes",
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"},
                },
            }
        ],
    },
}
TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "{name}"}}
QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "{name}", "DelaySeconds": 5}}
FUNCTION = {
    "Type": "AWS::Lambda::Function",
    "Properties": {
        "FunctionName": "{name}",
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Runtime": "python3.14",
        "Handler": "index.handler",
        "Architectures": ["arm64"],
        "Code": {"ZipFile": "def handler(event, context): return 1"},
        "LoggingConfig": {"LogGroup": "/elsewhere/{name}"},
        "DeadLetterConfig": {"TargetArn": {"Fn::GetAtt": ["Queue", "Arn"]}},
        "Tags": [{"Key": "a", "Value": "b"}],
    },
}
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*"}]}


def part(resource_type: str, **properties: object) -> dict[str, Any]:
    return {"Type": resource_type, "Properties": properties}


EVERYTHING = {
    "Role": ROLE,
    "Topic": TOPIC,
    "Queue": QUEUE,
    "Function": FUNCTION,
    "Database": DATABASE,
    "Table": table(),
    "Items": part(
        "AWS::DynamoDB::Table",
        TableName="{name}",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "bridge", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "bridge", "AttributeType": "S"}],
        StreamSpecification={"StreamViewType": "NEW_IMAGE"},
    ),
    "Mapping": part(
        "AWS::Lambda::EventSourceMapping",
        EventSourceArn={"Fn::GetAtt": ["Items", "StreamArn"]},
        FunctionName={"Ref": "Function"},
        StartingPosition="LATEST",
        BatchSize=10,
    ),
    "Url": part(
        "AWS::Lambda::Url",
        TargetFunctionArn={"Fn::GetAtt": ["Function", "Arn"]},
        AuthType="AWS_IAM",
    ),
    "Signing": part(
        "AWS::CloudFront::OriginAccessControl",
        OriginAccessControlConfig={
            "Name": "{name}",
            "OriginAccessControlOriginType": "lambda",
            "SigningBehavior": "always",
            "SigningProtocol": "sigv4",
        },
    ),
    "Edge": part(
        "AWS::CloudFront::Function",
        Name="{name}",
        AutoPublish=True,
        FunctionCode="function handler(event) { return event.request; }",
        FunctionConfig={"Comment": "", "Runtime": "cloudfront-js-2.0"},
    ),
    "Distribution": part(
        "AWS::CloudFront::Distribution",
        DistributionConfig={
            "Enabled": True,
            "Origins": [
                {
                    "Id": "url",
                    "DomainName": {
                        "Fn::Select": [
                            2,
                            {"Fn::Split": ["/", {"Fn::GetAtt": ["Url", "FunctionUrl"]}]},
                        ]
                    },
                    "CustomOriginConfig": {"OriginProtocolPolicy": "https-only"},
                    "OriginAccessControlId": {"Fn::GetAtt": ["Signing", "Id"]},
                }
            ],
            "DefaultCacheBehavior": {
                "TargetOriginId": "url",
                "ViewerProtocolPolicy": "redirect-to-https",
                "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
                "FunctionAssociations": [
                    {
                        "EventType": "viewer-request",
                        "FunctionARN": {"Fn::GetAtt": ["Edge", "FunctionARN"]},
                    }
                ],
            },
        },
    ),
    "Group": part("AWS::Scheduler::ScheduleGroup", Name="{name}"),
    "Log": part("AWS::Logs::LogGroup", LogGroupName="/elsewhere/{name}", RetentionInDays=30),
    "Permission": part(
        "AWS::Lambda::Permission",
        FunctionName={"Ref": "Function"},
        Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
    ),
    "Invoke": part(
        "AWS::Lambda::EventInvokeConfig",
        FunctionName={"Ref": "Function"},
        Qualifier="$LATEST",
        MaximumRetryAttempts=0,
    ),
    "Subscription": part(
        "AWS::SNS::Subscription",
        TopicArn={"Ref": "Topic"},
        Protocol="sqs",
        Endpoint={"Fn::GetAtt": ["Queue", "Arn"]},
    ),
    "TopicPolicy": part("AWS::SNS::TopicPolicy", Topics=[{"Ref": "Topic"}], PolicyDocument=POLICY),
    "QueuePolicy": part("AWS::SQS::QueuePolicy", Queues=[{"Ref": "Queue"}], PolicyDocument=POLICY),
    "Bucket": part("AWS::S3::Bucket", BucketName="{name}"),
    "BucketPolicy": part(
        "AWS::S3::BucketPolicy",
        Bucket={"Ref": "Bucket"},
        PolicyDocument={
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}],
        },
    ),
    "Schedule": part(
        "AWS::Scheduler::Schedule",
        Name="{name}",
        ScheduleExpression="rate(1 minute)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": {"Fn::GetAtt": ["Function", "Arn"]},
            "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
        },
    ),
    "Budget": part(
        "AWS::Budgets::Budget",
        Budget={
            "BudgetName": "{name}",
            "BudgetType": "COST",
            "TimeUnit": "MONTHLY",
            "BudgetLimit": {"Amount": 1, "Unit": "USD"},
        },
        NotificationsWithSubscribers=[
            {
                "Notification": {
                    "NotificationType": "ACTUAL",
                    "ComparisonOperator": "GREATER_THAN",
                    "Threshold": 80,
                },
                "Subscribers": [{"SubscriptionType": "SNS", "Address": {"Ref": "Topic"}}],
            }
        ],
    ),
    "Alarm": part(
        "AWS::CloudWatch::Alarm",
        AlarmName="{name}",
        Namespace="bridgewatch",
        MetricName="Unobserved",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="LessThanThreshold",
        AlarmActions=[{"Ref": "Topic"}],
    ),
    "Dashboard": part(
        "AWS::CloudWatch::Dashboard", DashboardName="{name}", DashboardBody='{"widgets": []}'
    ),
    "Key": part("AWS::KMS::Key", KeyPolicy=POLICY, EnableKeyRotation=True),
    "Denial": part(
        "AWS::IAM::ManagedPolicy",
        ManagedPolicyName="{name}",
        Description="",
        Roles=[{"Ref": "Role"}],
        PolicyDocument={
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Deny", "Action": "timestream:Select", "Resource": "*"}],
        },
    ),
    "Action": part(
        "AWS::Budgets::BudgetsAction",
        BudgetName={"Ref": "Budget"},
        NotificationType="ACTUAL",
        ActionThreshold={"Type": "PERCENTAGE", "Value": 100},
        ActionType="APPLY_IAM_POLICY",
        ApprovalModel="AUTOMATIC",
        Definition={
            "IamActionDefinition": {"PolicyArn": {"Ref": "Denial"}, "Roles": [{"Ref": "Role"}]}
        },
        ExecutionRoleArn={"Fn::GetAtt": ["Role", "Arn"]},
        Subscribers=[{"Type": "SNS", "Address": {"Ref": "Topic"}}],
    ),
    "Query": part(
        "AWS::Timestream::ScheduledQuery",
        ScheduledQueryName="{name}",
        QueryString="SELECT 1 AS one",
        ScheduleConfiguration={"ScheduleExpression": "rate(1 hour)"},
        NotificationConfiguration={"SnsConfiguration": {"TopicArn": {"Ref": "Topic"}}},
        ErrorReportConfiguration={"S3Configuration": {"BucketName": {"Ref": "Bucket"}}},
        ScheduledQueryExecutionRoleArn={"Fn::GetAtt": ["Role", "Arn"]},
    ),
    "Metadata": part("AWS::CDK::Metadata", Analytics="v2"),
}


CHANGES: tuple[tuple[str, str, object], ...] = (
    ("Log", "RetentionInDays", 7),
    ("Function", "Timeout", 9),
    ("Schedule", "ScheduleExpression", "rate(5 minutes)"),
    ("Alarm", "Threshold", 5),
    ("Queue", "DelaySeconds", 6),
    ("Mapping", "BatchSize", 20),
    ("Role", "Policies", []),
    ("Dashboard", "DashboardBody", '{"widgets": [{}]}'),
    ("Key", "EnableKeyRotation", False),
    ("Denial", "Roles", []),
)


def test_every_type_can_be_created_updated_and_deleted(cloud: Cloud, stack: Stack) -> None:
    assert {resource["Type"] for resource in EVERYTHING.values()} >= TYPES.keys()

    # given: everything, whose every part an update then changes by one character
    assert stack.create(EVERYTHING) == "CREATE_COMPLETE"
    changed = json.loads(json.dumps(EVERYTHING))
    for resource in changed.values():
        resource["Metadata"] = {"touched": True}
    for name, property_name, value in CHANGES:
        changed[name]["Properties"][property_name] = value
    changed["Budget"]["Properties"]["Budget"]["BudgetLimit"]["Amount"] = 2
    changed["Distribution"]["Properties"]["DistributionConfig"]["Comment"] = "touched"
    changed["Denial"]["Properties"]["PolicyDocument"]["Statement"][0]["Action"] = "timestream:*"
    changed["Action"]["Properties"]["ActionThreshold"]["Value"] = 90
    del changed["Bucket"]["Metadata"]

    assert stack.update(changed) == "UPDATE_COMPLETE"

    function = cloud.client("lambda").get_function_configuration(FunctionName=stack.name)
    assert function["Architectures"] == ["arm64"]
    assert function["LoggingConfig"] == {"LogGroup": f"/elsewhere/{stack.name}"}
    assert function["DeadLetterConfig"]["TargetArn"].endswith(f":{stack.name}")
    assert function["Timeout"] == 9
    [group] = cloud.client("logs").describe_log_groups(
        logGroupNamePrefix=f"/elsewhere/{stack.name}"
    )["logGroups"]
    assert group["retentionInDays"] == 7
    mappings = cloud.client("lambda").list_event_source_mappings(FunctionName=stack.name)
    assert [one["BatchSize"] for one in mappings["EventSourceMappings"]] == [20]
    distributions = cloud.client("cloudfront").list_distributions()["DistributionList"]["Items"]
    assert [one["Comment"] for one in distributions] == ["touched"]
    schedule = cloud.client("scheduler").get_schedule(Name=stack.name)
    assert schedule["ScheduleExpression"] == "rate(5 minutes)"
    [alarm] = cloud.client("cloudwatch").describe_alarms(AlarmNames=[stack.name])["MetricAlarms"]
    assert alarm["Threshold"] == 5
    budget = cloud.client("budgets").describe_budget(
        AccountId=cloud.account, BudgetName=stack.name
    )["Budget"]
    assert budget["BudgetLimit"]["Amount"] == "2"
    queries = cloud.client("timestream-query").list_scheduled_queries()["ScheduledQueries"]
    assert stack.name in [query["Name"] for query in queries]
    [action] = cloud.client("budgets").describe_budget_actions_for_budget(
        AccountId=cloud.account, BudgetName=stack.name
    )["Actions"]
    assert action["ActionThreshold"]["ActionThresholdValue"] == 90
    body = cloud.client("cloudwatch").get_dashboard(DashboardName=stack.name)["DashboardBody"]
    assert json.loads(body) == {"widgets": [{}]}
    policy = {"PolicyArn": action["Definition"]["IamActionDefinition"]["PolicyArn"]}
    [version] = cloud.client("iam").list_policy_versions(**policy)["Versions"]
    document = cloud.client("iam").get_policy_version(**policy, VersionId=version["VersionId"])
    assert document["PolicyVersion"]["Document"]["Statement"][0]["Action"] == "timestream:*"
    assert not cloud.client("iam").list_entities_for_policy(**policy)["PolicyRoles"]

    assert stack.delete() == "DELETE_COMPLETE"

    assert not cloud.client("cloudwatch").describe_alarms(AlarmNames=[stack.name])["MetricAlarms"]
    assert stack.name not in [
        one["Name"] for one in cloud.client("scheduler").list_schedules()["Schedules"]
    ]


@pytest.mark.parametrize(
    ("property_name", "value", "reason"),
    [
        ("ScheduleExpression", "cron(0 0 L * ? *)", "does not support 'L' in cron"),
        ("Target", {"Arn": "arn:aws:sqs:eu-west-1:1:q", "RoleArn": "r"}, "do not invoke"),
    ],
)
def test_a_schedule_that_would_never_run_is_not_deployed(
    stack: Stack, property_name: str, value: object, reason: str
) -> None:
    schedule = json.loads(json.dumps(EVERYTHING["Schedule"]))
    schedule["Properties"][property_name] = value
    resources = {
        **{name: EVERYTHING[name] for name in ("Role", "Queue", "Function")},
        "Schedule": schedule,
    }

    assert stack.create(resources) == "ROLLBACK_COMPLETE"

    failed, why = stack.failure()
    assert failed == "Schedule"
    assert reason in why
