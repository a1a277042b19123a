"""An account's limits of Lambda, which moto knows but does not tell."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from moto.awslambda import urls
from moto.awslambda.responses import LambdaResponse

if TYPE_CHECKING:
    from local.services.patches import Patches

QUOTA = "MOTO_LAMBDA_CONCURRENCY_QUOTA"
"""The variable that tells moto how many executions an account may have at a time."""

USUAL_LIMIT = "1000"
"""https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""

PATH = r"{0}/(?P<api_version>[^/]+)/account-settings/?$"


def install(patches: Patches) -> None:
    """Let moto's Lambda answer GetAccountSettings until `patches` is closed.

    https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html
    """
    if QUOTA not in os.environ:
        # Without it stock moto lets reserve as much as anyone likes.
        os.environ[QUOTA] = USUAL_LIMIT
        patches.callback(os.environ.pop, QUOTA, None)
    # Before moto routes its first request to Lambda; without the method below it leads nowhere.
    urls.url_paths.setdefault(PATH, LambdaResponse.dispatch)
    patches.add(LambdaResponse, "get_account_settings", _get_account_settings)


def _get_account_settings(self: LambdaResponse) -> str:
    limit = int(os.environ.get(QUOTA, USUAL_LIMIT))
    functions = self.backend.list_functions()
    reserved = sum(int(one.reserved_concurrency or 0) for one in functions)
    return json.dumps(
        {
            "AccountLimit": {
                "ConcurrentExecutions": limit,
                "UnreservedConcurrentExecutions": limit - reserved,
            },
            "AccountUsage": {"FunctionCount": len(list(functions))},
        }
    )
