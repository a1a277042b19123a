"""The page's Lambda function, behind its URL and CloudFront.

`container` is what stays in memory while Lambda keeps the container warm: records that were read.
"""

from __future__ import annotations

import base64
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from lambdas.aws import Connection
from lambdas.environment import ConfigurationError, days_of
from lambdas.page.configuration import PageConfiguration
from lambdas.page.events import request_of
from lambdas.page.pages import Pages
from lambdas.page.recent import Recent
from lambdas.page.routes import Routes
from lambdas.page.site import Site
from lambdas.page.table import RecentTable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger()


def _routes(variables: Mapping[str, str]) -> Routes:
    def needed(name: str) -> str:
        if not variables.get(name):
            raise ConfigurationError(f"The environment variable {name} is not set.")
        return variables[name]

    def now() -> datetime:
        return datetime.now(UTC)

    configuration = PageConfiguration.read(Path(needed("LAMBDA_TASK_ROOT")) / "configuration.json")
    table = RecentTable(
        needed("BRIDGEWATCH_RECENT_TABLE"),
        Connection(),
        retention=days_of("BRIDGEWATCH_RECENT_DAYS", needed),
        now=now,
    )
    site = Site(configuration, Recent(table, now), now)
    return Routes(site, Pages(configuration), trouble=_log)


def _log(error: Exception) -> None:
    logger.error("No answer", exc_info=error)


routes = _routes(os.environ)


def handler(event: Mapping[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Answer a request to the function's URL.

    :param event: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
    """
    response = routes.answer(request_of(event))
    return {
        "statusCode": response.status.value,
        "headers": dict(response.headers),
        "body": base64.b64encode(response.body).decode(),
        "isBase64Encoded": True,
    }
