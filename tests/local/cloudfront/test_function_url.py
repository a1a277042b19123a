"""A function's URL: only who its policy names may invoke it, and what goes wrong is an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.cloud import REGION
from local.services.cloudfront.function_url import CLOUDFRONT, FunctionUrls

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.cloud import Cloud
    from tests.local.conftest import Deploy

DISTRIBUTION = "arn:aws:cloudfront::123456789012:distribution/E1"
ANSWERS = """
    def handler(event, context):
        if event["rawPath"] == "/fails":
            raise ValueError("always")
        return {"statusCode": 200, "headers": {"Content-Type": "text/plain"},
                "body": event["requestContext"]["http"]["method"] + event["rawPath"]}
"""


@pytest.fixture
def ask(cloud: Cloud, deploy: Deploy) -> Callable[..., tuple[int, bytes]]:
    function = deploy(ANSWERS)
    client = cloud.client("lambda")
    url = client.create_function_url_config(FunctionName=function.name, AuthType="AWS_IAM")
    domain = url["FunctionUrl"].split("/")[2]
    urls = FunctionUrls(cloud.account, cloud.runtime)

    def ask(
        path: str = "/", *, allowed: tuple[str, ...] = (), signer: str | None = DISTRIBUTION
    ) -> tuple[int, bytes]:
        for action in allowed:
            client.add_permission(
                FunctionName=function.name,
                StatementId=action.partition(":")[2],
                Action=action,
                Principal=CLOUDFRONT,
                SourceArn=DISTRIBUTION,
            )
        found = urls.invoke(domain, "GET", path, {}, signer)
        return found.status, found.body

    return ask


BOTH = ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction")


def test_the_distribution_that_has_both_rights_may_ask(
    ask: Callable[..., tuple[int, bytes]],
) -> None:
    assert ask("/x", allowed=BOTH) == (200, b"GET/x")


@pytest.mark.parametrize("allowed", [(), BOTH[:1], BOTH[1:]])
def test_with_less_it_is_refused(
    ask: Callable[..., tuple[int, bytes]], allowed: tuple[str, ...]
) -> None:
    assert ask(allowed=allowed)[0] == 403


@pytest.mark.parametrize("signer", [None, "arn:aws:cloudfront::123456789012:distribution/E2"])
def test_nobody_else_may(ask: Callable[..., tuple[int, bytes]], signer: str | None) -> None:
    assert ask(allowed=BOTH, signer=signer)[0] == 403


def test_a_function_that_fails_is_a_bad_gateway(ask: Callable[..., tuple[int, bytes]]) -> None:
    status, body = ask("/fails", allowed=BOTH)

    assert status == 502
    assert b"always" not in body


def test_a_url_that_is_none_is_not_found(cloud: Cloud) -> None:
    urls = FunctionUrls(cloud.account, cloud.runtime)

    assert urls.invoke(f"none.lambda-url.{REGION}.on.aws", "GET", "/", {}, None).status == 404
