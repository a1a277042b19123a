"""cdk-nag's AWS Solutions and Serverless rules: each finding is put right or answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aws_cdk import Stack, Validations
from aws_cdk import aws_sqs as sqs
from cdk_nag import AwsSolutionsChecks, ServerlessChecks

from app import add_stacks
from bridgewatch.settings import load_settings
from tests.stacks.templates import SETTINGS, new_app, with_settings

if TYPE_CHECKING:
    from aws_cdk import App
    from constructs import IConstruct

    from bridgewatch.settings import Settings

MATRIX = {
    **{name: load_settings(path) for name, path in SETTINGS.items()},
    "existing": with_settings({"storage.existing": True}),
    "page": with_settings({"page": True, "budget.fuse": True}),
}


def checked(settings: Settings) -> App:
    app = new_app()
    add_stacks(app, settings)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))
    return app


@pytest.mark.parametrize("settings", MATRIX)
def test_no_finding_is_unanswered(settings: str) -> None:
    # Raises with a report on the standard error if there is one.
    checked(MATRIX[settings]).synth()


def test_a_finding_that_nobody_answered_fails() -> None:
    app = checked(load_settings())
    sqs.Queue(Stack(app, "Careless"), "Queue")

    with pytest.raises(RuntimeError, match="AwsSolutions-SQS4"):
        app.synth()


def test_each_answer_is_on_one_construct_with_a_reason() -> None:
    answers = [
        (construct.node.path, rule, reason)
        for construct in checked(MATRIX["everything"]).node.find_all()
        for rule, reason in acknowledged(construct)
    ]

    assert answers
    for path, rule, reason in answers:
        assert "/" in path, f"{rule} is answered for a whole stack"
        assert len(reason) > 40, rule


def acknowledged(construct: IConstruct) -> list[tuple[str, str]]:
    return [
        (rule, reason)
        for entry in construct.node.metadata
        if entry.type == Validations.ACKNOWLEDGED_RULES_METADATA_KEY
        for rule, reason in entry.data.items()
    ]
