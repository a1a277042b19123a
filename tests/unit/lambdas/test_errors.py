"""The rules for errors, held to what the code does and to the alarms that are deployed."""

from __future__ import annotations

import re

import pytest

from lambdas.errors import RULES, Rule, is_final, rule_of
from lambdas.poller.sources import REASONS, Reason
from tests.stacks.templates import properties, templates

DEPLOYED = {
    alarm["AlarmName"].removeprefix("bridgewatch-")
    for alarm in properties(templates("default")["poller"], "AWS::CloudWatch::Alarm")
}


def alarms_of(rule: Rule) -> set[str]:
    return set(re.findall(r"[a-z]+-[a-z]+|heartbeat", rule.alarm))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.error)
def test_each_rule_names_alarms_that_are_deployed(rule: Rule) -> None:
    assert alarms_of(rule) <= DEPLOYED
    assert alarms_of(rule) or rule.alarm == "none"


def test_each_alarm_about_records_has_a_rule() -> None:
    about_queries = {name for name in DEPLOYED if name.startswith("query-")}

    assert set[str]().union(*map(alarms_of, RULES)) == DEPLOYED - about_queries


def test_a_code_has_one_rule() -> None:
    codes = [code for rule in RULES for code in rule.codes]

    assert len(codes) == len(set(codes))
    assert rule_of("ThrottlingException") in RULES
    assert rule_of("Unheard-of") is None


@pytest.mark.parametrize(
    ("code", "final"),
    [
        ("ValidationException", True),
        ("RejectedRecordsException", True),
        ("ThrottlingException", False),
        ("AccessDeniedException", False),
        ("ResourceNotFoundException", False),
        ("Unheard-of", False),
    ],
)
def test_what_is_not_final_is_tried_again(code: str, final: bool) -> None:  # noqa: FBT001 - a table's column
    assert is_final(code) is final


def test_each_reason_is_explained() -> None:
    assert list(REASONS) == list(Reason)
