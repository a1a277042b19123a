"""A function's URL as an origin: who may invoke it, with what event, and what becomes of errors.

https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html and, for who may,
https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
"""

from __future__ import annotations

import base64
import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from moto.awslambda.models import lambda_backends

from local.services.cloudfront.cache import Answer
from local.services.lambda_runtime.moto_adapter import describe
from local.services.lambda_runtime.runtime import ThrottledError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.awslambda.models import LambdaFunction

    from local.services.lambda_runtime.runtime import LambdaRuntime

CLOUDFRONT = "cloudfront.amazonaws.com"
NEEDED = frozenset({"lambda:InvokeFunctionUrl", "lambda:InvokeFunction"})
"""Both, since October 2025."""


class FunctionUrls:
    """The URLs of an account's functions.

    :param account: the account.
    """

    def __init__(self, account: str, runtime: LambdaRuntime) -> None:
        self._account = account
        self._runtime = runtime

    def invoke(
        self, domain: str, method: str, path: str, headers: Mapping[str, str], signer: str | None
    ) -> Answer:
        """Invoke the function whose URL has this domain.

        :param signer: the ARN of the distribution that signs the request, if one does.
        """
        function = self._find(domain)
        if function is None:
            return _refusal(HTTPStatus.NOT_FOUND, "Not Found")
        if not may_invoke(function, signer):
            return _refusal(HTTPStatus.FORBIDDEN, "Forbidden")
        event = _event(domain, method, path, headers)
        try:
            invocation = self._runtime.invoke(describe(function), json.dumps(event))
        except ThrottledError:
            return _refusal(HTTPStatus.TOO_MANY_REQUESTS, "Rate Exceeded.")
        if invocation.error:
            return _refusal(HTTPStatus.BAD_GATEWAY, "Internal Server Error")
        return _answer(json.loads(invocation.payload))

    def _find(self, domain: str) -> LambdaFunction | None:
        region = domain.split(".")[2]
        for function in lambda_backends[self._account][region].list_functions():
            config = function.url_config
            if config and domain in config.url:
                return function
        return None


def may_invoke(function: LambdaFunction, signer: str | None) -> bool:
    """Tell whether the function's own policy lets who signed it invoke the function by its URL."""
    if function.url_config and function.url_config.config.get("AuthType") == "NONE":
        return True
    if signer is None:
        return False
    allowed = {
        statement["Action"]
        for statement in function.policy.statements
        if statement["Effect"] == "Allow"
        and statement["Principal"] == {"Service": CLOUDFRONT}
        and _condition(statement, "AWS:SourceArn") in {signer, None}
    }
    return allowed >= NEEDED


def _condition(statement: Mapping[str, Any], key: str) -> str | None:
    for test in statement.get("Condition", {}).values():
        for name, value in test.items():
            if name.lower() == key.lower():
                return str(value)
    return None


def _event(domain: str, method: str, path: str, headers: Mapping[str, str]) -> dict[str, Any]:
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {**{name.lower(): value for name, value in headers.items()}, "host": domain},
        "requestContext": {
            "domainName": domain,
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1"},
        },
        "isBase64Encoded": False,
    }


def _answer(payload: Mapping[str, Any]) -> Answer:
    body = str(payload.get("body") or "")
    raw = base64.b64decode(body) if payload.get("isBase64Encoded") else body.encode()
    return Answer(int(payload["statusCode"]), dict(payload.get("headers") or {}), raw)


def _refusal(status: HTTPStatus, message: str) -> Answer:
    body = json.dumps({"Message": message}).encode()
    return Answer(status.value, {"Content-Type": "application/json"}, body)
