"""The meter counts what AWS would bill for requests that really arrive."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from bridgewatch.cost.usage import Dimension, Usage
from embedded_timestream.clock import utc
from local.cloud import REGION, Cloud
from local.meter import Meter
from local.simulated_time.clock import SimulatedClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from wsgiref.types import StartResponse, WSGIEnvironment

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
WHERE = {"DatabaseName": "bridges", "TableName": "observations"}
MEMORY_HOURS, MAGNETIC_DAYS = 24, 30
KIB = 1024
DENIAL = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Action": "timestream:Select", "Resource": "*"}],
}


class Metered:
    """A cloud with a table and a meter that starts again for each test."""

    def __init__(self) -> None:
        self.clock = SimulatedClock(NOON)
        self.meter = Meter(self.clock)
        self.cloud = Cloud(self.clock, meter=self.meter)

    def prepare(self) -> None:
        self.bucket("late")
        write = self.cloud.client("timestream-write")
        write.create_database(DatabaseName="bridges")
        write.create_table(
            **WHERE,
            RetentionProperties={
                "MemoryStoreRetentionPeriodInHours": MEMORY_HOURS,
                "MagneticStoreRetentionPeriodInDays": MAGNETIC_DAYS,
            },
            MagneticStoreWriteProperties={
                "EnableMagneticStoreWrites": True,
                "MagneticStoreRejectedDataLocation": {
                    "S3Configuration": {"BucketName": "late", "EncryptionOption": "SSE_S3"}
                },
            },
        )

    def bucket(self, name: str) -> None:
        location = {"LocationConstraint": REGION}
        self.cloud.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=location)

    def write(self, *records: dict[str, Any], **common: object) -> None:
        self.cloud.client("timestream-write").write_records(
            **WHERE, CommonAttributes=common, Records=list(records)
        )

    def query(self, sql: str, **options: object) -> None:
        pages = self.cloud.client("timestream-query").get_paginator("query")
        for _ in pages.paginate(QueryString=sql, **options):
            pass

    def record(self, bridge: str = "Hisingsbron", ago: timedelta = timedelta()) -> dict[str, Any]:
        """Make a record of 8 + 11 + 4 + 10 + 6 = 39 bytes, for a bridge of 11 letters."""
        return {
            "Dimensions": [{"Name": "city", "Value": "Gothenburg"}],
            "MeasureName": bridge,
            "MeasureValue": "Closed",
            "MeasureValueType": "VARCHAR",
            "Time": str(int((utc(self.clock) - ago).timestamp() * 1000)),
        }

    def used(self) -> Usage:
        return self.meter.usage()


@pytest.fixture(scope="module")
def served() -> Iterator[Metered]:
    metered = Metered()
    with metered.cloud:
        metered.prepare()
        yield metered


@pytest.fixture
def metered(served: Metered) -> Metered:
    # A month later, so that nothing that another test stored is in the memory store.
    served.clock.sleep(timedelta(days=40).total_seconds())
    served.meter.start()
    return served


def test_a_write_is_billed_by_its_request(metered: Metered) -> None:
    # when: 30 records of 39 bytes, then the same with what is common said once: 6 + 30 * 33
    metered.write(*[metered.record(f"Bridge {number:04}") for number in range(30)])
    one, *rest = ({**metered.record(f"Bridge {number:04}")} for number in range(30, 60))
    for record in (one, *rest):
        del record["MeasureValue"]
    metered.write(one, *rest, MeasureValue="Closed")
    # then
    assert metered.used()[Dimension.WRITE_UNITS] == 2 + 1


def test_a_record_is_stored_in_memory_first_and_then_on_disk(metered: Metered) -> None:
    # given
    metered.write(metered.record())
    # when
    metered.clock.sleep(10 * 3600)
    early = metered.used()
    metered.clock.sleep(90 * 3600)
    late = metered.used()
    metered.clock.sleep(10_000 * 3600)
    # then
    assert early[Dimension.MEMORY_GB_HOURS] == Fraction(39 * 10, 10**9)
    assert early[Dimension.MAGNETIC_GB_MONTHS] == 0
    assert late[Dimension.MEMORY_GB_HOURS] == Fraction(39 * 24, 10**9)
    assert late[Dimension.MAGNETIC_GB_MONTHS] == Fraction(39 * 76, 730 * 10**9)
    gone = Fraction(39 * MAGNETIC_DAYS * 24, 730 * 10**9)
    assert metered.used()[Dimension.MAGNETIC_GB_MONTHS] == gone


def test_a_late_record_is_stored_on_disk_at_once(metered: Metered) -> None:
    # given
    metered.write(metered.record(ago=timedelta(days=3)))
    # when
    metered.clock.sleep(73 * 3600)
    # then
    assert metered.used()[Dimension.MEMORY_GB_HOURS] == 0
    assert metered.used()[Dimension.MAGNETIC_GB_MONTHS] == Fraction(39, 10 * 10**9)


def test_rejected_records_are_written_and_not_stored(metered: Metered) -> None:
    # given: a record, and another of the same identity that says otherwise
    record = metered.record()
    metered.write(record)
    # when
    with pytest.raises(ClientError, match="RejectedRecords"):
        metered.write({**record, "MeasureValue": "Opened"}, metered.record("Bridge 0001"))
    metered.clock.sleep(3600)
    # then
    assert metered.used()[Dimension.WRITE_UNITS] == 2
    assert metered.used()[Dimension.MEMORY_GB_HOURS] == Fraction(2 * 39, 10**9)


def test_a_request_that_fails_is_not_billed(metered: Metered) -> None:
    # when
    write = metered.cloud.client("timestream-write")
    with pytest.raises(ClientError, match="ResourceNotFound"):
        write.write_records(DatabaseName="bridges", TableName="missing", Records=[metered.record()])
    # then
    assert metered.used()[Dimension.WRITE_UNITS] == 0


def test_a_query_is_billed_once_by_both_models(metered: Metered) -> None:
    # given
    metered.write(*[metered.record(f"Bridge {number:04}") for number in range(30)])
    # when: three pages
    metered.query("SELECT * FROM bridges.observations WHERE time > ago(1d)", MaxRows=10)
    # then
    assert metered.used()[Dimension.QUERY_GB] == Fraction(1, 100)
    assert metered.used()[Dimension.QUERY_TCU_HOURS] == Fraction(120, 3600)


def test_the_number_of_compute_units_is_an_assumption_that_can_be_changed() -> None:
    # given
    def answer(_environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        start_response("200 OK", [])
        return [b'{"Rows": [], "QueryStatus": {"CumulativeBytesScanned": 5}}']

    meter = Meter(SimulatedClock(NOON), tcu_a_query=8)
    environ = {
        "HTTP_AUTHORIZATION": "Credential=key/20260105/eu-west-1/timestream/aws4_request",
        "HTTP_X_AMZ_TARGET": "Timestream_20181101.Query",
        "CONTENT_LENGTH": "2",
        "wsgi.input": BytesIO(b"{}"),
    }
    # when
    list(meter.metered(answer)(environ, lambda *_: lambda _: None))
    # then
    assert meter.usage()[Dimension.QUERY_TCU_HOURS] == Fraction(240, 3600)


def test_a_secret_parameter_costs_a_read_and_a_request_to_its_key(metered: Metered) -> None:
    # given
    ssm = metered.cloud.client("ssm")
    ssm.put_parameter(Name="/plain", Value="x", Type="String", Overwrite=True)
    ssm.put_parameter(Name="/secret", Value="x", Type="SecureString", Overwrite=True)
    # when
    ssm.get_parameter(Name="/plain")
    ssm.get_parameter(Name="/secret", WithDecryption=True)
    # then
    assert metered.used()[Dimension.PARAMETER_READS] == 2
    assert metered.used()[Dimension.KMS_REQUESTS] == 1


def test_queues_and_topics_are_billed_by_started_units_of_64_kib(metered: Metered) -> None:
    # given
    sqs, sns = metered.cloud.client("sqs"), metered.cloud.client("sns")
    queue = sqs.create_queue(QueueName="late")["QueueUrl"]
    topic = sns.create_topic(Name="alarms")["TopicArn"]
    metered.meter.start()
    # when
    sqs.send_message(QueueUrl=queue, MessageBody="x" * 100)
    sqs.send_message(QueueUrl=queue, MessageBody="x" * 100 * KIB)
    sns.publish(TopicArn=topic, Message="x" * 130 * KIB)
    # then
    assert metered.used()[Dimension.QUEUE_REQUESTS] == 1 + 2
    assert metered.used()[Dimension.NOTIFICATIONS] == 3


def test_objects_are_billed_by_request_and_for_as_long_as_they_are_kept(metered: Metered) -> None:
    # given
    s3 = metered.cloud.client("s3")
    metered.bucket("rejected")
    metered.meter.start()
    # when
    s3.put_object(Bucket="rejected", Key="report", Body=b"x" * 1000)
    s3.list_objects_v2(Bucket="rejected")
    s3.get_object(Bucket="rejected", Key="report")
    s3.head_object(Bucket="rejected", Key="report")
    metered.clock.sleep(73 * 3600)
    used = metered.used()
    s3.delete_object(Bucket="rejected", Key="report")
    # then
    assert used[Dimension.OBJECT_WRITES] == 2
    assert used[Dimension.OBJECT_READS] == 2
    assert used[Dimension.OBJECT_GB_MONTHS] == Fraction(1000, 10 * 10**9)
    assert metered.used()[Dimension.OBJECT_WRITES] == 2
    assert metered.used()[Dimension.OBJECT_GB_MONTHS] == 0


def test_alarms_and_dashboards_are_billed_for_as_long_as_they_exist(metered: Metered) -> None:
    # given
    cloudwatch = metered.cloud.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="heartbeat",
        MetricName="Unobserved",
        Namespace="bridgewatch",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="LessThanThreshold",
    )
    # and one that watches two metrics
    cloudwatch.put_metric_alarm(
        AlarmName="rejected-records",
        Metrics=[
            {"Id": "both", "Expression": "one + other", "ReturnData": True},
            *(
                {
                    "Id": name,
                    "MetricStat": {
                        "Metric": {"Namespace": "AWS/Timestream", "MetricName": name},
                        "Period": 300,
                        "Stat": "Sum",
                    },
                    "ReturnData": False,
                }
                for name in ("one", "other")
            ),
        ],
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    cloudwatch.put_dashboard(DashboardName="bridges", DashboardBody='{"widgets": []}')
    # when
    metered.clock.sleep(365 * 3600)
    # then
    assert metered.used()[Dimension.ALARMS] == Fraction(3, 2)
    assert metered.used()[Dimension.DASHBOARDS] == Fraction(1, 2)


def test_keys_and_budgets_with_actions_are_billed_for_as_long_as_they_exist(
    metered: Metered,
) -> None:
    # given
    budgets, iam = metered.cloud.client("budgets"), metered.cloud.client("iam")
    account = metered.cloud.account
    arn = iam.create_role(RoleName="reader", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    denial = iam.create_policy(PolicyName="denial", PolicyDocument=json.dumps(DENIAL))["Policy"]
    for name in ("with actions", "without"):
        limit = {"Amount": "1", "Unit": "USD"}
        budget = {"BudgetName": name, "BudgetLimit": limit}
        budgets.create_budget(
            AccountId=account, Budget={**budget, "TimeUnit": "MONTHLY", "BudgetType": "COST"}
        )
    definition = {"PolicyArn": denial["Arn"], "Roles": ["reader"]}
    for percent in (90, 100):
        budgets.create_budget_action(
            AccountId=account,
            BudgetName="with actions",
            NotificationType="ACTUAL",
            ActionType="APPLY_IAM_POLICY",
            ActionThreshold={"ActionThresholdValue": percent, "ActionThresholdType": "PERCENTAGE"},
            Definition={"IamActionDefinition": definition},
            ExecutionRoleArn=arn,
            ApprovalModel="AUTOMATIC",
            Subscribers=[{"SubscriptionType": "EMAIL", "Address": "operator@example.com"}],
        )
    metered.cloud.client("kms").create_key()
    metered.meter.start()
    # when
    metered.clock.sleep(timedelta(days=73).total_seconds())
    # then
    assert metered.used()[Dimension.BUDGET_ACTION_DAYS] == 73
    assert metered.used()[Dimension.KMS_KEYS] == Fraction(73 * 24, 730)


def test_a_function_is_billed_as_its_log_reports(metered: Metered) -> None:
    # given
    lines = [
        "START RequestId: 1 Version: $LATEST",
        "END RequestId: 1",
        "REPORT RequestId: 1\tDuration: 27.40 ms\tBilled Duration: 28 ms\tMemory Size: 256 MB",
    ]
    # when
    metered.meter.logged(lines)
    metered.clock.sleep(73 * 3600)
    # then
    size = sum(map(len, lines))
    used = metered.used()
    assert used[Dimension.LAMBDA_REQUESTS] == 1
    assert used[Dimension.LAMBDA_GB_SECONDS] == Fraction("0.007")
    assert used[Dimension.LOG_GB] == Fraction(size, 10**9)
    assert used[Dimension.LOG_GB_MONTHS] == Fraction(size + 3 * 26, 10 * 10**9)


def test_custom_metrics_are_billed_by_the_hour_that_they_appear_in(metered: Metered) -> None:
    # given
    def line(reason: str) -> str:
        directive = {
            "Namespace": "bridgewatch",
            "Dimensions": [["service", "reason"]],
            "Metrics": [{"Name": "NoObservation", "Unit": "Count"}],
        }
        values = {"service": "poller", "reason": reason, "NoObservation": 1}
        return json.dumps({"_aws": {"Timestamp": 0, "CloudWatchMetrics": [directive]}, **values})

    # when: two metrics, one of them in two hours, and often
    for _ in range(5):
        metered.meter.logged([line("timeout"), line("malformed")])
    metered.clock.sleep(3600)
    metered.meter.logged([line("timeout")])
    # then
    assert metered.used()[Dimension.METRICS] == Fraction(3, 730)


def test_a_schedule_s_invocation_is_billed_by_its_input(metered: Metered) -> None:
    # when
    metered.meter.scheduled("{}")
    metered.meter.scheduled("x" * 65 * KIB)
    # then
    assert metered.used()[Dimension.SCHEDULE_INVOCATIONS] == 3
