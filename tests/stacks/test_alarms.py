"""The alarms: what each watches, and what all of them have in common."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bridgewatch.settings import load_settings
from lambdas.errors import RULES
from tests.stacks.templates import (
    ROOT,
    SETTINGS,
    outputs,
    properties,
    synthesize,
    templates,
    text,
    watched,
    with_settings,
)

Alarms = dict[str, dict[str, Any]]

FREE_ALARM_METRICS = 10
"""Of alarms at standard resolution that name their metrics: https://aws.amazon.com/cloudwatch/pricing/"""


def of(stacks: dict[str, dict[str, Any]], deployment: str = "bridgewatch") -> Alarms:
    return {
        alarm["AlarmName"].removeprefix(f"{deployment}-"): alarm
        for template in stacks.values()
        for alarm in properties(template, "AWS::CloudWatch::Alarm")
    }


@pytest.fixture(params=SETTINGS)
def alarms(request: pytest.FixtureRequest) -> Alarms:
    deployment = load_settings(SETTINGS[request.param]).deployment
    return of(templates(request.param), deployment)


@pytest.fixture
def default() -> Alarms:
    return of(templates("default"))


def dimensions(alarm: dict[str, Any]) -> dict[str, str]:
    return {one["Name"]: text(one["Value"]) for one in alarm["Dimensions"]}


def breaches(alarm: dict[str, Any]) -> tuple[str, float]:
    return alarm["ComparisonOperator"], alarm["Threshold"]


def window(alarm: dict[str, Any]) -> tuple[int, int, int]:
    """How many data points of how many, and of how many seconds each, make it ring."""
    return alarm["DatapointsToAlarm"], alarm["EvaluationPeriods"], alarm["Period"]


def test_a_deployment_stays_within_the_alarms_that_are_free(alarms: Alarms) -> None:
    of_store = {
        "timestream": {"rejected-records", "query-compute", "query-bytes"},
        "dynamodb": {"write-throttles", "read-throttles", "user-errors"},
    }
    optional = {"undelivered"}  # where people are told
    assert alarms.keys() - of_store["timestream"] - of_store["dynamodb"] - optional == {
        "heartbeat",
        "poller-errors",
        "unkept-records",
        "queue-age",
        "dead-letters",
    }
    assert [names for names in of_store.values() if names <= alarms.keys()] == [
        names for names in of_store.values() if names & alarms.keys()
    ]
    metrics = [metric for alarm in alarms.values() for metric in watched(alarm)]
    assert len(metrics) <= FREE_ALARM_METRICS
    # A query over metrics is billed from the first one on.
    assert [one for one in metrics if not one["MetricName"]] == []


def test_each_alarm_has_its_place_in_the_guide_that_its_description_names(alarms: Alarms) -> None:
    guide = (ROOT / "docs" / "operations.md").read_text()

    assert [name for name in alarms if f"\n### `{name}`\n" not in guide] == []


def test_each_alarm_tells_the_topic_when_it_rings_and_when_it_resolves(alarms: Alarms) -> None:
    for alarm in alarms.values():
        (topic,) = alarm["AlarmActions"]
        assert "Topic" in topic["Fn::ImportValue"]
        assert alarm["OKActions"] == [topic]


def test_each_alarm_says_what_to_do_in_the_space_that_there_is(alarms: Alarms) -> None:
    for alarm in alarms.values():
        assert alarm["AlarmDescription"].endswith("docs/operations.md says more.")
        assert len(alarm["AlarmDescription"]) <= 1024


def test_each_alarm_that_the_rules_for_errors_name_is_there(default: Alarms) -> None:
    # Such as "queue-age; then dead-letters", "heartbeat, if it lasts" or "none".
    said = {re.sub(", if it lasts$", "", one) for rule in RULES for one in rule.alarm.split("; ")}

    named = {one.removeprefix("then ") for one in said} - {"none"}

    assert named <= default.keys()
    assert {"heartbeat", "queue-age", "dead-letters", "unkept-records"} <= named


def test_each_output_is_in_the_guide_as_well() -> None:
    guide = (ROOT / "docs" / "operations.md").read_text()

    for template in templates("default").values():
        assert [name for name in outputs(template) if f"`{name}`" not in guide] == []


def test_only_heartbeat_rings_when_there_is_no_data(alarms: Alarms) -> None:
    assert {name: alarm["TreatMissingData"] for name, alarm in alarms.items()} == {
        name: "breaching" if name == "heartbeat" else "notBreaching" for name in alarms
    }


def test_heartbeat_is_a_heartbeat_and_two_polls_that_each_missed_a_bridge(
    default: Alarms,
) -> None:
    alarm = default["heartbeat"]

    assert (alarm["Namespace"], alarm["MetricName"]) == ("bridgewatch", "Unobserved")
    assert dimensions(alarm) == {"service": "poller"}
    # One good poll is enough, and the next minute resolves it.
    assert alarm["Statistic"] == "Minimum"
    assert window(alarm) == (62, 62, 60)
    assert breaches(alarm) == ("GreaterThanThreshold", 0)


def test_heartbeat_follows_the_setting() -> None:
    quick = of(synthesize(with_settings({"heartbeat_minutes": 5})))["heartbeat"]

    assert window(quick) == (7, 7, 60)


def test_a_deployment_that_adds_bridges_leaves_heartbeat_as_it_is(default: Alarms) -> None:
    # given a metric that counts what is there: the last hour would be below the new threshold
    bridge = with_settings({}).bridges[0].model_dump(mode="json", by_alias=True)

    more = of(synthesize(with_settings({"bridges": [bridge, {**bridge, "name": "Another"}]})))

    assert more["heartbeat"] == default["heartbeat"]


def test_one_failed_poll_is_no_alarm_but_three_of_five_are(default: Alarms) -> None:
    alarm = default["poller-errors"]

    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/Lambda", "Errors")
    assert dimensions(alarm)["FunctionName"].startswith("${PollerFunction")
    assert window(alarm) == (3, 5, 60)
    assert breaches(alarm) == ("GreaterThanThreshold", 0)


def test_a_single_record_that_is_only_in_the_log_rings(default: Alarms) -> None:
    alarm = default["unkept-records"]

    assert (alarm["Namespace"], alarm["MetricName"]) == ("bridgewatch", "RecordsUnkept")
    assert dimensions(alarm) == {"service": "poller"}
    assert (alarm["Statistic"], *breaches(alarm)) == ("Sum", "GreaterThanThreshold", 0)


def test_a_queue_may_hold_records_no_longer_than_the_settings_say(default: Alarms) -> None:
    other = of(synthesize(with_settings({"alarms.queued_minutes": 1440})))

    for alarm, periods in ((default["queue-age"], 12), (other["queue-age"], 288)):
        # SQS forgets the age of what was received three times, as the redriver does.
        assert alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"
        assert dimensions(alarm)["QueueName"].startswith("${Queues")
        # A message is hidden for two minutes of each period, while it is tried.
        assert alarm["Statistic"] == "Maximum"
        assert window(alarm) == (periods, periods, 300)
        assert breaches(alarm) == ("GreaterThanThreshold", 0)


def test_a_single_dead_letter_rings(default: Alarms) -> None:
    alarm = default["dead-letters"]

    assert alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"
    assert "DeadLetters" in dimensions(alarm)["QueueName"]
    assert breaches(alarm) == ("GreaterThanThreshold", 0)


def test_a_single_record_rejected_late_rings_and_so_does_a_report_that_could_not_be_written(
    default: Alarms,
) -> None:
    alarm = default["rejected-records"]

    # https://docs.aws.amazon.com/timestream/latest/developerguide/metrics-dimensions.html
    assert {one["MetricName"] for one in watched(alarm)} == {
        "MagneticStoreRejectedRecordCount",
        "MagneticStoreRejectedUploadUserFailures",
    }
    for metric in watched(alarm):
        assert metric["Namespace"] == "AWS/Timestream"
        assert dimensions(metric).keys() == {"DatabaseName", "TableName", "Operation"}
        assert dimensions(metric)["Operation"] == "WriteRecords"
    (expression,) = [one for one in alarm["Metrics"] if "Expression" in one]
    assert expression["Expression"] == "FILL(rejected, 0) + FILL(unreported, 0)"
    assert {one["MetricStat"]["Stat"] for one in alarm["Metrics"] if "MetricStat" in one} == {"Sum"}
    assert breaches(alarm) == ("GreaterThanThreshold", 0)


def test_query_compute_is_bounded_in_minutes_of_an_hour(default: Alarms) -> None:
    other = of(synthesize(with_settings({"alarms.query_minutes": 59})))

    for alarm, minutes in ((default["query-compute"], 11), (other["query-compute"], 60)):
        # https://docs.aws.amazon.com/timestream/latest/developerguide/metrics-dimensions.html
        assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/Usage", "ResourceCount")
        assert dimensions(alarm) == {
            "Service": "Timestream",
            "Resource": "QueryTCU",
            "Type": "Resource",
            "Class": "OnDemand",
        }
        assert window(alarm) == (minutes, 60, 60)
        assert breaches(alarm) == ("GreaterThanThreshold", 0)


def test_query_bytes_are_bounded_in_an_hour(default: Alarms) -> None:
    other = of(synthesize(with_settings({"alarms.query_gigabytes": 0.5})))

    for alarm, size in ((default["query-bytes"], 1e9), (other["query-bytes"], 5e8)):
        assert (alarm["Namespace"], alarm["MetricName"]) == (
            "AWS/Timestream",
            "CumulativeBytesMetered",
        )
        assert dimensions(alarm) == {"Operation": "Query"}
        assert (alarm["Statistic"], *window(alarm)) == ("Sum", 1, 1, 3600)
        assert breaches(alarm) == ("GreaterThanThreshold", size)


def test_dynamodb_has_alarms_on_what_it_throttles_and_refuses() -> None:
    found = of(templates("dynamodb"), "bridgewatch-dynamodb")

    for kind in ("write", "read"):
        alarm = found[f"{kind}-throttles"]
        assert alarm["MetricName"] == f"{kind.capitalize()}ThrottleEvents"
        assert dimensions(alarm) == {"TableName": "bridgewatch-dynamodb-observations"}
    # AWS gives it for the account and region, without dimensions.
    assert "Dimensions" not in found["user-errors"]
    for name in ("write-throttles", "read-throttles", "user-errors"):
        alarm = found[name]
        assert alarm["Namespace"] == "AWS/DynamoDB"
        assert (alarm["Statistic"], *window(alarm)) == ("Sum", 3, 3, 300)
        assert breaches(alarm) == ("GreaterThanThreshold", 0)


def test_the_alarms_speak_of_the_store_that_is_deployed() -> None:
    for name, deployment, other in (
        ("default", "bridgewatch", "DynamoDB"),
        ("dynamodb", "bridgewatch-dynamodb", "Timestream"),
    ):
        found = of(templates(name), deployment)
        assert [one for one, alarm in found.items() if other in alarm["AlarmDescription"]] == []
