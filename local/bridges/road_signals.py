"""How Gothenburg tells a bridge's status: RoadSignals, from the point of view of the road."""

from __future__ import annotations

import json

KEY_PARAMETER = "subscription-key"
KEY_HEADER = "Ocp-Apim-Subscription-Key"

# The road is open where the bridge is not.
_OF_THE_ROAD = {"Open": "Closed", "Closed": "Open"}


def write(status: str) -> bytes:
    """Write the answer for a bridge's status, Open or Closed in our meaning."""
    return json.dumps({"status": _OF_THE_ROAD[status]}).encode()


def write_refusal() -> bytes:
    """Write what the gateway, Azure API Management, answers without a valid key."""
    message = "Access denied due to invalid subscription key."
    return json.dumps({"statusCode": 401, "message": message}).encode()
