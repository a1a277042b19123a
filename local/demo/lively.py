"""A page that is alive within a minute: simulated bridges that move all the time, in real time."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta
from threading import Thread
from typing import TYPE_CHECKING, Any

from embedded_timestream.clock import utc
from local.bridges import road_signals
from local.bridges.openings import Opening, merge
from local.bridges.server import ROAD_SIGNALS_PATH, BridgeServer
from local.demo.deployment import ROOT, Deployment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.bridges.openings import Openings
    from local.cloud import Cloud

OUTPUT = ROOT / "build" / "local"
DEPLOYMENT = "lively"
KEY_PARAMETER = f"/{DEPLOYMENT}/key"
KEY = "a-key-for-the-demo"

BRIDGES = {
    "Hisingsbron": ("Göteborg", "Europe/Stockholm"),
    "Marieholmsbron": ("Göteborg", "Europe/Stockholm"),
    "Zeelandbrug": ("Zierikzee", "Europe/Amsterdam"),
    "Tower Bridge": ("London", "Europe/London"),
}
CLOSED_SECONDS, OPEN_SECONDS = (30, 90), (20, 60)
LENGTH = timedelta(days=3)
"""For so long they move; then start it again."""


def openings(since: datetime) -> Openings:
    """Make up openings that last for some seconds, a minute or so apart."""

    def of(bridge: str) -> Iterator[Opening]:
        chance = random.Random(bridge)  # noqa: S311 - repeatable, not secret
        moment = since
        while moment < since + LENGTH:
            start = moment + timedelta(seconds=chance.uniform(*CLOSED_SECONDS))
            moment = start + timedelta(seconds=chance.uniform(*OPEN_SECONDS))
            yield Opening(bridge, start, moment)

    return merge((one for bridge in BRIDGES for one in of(bridge)), BRIDGES)


def settings(url: str) -> dict[str, Any]:
    """Write the settings of a deployment that watches them, every 5 seconds, with a page."""
    return {
        "deployment": DEPLOYMENT,
        "bridges": [
            {
                "name": name,
                "source": "simulated",
                "code": name,
                "dimensions": {"city": city},
                "timezone": timezone,
            }
            for name, (city, timezone) in BRIDGES.items()
        ],
        "sources": {
            "simulated": {
                "url": f"{url}{ROAD_SIGNALS_PATH}/{{code}}",
                **road_signals.source(KEY_PARAMETER),
            }
        },
        "poll_seconds": 5,
        "storage": {"type": "dynamodb"},
        "page": {"title": "Bridges that move"},
    }


def bridges(cloud: Cloud) -> BridgeServer:
    """Make the server of the bridges; a context manager."""
    return BridgeServer(cloud.clock, openings(utc(cloud.clock)), KEY)


def deploy(cloud: Cloud, url: str, say: Callable[[str], None]) -> None:
    """Deploy what watches them, on a thread of its own.

    :param url: where the bridges are served.
    :param say: is told what happens.
    """

    def work() -> None:
        OUTPUT.mkdir(parents=True, exist_ok=True)
        file = OUTPUT / "settings.json"
        file.write_text(json.dumps(settings(url), indent=2), encoding="utf-8")
        cloud.client("ssm").put_parameter(Name=KEY_PARAMETER, Value=KEY, Type="SecureString")
        Deployment(cloud, file, OUTPUT, say).deploy()
        say(f"the bridges move; their settings are in {file.relative_to(ROOT)}")

    Thread(target=work, daemon=True).start()
