"""The page's stack: who may read what, who may invoke it, and what an attack is capped by."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from syrupy.extensions.json import JSONSnapshotExtension

from tests.stacks.templates import Template, properties, synthesize, text, with_settings

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/0123abcd"
WEB_ACL = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/page/0123abcd"
DYNAMODB = {"type": "dynamodb"}


@pytest.fixture(scope="module")
def stacks() -> dict[str, Template]:
    return synthesize(with_settings({"page": True}))


@pytest.fixture(scope="module")
def beside_dynamodb() -> dict[str, Template]:
    return synthesize(with_settings({"page": True, "storage": DYNAMODB, "budget.fuse": True}))


@pytest.fixture(scope="module")
def with_everything() -> dict[str, Template]:
    page = {
        "title": "Bridges of Gothenburg",
        "domain": {"name": "bridges.example.org", "certificate": CERTIFICATE},
        "flat_rate_web_acl": WEB_ACL,
    }
    return synthesize(with_settings({"page": page, "reserve_concurrency": False}))


def only(template: Template, resource_type: str) -> dict[str, Any]:
    (found,) = properties(template, resource_type)
    return found


def actions(template: Template, of: str) -> set[str]:
    return {
        action
        for policy in properties(template, "AWS::IAM::Policy")
        if any(of in text(role) for role in policy["Roles"])
        for statement in policy["PolicyDocument"]["Statement"]
        for action in (
            [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        )
    }


@pytest.mark.parametrize("stack", ["page", "recent"])
def test_the_template_is_the_reviewed_one(
    stacks: dict[str, Template], stack: str, snapshot: SnapshotAssertion
) -> None:
    without_hashes = re.sub(r"\b[0-9a-f]{64}\b", "HASH", json.dumps(stacks[stack]))

    assert json.loads(without_hashes) == snapshot(extension_class=JSONSnapshotExtension)


def test_without_the_setting_there_is_neither_a_page_nor_a_table_for_it() -> None:
    stacks = synthesize(with_settings({"page": False}))

    assert set(stacks) == {"storage", "poller", "cost-alarm"}


def test_it_reads_recent_observations_and_may_do_nothing_else(stacks: dict[str, Template]) -> None:
    assert actions(stacks["page"], "PageRole") == {
        "dynamodb:DescribeTable",
        "dynamodb:GetItem",
        "dynamodb:Query",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
    }
    assert "timestream" not in json.dumps(stacks["page"])


def test_the_poller_may_put_into_the_table_beside_timestream(stacks: dict[str, Template]) -> None:
    found = {one for one in actions(stacks["poller"], "PollerRole") if one.startswith("dynamodb")}

    assert found == {"dynamodb:PutItem"}
    variables = [
        one["Environment"]["Variables"]
        for one in properties(stacks["poller"], "AWS::Lambda::Function")
    ]
    assert [one.get("BRIDGEWATCH_BEAT_TABLE") for one in variables] == ["bridgewatch-recent", None]
    assert variables[0]["BRIDGEWATCH_RECENT_TABLE"] == "bridgewatch-recent"


def test_beside_dynamodb_the_table_is_the_store_itself(
    beside_dynamodb: dict[str, Template],
) -> None:
    assert "recent" not in beside_dynamodb
    function = only(beside_dynamodb["page"], "AWS::Lambda::Function")
    variables = function["Environment"]["Variables"]
    assert variables["BRIDGEWATCH_RECENT_TABLE"] == "bridgewatch-observations"
    assert variables["BRIDGEWATCH_RECENT_DAYS"] == "3650"
    poller = properties(beside_dynamodb["poller"], "AWS::Lambda::Function")[0]
    assert "BRIDGEWATCH_RECENT_TABLE" not in poller["Environment"]["Variables"]
    assert poller["Environment"]["Variables"]["BRIDGEWATCH_BEAT_TABLE"] == (
        "bridgewatch-observations"
    )


def test_only_the_distribution_may_invoke_it_with_both_rights(stacks: dict[str, Template]) -> None:
    permissions = properties(stacks["page"], "AWS::Lambda::Permission")

    assert {one["Action"] for one in permissions} == {
        "lambda:InvokeFunctionUrl",
        "lambda:InvokeFunction",
    }
    for one in permissions:
        assert one["Principal"] == "cloudfront.amazonaws.com"
        assert "${Distribution" in text(one["SourceArn"])
    assert only(stacks["page"], "AWS::Lambda::Url")["AuthType"] == "AWS_IAM"
    control = only(stacks["page"], "AWS::CloudFront::OriginAccessControl")
    assert control["OriginAccessControlConfig"]["SigningBehavior"] == "always"


def test_what_an_attack_costs_is_capped(stacks: dict[str, Template]) -> None:
    function = only(stacks["page"], "AWS::Lambda::Function")
    table = only(stacks["recent"], "AWS::DynamoDB::Table")
    behavior = only(stacks["page"], "AWS::CloudFront::Distribution")["DistributionConfig"][
        "DefaultCacheBehavior"
    ]

    assert function["ReservedConcurrentExecutions"] == 5
    assert function["Timeout"] <= 10
    assert table["OnDemandThroughput"] == {"MaxReadRequestUnits": 400}
    # CachingOptimized: neither queries nor cookies nor headers make another answer.
    assert behavior["CachePolicyId"] == "658327ea-f89d-4fab-a63d-7e88639e58f6"
    assert "OriginRequestPolicyId" not in behavior
    assert behavior["AllowedMethods"] == ["GET", "HEAD", "OPTIONS"]
    assert behavior["ViewerProtocolPolicy"] == "redirect-to-https"


def test_the_table_beside_timestream_keeps_a_month_and_can_be_rebuilt(
    stacks: dict[str, Template],
) -> None:
    resource = next(
        one
        for one in stacks["recent"]["Resources"].values()
        if one["Type"] == "AWS::DynamoDB::Table"
    )

    assert resource["DeletionPolicy"] == "Delete"
    assert resource["Properties"]["TimeToLiveSpecification"] == {
        "AttributeName": "expires",
        "Enabled": True,
    }


def test_the_fuse_shuts_the_page_too(
    stacks: dict[str, Template], beside_dynamodb: dict[str, Template]
) -> None:
    action = only(beside_dynamodb["page"], "AWS::Budgets::BudgetsAction")
    denial = only(beside_dynamodb["page"], "AWS::IAM::ManagedPolicy")

    assert "PageRole" in json.dumps(action["Definition"])
    budget = only(beside_dynamodb["page"], "AWS::Budgets::Budget")["Budget"]
    assert budget["CostFilters"] == {"Service": ["Amazon CloudFront", "Amazon DynamoDB"]}
    (statement,) = denial["PolicyDocument"]["Statement"]
    assert statement["Effect"] == "Deny"
    assert set(statement["Action"]) == {"dynamodb:GetItem", "dynamodb:Query"}
    assert properties(stacks["page"], "AWS::Budgets::BudgetsAction") == []


def test_an_own_domain_and_the_flat_rate_plan(with_everything: dict[str, Template]) -> None:
    page = with_everything["page"]
    config = only(page, "AWS::CloudFront::Distribution")["DistributionConfig"]
    plan = only(page, "AWS::PricingPlanManager::Subscription")

    assert config["Aliases"] == ["bridges.example.org"]
    assert config["ViewerCertificate"]["AcmCertificateArn"] == CERTIFICATE
    assert config["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert config["WebACLId"] == WEB_ACL
    assert plan["PlanTier"] == "FREE"
    assert WEB_ACL in plan["ResourceArns"]
    assert "PriceClass" not in config
    assert "ReservedConcurrentExecutions" not in only(page, "AWS::Lambda::Function")


def test_its_alarm_is_one_of_ten(beside_dynamodb: dict[str, Template]) -> None:
    alarms = [
        one
        for stack in beside_dynamodb.values()
        for one in properties(stack, "AWS::CloudWatch::Alarm")
    ]

    assert len(alarms) <= 10
    assert "bridgewatch-page-errors" in {one["AlarmName"] for one in alarms}
