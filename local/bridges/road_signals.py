"""How Gothenburg tells a bridge's status: RoadSignals, from the point of view of the road."""

from __future__ import annotations

import json
from typing import Any

KEY_PARAMETER = "subscription-key"
KEY_HEADER = "Ocp-Apim-Subscription-Key"

# The road is open where the bridge is not.
_OF_THE_ROAD = {"Open": "Closed", "Closed": "Open"}


def source(parameter: str) -> dict[str, Any]:
    """Give the settings of a source that tells it like this, but for its `url`.

    :param parameter: of SSM, which holds the key.
    """
    return {
        "type": "json",
        "key": {"parameter": parameter, "in": "header", "name": KEY_HEADER},
        "pointer": "/status",
        "statuses": dict(_OF_THE_ROAD),
    }


def write(status: str) -> bytes:
    """Write the answer for a bridge's status, Open or Closed in our meaning."""
    return json.dumps({"status": _OF_THE_ROAD[status]}).encode()


def write_refusal() -> bytes:
    """Write what the gateway, Azure API Management, answers without a valid key."""
    message = "Access denied due to invalid subscription key."
    return json.dumps({"statusCode": 401, "message": message}).encode()
