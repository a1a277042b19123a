"""A world's page on a port, through CloudFront as it is here, and browsers that visit it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from lambdas.page.events import request_of
from local.services.cloudfront.cache import Answer
from local.services.cloudfront.front import Front, FrontServer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from playwright.sync_api import Browser, BrowserContext, Page

    from local.services.cloudfront.edge_function import EdgeFunction
    from tests.page.world import World

METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"


class WorldsClock:
    def __init__(self, world: World) -> None:
        self._world = world

    def now_ns(self) -> int:
        return int(self._world.now.timestamp()) * 10**9

    def sleep(self, seconds: float) -> None:
        raise NotImplementedError


class Served:
    """:ivar url: where; :ivar front: counts what was asked."""

    def __init__(self, world: World, edge: EdgeFunction) -> None:
        self._world = world
        self.front = Front(self._origin, WorldsClock(world), methods=METHODS, function=edge)
        self._server = FrontServer(self.front)
        self.url = f"http://{self._server.address}"

    def _origin(self, method: str, path: str, headers: Mapping[str, str]) -> Answer:
        event = {
            "rawPath": path,
            "headers": dict(headers),
            "requestContext": {"http": {"method": method}},
        }
        found = self._world.routes.answer(request_of(event))
        return Answer(found.status.value, dict(found.headers), found.body)

    def close(self) -> None:
        self._server.close()


class Visitor:
    """A person with a browser.

    :ivar complaints: what the browser's console said that is wrong, such as of the CSP.
    :ivar forgives: parts of what is no complaint.
    """

    def __init__(self, browser: Browser, served: Served, **context: Any) -> None:  # noqa: ANN401 - playwright's
        self._served = served
        self.complaints: list[str] = []
        self.forgives: tuple[str, ...] = ()
        self.context: BrowserContext = browser.new_context(
            **{"viewport": {"width": 800, "height": 900}, "locale": "en-GB", **context}
        )
        self.page: Page = self.context.new_page()
        self.page.on("pageerror", lambda error: self._complain(str(error)))
        self.page.on(
            "console", lambda one: self._complain(one.text) if one.type == "error" else None
        )

    def _complain(self, text: str) -> None:
        if not any(one in text for one in self.forgives):
            self.complaints.append(text)

    def visit(self, path: str = "/") -> Page:
        self.page.goto(self._served.url + path)
        return self.page

    def violations(self) -> list[str]:
        """Ask axe-core what is not accessible."""
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate("async () => (await axe.run()).violations")
        return [
            f"{one['id']}: {node['html'][:120]} {node['failureSummary'][:200]}"
            for one in cast("list[dict[str, Any]]", found)
            for node in one["nodes"]
        ]
