from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import pytest

from local.services.cloudfront.edge_function import EdgeFunction
from stacks.page import EDGE
from tests.page.visiting import Served, Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.page.world import World


class Visit(Protocol):
    def __call__(self, world: World, **context: Any) -> Visitor: ...  # noqa: ANN401 - playwright's


@pytest.fixture(scope="session")
def edge() -> Iterator[EdgeFunction]:
    function = EdgeFunction(EDGE.read_text())
    yield function
    function.close()


@pytest.fixture
def visit(browser: Browser, edge: EdgeFunction) -> Iterator[Visit]:
    served: dict[int, Served] = {}
    visitors: list[Visitor] = []

    def visitor(world: World, **context: Any) -> Visitor:  # noqa: ANN401 - playwright's
        place = served.setdefault(id(world), Served(world, edge))
        visitors.append(Visitor(browser, place, **context))
        return visitors[-1]

    yield visitor
    for one in visitors:
        one.context.close()
    for place in served.values():
        place.close()
    assert [one.complaints for one in visitors if one.complaints] == []
