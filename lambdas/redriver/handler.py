"""The redriver's Lambda function: empties the queue, as far as the store lets it.

It logs and counts what a run did; what is decided, and how, is in `redrive`.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from lambdas.aws import Connection
from lambdas.environment import Environment
from lambdas.message import as_json
from lambdas.redriver.redrive import Redriver
from lambdas.sqs import Queue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from lambdas.redriver.redrive import Redriven


def _redriver(variables: Mapping[str, str]) -> Redriver:
    environment = Environment.parse(variables)
    connection = Connection()
    return Redriver(
        store=environment.store(connection).carrying,
        queue=Queue(environment.queue_url, connection),
        dead_letters=Queue(environment.dead_letter_queue_url, connection),
        now=lambda: datetime.now(UTC),
    )


logger = Logger()
metrics = Metrics()
redriver = _redriver(os.environ)


@logger.inject_lambda_context
def handler(_event: object, context: LambdaContext) -> dict[str, int]:
    """Write what waits in the queue.

    :returns: how many records were written, and how many given up.
    :raises QueueError: if a queue fails, so that the invocation counts as failed.
    """
    done = redriver.run(deadline=time.monotonic() + context.get_remaining_time_in_millis() / 1000)
    _log(done)
    return {"written": len(done.written), "given_up": len(done.given_up)}


def _log(done: Redriven) -> None:
    for seen in done.written:
        logger.info("Written", extra={**as_json(seen), "why": "redriven"})
    for refusal in done.given_up:
        logger.error("Given up", extra={**as_json(refusal.observation), "reason": refusal.reason})
    for unreadable in done.unreadable:
        logger.error("A message cannot be read", reason=str(unreadable))
    if done.trouble:
        logger.error(
            "The store took no records", code=done.trouble.code, what_to_do=str(done.trouble)
        )
    # A metric costs for each hour that it appears in: most runs find an empty queue.
    for name, records in (("RecordsWritten", done.written), ("DeadLetters", done.given_up)):
        if records:
            metrics.add_metric(name, MetricUnit.Count, len(records))
    if done.written or done.given_up:
        metrics.flush_metrics()
