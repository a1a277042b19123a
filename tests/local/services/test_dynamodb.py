"""DynamoDB in the embedded cloud, where stock moto is kinder than AWS."""

# ruff: noqa: ANN401 - boto3's own requests and answers

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from bridgewatch.cost.usage import Dimension
from embedded_timestream.clock import NANOSECONDS, utc
from local.cloud import Cloud
from local.meter import Meter
from local.simulated_time.clock import SimulatedClock
from tests.local.conftest import START

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLE = "observations"
DAY = 86400


class Items:
    """A table like the store's."""

    def __init__(self, cloud: Cloud, **settings: Any) -> None:
        self.client = cloud.client("dynamodb")
        self.client.create_table(
            **{
                "TableName": TABLE,
                "BillingMode": "PAY_PER_REQUEST",
                "KeySchema": [
                    {"AttributeName": "bridge", "KeyType": "HASH"},
                    {"AttributeName": "time", "KeyType": "RANGE"},
                ],
                "AttributeDefinitions": [
                    {"AttributeName": "bridge", "AttributeType": "S"},
                    {"AttributeName": "time", "AttributeType": "N"},
                ],
                **settings,
            }
        )

    def put(self, time: int, *, text: str = "", **more: Any) -> dict[str, Any]:
        expires = more.pop("expires", None)
        item = {"bridge": {"S": "b"}, "time": {"N": str(time)}, "text": {"S": text}}
        if expires is not None:
            item["expires"] = {"N": str(expires)}
        answer: dict[str, Any] = self.client.put_item(
            TableName=TABLE, Item=item, ReturnConsumedCapacity="TOTAL", **more
        )
        return answer

    def query(self, **more: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.client.query(
            **{
                "TableName": TABLE,
                "KeyConditionExpression": "bridge = :b",
                "ExpressionAttributeValues": {":b": {"S": "b"}},
                "ReturnConsumedCapacity": "TOTAL",
                **more,
            }
        )
        return answer

    def times(self, **more: Any) -> list[int]:
        return [int(item["time"]["N"]) for item in self.query(**more)["Items"]]


@pytest.fixture(scope="module")
def clock() -> SimulatedClock:
    return SimulatedClock(START)


@pytest.fixture(scope="module")
def meter(clock: SimulatedClock) -> Meter:
    return Meter(clock)


@pytest.fixture(scope="module")
def serving(clock: SimulatedClock, meter: Meter) -> Iterator[Cloud]:
    with Cloud(clock, meter=meter) as cloud:
        yield cloud


@pytest.fixture
def cloud(serving: Cloud) -> Iterator[Cloud]:
    yield serving
    client = serving.client("dynamodb")
    for table in client.list_tables()["TableNames"]:
        client.delete_table(TableName=table)


def units(answer: dict[str, Any]) -> float:
    found: float = answer["ConsumedCapacity"]["CapacityUnits"]
    return found


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return error.value.response["Error"]["Code"]


def test_an_expired_item_is_there_for_two_more_days(cloud: Cloud, clock: SimulatedClock) -> None:
    items = Items(cloud)
    items.client.update_time_to_live(
        TableName=TABLE, TimeToLiveSpecification={"AttributeName": "expires", "Enabled": True}
    )
    now = clock.now_ns() // NANOSECONDS
    items.put(1, expires=now + 60)
    items.put(2, expires=now + 10 * DAY)
    items.put(3)
    items.put(4, expires=now - 6 * 365 * DAY)

    clock.sleep(timedelta(days=2).total_seconds())
    assert items.times() == [1, 2, 3, 4]
    clock.sleep(timedelta(minutes=2).total_seconds())
    assert items.times() == [2, 3, 4]
    clock.sleep(timedelta(days=20).total_seconds())
    # What expired over five years before it was put stays, as what has no time.
    assert items.times() == [3, 4]


def test_a_table_at_its_limit_throttles_until_time_passes(
    cloud: Cloud, clock: SimulatedClock
) -> None:
    limits = {"MaxReadRequestUnits": 1, "MaxWriteRequestUnits": 3}
    items = Items(cloud, OnDemandThroughput=limits)

    described = items.client.describe_table(TableName=TABLE)["Table"]
    assert described["OnDemandThroughput"] == limits
    for time in range(3):
        items.put(time)
    with pytest.raises(ClientError) as error:
        items.put(3)
    assert code(error) == "ThrottlingException"
    assert "TableWriteMaxOnDemandThroughputExceeded" in str(error.value)
    assert error.value.response["throttlingReasons"] == [  # type: ignore[typeddict-item] # of this error only
        {"reason": "TableWriteMaxOnDemandThroughputExceeded", "resource": described["TableArn"]}
    ]
    assert items.times() == [0, 1, 2]  # reads have a limit of their own

    clock.sleep(1)
    items.put(3)
    items.client.update_table(TableName=TABLE, OnDemandThroughput={"MaxWriteRequestUnits": -1})
    for time in range(10):
        items.put(time)


def test_a_large_page_is_read_whole_and_paid_for_with_time(
    cloud: Cloud, clock: SimulatedClock
) -> None:
    items = Items(cloud, OnDemandThroughput={"MaxReadRequestUnits": 10})
    for time in range(30):
        items.put(time, text="x" * 8000)

    assert units(items.query()) == 29.5  # 59 of 4 KiB, halved
    with pytest.raises(ClientError):
        items.query()
    clock.sleep(1)
    with pytest.raises(ClientError):
        items.query()
    clock.sleep(1)
    items.query()


def test_units_go_by_the_size_of_items(cloud: Cloud) -> None:
    items = Items(cloud)

    assert units(items.put(1)) == 1
    assert units(items.put(1, text="x" * 2500)) == 3
    assert units(items.put(1)) == 3  # what was replaced was larger
    assert units(items.put(2, text="x" * 4500)) == 5
    key = {"bridge": {"S": "b"}, "time": {"N": "2"}}
    for consistent, expected in ((False, 1), (True, 2)):
        answer = items.client.get_item(
            TableName=TABLE,
            Key=key,
            ConsistentRead=consistent,
            ProjectionExpression="bridge",
            ReturnConsumedCapacity="TOTAL",
        )
        assert units(answer) == expected
    assert units(items.query(ConsistentRead=True)) == 2
    assert units(items.query(ProjectionExpression="bridge")) == 1
    nothing = {"FilterExpression": "attribute_exists(nothing)", "Select": "COUNT"}
    assert units(items.query(**nothing)) == 1
    assert units(items.client.scan(TableName=TABLE, ReturnConsumedCapacity="TOTAL")) == 1
    assert "ConsumedCapacity" not in items.client.scan(TableName=TABLE)


def test_a_failed_condition_costs_what_was_there_and_gives_it(cloud: Cloud, meter: Meter) -> None:
    items = Items(cloud)
    items.put(1, text="x" * 1500)

    before = meter.usage()[Dimension.DYNAMODB_WRITES]
    with pytest.raises(ClientError) as error:
        items.put(
            1,
            ConditionExpression="attribute_not_exists(bridge)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )

    assert code(error) == "ConditionalCheckFailedException"
    assert error.value.response["Item"]["text"]["S"] == "x" * 1500  # type: ignore[typeddict-item] # of this error
    assert meter.usage()[Dimension.DYNAMODB_WRITES] - before == 2


def test_of_many_conditional_puts_at_once_one_succeeds(cloud: Cloud) -> None:
    items = Items(cloud)

    def put(_: int) -> bool:
        try:
            items.put(1, ConditionExpression="attribute_not_exists(bridge)")
        except ClientError:
            return False
        return True

    with ThreadPoolExecutor(16) as threads:
        assert Counter(threads.map(put, range(48))) == {True: 1, False: 47}


def test_a_transaction_is_done_whole_or_not_at_all_and_costs_twice(cloud: Cloud) -> None:
    items = Items(cloud)
    items.put(1)

    def transact(*times: int) -> dict[str, Any]:
        answer: dict[str, Any] = items.client.transact_write_items(
            TransactItems=[
                {
                    "Put": {
                        "TableName": TABLE,
                        "Item": {"bridge": {"S": "b"}, "time": {"N": str(time)}},
                        "ConditionExpression": "attribute_not_exists(bridge)",
                    }
                }
                for time in times
            ],
            ReturnConsumedCapacity="TOTAL",
        )
        return answer

    with pytest.raises(ClientError) as error:
        transact(2, 1)
    assert code(error) == "TransactionCanceledException"
    assert items.times() == [1]
    (consumed,) = transact(2, 3)["ConsumedCapacity"]
    assert consumed["CapacityUnits"] == 4
    assert items.times() == [1, 2, 3]


def test_a_query_reads_a_megabyte_at_a_time_in_either_direction(cloud: Cloud) -> None:
    items = Items(cloud)
    for time in (*range(-3, 0), *range(10)):
        items.put(time, text="x" * 300_000)

    for forward in (True, False):
        found: list[int] = []
        pages, start = 0, dict[str, Any]()
        while True:
            page = items.query(
                KeyConditionExpression="bridge = :b AND #t >= :low",
                ExpressionAttributeNames={"#t": "time"},
                ExpressionAttributeValues={":b": {"S": "b"}, ":low": {"N": "0"}},
                ScanIndexForward=forward,
                **start,
            )
            found += [int(item["time"]["N"]) for item in page["Items"]]
            pages += 1
            if "LastEvaluatedKey" not in page:
                break
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
        assert found == sorted(range(10), reverse=not forward)
        assert pages == 3


@pytest.mark.parametrize(
    ("condition", "values", "expected"),
    [
        ("#t = :x", [2], [2]),
        ("#t < :x", [2], [-1, 1]),
        ("#t <= :x", [2], [-1, 1, 2]),
        ("#t > :x", [2], [3, 10]),
        ("#t BETWEEN :x AND :y", [1, 3], [1, 2, 3]),
        ("#t BETWEEN :x AND :y", [4, 9], []),
    ],
)
def test_a_query_compares_the_sort_key(
    cloud: Cloud, condition: str, values: list[int], expected: list[int]
) -> None:
    items = Items(cloud)
    for time in (10, 2, 3, 1, -1):
        items.put(time)

    bounds = {name: {"N": str(one)} for name, one in zip((":x", ":y"), values, strict=False)}
    found = items.times(
        KeyConditionExpression=f"bridge = :b AND {condition}",
        ExpressionAttributeNames={"#t": "time"},
        ExpressionAttributeValues={":b": {"S": "b"}, **bounds},
    )

    assert found == expected


def test_a_limit_leaves_a_key_to_go_on_from_even_at_the_end(cloud: Cloud) -> None:
    items = Items(cloud)
    items.put(1)

    page = items.query(Limit=1)

    assert page["LastEvaluatedKey"] == {"bridge": {"S": "b"}, "time": {"N": "1"}}


def test_what_was_put_replaced_and_deleted_after_a_query_is_in_the_next(cloud: Cloud) -> None:
    items = Items(cloud)
    for time in (1, 2, 3):
        items.put(time)
    assert items.times() == [1, 2, 3]

    items.put(2, text="again")
    items.put(0)
    items.client.delete_item(TableName=TABLE, Key={"bridge": {"S": "b"}, "time": {"N": "3"}})
    items.client.update_item(
        TableName=TABLE,
        Key={"bridge": {"S": "b"}, "time": {"N": "1"}},
        UpdateExpression="SET txt = :t",
        ExpressionAttributeValues={":t": {"S": "x" * 5000}},
    )

    found = items.query()
    assert [item["time"]["N"] for item in found["Items"]] == ["0", "1", "2"]
    assert found["Items"][2]["text"] == {"S": "again"}
    assert units(found) == 1  # over 4 KiB by now


def test_a_scan_goes_on_behind_any_key_and_counts_what_it_looks_at(cloud: Cloud) -> None:
    # Given items of three partitions, some of them with bytes
    client = Items(cloud).client
    for bridge in ("a", "b", "c"):
        for time in (2, 1, -1):
            item = {"bridge": {"S": bridge}, "time": {"N": str(time)}, "raw": {"B": b"\0\1"}}
            client.put_item(TableName=TABLE, Item=item)

    def scan(**options: Any) -> dict[str, Any]:
        return dict(client.scan(TableName=TABLE, **options))

    def keys(page: dict[str, Any]) -> list[tuple[str, str]]:
        return [(item["bridge"]["S"], item["time"]["N"]) for item in page["Items"]]

    whole = scan()
    assert keys(whole) == [(bridge, time) for bridge in "abc" for time in ("-1", "1", "2")]
    assert "LastEvaluatedKey" not in whole
    assert whole["Items"][0]["raw"] == {"B": b"\0\1"}

    beyond = scan(Limit=2, ExclusiveStartKey={"bridge": {"S": "a"}, "time": {"N": "9"}})
    assert keys(beyond) == [("b", "-1"), ("b", "1")]
    assert beyond["LastEvaluatedKey"] == {"bridge": {"S": "b"}, "time": {"N": "1"}}

    within = scan(ExclusiveStartKey={"bridge": {"S": "bb"}, "time": {"N": "0"}})
    assert keys(within) == [("c", "-1"), ("c", "1"), ("c", "2")]

    some = scan(
        FilterExpression="#t > :x",
        ProjectionExpression="#t",
        ExpressionAttributeNames={"#t": "time"},
        ExpressionAttributeValues={":x": {"N": "1"}},
    )
    assert some["Items"] == [{"time": {"N": "2"}}] * 3
    assert (some["Count"], some["ScannedCount"]) == (3, 9)


def test_reserved_words_are_refused_and_partiql_is_lacking(cloud: Cloud) -> None:
    items = Items(cloud)

    with pytest.raises(ClientError, match="reserved keyword: time"):
        items.query(
            KeyConditionExpression="bridge = :b AND time > :t",
            ExpressionAttributeValues={":b": {"S": "b"}, ":t": {"N": "0"}},
        )
    with pytest.raises(ClientError, match="reserved keyword: status"):
        items.put(1, ConditionExpression="attribute_not_exists(bridge) OR status = bridge")
    with pytest.raises(ClientError, match="501"):
        items.client.execute_statement(Statement="SELECT * FROM observations")


def test_a_limit_is_for_on_demand_tables_only(cloud: Cloud) -> None:
    with pytest.raises(ClientError, match="OnDemandThroughput"):
        Items(
            cloud,
            BillingMode="PROVISIONED",
            ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
            OnDemandThroughput={"MaxReadRequestUnits": 1},
        )


def test_what_a_table_holds_is_metered_with_100_bytes_an_item_and_its_backups(
    cloud: Cloud, clock: SimulatedClock, meter: Meter
) -> None:
    items = Items(cloud)
    meter.start()
    items.put(1, text="x" * 883)  # 900 with the keys

    size = items.client.describe_table(TableName=TABLE)["Table"]["TableSizeBytes"]
    clock.sleep(timedelta(hours=730).total_seconds())
    items.client.update_continuous_backups(
        TableName=TABLE, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    clock.sleep(timedelta(hours=365).total_seconds())
    items.client.delete_table(TableName=TABLE)
    clock.sleep(timedelta(hours=730).total_seconds())

    assert size == 1000
    used = meter.usage()
    assert used[Dimension.DYNAMODB_GB_MONTHS] == Fraction(1500, 10**9)
    assert used[Dimension.DYNAMODB_BACKUP_GB_MONTHS] == Fraction(500, 10**9)
    assert used[Dimension.DYNAMODB_WRITES] == 1


def test_what_is_throttled_or_refused_can_ring_an_alarm(
    cloud: Cloud, clock: SimulatedClock
) -> None:
    items = Items(cloud, OnDemandThroughput={"MaxWriteRequestUnits": 1})
    watches = cloud.client("cloudwatch")
    table = [{"Name": "TableName", "Value": TABLE}]
    for metric, dimensions in (("WriteThrottleEvents", table), ("UserErrors", [])):
        watches.put_metric_alarm(
            AlarmName=metric,
            Namespace="AWS/DynamoDB",
            MetricName=metric,
            Dimensions=dimensions,
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=0,
            ComparisonOperator="GreaterThanThreshold",
            TreatMissingData="notBreaching",
        )

    def ringing() -> set[str]:
        clock.sleep(60)
        cloud.alarms.due(utc(clock))
        found = watches.describe_alarms(StateValue="ALARM")["MetricAlarms"]
        return {alarm["AlarmName"] for alarm in found}

    items.put(1)
    assert ringing() == set()
    items.put(1)
    with pytest.raises(ClientError):
        items.put(2)
    assert ringing() == {"WriteThrottleEvents"}
    condition = {"ConditionExpression": "attribute_not_exists(bridge)"}
    with pytest.raises(ClientError, match="conditional request failed"):
        items.put(1, **condition)
    assert "UserErrors" not in ringing()
    with pytest.raises(ClientError, match="reserved"):
        items.put(1, ConditionExpression="attribute_not_exists(status)")
    assert "UserErrors" in ringing()
