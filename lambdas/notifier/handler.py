"""The notifier's Lambda function: looks at the bridges of which something may have happened.

It is invoked by the table's stream, by schedules of its own, and to test a target. What is decided,
and how, is in `evaluation` and `notify`.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from lambdas.notifier.container import Container
from lambdas.observation import from_milliseconds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from lambdas.notifier.notify import Told

logger = Logger()
container = Container(os.environ)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Tell what is to be told.

    :param event: records of the table's stream, `{"wake": BRIDGE}` or `{"test": TARGET}`.
    :returns: how many events were found, delivered, failed and given up; of a test, whether it was
        delivered and what the target said.
    """
    deadline = time.monotonic() + context.get_remaining_time_in_millis() / 1000
    if "test" in event:
        return _test(event["test"], deadline)
    count = {"found": 0, "delivered": 0, "failed": 0, "given_up": 0}
    failure: Exception | None = None
    for bridge in _bridges(event):
        try:
            told = container.notifier.run(bridge, deadline, woken="wake" in event)
        except Exception as error:
            # The other bridges' first; then the invocation fails, and is repeated for all.
            logger.exception("A bridge was not looked at", bridge=bridge)
            failure = error
            continue
        _log(told)
        for name in count:
            count[name] += len(getattr(told, name))
    if failure:
        raise failure
    return count


def _bridges(event: dict[str, Any]) -> Iterable[str]:
    """Name the bridges that an event is about, each once."""
    if "wake" in event:
        known = event["wake"] in container.configuration.watched
        return [event["wake"]] if known else []
    found = {}
    for record in event["Records"]:
        item = record["dynamodb"]["NewImage"]
        if "sight" in item:
            bridge = item["sight"]["S"]
            found[bridge] = bridge in container.configuration.watched
        else:
            bridge = item["bridge"]["S"]
            seen = from_milliseconds(int(item["time"]["N"]))
            found[bridge] = found.get(bridge) or container.notifier.is_recent(bridge, seen)
    return [bridge for bridge, matters in found.items() if matters]


def _test(target: str, deadline: float) -> dict[str, Any]:
    if target not in container.configuration.targets:
        return {"delivered": False, "said": f"the deployed settings have no target {target}"}
    outcome = container.notifier.test(target, deadline)
    logger.info("Tested", target=target, delivered=outcome.delivered, said=outcome.said)
    return {"delivered": outcome.delivered, "said": outcome.said}


def _log(told: Told) -> None:
    now = datetime.now(UTC)
    for event in told.found:
        logger.info("Found", id=event.identity, kind=event.kind, bridge=event.bridge)
    for event, target in told.delivered:
        age = round((now - event.time).total_seconds(), 1)
        logger.info("Delivered", id=event.identity, target=target, seconds=age)
    for event, target, said in told.failed:
        logger.warning("Not delivered", id=event.identity, target=target, said=said)
    for one in told.given_up:
        logger.error("Given up", id=one.event.identity, target=one.target, said=one.said)
